"""Reconcile shipments: what locations say they have against what was handed to them. Changes nothing.

A shipment that its location does not know, has cancelled, rejected or sent already is a difference; that it has not
been acknowledged there yet is none.
"""

from __future__ import annotations

from orderctl.core.effects import Holding, InHand
from orderctl.core.errors import Exit, RemoteError
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.report import MOST_ITEMS, Report
from orderctl.store import in_hand

#: What a location may say of a shipment in a state without contradicting it.
_AGREES = {
    "dispatched": ("dispatched", "acknowledged"),
    "acknowledged": ("dispatched", "acknowledged"),
    "cancel_requested": ("dispatched", "acknowledged", "cancel_requested"),
}


def reconcile_shipments(ctx: Context, location: str = "") -> Report:
    """Ask every location, or `location`, about each shipment it has in hand. Exit 7 when something differs."""
    chosen([location] if location else [], ctx.config.locations, "location")
    report = Report("reconcile shipments")
    for name in [location] if location else ctx.config.locations:
        have = in_hand.at(ctx.db, name)
        if not have:
            continue
        try:
            way = ctx.adapters.way(name, "send")
            told = list(way.holdings(have)) if way else []
        except RemoteError as error:
            report.problem(error.code, name, error.said, next=f"orderctl locations test {name}", exit=Exit.REMOTE)
            continue
        _compare(report, name, have, told)
    return report


def _compare(report: Report, location: str, have: list[InHand], told: list[Holding]) -> None:
    ours = {one.reference: one for one in have}
    apart = [
        {
            "reference": one.reference,
            "here": ours[one.reference].state,
            "there": f"{one.state}: {one.said}" if one.said else one.state,
            "since": ours[one.reference].since,
        }
        for one in told
        if one.reference in ours and one.state not in _AGREES[ours[one.reference].state]
    ]
    report.items.append(
        {
            "location": location,
            "in_hand": len(have),
            "asked": len(told),
            "differ": len(apart),
            "differences": apart[:MOST_ITEMS],
        }
    )
    report.count("shipments", len(have))
    report.count("asked", len(told))
    report.count("differences", len(apart))
    if apart:
        message = f"{len(apart):,} shipments differ, the first {apart[0]['reference']}: there {apart[0]['there']}"
        hint = f"orderctl shipments show {apart[0]['reference']}"
        report.problem("shipments_differ", location, message, next=hint, exit=Exit.CHECK)
