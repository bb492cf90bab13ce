"""Shipments and batches by hand: confirm what a location said by phone, resolve what is uncertain, print again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from orderctl.core.confirmations import Confirmation
from orderctl.core.effects import Document, Receipt
from orderctl.core.errors import UsageError
from orderctl.core.states import SHIPMENT_EDGES
from orderctl.core.text import did_you_mean
from orderctl.steps import news, tracking
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.steps.views import Row
from orderctl.store import exceptions, handoffs, order_views, packages, passes, shipment_views
from orderctl.store.transactions import transaction


def confirm(ctx: Context, reference: str, told: Confirmation, units: Mapping[str, int]) -> Report:
    """Write down what the location said of a shipment: `told` for all of it, or for `units` (line id -> units) each."""
    report = Report("shipments confirm")
    asked = packages.asked(ctx.db, [reference.upper()]).get(reference.upper())
    if asked is None:
        raise UsageError(f"there is no shipment '{reference}'", next="orderctl shipments list")
    if asked.state in {"planned", "sending"}:
        message = f"{asked.reference} is {asked.state}: it was never handed over; nothing was changed"
        raise UsageError(message, next=f"orderctl dispatch {asked.location}")
    if asked.state == "uncertain":
        message = f"{asked.reference} may or may not have been handed over; nothing was changed"
        raise UsageError(message, next=f"orderctl shipments resolve {asked.reference} --sent")
    known = {line.channel_line_id for line in asked.lines}
    for line in units:
        if line not in known:
            raise UsageError(f"the shipment has no line '{line}'; lines: {', '.join(sorted(known))}")
    if told.replaces and not asked.knows(told.replaces):
        known_numbers = ", ".join(filter(None, asked.packages)) or "none"
        message = (
            f"{asked.reference} has no package {told.replaces}; its packages: {known_numbers}; nothing was changed"
        )
        raise UsageError(message, next=f"orderctl shipments show {asked.reference}")
    rows = [replace(told, line_id=line, quantity=quantity) for line, quantity in units.items()] or [told]
    answer = tracking.read(ctx, asked, rows, by_shelf=False)
    ctx.stamp = passes.begin(ctx.db, "shipments confirm", ctx.stamp.actor, ctx.stamp.at)
    with transaction(ctx.db, "shipments.confirm"):
        packages.apply(ctx.db, ctx.stamp, [(asked, answer)], ctx.counted)
        tracking.review(ctx, [(asked, answer)])
    report.count("packages", len(answer.packages))
    news.tell(ctx, report)
    report.items.append(order_views.summary(ctx.db, asked.order_id))
    passes.end(ctx.db, ctx.stamp, ctx.now, int(report.exit), "")
    return report


def resolve(ctx: Context, name: str, *, sent: bool) -> Report:
    """Say what became of an uncertain batch, named by itself or by any of its shipments.

    Sent: its shipments are with the location. Not sent: they are planned as before, and leave with a later batch.
    """
    found = shipment_views.uncertain_batch(ctx.db, name)
    if found is None:
        raise UsageError(f"nothing about '{name}' is uncertain", next="orderctl exceptions list")
    location, number, document, references = found
    report = Report("shipments resolve")
    ctx.stamp = passes.begin(ctx.db, "shipments resolve", ctx.stamp.actor, ctx.stamp.at)
    receipt = Receipt("accepted" if sent else "retry", message=f"{ctx.stamp.actor} says so")
    with transaction(ctx.db, "shipments.resolve"):
        configured = ctx.config.locations.get(location)
        final = configured is None or configured.confirm is None
        handoffs.settle(ctx.db, ctx.stamp, location, document, receipt, final=final, counted=ctx.counted)
        exceptions.settle(ctx.db, ctx.stamp, "uncertain", f"{location} batch {number}")
    destination = ctx.adapters.way(location, "send")
    if destination is not None and not sent:
        destination.discard(document)
    report.count("sent" if sent else "not sent", len(references))
    report.items.append({"location": location, "batch": number, "sent": sent, "shipments": references})
    passes.end(ctx.db, ctx.stamp, ctx.now, int(report.exit), "")
    return report


def batch_show(ctx: Context, location: str, number: int) -> Row:
    """One batch with the references of its shipments."""
    found = shipment_views.batch(ctx.db, location, number)
    if found is None:
        raise UsageError(f"there is no batch {number} of '{location}'", next="orderctl batches list")
    found.pop("shipment_ids")
    return found


def shipments_list(ctx: Context, *, state: str = "", location: str = "", limit: int | None = None) -> list[Row]:
    """Shipments newest first. UsageError for a state or location that there is not."""
    if state and state not in SHIPMENT_EDGES:
        message = f"there is no state '{state}'{did_you_mean(state, SHIPMENT_EDGES)}"
        raise UsageError(message, next=f"one of: {', '.join(SHIPMENT_EDGES)}")
    _need_location(ctx, location)
    return shipment_views.shipments(ctx.db, state=state, location=location, limit=limit)


def shipment_show(ctx: Context, reference: str) -> Row:
    """One shipment with its lines and packages, and the order it belongs to."""
    order = shipment_views.order_of(ctx.db, reference)
    if order is None:
        raise UsageError(f"there is no shipment '{reference}'", next="orderctl shipments list")
    whole = order_views.one(ctx.db, order)
    tracking.with_pages(ctx.config, whole["shipments"])
    shipment: Row = next(one for one in whole["shipments"] if one["reference"] == reference.upper())
    history = [event for event in whole["history"] if shipment["reference"] in event["detail"]]
    return {"order": whole["order"], "ship_to": whole["ship_to"], **shipment, "history": history}


def batches_list(ctx: Context, *, location: str = "", limit: int | None = None) -> list[Row]:
    """Batches newest first. UsageError for a location that there is not."""
    _need_location(ctx, location)
    return shipment_views.batches(ctx.db, location=location, limit=limit)


def _need_location(ctx: Context, location: str) -> None:
    if location:
        known = {*ctx.config.locations, *shipment_views.locations(ctx.db)}
        chosen([location], sorted(known), "location")


def save(document: Document, path: Path) -> str:
    """Write `document` to a new file of mode 0600; its path. UsageError when it is there already or cannot be made."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise UsageError("is there already; it was left alone", where=str(path), next="name another file") from None
    except OSError as error:
        raise UsageError(f"cannot be made: {error.strerror}", where=str(path)) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(document.content)
    except OSError as error:
        path.unlink()
        raise UsageError(f"cannot be written: {error.strerror}; it was taken away again", where=str(path)) from None
    return str(path)
