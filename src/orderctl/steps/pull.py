"""Pull: every channel's orders into the store.

1. channels that wait for a network are read side by side; what comes is saved by this thread alone
2. a page of payloads is read, understood and looked at, outside any transaction
3. its orders, what had to be put aside, and the position after it are saved in one
4. a channel that cannot be completed stops; the others go on, and the next pass goes on where it stopped
5. what channels state of money apart from their orders comes last, and stops nothing (`steps.money_entries`)
6. read again from a moment, everything is the same, but no position moves: the next pass goes on where the last one was
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from orderctl.core import failpoints
from orderctl.core.adapters import Accounting, Page, Payload
from orderctl.core.addresses import Judgment
from orderctl.core.checks import Checks, completeness_checks, money_checks
from orderctl.core.digests import digest
from orderctl.core.errors import Exit, RecordError, RemoteDenied, RemoteError, RemoteRefused
from orderctl.core.orders import Order
from orderctl.core.revisions import given_back
from orderctl.steps import money_entries, side_by_side, tills
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.refusals import refuse_inputs
from orderctl.steps.report import Report
from orderctl.store import acknowledgments, cursors, orders, pauses, published, quarantine, revisions
from orderctl.store.orders import ReadOrder
from orderctl.store.quarantine import PutAside
from orderctl.store.transactions import transaction
from orderctl.wire.addresses import judged

#: Where a channel's positions stand, before its name: those of every pull.
_POSITIONS = "channel:"

#: Orders that are saved in one transaction at most, when they came on several pages.
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Reading:
    """One pull: what it reports, how far each channel has come, the moment `since` which is read again (empty: new).

    `positions` is what the channels' positions stand under, before their names.
    """

    ctx: Context
    report: Report
    since: str = ""
    positions: str = _POSITIONS
    read: Counter[str] = field(default_factory=Counter)


def pull(ctx: Context, channels: Sequence[str] = (), since: str = "") -> Report:
    """Read what is new on `channels` (all when none is named); with `since`, what changed from that moment on."""
    report = Report("pull")
    reading = Reading(ctx, report, since)
    paused = pauses.paused(ctx.db, "channel")
    names = [name for name in chosen(channels, ctx.config.channels, "channel") if name not in paused]
    for name in names:
        _notice_live(ctx, name, report)
    remote = [name for name in names if ctx.adapters.channel(name).remote]
    for name in names:
        if name not in remote:
            _read(reading, name)
    for name, error in _side_by_side(reading, remote):
        _ended(reading, name, error)
    money_entries.read(ctx, names, report, since)
    return report


def read_beside(
    ctx: Context, report: Report, names: Sequence[str], positions: str
) -> Iterator[tuple[str, Exception | None]]:
    """Save what these channels tell after positions of their own, which stand under `positions` and move.

    Each channel's name once it has ended, with its error.
    """
    return _side_by_side(Reading(ctx, report, positions=positions), names)


def _read(reading: Reading, name: str) -> None:
    try:
        for page in _walk(reading, name):
            _page(reading, name, page)
    except (RemoteError, RecordError) as error:
        _ended(reading, name, error)
    else:
        _ended(reading, name, None)


def _side_by_side(reading: Reading, names: Sequence[str]) -> Iterator[tuple[str, Exception | None]]:
    """Save the pages of these channels as they come; each channel's name once it has ended, with its error."""
    sources = {name: partial(iter, _walk(reading, name)) for name in names}
    with contextlib.closing(side_by_side.read(sources, _together)) as arriving:
        for name, item in arriving:
            if isinstance(item, Page):
                _page(reading, name, item)
            else:
                yield name, item.error


def _together(first: Page, second: Page) -> Page | None:
    """Two pages of a channel as one, if they are of one stream and not too much for a transaction."""
    if first.closes or first.stream != second.stream or len(first.payloads) + len(second.payloads) > AT_ONCE:
        return None
    return Page(second.stream, second.position, [*first.payloads, *second.payloads], second.closes)


def _walk(reading: Reading, name: str) -> Iterator[Page]:
    """The pages of a channel from where it was read to, or from the moment that is read again."""
    channel = reading.ctx.adapters.channel(name)
    if reading.since:
        return channel.fetch(channel.positions_at(reading.since))
    return channel.fetch(cursors.positions(reading.ctx.db, reading.positions + name))


def _ended(reading: Reading, name: str, error: Exception | None) -> None:
    """A channel has no more pages; `error` is why, None when it was read to its end."""
    if isinstance(error, RemoteError):
        again = f"orderctl pull {name}{' --since ' if reading.since else ''}{reading.since}"
        lasting = isinstance(error, RemoteDenied | RemoteRefused)  # trying again would not help
        hint = error.next or (f"orderctl channels test {name}" if lasting else again)
        message = f"{error.said.rstrip('.')}; its orders were not read to the end"
        reading.report.problem(error.code, name, message, next=hint, exit=Exit.REMOTE)
        return
    if error is not None and not isinstance(error, RecordError):
        raise error
    refuse_inputs(reading.ctx, name, [error] if error else [])
    if not reading.since:  # what changed before that moment was not looked at
        reading.ctx.fresh.add(name)


def _notice_live(ctx: Context, name: str, report: Report) -> None:
    live_from = ctx.config.channels[name].live_from
    if live_from:
        with transaction(ctx.db, "pull.live"):
            went = orders.go_live(ctx.db, ctx.stamp, name, live_from)
            if went and "acknowledgments" in ctx.config.channels[name].push:
                acknowledgments.add(ctx.db, ctx.stamp, name)
        report.count("went live", went)


def _page(reading: Reading, name: str, page: Page) -> None:
    ctx, again = reading.ctx, bool(reading.since)
    items, aside, same = understand(ctx, name, page.payloads)
    with transaction(ctx.db, "pull.page"):
        save(ctx, name, items, aside, reading.report)
        if not again:
            cursors.move(ctx.db, reading.positions + name, page.stream, page.position, ctx.now)
    reading.report.count("unchanged", same)
    if page.closes and not again and reading.positions == _POSITIONS:
        ctx.adapters.channel(name).finished(page.stream)
        failpoints.reached("pull.finished")
    reading.read[name] += len(page.payloads)
    ctx.progress(f"orders from {name}", reading.read[name], None)


def understand(ctx: Context, name: str, payloads: Sequence[Payload]) -> tuple[list[ReadOrder], list[PutAside], int]:
    """The orders in `payloads` that are not stored just so already, what cannot be one, and how many were skipped."""
    channel = ctx.adapters.channel(name)
    accounting = channel if isinstance(channel, Accounting) else None
    digests = [digest(payload.raw)[:32] for payload in payloads]
    stored = orders.unchanged(ctx.db, name, digests)
    items, aside, same = [], [], 0
    for payload, mark in zip(payloads, digests, strict=True):
        if mark in stored:
            same += 1
            continue
        try:
            order = channel.to_order(payload)
        except RecordError as error:
            aside.append(PutAside(name, payload.raw, payload.where, error.field, error.message, error.exception))
        else:
            money = money_entries.stated(accounting, payload) if accounting else None
            items.append(ReadOrder(order, payload.raw, mark, look_at(order), money))
    return items, aside, same


def look_at(order: Order) -> Checks:
    """What is noticed about an order when it is saved."""
    found = judged(order.ship_to) if order.ship_to else Judgment("ok")
    return Checks(found.verdict, found.parts, found.hints, (*money_checks(order), *completeness_checks(order)))


def save(ctx: Context, name: str, items: Sequence[ReadOrder], aside: Sequence[PutAside], report: Report) -> None:
    """Keep orders and what could not become one, inside the caller's transaction."""
    _save(ctx, name, items, report)
    report.count("put aside", quarantine.put(ctx.db, ctx.stamp, aside))


def _save(ctx: Context, name: str, items: Sequence[ReadOrder], report: Report) -> None:
    newest: dict[str, ReadOrder] = {}
    for item in items:
        seen = newest.get(item.order.channel_order_id)
        if seen is None or item.order.updated_at >= seen.order.updated_at:
            newest[item.order.channel_order_id] = item
    known = orders.known(ctx.db, name, newest)
    configured = ctx.config.channels[name]
    fresh = [item for identity, item in newest.items() if identity not in known]
    rereads = ctx.adapters.channel(name).remote
    orders.add(ctx.db, ctx.stamp, fresh, short=configured.short, live_from=configured.live_from, rereads=rereads)
    if configured.live_from and "acknowledgments" in configured.push:
        acknowledgments.add(ctx.db, ctx.stamp, name, [item.order.channel_order_id for item in fresh])
    if skus := {sku for item in fresh for sku in given_back(None, item.order)}:
        published.forget(ctx.db, name, skus)
    tills.take(ctx, configured, [item.order for item in fresh])
    report.count("new", len(fresh))
    _report_new(report, fresh)
    told = list(fresh)
    for identity, before in known.items():
        item = newest[identity]
        if before.redacted:
            report.count("redacted, left alone")
        elif item.digest == before.digest:
            report.count("unchanged")
        elif item.order.updated_at < before.updated_at:
            orders.note_older(ctx.db, ctx.stamp, before.order_id, item)
            report.count("older, ignored")
        else:
            revisions.revise(ctx.db, ctx.stamp, before.order_id, item, look_at)
            report.count("changed")
            told.append(item)
    money_entries.keep_of(ctx, configured, told, report)


def _report_new(report: Report, items: Iterable[ReadOrder]) -> None:
    for item in items:
        order = item.order
        if report.has_room():
            report.items.append({"channel": order.channel, "number": order.number, "placed_at": order.placed_at})
