"""Dispatch: hand each location the shipments that are due there, as one batch or one by one.

1. locations are asked to stop what is cancelled and already in their hands
2. a channel whose orders would leave on an old copy is read once more; what cannot be read again does not leave
3. what a location cannot take as it is stays behind, with the reason; the rest is handed over (`steps.handoff`)
4. locations in shadow get their copies of what was taken, last of all
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from orderctl.core import times
from orderctl.core.effects import BatchShipment
from orderctl.core.errors import Exit, RecordError, RemoteError, worst
from orderctl.steps import call_backs, handoff, pull, shadowing
from orderctl.steps.batches import MOST_SHIPMENTS, batch_name, gathered
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import batches, exceptions, handoffs, passes, pauses
from orderctl.store.batches import Due
from orderctl.store.exceptions import Trouble
from orderctl.store.transactions import transaction

CODE = "not_sendable"
#: After so many lost answers in a row a location is left alone for this pass.
MOST_LOST = 3


def dispatch(ctx: Context, named: Sequence[str] = ()) -> Report:
    """Hand over what is due at the locations `named` (all when none is)."""
    report = Report("dispatch")
    wanted = chosen(named, ctx.config.partners, "location")
    shadowing.keep_running(ctx)
    call_backs.call_back(ctx, wanted, report)
    _drop_uploaded(ctx)
    oldest = times.later(ctx.now, -ctx.config.routing.max_age_s)
    unread = _read_again(ctx, oldest, report)
    paused = pauses.paused(ctx.db, "location")
    looked_at = [
        location
        for location in batches.locations_with_work(ctx.db)
        if location not in paused and (location in wanted or location not in ctx.config.locations)
    ]
    objected: dict[str, str] = {}
    for location in looked_at:
        try:
            objected |= _location(ctx, location, batches.Due(ctx.now, unread, oldest), report)
        except (RemoteError, RecordError) as error:
            hint = error.next or f"orderctl dispatch {location}"
            report.problem(error.code, location, error.said, next=hint, exit=worst((error.exit, Exit.REMOTE)))
    _tell_objections(ctx, looked_at, objected)
    shadowing.hand_over(ctx, wanted, report)
    return report


def _read_again(ctx: Context, oldest: str, report: Report) -> list[str]:
    """Read the channels once more of which planned orders were last read before `oldest`; those that cannot be."""
    unread = []
    for name in batches.channels_read_before(ctx.db, oldest):
        if name in ctx.fresh or name not in ctx.config.channels or passes.last_read(ctx.db, name) >= oldest:
            continue
        report.problems += pull.pull(ctx, [name]).problems
        if name not in ctx.fresh:
            unread.append(name)
    return unread


def _location(ctx: Context, location: str, due: Due, report: Report) -> dict[str, str]:
    """Hand over what is due at `location` until it takes no more; reference -> why it cannot take it like this."""
    ids = batches.due(ctx.db, location, due)
    destination = ctx.adapters.way(location, "send")
    if destination is None:
        if ids:
            _no_way(ctx, location, len(ids), report)
        return {}
    objected: dict[str, str] = {}
    lost = 0
    for start in range(0, len(ids), MOST_SHIPMENTS):
        some = ids[start : start + MOST_SHIPMENTS]
        shown = list(zip(some, gathered(ctx, location, some, destination.needs), strict=True))
        objected.update(destination.objections([shipment for _, shipment in shown]))
        fit = [one for one in shown if one[1].reference not in objected]
        for together in [[one] for one in fit] if destination.alone else _by_name(fit):
            receipt = handoff.hand_over(ctx, location, destination, together, report)
            lost = lost + 1 if receipt.outcome == "uncertain" else 0
            if receipt.outcome == "retry" or lost == MOST_LOST:
                return objected
    return objected


def _by_name(shown: Sequence[tuple[int, BatchShipment]]) -> list[list[tuple[int, BatchShipment]]]:
    """Shipments that leave together: those of each special batch that rules name, and the rest."""
    found: dict[str, list[tuple[int, BatchShipment]]] = {}
    for one in shown:
        found.setdefault(batch_name([one[1]]), []).append(one)
    return list(found.values())


def _drop_uploaded(ctx: Context) -> None:
    uploaded = handoffs.surely_uploaded(ctx.db)
    if uploaded:
        with transaction(ctx.db, "dispatch.uploaded"):
            for batch in uploaded:
                exceptions.settle(ctx.db, ctx.stamp, handoffs.TO_UPLOAD, batch)


def _tell_objections(ctx: Context, looked_at: Collection[str], objected: Mapping[str, str]) -> None:
    """An exception for each shipment that cannot be handed over as it is, for as long as that is so."""
    known = exceptions.open_subjects(ctx.db, CODE, "")
    if known == set(objected):
        return
    with transaction(ctx.db, "dispatch.objections"):
        for reference, order_id, location in batches.still_planned(ctx.db, known | set(objected)):
            if reference in objected:
                message = f"{location} cannot be handed {reference}: {objected[reference]}"
                exceptions.raise_all(ctx.db, ctx.stamp, [Trouble(CODE, reference, message, order_id)])
            if reference in objected or location not in looked_at:
                known.discard(reference)
        for reference in sorted(known):
            exceptions.settle(ctx.db, ctx.stamp, CODE, reference)


def _no_way(ctx: Context, location: str, shipments: int, report: Report) -> None:
    if location in ctx.config.locations:
        message = f"{shipments} shipments wait, but the location has no `send` in channels.toml"
    else:
        message = f"{shipments} shipments wait, but channels.toml no longer has this location"
    with transaction(ctx.db, "dispatch.no_way"):
        exceptions.raise_all(ctx.db, ctx.stamp, [Trouble("no_way_to_send", location, message)])
    report.count("not handed over", shipments)
