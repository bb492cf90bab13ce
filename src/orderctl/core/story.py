"""What happened to an order as a story: first to the order itself, then to each of its shipments, in the order of time.

Moments are told in the shop's time zone, and each event in words; of a shipment's the reference is left out, because
the story is the shipment's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from orderctl.core.times import as_datetime


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a story: when in the shop's time zone, who did it, and what."""

    when: str
    who: str
    what: str


#: Kind of an event -> what is said of it. `{detail}` is what it states; of a shipment at a location, `{place}` is that
#: and `{because}` the reason behind it, if there is one.
_WORDS = {
    "imported": "came from {detail}",
    "state": "is now {detail}",
    "hold": "held: {detail}",
    "release": "no longer held: {detail}",
    "exception": "needs a person: {detail}",
    "changed": "changed at its channel: {detail}",
    "older version ignored": "an older version came late and changed nothing: {detail}",
    "fulfilled there": "fulfilled at its channel: {detail}",
    "pushed": "told to {detail}",
    "tagged": "tagged {detail}",
    "untagged": "no longer tagged {detail}",
    "assigned": "for {detail} to look after",
    "noted": "{detail}",
    "planned": "planned: {detail}",
    "shipment planned": "waits to be handed over again{because}",
    "shipment sending": "handing over {detail}",
    "shipment dispatched": "handed over to {place}",
    "shipment acknowledged": "{place} has taken it on",
    "shipment uncertain": "nobody knows whether {place} has it{because}",
    "shipment rejected": "rejected by {place}{because}",
    "shipment cancelled": "taken back{because}",
    "shipment cancel_requested": "{place} is to stop it{because}",
    "shipment shipped": "left {place}",
    "shipment delivered": "delivered",
    "package": "parcel {detail}",
    "package changed": "parcel {detail}",
    "package voided": "label withdrawn: {detail}",
    "package delivered": "parcel delivered: {detail}",
    "asked to stop": "the location was asked to stop it{because}",
    "not stopped": "could not be stopped{because}",
}


def told(
    history: Iterable[Mapping[str, str]], references: Sequence[str], placed_at: str, timezone: str
) -> dict[str, list[Happened]]:
    """Reference -> what happened to that shipment; under "" what happened to the order, from when it was placed.

    `history` are events (at, actor, kind, detail), oldest first; `references` the order's shipments.
    """
    zone = ZoneInfo(timezone)
    story: dict[str, list[Happened]] = {"": [], **{reference: [] for reference in references}}
    if placed_at:
        story[""].append(Happened(_local(placed_at, zone), "customer", "placed"))
    for event in history:
        reference = _about(event["detail"], references)
        detail = event["detail"].removeprefix(reference)
        story[reference].append(Happened(_local(event["at"], zone), event["actor"], _said(event["kind"], detail)))
    return {reference: lines for reference, lines in story.items() if lines}


def _about(detail: str, references: Sequence[str]) -> str:
    """The shipment that an event is of: its detail begins with the reference."""
    return next((one for one in references if detail == one or detail.startswith((f"{one}:", f"{one} "))), "")


def _said(kind: str, detail: str) -> str:
    words = _WORDS.get(kind)
    if words is None:
        return f"{kind}: {detail}" if detail else kind
    place, _, reason = detail.removeprefix(" at ").partition(": ")
    if kind == "state":
        detail = detail.rpartition(" -> ")[2].replace("_", " ")
    return words.format(
        detail=detail.removeprefix(":").removeprefix(" in ").strip(),
        place=place or "the location",
        because=f": {reason}" if reason else "",
    )


def _local(moment: str, zone: ZoneInfo) -> str:
    return as_datetime(moment).astimezone(zone).strftime("%a %Y-%m-%d %H:%M")
