"""Stock by hand: one move, a physical count of a location, units carried from one location to another.

Every difference is a move, all of them in one transaction. What is promised and no longer there is listed with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from orderctl.core.errors import ConfigError, Finding, UsageError
from orderctl.core.order_fields import LARGEST_QUANTITY
from orderctl.core.stock import REASONS, StockMove
from orderctl.core.text import did_you_mean
from orderctl.steps import news, promises
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.steps.stock import BAD_ROW, counts_in
from orderctl.steps.views import Row, need_sku
from orderctl.store import counts, passes, stock
from orderctl.store.transactions import transaction


def need_counted(ctx: Context, location: str) -> None:
    """UsageError unless `location` is configured and keeps a ledger."""
    chosen([location], ctx.config.locations, "location")
    if location not in ctx.counted:
        raise UsageError(f"'{location}' has unlimited stock; it keeps no ledger", next="orderctl locations list")


def adjust(ctx: Context, sku: str, location: str, delta: int, reason: str, note: str = "") -> Report:
    """Post one move. UsageError for a location, number or reason that cannot be."""
    need_counted(ctx, location)
    known = (*REASONS, *ctx.config.stock_reasons)
    if reason not in known:
        message = f"'{reason}' is not a reason{did_you_mean(reason, known)}; nothing was changed"
        raise UsageError(message, next=f"one of: {', '.join(known)}")
    if delta == 0 or abs(delta) > LARGEST_QUANTITY:
        raise UsageError(f"{delta} is not from 1 to {LARGEST_QUANTITY:,} units", next="say +N or -N")
    report = Report("stock adjust")
    with transaction(ctx.db, "stock.adjust"):
        ctx.stamp = passes.add(ctx.db, report.step, ctx.stamp.actor, ctx.stamp.at)
        move = _move(ctx, (location, sku, delta, reason), note or f"pass:{ctx.stamp.pass_id}", "adjust")
        stock.post(ctx.db, [move])
        fallen = promises.keep(ctx, location, [sku], report)
    report.count("moves")
    _tell_levels(report, stock.levels(ctx.db, sku), (location,), fallen)
    return _ended(ctx, report)


def count(ctx: Context, location: str, file: Path, *, full: bool = False) -> Report:
    """Post what a count of `location` found otherwise; a SKU that `file` does not name is left alone unless `full`.

    A full count finds none of those. ConfigError lists every row of the file that is wrong.
    """
    need_counted(ctx, location)
    found = _counted(file, location)
    report = Report("stock count")
    with transaction(ctx.db, "stock.count"):
        ctx.stamp = passes.add(ctx.db, report.step, ctx.stamp.actor, ctx.stamp.at)
        before = counts.levels(ctx.db, location)
        if full:
            found |= {sku: 0 for sku, (on_hand, _) in before.items() if on_hand and sku not in found}
            stock.note_feed(ctx.db, ctx.stamp, location, ctx.now)
        stock.know(ctx.db, found, ctx.now)
        moved = stock.count(ctx.db, ctx.stamp, location, found, f"count:{ctx.stamp.pass_id}")
        counts.note(ctx.db, ctx.stamp, location, found)
        fallen = promises.keep(ctx, location, found, report)
    report.count("counted", len(found))
    report.count("differences", len(moved))
    changed = set(moved) | set(fallen)
    for sku in sorted(changed):
        was, reserved = before.get(sku, (0, 0))
        now = found.get(sku, was)
        row = {"location": location, "sku": sku, "on_hand": was, "counted": now, "difference": now - was}
        report.items.append(row | {"reserved": reserved, "unkept": fallen.get(sku, [])})
    return _ended(ctx, report)


def _counted(file: Path, location: str) -> dict[str, int]:
    """SKU -> units, of a file that may not speak of another location."""
    found, _, _ = counts_in(file, location)
    others = [row for name, rows in found.items() if name != location for row in rows]
    if others:
        message = f"is about {others[0].location[:40]}; count one location at a time"
        line = int(others[0].where.rpartition(" ")[2])
        raise ConfigError([Finding(BAD_ROW, message, str(file), line)])
    return {row.sku: row.quantity for row in found.get(location, [])}


def move(ctx: Context, sku: str, source: str, target: str, units: int, note: str = "") -> Report:
    """Carry `units` of `sku` from `source` to `target`. UsageError for more than lies there, or what is unknown."""
    need_counted(ctx, source)
    need_counted(ctx, target)
    need_sku(ctx, sku)
    if source == target:
        raise UsageError(f"from {source} to {target} is no move; nothing was changed")
    if not 0 < units <= LARGEST_QUANTITY:
        raise UsageError(f"{units} is not from 1 to {LARGEST_QUANTITY:,} units; nothing was changed")
    report = Report("stock move")
    with transaction(ctx.db, "stock.move"):
        have = stock.on_hand(ctx.db, source, [sku]).get(sku, 0)
        if have < units:
            message = f"{source} has {max(0, have)} of {sku}, not {units}; nothing was changed"
            raise UsageError(message, next=f"orderctl stock show {sku}")
        ctx.stamp = passes.add(ctx.db, report.step, ctx.stamp.actor, ctx.stamp.at)
        cause = note or f"from {source} to {target}"
        ends = ((source, sku, -units, "transfer_out"), (target, sku, units, "transfer_in"))
        stock.post(ctx.db, [_move(ctx, end, cause, "move") for end in ends])
        fallen = promises.keep(ctx, source, [sku], report)
    report.count("units", units)
    _tell_levels(report, stock.levels(ctx.db, sku), (source, target), fallen)
    return _ended(ctx, report)


def _move(ctx: Context, what: tuple[str, str, int, str], cause: str, command: str) -> StockMove:
    """The move of `what` (location, SKU, units, reason)."""
    location, sku, delta, reason = what
    mark = f"{command}:{ctx.stamp.pass_id}:{location}:{sku}"
    return StockMove(location, sku, delta, reason, cause, mark, ctx.stamp.actor, ctx.now)


def _tell_levels(
    report: Report, levels: Sequence[Row], locations: Sequence[str], fallen: Mapping[str, list[Row]]
) -> None:
    """How the SKU stands at `locations` now, with the promises of the first one that fell."""
    here = {row["location"]: row for row in levels}
    unkept = [one for rows in fallen.values() for one in rows]
    report.items += [here[name] | {"unkept": unkept if name == locations[0] else []} for name in locations]


def _ended(ctx: Context, report: Report) -> Report:
    news.tell(ctx, report)
    passes.end(ctx.db, ctx.stamp, ctx.now, int(report.exit), "")
    return report
