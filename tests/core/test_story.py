from __future__ import annotations

from orderctl.core.story import Happened, told


def event(kind: str, detail: str, at: str = "2026-11-20T15:00:00Z", actor: str = "orderctl") -> dict[str, str]:
    return {"at": at, "actor": actor, "kind": kind, "detail": detail}


def test_a_story_is_told_by_the_shops_clock_first_of_the_order_then_of_each_shipment():
    history = [
        event("imported", "web 1"),
        event("planned", "WEB-1-1: 2 x MUG from east"),
        event("shipment dispatched", "WEB-1-1 at east", at="2026-11-21T03:30:00Z"),
        event("hold", "fraud", actor="ana"),
        event("shipment rejected", "WEB-1-1 at east: none left"),
        event("planned", "WEB-1-10: 2 x MUG from west"),
    ]

    story = told(history, ["WEB-1-1", "WEB-1-10"], "2026-11-20T10:00:00Z", "America/New_York")

    assert ["", "WEB-1-1", "WEB-1-10"] == list(story)
    assert [
        Happened("Fri 2026-11-20 05:00", "customer", "placed"),
        Happened("Fri 2026-11-20 10:00", "orderctl", "came from web 1"),
        Happened("Fri 2026-11-20 10:00", "ana", "held: fraud"),
    ] == story[""]
    assert ["planned: 2 x MUG from east", "handed over to east", "rejected by east: none left"] == [
        one.what for one in story["WEB-1-1"]
    ]
    assert "Fri 2026-11-20 22:30" == story["WEB-1-1"][1].when
    assert ["planned: 2 x MUG from west"] == [one.what for one in story["WEB-1-10"]]


def test_what_has_no_words_yet_is_told_as_it_is():
    (placed, what) = told([event("weighed", "2 kg {x}")], [], "2026-11-20T10:00:00Z", "UTC")[""]

    assert "weighed: 2 kg {x}" == what.what
    assert "placed" == placed.what


def test_braces_in_what_happened_are_text():
    assert ["note: {detail}"] == [one.what for one in told([event("note", "{detail}")], [], "", "UTC")[""]]
    assert ["held: {x}"] == [one.what for one in told([event("hold", "{x}")], [], "", "UTC")[""]]


def test_a_state_is_told_as_what_it_is_now():
    assert ["is now partly shipped"] == [
        one.what for one in told([event("state", "dispatched -> partly_shipped")], [], "", "UTC")[""]
    ]
