"""Pull one order again: its channel is asked for it alone, and no position moves.

The answer to a question about one order may have other bytes than the list it came in. So an order that says what is
stored already, and of money what was said before, is left as it is, whatever its bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orderctl.core.adapters import Payload
from orderctl.core.errors import Exit, RemoteError, UsageError
from orderctl.steps import money_entries
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.pull import save, understand
from orderctl.steps.report import Report
from orderctl.store import order_views, orders, pauses
from orderctl.store.orders import ReadOrder
from orderctl.store.quarantine import PutAside
from orderctl.store.transactions import transaction


@dataclass(frozen=True, slots=True)
class One:
    """An order of a channel, by the id the channel has for it."""

    channel: str
    order_id: str


def named(ctx: Context, channels: Sequence[str], name: str, since: str = "") -> One:
    """The order that `name` means: one we have, or else the channel's own id of one we may not have yet.

    UsageError unless it is clear which channel is meant, and for one that is paused.
    """
    if since:
        raise UsageError("--order and --since are two ways to read again; say one of them")
    chosen(channels, ctx.config.channels, "channel")
    found = [orders.identity(ctx.db, order) for order, _ in order_views.find(ctx.db, name)]
    ours = [One(*identity) for identity in found if not channels or identity[0] in channels]
    if len(ours) == 1:
        one = ours[0]
    elif len(channels) == 1:
        one = One(channels[0], name)
    else:
        raise UsageError(f"say of which channel '{name[:40]}' is", next=f"orderctl pull --order {name[:40]} CHANNEL")
    if one.channel in pauses.paused(ctx.db, "channel"):
        message = f"{one.channel} is paused; nothing is read from it"
        raise UsageError(message, next=f"orderctl channels resume {one.channel}")
    return one


def pull_one(ctx: Context, one: One) -> Report:
    """Ask the channel for the order and save what it says."""
    report = Report("pull")
    try:
        payload = ctx.adapters.channel(one.channel).fetch_one(one.order_id)
    except RemoteError as error:
        hint = error.next or f"orderctl channels test {one.channel}"
        report.problem(error.code, one.channel, error.said, next=hint, exit=Exit.REMOTE)
        return report
    if payload is None:
        message = f"has no order '{one.order_id[:60]}'"
        hint = f"orderctl reconcile orders --channel {one.channel} --since 30d"
        report.problem("no_such_order", one.channel, message, next=hint, exit=Exit.USAGE)
        return report
    items, aside, same = asked_for(ctx, one.channel, [payload])
    with transaction(ctx.db, "pull.one"):
        save(ctx, one.channel, items, aside, report)
    report.count("unchanged", same)
    return report


def asked_for(ctx: Context, channel: str, payloads: Sequence[Payload]) -> tuple[list[ReadOrder], list[PutAside], int]:
    """As `understand`, of orders that were asked for alone: one that says what is stored counts as unchanged."""
    items, aside, same = understand(ctx, channel, payloads)
    changed = [item for item in items if not _is_stored(ctx, channel, item)]
    return changed, aside, same + len(items) - len(changed)


def _is_stored(ctx: Context, channel: str, item: ReadOrder) -> bool:
    identity = item.order.channel_order_id
    known = orders.known(ctx.db, channel, [identity]).get(identity)
    is_known = known is not None and orders.document(ctx.db, known.order_id) == item.order
    return is_known and not money_entries.is_news(ctx, channel, item)
