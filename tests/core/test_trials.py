from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from orderctl.core import trials
from orderctl.core.answers import Asked, AskedLine
from orderctl.core.confirmations import Confirmation
from orderctl.core.places import Location
from orderctl.core.trials import Apart, Copy, Difference, Said, Share, Terms

#: A Friday.
HANDED = "2026-11-20T15:00:00Z"
TERMS = Terms(Location("next", timezone="UTC"), "2026-11-30T15:00:00Z", 4 * 3600, 24 * 3600)
TARGETS: dict[str, Any] = {
    "min_shipments": 1,
    "min_days": 1,
    **dict.fromkeys(("taken", "acknowledged_in_time", "shipped_in_time", "answers_understood"), "100"),
    **dict.fromkeys(("units_right", "tracking_right"), "100"),
    "stock_right": None,
}


def said(kind: str, at: str = "2026-11-20T16:00:00Z", **stated: Any) -> Said:
    return Said(at, Confirmation(kind, "TEST-1", **stated))


def a_copy(*answers: Said, state: str = "dispatched", **changes: Any) -> Copy:
    """A copy of two mugs and a lamp, handed over on Friday at 15:00."""
    lines = (AskedLine(1, "mug", "MUG", 2), AskedLine(2, "lamp", "LAMP", 1))
    asked = Asked(1, 1, "TEST-1", "next", "dispatched", lines)
    fields: dict[str, Any] = {"made_at": HANDED, "handed_at": HANDED, "planned": "", "reason": ""}
    copy = Copy(1, state, asked=asked, answers=answers, **(fields | changes))
    return replace(copy, state=trials.state_of(copy))


def shares(*copies: Copy, now: str = TERMS.now) -> dict[str, tuple[int, int]]:
    trial = trials.look(copies, replace(TERMS, now=now))
    names = ("taken", "acknowledged", "shipped", "understood", "units", "tracking")
    return {name: (share.good, share.of) for name in names for share in [getattr(trial, name)]}


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ((), "dispatched"),
        ((said("acknowledged"),), "acknowledged"),
        ((said("shipped"),), "shipped"),
        ((said("shipped", line_id="mug"),), "dispatched"),
        ((said("shipped", line_id="mug"), said("short", line_id="lamp")), "shipped"),
        ((said("delivered"),), "shipped"),
        ((said("rejected"),), "rejected"),
    ],
)
def test_the_state_of_a_copy_is_what_a_shipments_would_be(answers: tuple[Said, ...], state: str):
    assert state == a_copy(*answers).state


@pytest.mark.parametrize("state", ["refused", "uncertain", "sending"])
def test_what_was_never_taken_for_sure_is_not_moved_by_an_answer(state: str):
    assert state == a_copy(said("shipped"), state=state).state


def test_an_acknowledgment_counts_by_the_working_hours_of_the_location():
    late = "2026-11-20T20:00:00Z"

    assert (1, 1) == shares(a_copy(said("acknowledged")))["acknowledged"]
    assert (0, 1) == shares(a_copy(said("acknowledged", at=late)))["acknowledged"]
    assert (0, 1) == shares(a_copy())["acknowledged"]
    assert (0, 0) == shares(a_copy(), now="2026-11-20T18:59:59Z")["acknowledged"]


def test_a_weekend_is_no_delay():
    monday = "2026-11-23T14:00:00Z"

    assert (1, 1) == shares(a_copy(said("shipped", at=monday)))["shipped"]
    assert (0, 1) == shares(a_copy(said("shipped", at="2026-11-23T16:00:00Z")))["shipped"]


def test_what_is_shipped_in_parts_is_shipped_with_its_last_part():
    first, last = said("shipped", line_id="mug"), said("shipped", at="2026-11-24T16:00:00Z", line_id="lamp")

    assert (0, 1) == shares(a_copy(first, last))["shipped"]


def test_a_rejection_is_an_answer_in_time_and_no_shipment_taken():
    found = shares(a_copy(said("rejected", reason="no stock")))

    assert ((1, 1), (0, 0), (0, 1)) == (found["acknowledged"], found["shipped"], found["taken"])
    assert {"no stock": 1} == trials.look([a_copy(said("rejected", reason="no stock"))], TERMS).reasons


def test_units_that_are_missing_or_too_many_are_told_by_line():
    copy = a_copy(said("shipped", line_id="mug", quantity=3), said("short", line_id="lamp", reason="broken"))
    trial = trials.look([copy], TERMS)

    assert [Difference("TEST-1", "MUG", 2, 3, 0), Difference("TEST-1", "LAMP", 1, 0, 1)] == trial.differences
    assert {"broken": 1} == trial.shorts
    assert (0, 1) == (trial.units.good, trial.units.of)


@pytest.mark.parametrize(
    ("number", "verdict"), [("1Z999AA10123456784", "right"), ("1Z999AA10123456783", "wrong"), ("ABC", "unknown")]
)
def test_a_tracking_number_is_looked_at_by_its_check_digit(number: str, verdict: str):
    trial = trials.look([a_copy(said("shipped", carrier="UPS", tracking_number=number))], TERMS)

    assert [(verdict, bool(verdict == "wrong"))] == [(one.verdict, bool(one.why)) for one in trial.numbers]
    assert (verdict != "wrong", 1) == (trial.tracking.good, trial.tracking.of)


def test_an_answer_about_a_line_that_was_not_asked_is_not_understood():
    assert (1, 2) == shares(a_copy(said("acknowledged"), said("shipped", line_id="hat")))["understood"]


@pytest.mark.parametrize("state", ["unfit", "refused", "uncertain", "sending"])
def test_a_copy_that_did_not_arrive_was_not_taken_and_nothing_else_is_asked_of_it(state: str):
    found = shares(a_copy(state=state))

    assert (0, 1) == found["taken"]
    assert {(0, 0)} == set(found.values()) - {(0, 1)}


def test_a_copy_that_waits_says_nothing():
    assert {(0, 0)} == set(shares(a_copy(state="waiting", handed_at="")).values())


@pytest.mark.parametrize(
    ("good", "of", "percent", "reached"),
    [(0, 0, "98", False), (49, 50, "98", True), (48, 50, "98", False), (2, 3, "66.6", True), (2, 3, "66.7", False)],
)
def test_a_share_reaches_a_target_exactly_or_not_at_all(good: int, of: int, percent: str, *, reached: bool):
    assert reached is Share(good, of).reaches(percent)


def test_a_share_says_a_hundred_only_of_all():
    assert ("99.9", "100.0", "") == (Share(99_999, 100_000).percent, Share(3, 3).percent, Share().percent)


def judged(*copies: Copy, asks: Any = lambda _: True, **wanted: Any) -> dict[str, str]:
    trial = trials.look(copies, TERMS)
    return {one.target: one.verdict for one in trials.verdict(trial, TARGETS | wanted, Share(), asks=asks)}


def test_a_location_that_does_everything_right_reaches_every_target():
    copy = a_copy(said("shipped", carrier="UPS", tracking_number="1Z999AA10123456784"))

    assert {"ok", "not asked"} == set(judged(copy).values())
    assert "not asked" == judged(copy)["stock_right"]


def test_nothing_is_reached_where_nothing_was_seen_and_a_target_of_nothing_is_not_asked():
    assert "missed" == judged(a_copy())["tracking_right"]
    assert "not asked" == judged(a_copy(), tracking_right="0")["tracking_right"]
    assert "not asked" == judged(a_copy(), asks=lambda target: target != "tracking_right")["tracking_right"]
    assert "missed" == judged(a_copy(), min_shipments=2)["min_shipments"]
    assert "missed" == judged(a_copy(), stock_right="90")["stock_right"]


def test_stock_is_alike_where_both_say_the_same_and_what_nobody_has_does_not_matter():
    share, apart = trials.stock_apart({"MUG": 3, "TEE": 1, "OLD": 0, "CUP": 0}, {"MUG": 3, "CUP": 0, "HAT": 2})

    assert (2, 4) == (share.good, share.of)
    assert [Apart("HAT", None, 2), Apart("TEE", 1, None)] == apart
