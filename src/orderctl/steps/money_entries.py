"""What channels state of money: with their orders, and apart from them.

1. what an order states beside what was sold is kept with it, in the transaction that saves the order; an estimate of
   the fee beside it, where channels.toml has one
2. statements of account are read after all orders, each channel from its own position, in transactions of their own;
   a channel that does not give them is a problem of the report, and its orders are in
3. what cannot be understood waits for a person and holds nothing up
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from functools import partial

from orderctl.config.model import ChannelConfig, Fees
from orderctl.core.adapters import Accounting, MoneyPage, Payload, Statements
from orderctl.core.errors import Exit, RecordError, RemoteError
from orderctl.core.money_entries import MoneyEntry, Statement, estimated_fee
from orderctl.core.orders import Order
from orderctl.core.places import Places
from orderctl.rules.exchange import converted
from orderctl.steps import side_by_side
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import cursors, exceptions, orders
from orderctl.store import money_entries as rows
from orderctl.store.exceptions import Trouble
from orderctl.store.orders import ReadOrder
from orderctl.store.transactions import transaction

#: The stream of statements of account, beside those of orders.
STREAM = "money"
UNREAD = "money_unread"
_NO_FEES = Fees()


def stated(channel: Accounting, payload: Payload) -> Statement:
    """What `payload`, which is an order, states beside what was sold."""
    try:
        return Statement(tuple(channel.entries_of(payload)))
    except RecordError as error:
        return Statement(unread=error.message)


def keep_of(ctx: Context, configured: ChannelConfig, items: Sequence[ReadOrder], report: Report) -> None:
    """Keep what orders state that were just saved, inside the caller's transaction."""
    told = {item.order.channel_order_id: item.money for item in items if item.money is not None}
    entries = [entry for money in told.values() for entry in money.entries]
    if configured.fees != _NO_FEES:
        entries += [_estimate(item.order, configured.fees, ctx.config.places) for item in items]
    if not told and not entries:
        return
    whole = {order for order, money in told.items() if not money.unread}
    report.count("money entries", rows.keep(ctx.db, ctx.stamp, configured.name, entries, whole))
    names = {item.order.channel_order_id: f"order {item.order.number}" for item in items}
    unread = [
        Trouble(UNREAD, f"{configured.name} {names[order]}", money.unread, orders.id_of(ctx.db, configured.name, order))
        for order, money in told.items()
        if money.unread
    ]
    _wait(ctx, configured.name, unread, {names[order] for order in whole})


def is_news(ctx: Context, channel: str, item: ReadOrder) -> bool:
    """Whether an order states other money than before."""
    money = item.money
    if money is None or money.unread:
        return False
    return not rows.is_stated(ctx.db, channel, item.order.channel_order_id, money.entries)


def _estimate(order: Order, fees: Fees, places: Places) -> MoneyEntry:
    """The fixed part in the order's currency; nothing of it where there is no rate."""
    fixed = converted(fees.fixed_minor, places.currency, order.currency, places) if fees.fixed_minor else 0
    return estimated_fee(order, fees.percent, fixed or 0)


def _wait(ctx: Context, channel: str, unread: Sequence[Trouble], well: set[str]) -> None:
    """A person has to look at what of `channel` could not be read; what can be read by now is settled."""
    for subject in exceptions.open_subjects(ctx.db, UNREAD, f"{channel} "):
        if subject.removeprefix(f"{channel} ") in well:
            exceptions.settle(ctx.db, ctx.stamp, UNREAD, subject)
    exceptions.raise_all(ctx.db, ctx.stamp, unread)


def read(ctx: Context, names: Sequence[str], report: Report, since: str = "") -> None:
    """Read statements of account of the channels `names` that have them; with `since`, those booked from then on."""
    sources = {}
    for name in names:
        channel = ctx.adapters.channel(name)
        if isinstance(channel, Statements):
            position = since or cursors.positions(ctx.db, f"channel:{name}").get(STREAM, "")
            sources[name] = partial(_pages, channel, position)
    with contextlib.closing(side_by_side.read(sources)) as arriving:
        for name, item in arriving:
            if isinstance(item, MoneyPage):
                _keep(ctx, name, item, report, again=bool(since))
            elif item.error is not None:
                _ended(name, item.error, report)


def _ended(name: str, error: Exception, report: Report) -> None:
    if not isinstance(error, RemoteError):
        raise error
    hint = error.next or f"orderctl channels test {name}"
    report.problem(error.code, name, f"statements of account: {error.said}", next=hint, exit=Exit.REMOTE)


def _pages(channel: Statements, position: str) -> Iterator[MoneyPage]:
    return channel.fetch_entries(position)


def _keep(ctx: Context, name: str, page: MoneyPage, report: Report, *, again: bool) -> None:
    with transaction(ctx.db, "pull.money"):
        report.count("money entries", rows.keep(ctx.db, ctx.stamp, name, page.entries))
        unread = [Trouble(UNREAD, f"{name} {what}", why) for what, why in page.unread.items()]
        _wait(ctx, name, unread, {entry.reference for entry in page.entries} - page.unread.keys())
        if not again:
            cursors.move(ctx.db, f"channel:{name}", STREAM, page.position, ctx.now)
