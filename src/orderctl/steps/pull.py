"""Pull: every channel's orders into the store.

1. a page of payloads is read, understood and looked at, outside any transaction
2. its orders, what had to be put aside, and the position after it are saved in one
3. a channel that cannot be completed stops; the others go on, and the next pass goes on where it stopped
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from orderctl.core import failpoints
from orderctl.core.adapters import Channel, Page
from orderctl.core.addresses import judged
from orderctl.core.checks import Checks, money_checks
from orderctl.core.digests import digest
from orderctl.core.errors import Exit, RecordError, RemoteError
from orderctl.core.orders import Order
from orderctl.steps import tills
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.refusals import refuse_inputs
from orderctl.steps.report import Report
from orderctl.store import cursors, orders, quarantine, revisions
from orderctl.store.orders import ReadOrder
from orderctl.store.quarantine import PutAside
from orderctl.store.transactions import transaction


def pull(ctx: Context, channels: Sequence[str] = ()) -> Report:
    """Read what is new on `channels` (all when none is named)."""
    report = Report("pull")
    for name in chosen(channels, ctx.config.channels, "channel"):
        _notice_live(ctx, name, report)
        try:
            _channel(ctx, name, report)
        except RemoteError as error:
            hint = error.next or f"orderctl pull {name}"
            report.problem(error.code, name, error.said, next=hint, exit=Exit.REMOTE)
        except RecordError as error:
            refuse_inputs(ctx, name, [error])
            ctx.fresh.add(name)
        else:
            refuse_inputs(ctx, name, [])
            ctx.fresh.add(name)
    return report


def _notice_live(ctx: Context, name: str, report: Report) -> None:
    live_from = ctx.config.channels[name].live_from
    if live_from:
        with transaction(ctx.db, "pull.live"):
            report.count("went live", orders.go_live(ctx.db, ctx.stamp, name, live_from))


def _channel(ctx: Context, name: str, report: Report) -> None:
    channel = ctx.adapters.channel(name)
    source = f"channel:{name}"
    read = 0
    for page in channel.fetch(cursors.positions(ctx.db, source)):
        items, aside, same = _understand(ctx, name, channel, page)
        with transaction(ctx.db, "pull.page"):
            _save(ctx, name, items, report)
            report.count("put aside", quarantine.put(ctx.db, ctx.stamp, aside))
            cursors.move(ctx.db, source, page.stream, page.position, ctx.now)
        report.count("unchanged", same)
        if page.closes:
            channel.finished(page.stream)
            failpoints.reached("pull.finished")
        read += len(page.payloads)
        ctx.progress(f"orders from {name}", read, None)


def _understand(ctx: Context, name: str, channel: Channel, page: Page) -> tuple[list[ReadOrder], list[PutAside], int]:
    """The orders on `page` that are not stored just so already, what cannot be one, and how many were skipped."""
    digests = [digest(payload.raw)[:32] for payload in page.payloads]
    stored = orders.unchanged(ctx.db, name, digests)
    items, aside, same = [], [], 0
    for payload, mark in zip(page.payloads, digests, strict=True):
        if mark in stored:
            same += 1
            continue
        try:
            order = channel.to_order(payload)
        except RecordError as error:
            aside.append(PutAside(name, payload.raw, payload.where, error.field, error.message, error.exception))
        else:
            items.append(ReadOrder(order, payload.raw, mark, look_at(order)))
    return items, aside, same


def look_at(order: Order) -> Checks:
    """What is noticed about an order when it is saved."""
    address, parts = judged(order.ship_to) if order.ship_to else ("ok", ())
    return Checks(address=address, address_problems=parts, codes=money_checks(order))


def _save(ctx: Context, name: str, items: Sequence[ReadOrder], report: Report) -> None:
    newest: dict[str, ReadOrder] = {}
    for item in items:
        seen = newest.get(item.order.channel_order_id)
        if seen is None or item.order.updated_at >= seen.order.updated_at:
            newest[item.order.channel_order_id] = item
    known = orders.known(ctx.db, name, newest)
    configured = ctx.config.channels[name]
    fresh = [item for identity, item in newest.items() if identity not in known]
    orders.add(ctx.db, ctx.stamp, fresh, short=configured.short, live_from=configured.live_from)
    tills.take(ctx, configured, [item.order for item in fresh])
    report.count("new", len(fresh))
    _report_new(report, fresh)
    for identity, before in known.items():
        item = newest[identity]
        if item.digest == before.digest:
            report.count("unchanged")
        elif item.order.updated_at < before.updated_at:
            orders.note_older(ctx.db, ctx.stamp, before.order_id, item)
            report.count("older, ignored")
        else:
            revisions.revise(ctx.db, ctx.stamp, before.order_id, item, look_at)
            report.count("changed")


def _report_new(report: Report, items: Iterable[ReadOrder]) -> None:
    for item in items:
        order = item.order
        if report.has_room():
            report.items.append({"channel": order.channel, "number": order.number, "placed_at": order.placed_at})
