"""Reconcile orders: what a channel tells since a moment against the store. Changes nothing.

1. the channel's own walk from that moment; only what is compared of each order is kept
2. ours: every order it told, and every one that was placed or changed since
3. an order that the walk did not tell is asked for by itself before it is called missing
"""

from __future__ import annotations

from dataclasses import asdict

from orderctl.core.errors import Exit, RecordError, RemoteError
from orderctl.core.money import to_text
from orderctl.core.order_reconcile import ASIDE, Difference, Standing, differences, standing, totals
from orderctl.core.orders import Order
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.report import MOST_ITEMS, Report
from orderctl.steps.since import moment_of
from orderctl.steps.views import Row
from orderctl.store import orders

#: So many orders are asked for one by one; of a channel that told fewer than it should, the rest counts as missing.
_MOST_ASKED = 50
_AT_ONCE = 500


def reconcile_orders(ctx: Context, channel: str, since: str) -> Report:
    """Compare the orders of `channel` that changed `since` a day, a moment or a span. Exit 7 when something differs.

    UsageError for a channel or moment that is none; exit 5, and nothing compared, when it cannot be read to its end.
    """
    chosen([channel], ctx.config.channels, "channel")
    moment = moment_of(ctx, since)
    report = Report("reconcile orders")
    there: dict[str, Standing] = {}
    aside: list[Difference] = []
    try:
        _ask(ctx, channel, moment, there, aside)
        known = orders.since(ctx.db, channel, moment)
        _ask_for(ctx, channel, [name for name in known if name not in there][:_MOST_ASKED], there, aside)
    except (RemoteError, RecordError) as error:
        hint = error.next or f"orderctl channels test {channel}"
        report.problem(error.code, channel, error.said, next=hint, exit=Exit.REMOTE)
        return report
    here = _ours(ctx, channel, known, there)
    found = [*aside, *differences(there, here)]
    report.items.append(_row(channel, moment, there, here, found))
    report.count("orders there", len(there) + len(aside))
    report.count("orders here", len(here))
    report.count("differences", len(found))
    if found:
        message = f"{len(found):,} differences since {moment}, the first about order {found[0].number}"
        hint = f"orderctl pull --since {moment} {channel}"
        report.problem("orders_differ", channel, message, next=hint, exit=Exit.CHECK)
    return report


def _ask(ctx: Context, channel: str, moment: str, there: dict[str, Standing], aside: list[Difference]) -> None:
    """What the channel tells since `moment`."""
    adapter, told = ctx.adapters.channel(channel), 0
    for page in adapter.fetch(adapter.positions_at(moment)):
        for payload in page.payloads:
            try:
                _take(there, adapter.to_order(payload))
            except RecordError as error:
                aside.append(Difference("", payload.where, ASIDE, there=error.message))
        told += len(page.payloads)
        ctx.progress(f"orders from {channel}", told, None)


def _ask_for(ctx: Context, channel: str, names: list[str], there: dict[str, Standing], aside: list[Difference]) -> None:
    """What the channel says of single orders; one that is read as a whole has told all it has."""
    adapter = ctx.adapters.channel(channel)
    for name in names if adapter.remote else ():
        payload = adapter.fetch_one(name)
        if payload is not None:
            try:
                _take(there, adapter.to_order(payload))
            except RecordError as error:
                aside.append(Difference(name, payload.where, ASIDE, there=error.message))


def _take(there: dict[str, Standing], order: Order) -> None:
    seen = there.get(order.channel_order_id)
    if seen is None or order.updated_at >= seen.updated_at:
        there[order.channel_order_id] = standing(order)


def _ours(ctx: Context, channel: str, known: dict[str, int], there: dict[str, Standing]) -> dict[str, Standing]:
    """What is stored of the orders that changed since then, and of those the channel told besides."""
    found, names = dict(known), [name for name in there if name not in known]
    for first in range(0, len(names), _AT_ONCE):
        some = orders.known(ctx.db, channel, names[first : first + _AT_ONCE])
        found |= {name: one.order_id for name, one in some.items()}
    return {name: standing(orders.document(ctx.db, order_id)) for name, order_id in found.items()}


def _row(
    channel: str, since: str, there: dict[str, Standing], here: dict[str, Standing], found: list[Difference]
) -> Row:
    return {
        "channel": channel,
        "since": since,
        "there": _side(there),
        "here": _side(here),
        "differences": [asdict(one) for one in found[:MOST_ITEMS]],
    }


def _side(standings: dict[str, Standing]) -> Row:
    sums = totals(standings.values())
    listed = [{"currency": currency, "total": to_text(minor, currency)} for currency, minor in sums.items()]
    return {"orders": len(standings), "totals": listed}
