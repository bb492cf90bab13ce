"""Why a channel is told a number: every move, reservation and setting that leads to it, as lines that add up to it."""

from __future__ import annotations

from orderctl.core import publishing
from orderctl.core.publishing import Line, Terms
from orderctl.core.times import seconds_between
from orderctl.steps import publish
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.views import Row, need_sku
from orderctl.store import ledger, listings, passes, published


def explain(ctx: Context, sku: str, channel: str) -> Row:
    """What `channel` is told of `sku` (ours or its own) by now, line by line, and what it was told last.

    UsageError for a channel that is not configured and a SKU that is not known.
    """
    chosen([channel], ctx.config.channels, "channel")
    sku = listings.ours(ctx.db, channel, sku)
    need_sku(ctx, sku)
    terms = publish.terms(ctx, channel)
    parts = ledger.components(ctx.db, sku)
    lines = _at_locations(ctx, terms, sku, parts)
    if terms.unlimited and terms.most is not None:
        endless = next(name for name in terms.open if name not in ctx.counted)
        lines = [Line(endless, "has no limit, so `max`", terms.most)]
    else:
        lines += publishing.steps(terms, sum(line.units for line in lines))
    number = sum(line.units for line in lines)
    return {
        "sku": sku,
        "channel": channel,
        "is_told": channel in publish.publishing_channels(ctx),
        "lines": [{"location": line.location, "what": line.what, "units": line.units} for line in lines],
        "published": number,
        "components": _components(ctx, terms, parts),
        "listings": [
            {"sku": level.sku, "quantity": level.quantity} for level in listings.levels(ctx.db, channel, {sku: number})
        ],
        "last_told": published.last(ctx.db, channel, sku),
    }


def _at_locations(ctx: Context, terms: Terms, sku: str, parts: dict[str, int]) -> list[Line]:
    closed = publish.closed(ctx)
    lines: list[Line] = []
    for location in terms.locations:
        if location not in ctx.counted:
            continue
        if parts:
            here = [Line(location, "kits from components", _kits(ctx, location, parts))]
        else:
            moves = ledger.by_reason(ctx.db, sku, location)
            reserved = ledger.reserved(ctx.db, sku, location)
            here = [Line(location, reason, units) for reason, units in moves.items()]
            here.append(Line(location, "reserved", -reserved))
        left = sum(line.units for line in here)
        here.append(Line(location, "below 0 counts as none", max(0, -left)))
        if location in closed:
            here.append(Line(location, f"left out: {closed[location]}", -max(0, left)))
        lines += [line for line in here if line.units or line.what == "reserved"]
    return lines


def _kits(ctx: Context, location: str, parts: dict[str, int]) -> int:
    return publishing.sets(parts, ledger.available_at(ctx.db, location, parts))


def _components(ctx: Context, terms: Terms, parts: dict[str, int]) -> list[Row]:
    rows = []
    for location in terms.locations if parts else ():
        here = ledger.available_at(ctx.db, location, parts)
        rows += [
            {"location": location, "sku": part, "per_kit": each, "available": here.get(part, 0)}
            for part, each in parts.items()
        ]
    return rows


def stock_of_channel(ctx: Context, name: str) -> Row | None:
    """What the channel `name` is told of stock: by which terms, how much, how often; None when it is not told.

    `window_s`: how long after one push of stock the next came; a channel may sell meanwhile what is gone. `delay_s`:
    how long the last pass took from reading orders and counts to the end of its pushes.
    """
    if name not in publish.publishing_channels(ctx):
        return None
    stock = ctx.config.channels[name].stock
    recent = passes.of_step(ctx.db, "push", 2)
    return {
        "locations": list(stock.locations),
        "buffer": stock.buffer,
        "percent": stock.percent,
        "min": stock.min,
        "max": stock.max,
        **published.summary(ctx.db, name),
        "window_s": seconds_between(recent[1][0], recent[0][0]) if len(recent) > 1 else None,
        "delay_s": seconds_between(*recent[0]) if recent else None,
    }
