"""SKUs: taken from a file, listed, mapped to what channels call them, made kits of.

Whatever makes a SKU known, or says what a channel's SKU is, lets the orders that waited for it be decided again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from orderctl.core import money
from orderctl.core.errors import ConfigError, Finding, RecordError, UsageError
from orderctl.core.skus import MOST_TIMES, Alias, SkuRow
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.steps.views import Row, need_sku
from orderctl.store import passes, skus, stock
from orderctl.store.transactions import transaction
from orderctl.wire import sku_rows


def import_(ctx: Context, file: Path) -> Report:
    """Take what `file` says of SKUs; what it does not name stays. ConfigError lists everything wrong with it."""
    rows = read(file, ctx.config.places.currency, list(ctx.config.channels))
    with _pass(ctx, "skus import") as report:
        report.count("rows", len(rows.rows))
        _apply(ctx, file, rows.rows, report)
        report.items.append({"file": str(file), **report.counts, "passed_over": list(rows.passed_over)})
    return report


def read(file: Path, currency: str = "USD", channels: Sequence[str] | None = None) -> sku_rows.Read:
    """The rows of `file`. ConfigError when any is wrong, UsageError when the file cannot be read."""
    found = opened(file, currency, channels)
    if found.findings:
        raise ConfigError(found.findings)
    return found


def opened(file: Path, currency: str = "USD", channels: Sequence[str] | None = None) -> sku_rows.Read:
    """The rows of `file`, with what is wrong with some of them. UsageError when it cannot be read."""
    try:
        return sku_rows.read(file, str(file), currency, channels)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}; nothing was changed", where=str(file)) from None
    except RecordError as error:
        raise UsageError(f"{error.message}; nothing was changed", where=error.where or str(file)) from None


def _apply(ctx: Context, file: Path, rows: Sequence[SkuRow], report: Report) -> None:
    """Everything the rows say, inside a transaction."""
    before = skus.known(ctx.db, [row.sku for row in rows])
    stock.know(ctx.db, {row.sku for row in rows}, ctx.now)
    findings = list(_unknown_parts(ctx, file, rows)) or list(_moved_aliases(ctx, file, rows))
    if findings:
        raise ConfigError(findings)
    changed = skus.keep(ctx.db, [(row.sku, row.data) for row in rows])
    report.count("new", len(rows) - len(before))
    report.count("changed", len(before.keys() & changed))
    kits = [row.sku for row in rows if row.parts is not None and skus.put_parts(ctx.db, row.sku, row.parts)]
    _need_flat_kits(ctx)
    mapped = [alias for row in rows for alias in row.aliases if skus.put_alias(ctx.db, alias) != alias]
    report.count("kits changed", len(kits))
    report.count("mapped", len(mapped))
    _wake(ctx, [*kits, *(alias.channel_sku for alias in mapped)])
    skus.wake_undeclared(ctx.db, changed, ctx.now)


def _unknown_parts(ctx: Context, file: Path, rows: Sequence[SkuRow]) -> Iterator[Finding]:
    known = skus.known(ctx.db, {part for row in rows for part in row.parts or ()})
    for row in rows:
        for part in row.parts or ():
            if part not in known or part == row.sku:
                what = "is a part of itself" if part == row.sku else f"has the part {part[:40]}, which no SKU is"
                yield Finding(sku_rows.BAD_ROW, f"column 'parts': {row.sku[:40]} {what}", str(file), row.line)


def _moved_aliases(ctx: Context, file: Path, rows: Sequence[SkuRow]) -> Iterator[Finding]:
    """What a channel's SKU is already, said otherwise: moving it needs to be asked for."""
    stated = {(alias.channel, alias.channel_sku): row for row in rows for alias in row.aliases}
    have = skus.aliases(ctx.db, {channel for channel, _ in stated}, {name for _, name in stated})
    for name, row in stated.items():
        if name in have and have[name].sku != row.sku:
            message = f"column 'alias.{name[0]}': {name[1][:40]} is mapped to {have[name].sku[:40]} already"
            hint = "move it with `orderctl skus map --replace`"
            yield Finding(sku_rows.BAD_ROW, message, str(file), row.line, hint=hint)


def _need_flat_kits(ctx: Context) -> None:
    """UsageError when a part of a kit is a kit."""
    for kit, part in skus.kits_within(ctx.db):
        message = f"{kit} has the part {part}, which is a kit itself; nothing was changed"
        raise UsageError(message, next=f"orderctl skus show {part}")


def _wake(ctx: Context, names: Sequence[str]) -> None:
    """Orders that wait for one of these SKUs, whatever for, are decided again."""
    if names:
        skus.wake_unknown(ctx.db, names, ctx.now)
        skus.wake_undeclared(ctx.db, names, ctx.now)
        stock.wake(ctx.db, names, ctx.now)


def map_(ctx: Context, channel: str, channel_sku: str, sku: str, times: int = 1, *, replace: bool = False) -> Report:
    """One unit of what `channel` calls `channel_sku` is `times` units of `sku` from now on.

    UsageError for a channel or SKU that there is not, and for a SKU mapped to another one unless `replace` is said.
    """
    chosen([channel], ctx.config.channels, "channel")
    if not channel_sku or not 0 < times <= MOST_TIMES:
        raise UsageError(f"one unit of a channel's SKU is 1 to {MOST_TIMES:,} units of yours; nothing was changed")
    need_sku(ctx, sku)
    alias = Alias(channel, channel_sku, sku, times)
    with _pass(ctx, "skus map") as report:
        before = skus.put_alias(ctx.db, alias)
        if before is not None and before.sku != sku and not replace:
            message = f"{channel} calls {before.times} x {before.sku} '{channel_sku}' already; nothing was changed"
            raise UsageError(message, next=f"orderctl skus map {channel} {channel_sku} {sku} --replace")
        if before != alias:
            _wake(ctx, [channel_sku])
        report.count("mapped" if before != alias else "mapped already")
        report.items.append(_alias_row(alias) | {"before": _alias_row(before) if before else None})
    return report


def unmap(ctx: Context, channel: str, channel_sku: str) -> Report:
    """What `channel` calls `channel_sku` is nothing but that from now on. UsageError when it is mapped to nothing."""
    with _pass(ctx, "skus map") as report:
        before = skus.remove_alias(ctx.db, channel, channel_sku)
        if before is None:
            message = f"'{channel_sku}' of {channel} is mapped to nothing; nothing was changed"
            raise UsageError(message, next="orderctl skus list")
        _wake(ctx, [channel_sku])
        report.count("mapping removed")
        now = {"channel": channel, "channel_sku": channel_sku, "sku": None, "times": None}
        report.items.append(now | {"before": _alias_row(before)})
    return report


def _alias_row(alias: Alias) -> Row:
    return {"channel": alias.channel, "channel_sku": alias.channel_sku, "sku": alias.sku, "times": alias.times}


def kit(ctx: Context, sku: str, parts: Mapping[str, int], explode: str = "always") -> Report:
    """`sku` is made of `parts` from now on (SKU -> units in one); without parts it is a kit no longer.

    UsageError for parts that are not known, kits themselves, or the kit itself.
    """
    for part in parts:
        need_sku(ctx, part)
    if sku in parts:
        raise UsageError(f"{sku} cannot be a part of itself; nothing was changed")
    with _pass(ctx, "skus kit") as report:
        if not parts and not skus.known(ctx.db, [sku]):
            need_sku(ctx, sku)
        stock.know(ctx.db, [sku], ctx.now)
        changed = skus.put_parts(ctx.db, sku, parts)
        kept_assembled = "if_short" if parts and explode == "if_short" else None
        changed = bool(skus.keep(ctx.db, [(sku, {"explode": kept_assembled})])) or changed
        _need_flat_kits(ctx)
        if changed:
            _wake(ctx, [sku])
        report.count("kits changed" if changed else "unchanged")
        report.items.append(_row(skus.listed(ctx.db, sku)[0]))
    return report


@contextmanager
def _pass(ctx: Context, command: str) -> Iterator[Report]:
    """A pass in one transaction, which leaves no trace when it is refused."""
    report = Report(command)
    with transaction(ctx.db, "skus.change"):
        ctx.stamp = passes.add(ctx.db, command, ctx.stamp.actor, ctx.stamp.at)
        yield report
    passes.end(ctx.db, ctx.stamp, ctx.now, int(report.exit), "")


def list_(ctx: Context, limit: int | None = None) -> list[Row]:
    """Every SKU with what is known of it, newest first."""
    return [_row(row) for row in skus.listed(ctx.db, limit=limit)]


def show(ctx: Context, sku: str) -> Row:
    """One SKU with what is known of it, and its stock. UsageError for one that is not known."""
    need_sku(ctx, sku)
    return _row(skus.listed(ctx.db, sku)[0]) | {"stock": stock.levels(ctx.db, sku)}


def _row(kept: Row) -> Row:
    """A SKU as commands show it: every column, None where nothing is known."""
    currency = kept.get("currency")
    texts = ("title", "barcode", "hs_code", "origin", "category", "supplier")
    sizes = ("weight_g", "length_mm", "width_mm", "height_mm")
    return {
        "sku": kept["sku"],
        **{name: kept.get(name, "") for name in texts},
        **{name: kept.get(name) for name in sizes},
        **{name: kept.get(name, False) for name in ("hazmat", "oversize", "preorder")},
        "tags": kept.get("tags", []),
        "cost": money.to_text(kept["cost_minor"], currency) if currency else None,
        "currency": currency,
        "parts": kept["parts"],
        "explode": kept.get("explode", "always") if kept["parts"] else None,
        "aliases": kept["aliases"],
        "known_at": kept["known_at"],
    }
