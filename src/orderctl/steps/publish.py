"""Publish: tell channels how many units of each SKU they may sell.

1. the numbers of what changed are made anew, all of them where a channel's terms are others (`store.published`)
2. a push that would cut a channel's total by more than `[safety] max_stock_drop`, sales left aside, waits for a person
3. numbers that differ from what the channel took last go into one numbered document: written down as `sending`,
   handed over, settled
A number is never kept for later: after a failure the next pass tells what is true by then.
"""

from __future__ import annotations

from collections.abc import Collection

from orderctl.core import failpoints, publishing
from orderctl.core.effects import Receipt
from orderctl.core.errors import Exit
from orderctl.core.publishing import Terms
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import consents, effects, exceptions, listings, locations, oversold, pauses, published
from orderctl.store.exceptions import Trouble
from orderctl.store.transactions import transaction

DROP = "stock_drop"
#: Outcomes of what the next push tells anew.
_AGAIN = frozenset({"retry", "uncertain"})


def publishing_channels(ctx: Context) -> list[str]:
    """The channels that are told of stock and are live by now."""
    channels = ctx.config.channels.items()
    return [name for name, one in channels if one.live_from and one.live_from <= ctx.now and "stock" in one.push]


def terms(ctx: Context, name: str) -> Terms:
    """How the numbers of the channel `name` are made at this moment."""
    stock = ctx.config.channels[name].stock
    open_now = publishing.listed_open(stock.locations, closed(ctx))
    numerator, denominator = publishing.share(stock.percent)
    return Terms(
        locations=stock.locations,
        open=open_now,
        unlimited=not ctx.counted.issuperset(open_now),
        buffer=stock.buffer,
        numerator=numerator,
        denominator=denominator,
        least=stock.min,
        most=stock.max,
    )


def closed(ctx: Context) -> dict[str, str]:
    """The locations that routing would not choose now, and why; nothing of theirs is published."""
    found = dict.fromkeys(pauses.paused(ctx.db, "location"), "paused")
    stale = locations.stale(ctx.db, ctx.config.places, ctx.now)
    return found | dict.fromkeys(stale, "its stock feed is too old")


def reckon(ctx: Context) -> None:
    """Bring the numbers of all publishing channels up to date. Costs one look where nothing has changed."""
    wanted = {name: terms(ctx, name) for name in publishing_channels(ctx)}
    known = {name: text for name, text in published.terms_of(ctx.db).items() if text}
    if known == {name: one.text for name, one in wanted.items()} and not (wanted and published.is_changed(ctx.db)):
        return
    with transaction(ctx.db, "publish.reckon"):
        published.reckon(ctx.db, wanted)


def tell_of_gaps(ctx: Context) -> None:
    """Tell a person of orders of units that were gone when their channel sold them; close what is no longer so."""
    sold, over = oversold.sold_in_gaps(ctx.db, ctx.now), oversold.over(ctx.db)
    known = exceptions.open_subjects(ctx.db, oversold.CODE, "")
    if over or not known.issuperset(trouble.subject for trouble in sold):
        with transaction(ctx.db, "publish.gaps"):
            for subject in over:
                exceptions.settle(ctx.db, ctx.stamp, oversold.CODE, subject)
            exceptions.raise_all(ctx.db, ctx.stamp, sold)


def publish(ctx: Context, name: str, limit: int, report: Report) -> int:
    """Tell the channel `name` of at most `limit` SKUs whose number it does not have; how many it was."""
    if limit <= 0 or name not in publishing_channels(ctx) or published.is_under_way(ctx.db, name):
        return 0
    at_once = ctx.adapters.channel(name).at_once.get("stock", 0) or limit
    numbers = published.due(ctx.db, name, min(at_once, limit))
    if _is_put_aside(ctx, name, is_due=bool(numbers)):
        return 0
    if not numbers and published.is_waiting(ctx.db, name):
        with transaction(ctx.db, "publish.superseded"):
            published.supersede(ctx.db, ctx.stamp, name)
    told = 0
    while numbers:
        told += len(numbers)
        goes_on = _hand_over(ctx, name, numbers, report)
        asked = max(numbers)  # what came to nothing is due still, and has had its turn
        numbers = published.due(ctx.db, name, min(at_once, limit - told), asked) if goes_on and told < limit else {}
    return told


def _is_put_aside(ctx: Context, name: str, *, is_due: bool) -> bool:
    """Whether what is due cuts too much and nobody has agreed to it. The exception closes itself with its cause."""
    told, now, sold = published.totals(ctx.db, name, terms(ctx, name).locations) if is_due else (0, 0, 0)
    cut = publishing.is_cut(told, now, sold, ctx.config.safety.max_stock_drop_percent)
    if cut and consents.is_given(ctx.db, DROP, name):
        return False
    known = name in exceptions.open_subjects(ctx.db, DROP, name)
    if cut and not known:
        message = f"{name} would be told {now:,} units after {told:,}; of that {max(0, sold):,} were sold"
        with transaction(ctx.db, "publish.aside"):
            exceptions.raise_all(ctx.db, ctx.stamp, [Trouble(DROP, name, message)])
    elif not cut and (known or consents.is_given(ctx.db, DROP, name)):
        with transaction(ctx.db, "publish.no_cut"):
            exceptions.settle(ctx.db, ctx.stamp, DROP, name)
            consents.use(ctx.db, DROP, name)
    return cut


def _hand_over(ctx: Context, name: str, numbers: dict[str, tuple[int | None, int]], report: Report) -> bool:
    """Hand over one document with these numbers; whether there is any use in another one now."""
    channel = ctx.adapters.channel(name)
    number = effects.next_push(ctx.db, name)
    now = {sku: quantity for sku, (_, quantity) in numbers.items()}
    document = channel.render_stock(number, listings.levels(ctx.db, name, now))
    channel.stage(document)
    with transaction(ctx.db, "publish.sending"):
        key = published.begin(ctx.db, ctx.stamp, name, number, document, now)
    ctx.journal.note(ctx.db, ctx.now)
    receipt = channel.deliver(document, key)
    failpoints.reached("publish.delivered")
    report.count("stock", settle(ctx, name, document.name, receipt))
    if receipt.outcome == "retry":
        channel.discard(document.name)
    _report_untold(name, numbers, receipt, report)
    told = [{"sku": sku, "before": before, "quantity": quantity} for sku, (before, quantity) in numbers.items()]
    report.items.append({"channel": name, "document": document.name, "outcome": receipt.outcome, "stock": told})
    outcomes = {receipt.outcome, *(one.outcome for one in receipt.each.values())}
    return "accepted" in outcomes or (bool(receipt.each) and outcomes == {"refused"})


def _report_untold(name: str, numbers: Collection[str], receipt: Receipt, report: Report) -> None:
    """What did not reach the channel, or perhaps did: the whole document, or single numbers of it."""
    untold = {sku: one for sku, one in receipt.each.items() if one.outcome in _AGAIN}
    if receipt.outcome in _AGAIN:
        others = len(receipt.each) - len(untold)
        some = f"{len(numbers) - others} of {len(numbers)} SKUs were not told: " if others else ""
        report.problem(receipt.outcome, name, some + receipt.message, next=f"orderctl push {name}", exit=Exit.REMOTE)
    elif untold:
        sku, first = next(iter(untold.items()))
        message = f"{len(untold)} of {len(numbers)} SKUs were not told, the first {sku}: {first.message}"
        report.problem(first.outcome, name, message, next=f"orderctl push {name}", exit=Exit.REMOTE)


def settle(ctx: Context, name: str, document: str, receipt: Receipt) -> int:
    """Write down what the channel `name` said to the numbers in `document`; how many of them it took."""
    with transaction(ctx.db, "publish.receipt"):
        taken = published.settle(ctx.db, ctx.stamp, name, document, receipt)
        if receipt.outcome == "accepted" and not published.due(ctx.db, name, 1):
            published.told_all(ctx.db, name)
            consents.use(ctx.db, DROP, name)
    return taken
