from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core import part_answers
from orderctl.core.answers import Answer, Asked
from orderctl.core.confirmations import Confirmation
from orderctl.core.labels import Known, Label
from tests.core.asked_shipments import after, asked, beyond, codes, packed, row

FIRST = row(quantity=2, line_id="mug", at="2026-11-20T10:00:00Z", service="ground")
RENUMBERED = row(quantity=2, line_id="mug", at="2026-11-21T10:00:00Z", tracking_number="1Z2")
STATED = row(quantity=2, line_id="mug", tracking_number="JD2", carrier="DHL", replaces="1Z1")


def read(shipment: Asked, *reads: Confirmation | Sequence[Confirmation]) -> tuple[Asked, list[Answer]]:
    """The shipment after each of `reads` was read for itself, and what was made of each."""
    found = []
    for rows in reads:
        answer = part_answers.read(shipment, [rows] if isinstance(rows, Confirmation) else rows)
        shipment = after(shipment, answer)
        found.append(answer)
    return shipment, found


def shown(shipment: Asked) -> dict[str, tuple[Label, dict[int, int]]]:
    """Number -> what stands on the package now, and what is in it."""
    return {number: (shipment.labels[number].label, dict(units)) for number, units in shipment.packages.items()}


def numbers(known: Known) -> list[str]:
    return [label.tracking_number for label in (*known.before, known.label)]


def test_a_row_that_names_the_number_it_replaces_gives_the_parcel_its_own():
    shipment, (_, answer) = read(asked(mug=2), FIRST, STATED)

    label = Label("JD2", "DHL", "", "2026-11-20T10:00:00Z")  # a service is one of its carrier
    assert {"JD2": (label, {1: 2})} == shown(shipment)
    assert ["1Z1", "JD2"] == numbers(shipment.labels["JD2"])
    assert ({}, [], {}) == (answer.packages, codes(answer), beyond(answer))


def test_the_very_same_units_of_a_shipment_that_has_left_under_another_number_are_no_second_parcel():
    shipment, (_, answer) = read(asked(mug=2), FIRST, RENUMBERED)

    assert ["1Z1", "1Z2"] == numbers(shipment.labels["1Z2"])
    assert ({"1Z2": {1: 2}}, "shipped", []) == (shipment.packages, shipment.state, codes(answer))


@pytest.mark.parametrize(
    "again",
    [
        [row(tracking_number="1Z2")],
        [row(quantity=2, tracking_number="1Z2", line_id="mug"), row(quantity=1, tracking_number="1Z2", line_id="tee")],
        [row(tracking_number="1Z2", sku="MUG"), row(tracking_number="1Z2", sku="TEE")],
        [row(tracking_number="1Z2"), row(tracking_number="1Z2")],
    ],
)
def test_the_same_units_may_be_said_in_any_words(again):
    shipment, (_, answer) = read(asked(mug=2, tee=1), row(), again)

    assert ({"1Z2": {1: 2, 2: 1}}, []) == (shipment.packages, codes(answer))


@pytest.mark.parametrize(
    ("first", "again", "code"),
    [
        ([row(quantity=2)], [row(quantity=1, tracking_number="1Z2")], "overshipped"),
        ([row(quantity=2)], [row(quantity=3, tracking_number="1Z2")], "overshipped"),
        ([row(quantity=1), row(quantity=1, tracking_number="1Z3")], [row(quantity=2, tracking_number="1Z2")],
         "overshipped"),
        ([row(quantity=2)], [row(tracking_number="1Z2"), row(tracking_number="1Z3")], "extra_package"),
        ([row(quantity=2), row(quantity=2, tracking_number="1Z3")], [], "overshipped"),
        ([FIRST], [row(quantity=2, tracking_number="1Z2", at="2026-11-19T10:00:00Z")], "extra_package"),
    ],
)  # fmt: skip
def test_what_is_not_certain_to_be_a_correction_is_none(first, again, code):
    """Fewer or more units, several parcels, two new numbers at once, or one that has left earlier."""
    _, told = read(asked(mug=2), first, again)

    assert code in {one for answer in told for one in codes(answer)}
    assert not any(answer.changes for answer in told)


def test_a_part_of_a_shipment_under_another_number_is_the_rest_of_it_not_a_correction():
    shipment, _ = read(asked(mug=2), row(quantity=1), row(quantity=1, tracking_number="1Z2"))

    assert {"1Z1": {1: 1}, "1Z2": {1: 1}} == shipment.packages


def test_a_number_that_comes_after_the_goods_is_the_number_of_the_parcel():
    shipment, (_, answer) = read(asked(mug=2), row(tracking_number="", quantity=2), row(quantity=2))

    assert ({"1Z1": {1: 2}}, []) == (shipment.packages, codes(answer))


def test_another_carrier_under_the_same_number_holds_from_then_on():
    shipment, (_, answer, _, _) = read(asked(mug=2), FIRST, row(quantity=2, carrier="DHL"), FIRST, row(carrier="DHL"))

    assert {"1Z1": (Label("1Z1", "DHL", "", "2026-11-20T10:00:00Z"), {1: 2})} == shown(shipment)
    assert (Label("1Z1", "UPS", "ground", "2026-11-20T10:00:00Z"),) == shipment.labels["1Z1"].before
    assert [] == codes(answer)


@pytest.mark.parametrize("words", [{"carrier": "ups "}, {"carrier": ""}, {"service": ""}, {"at": ""}])
def test_the_same_in_other_letters_or_fewer_words_changes_nothing(words):
    _, (_, answer) = read(asked(mug=2), FIRST, row(**({"service": "GROUND", "at": FIRST.at} | words)))

    assert {} == answer.changes


def test_what_nobody_has_said_is_filled_without_being_a_change():
    shipment, _ = read(asked(mug=2), row(carrier="", quantity=2), row(service="ground", at="2026-11-20T10:00:00Z"))

    assert Known(Label("1Z1", "UPS", "ground", "2026-11-20T10:00:00Z")) == shipment.labels["1Z1"]


def test_corrections_of_corrections_and_back_again_are_followed_and_replays_of_all_of_them_change_nothing():
    chain = [
        FIRST,
        row(quantity=2, tracking_number="1Z2", replaces="1Z1"),
        row(quantity=2, tracking_number="1Z3", replaces="1Z2"),
        row(quantity=2, tracking_number="1Z1", replaces="1Z3"),
    ]
    shipment, _ = read(asked(mug=2), *chain)
    again, told = read(shipment, *chain, *reversed(chain), chain)

    assert ["1Z1", "1Z2", "1Z3", "1Z1"] == numbers(shipment.labels["1Z1"])
    assert (shipment, []) == (again, [code for answer in told for code in codes(answer)])


def test_a_correction_of_one_of_several_parcels_leaves_the_others():
    boxes = [row(quantity=1), row(quantity=1, tracking_number="1Z2")]
    shipment, (_, answer) = read(asked(mug=2), boxes, row(tracking_number="1Z9", replaces="1Z2"))

    assert ({"1Z1": {1: 1}, "1Z9": {1: 1}}, []) == (shipment.packages, codes(answer))


def test_a_number_that_was_kept_without_units_can_be_said_to_be_the_new_one_of_a_parcel():
    boxes = [row(quantity=1), row(quantity=1, tracking_number="1Z2")]
    extra = row(tracking_number="1Z9")
    shipment, (_, kept, answer) = read(asked(mug=2), boxes, extra, row(tracking_number="1Z9", replaces="1Z2"))

    assert (["extra_package"], []) == (codes(kept), codes(answer))
    assert {"1Z1": {1: 1}, "1Z9": {1: 1}} == shipment.packages


def test_two_parcels_that_both_have_units_are_never_made_one():
    boxes = [row(quantity=1), row(quantity=1, tracking_number="1Z2")]
    shipment, (_, answer) = read(asked(mug=2), boxes, row(tracking_number="1Z2", replaces="1Z1"))

    assert ({"1Z1": {1: 1}, "1Z2": {1: 1}}, ["package_changed"]) == (shipment.packages, codes(answer))


def test_a_correction_with_other_units_renames_and_tells_a_person_that_the_first_contents_stand():
    shipment, (_, answer) = read(asked(mug=2), row(quantity=1), row(quantity=2, tracking_number="1Z2", replaces="1Z1"))

    assert ({"1Z2": {1: 1}}, ["package_changed"]) == (shipment.packages, codes(answer))


def test_a_withdrawn_label_is_told_to_a_person_until_the_parcel_has_another():
    void = row("voided", tracking_number="1Z1", reason="printer jam")
    shipment, (_, told, again) = read(asked(mug=2), FIRST, void, void)

    assert (["label_voided"], [], True) == (codes(told), codes(again), shipment.labels["1Z1"].voided)
    assert "printer jam" in told.problems[0].message
    assert {"1Z1": {1: 2}} == shipment.packages

    shipment, (_, replay) = read(shipment, RENUMBERED, [void, FIRST])
    assert ({"1Z2": {1: 2}}, False, []) == (shipment.packages, shipment.labels["1Z2"].voided, codes(replay))


def test_of_several_parcels_the_same_units_are_those_of_the_one_whose_label_was_withdrawn():
    boxes = [row(quantity=1), row(quantity=1, tracking_number="1Z2")]
    void = row("voided", tracking_number="1Z1")
    shipment, (_, answer) = read(asked(mug=2), boxes, [void, row(quantity=1, tracking_number="1Z9")])

    assert ({"1Z9": {1: 1}, "1Z2": {1: 1}}, []) == (shipment.packages, codes(answer))


@pytest.mark.parametrize("number", ["1Z7", ""])
def test_a_withdrawn_label_that_no_package_has_is_a_contradiction(number):
    boxes = [row(quantity=1), row(quantity=1, tracking_number="1Z2")]
    _, (_, answer) = read(asked(mug=2), boxes, row("voided", tracking_number=number))

    assert ["contradiction"] == codes(answer)


def test_a_package_that_comes_with_its_withdrawal_is_recorded_as_withdrawn():
    _, (answer,) = read(asked(mug=2), [FIRST, row("voided", tracking_number="1Z1")])

    assert (True, ["label_voided"]) == (answer.packages["1Z1"].voided, codes(answer))


def a_kit() -> Asked:
    """A kit of two mugs and a tee."""
    shipment = asked(set=1)
    (line,) = shipment.lines
    return Asked(7, 3, "WEB-1-1", "east", "dispatched", (type(line)(1, "set", "SET", 1, parts={"MUG": 2, "TEE": 1}),))


def test_a_part_of_a_kit_in_a_parcel_of_its_own_can_have_another_number():
    parts = [row(quantity=2, sku="MUG"), row(quantity=1, sku="TEE", tracking_number="1Z2")]
    shipment, (_, mugs, tee) = read(
        a_kit(),
        parts,
        row(quantity=2, sku="MUG", tracking_number="1Z8", replaces="1Z1"),
        row(quantity=1, sku="TEE", tracking_number="1Z9", replaces="1Z2"),
    )

    assert ({"1Z8": {}, "1Z9": {1: 1}}, [], []) == (shipment.packages, codes(mugs), codes(tee))


def test_a_whole_kit_under_another_number_is_the_same_kit():
    whole = [row(quantity=2, sku="MUG"), row(quantity=1, sku="TEE")]
    again = [row(quantity=2, sku="MUG", tracking_number="1Z2"), row(quantity=1, sku="TEE", tracking_number="1Z2")]
    shipment, (_, answer) = read(a_kit(), whole, again)

    assert ({"1Z2": {1: 1}}, []) == (shipment.packages, codes(answer))


def rows_of(numbers: Sequence[str], lines: Sequence[tuple[str, int]], words: dict[str, Any]) -> list[Confirmation]:
    number, *replaces = numbers
    return [
        row(quantity=units, line_id=line, tracking_number=number, replaces="".join(replaces), **words)
        for line, units in lines
    ]


WORDS = st.fixed_dictionaries(
    {
        "carrier": st.sampled_from(["", "UPS", "DHL"]),
        "service": st.sampled_from(["", "ground"]),
        "at": st.sampled_from(["", "2026-11-20T10:00:00Z", "2026-11-21T10:00:00Z"]),
    }
)


@given(st.data(), WORDS, WORDS, st.sampled_from([[("mug", 2), ("tee", 1)], [("mug", 1), ("tee", 1)], [("tee", 1)]]))
def test_a_stated_correction_ends_the_same_in_every_order_of_rows_and_replays(data, words, others, lines):
    first, correction = rows_of(["1Z1"], lines, words), rows_of(["1Z2", "1Z1"], lines, others)
    usual, _ = read(asked(mug=2, tee=1), first, correction)
    both = st.lists(st.sampled_from([first, correction, first + correction, correction + first]), max_size=6)
    rows = [*data.draw(both), *data.draw(st.permutations([first, correction])), *data.draw(both)]

    shipment, told = read(asked(mug=2, tee=1), *rows)

    assert (usual.state, usual.packages, usual.lines) == (shipment.state, shipment.packages, shipment.lines)
    assert usual.labels["1Z2"].label == shipment.labels["1Z2"].label
    assert [] == [code for answer in told for code in codes(answer)]
    assert {} == {number: units for answer in told for number, units in beyond(answer).items()}


@given(st.data(), st.sampled_from([RENUMBERED, row(quantity=2, line_id="mug", carrier="DHL")]))
def test_whatever_comes_again_after_a_correction_does_not_undo_it(data, correction):
    usual, _ = read(asked(mug=2), FIRST, correction)
    again = data.draw(st.lists(st.sampled_from([FIRST, correction]), max_size=6))
    more = data.draw(st.lists(st.sampled_from([FIRST, correction]), max_size=6))

    shipment, told = read(asked(mug=2), FIRST, *[one for one in again if one is FIRST], correction, *more)

    assert (usual, []) == (shipment, [code for answer in told for code in codes(answer)])


def test_first_row_and_stated_correction_in_one_file_count_once():
    shipment, (answer,) = read(asked(mug=4), [FIRST, STATED])

    assert ({"JD2": {1: 2}}, {}, "dispatched") == (packed(answer), beyond(answer), shipment.state)
    assert ["1Z1", "JD2"] == numbers(shipment.labels["JD2"])
