"""Archive: move what only people read of old orders to another file, and look there."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from orderctl.core.errors import UsageError
from orderctl.steps import tracking
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.steps.since import moment_of
from orderctl.steps.views import Row
from orderctl.store import archive as rows
from orderctl.store import meta, passes, remains
from orderctl.store.transactions import transaction

AT_ONCE = 2_000


def archive(ctx: Context, before: str, file: Path) -> Report:
    """Move what only people read of orders that were over `before` a moment to the archive `file`.

    Killed in between, an order stands in both; the next one goes on. A dry run's archive vanishes.
    """
    moment = moment_of(ctx, before, "--before")
    report = Report("db archive")
    installation = meta.get(ctx.db, "installation")
    with closing(rows.open_for_writing(ctx.outside(file), installation)) as target:
        ctx.stamp = passes.begin(ctx.db, "db archive", ctx.stamp.actor, ctx.stamp.at)
        remains.careful(ctx.db)
        while some := rows.due(ctx.db, moment, AT_ONCE):
            rows.copy(ctx.db, target, ctx.stamp, some)
            with transaction(ctx.db, "archive.orders"):
                rows.take_out(ctx.db, ctx.stamp, some, file.name)
            report.count("orders archived", len(some))
            ctx.progress("orders archived", report.counts["orders archived"], None)
    report.items.append({"file": str(file), "orders": report.counts.get("orders archived", 0)})
    passes.end(ctx.db, ctx.stamp, ctx.now, int(report.exit), "")
    return report


def archived(ctx: Context, file: Path, name: str) -> Row:
    """The order `name` as it was shown when it was archived. UsageError when the archive has none, or several."""
    found = rows.find(file, name)
    if not found:
        raise UsageError(f"the archive has no order '{name}'", where=str(file))
    if len(found) > 1:
        several = ", ".join(f"{one['channel']}/{one['number']}" for one in found)
        raise UsageError(f"'{name}' may mean several orders: {several}", where=str(file))
    tracking.with_pages(ctx.config, found[0]["shipments"])
    return found[0]
