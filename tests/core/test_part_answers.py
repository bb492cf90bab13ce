from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orderctl.core import part_answers
from orderctl.core.answers import Answer, Asked, AskedLine
from orderctl.core.confirmations import Confirmation

PACK = AskedLine(1, "a", "PACK6", 2, parts={"TEE": 6})
SET = AskedLine(2, "b", "SET", 2, parts={"CUP": 2, "SAUCER": 1})
MUG = AskedLine(3, "c", "MUG", 1)


def said(*lines: AskedLine, rows: list[tuple[str, int | None, str]], **changes: Any) -> Answer:
    """What rows of (SKU, units, tracking number) make of a shipment of `lines`."""
    asked = Asked(7, 1, "WEB-1-1", "east", "dispatched", lines)
    fields = {"kind": "shipped", "reference": "WEB-1-1"} | changes
    told = [Confirmation(sku=sku, quantity=units, tracking_number=number, **fields) for sku, units, number in rows]
    return part_answers.read(asked, told)


def packed(answer: Answer) -> dict[str, dict[int, int]]:
    return {
        number: {line: units.quantity for line, units in package.lines.items()}
        for number, package in answer.packages.items()
    }


def codes(answer: Answer) -> list[str]:
    return [problem.code for problem in answer.problems]


def test_twelve_units_off_the_shelf_are_two_packs_of_six():
    answer = said(PACK, rows=[("TEE", 12, "1Z")])

    assert ({"1Z": {1: 2}}, "shipped", []) == (packed(answer), answer.state, codes(answer))


def test_a_kit_is_in_the_parcel_that_completes_it():
    answer = said(SET, rows=[("CUP", 4, "A"), ("SAUCER", 1, "A"), ("SAUCER", 1, "B")])

    assert ({"A": {2: 1}, "B": {2: 1}}, "shipped", []) == (packed(answer), answer.state, codes(answer))


def test_a_part_of_a_pack_is_never_a_fraction_of_a_line():
    answer = said(PACK, rows=[("TEE", 8, "1Z")])

    assert {"1Z": {1: 1}} == packed(answer)
    assert "dispatched" == answer.state
    assert ["WEB-1-1: 2 x TEE shipped, which make no whole PACK6; line a"] == [one.message for one in answer.problems]


def test_a_kit_that_lacks_a_part_is_short_and_nothing_is_left_to_explain():
    asked = Asked(7, 1, "WEB-1-1", "east", "dispatched", (SET,))
    rows = [
        Confirmation("shipped", "WEB-1-1", sku="CUP", quantity=4, tracking_number="A"),
        Confirmation("shipped", "WEB-1-1", sku="SAUCER", quantity=1, tracking_number="A"),
        Confirmation("short", "WEB-1-1", sku="SAUCER", quantity=1),
    ]
    answer = part_answers.read(asked, rows)

    assert ({"A": {2: 1}}, {2: 1}, "shipped") == (packed(answer), answer.short, answer.state)
    assert ["short_shipment"] == codes(answer)


def test_one_missing_unit_makes_a_pack_short():
    assert {1: 1} == said(PACK, rows=[("TEE", 1, "")], kind="short").short
    assert {1: 2} == said(PACK, rows=[("TEE", 7, "")], kind="short").short


def test_units_go_to_the_line_of_single_ones_and_to_packs_in_the_order_of_the_lines():
    single = AskedLine(4, "d", "TEE", 1)

    assert {"1Z": {4: 1, 1: 2}} == packed(said(single, PACK, rows=[("TEE", 13, "1Z")]))


def test_more_packs_than_asked_are_overshipped():
    answer = said(PACK, rows=[("TEE", 18, "1Z")])

    assert (2, 1) == (answer.packages["1Z"].lines[1].quantity, answer.packages["1Z"].lines[1].overshipped)
    assert ["overshipped"] == codes(answer)


def test_the_same_row_once_more_changes_nothing():
    assert {"1Z": {1: 2}} == packed(said(PACK, rows=[("TEE", 12, "1Z"), ("TEE", 12, "1Z")]))


def test_a_location_may_speak_of_the_line_as_the_order_does():
    for row in [("PACK6", 2, "1Z"), ("PACK6", None, "1Z"), ("TEE", None, "1Z"), ("", None, "1Z")]:
        answer = said(PACK, rows=[row])
        assert ({"1Z": {1: 2}}, "shipped", []) == (packed(answer), answer.state, codes(answer)), row


def test_a_number_without_sku_counts_what_was_asked_for():
    assert {"1Z": {1: 2}} == packed(said(PACK, rows=[("", 12, "1Z")]))


def test_a_parcel_that_completes_nothing_keeps_its_number():
    answer = said(SET, rows=[("CUP", 4, "A"), ("SAUCER", 2, "B")])

    assert {"A": {}, "B": {2: 2}} == packed(answer)
    assert ["extra_package"] == codes(answer)


def test_lines_without_parts_are_read_as_ever():
    answer = said(MUG, SET, rows=[("MUG", 1, "A"), ("CUP", 4, "A"), ("SAUCER", 2, "A"), ("HAT", 1, "A")])

    assert {"A": {3: 1, 2: 2}} == packed(answer)
    assert ["unknown_line"] == codes(answer)


@given(st.lists(st.integers(1, 9), max_size=6))
def test_whatever_comes_in_whatever_rows_no_pack_is_counted_that_is_not_whole(units: list[int]):
    answer = said(PACK, rows=[("TEE", count, f"P{at}") for at, count in enumerate(units)])

    lines = [line for package in answer.packages.values() for line in package.lines.values()]
    assert sum(units) // 6 == sum(line.quantity + line.overshipped for line in lines)
    assert bool(sum(units) % 6) is ("partial_kit" in codes(answer))
