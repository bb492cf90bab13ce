"""Rules against history: what other rules would change, and what each rule has done so far."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from orderctl.cli import rule_pages
from orderctl.cli.answers import Answer
from orderctl.cli.command import reading, storeless
from orderctl.cli.options import Shared
from orderctl.core.errors import UsageError

if TYPE_CHECKING:
    from orderctl.steps.context import Context
    from orderctl.steps.rule_diff import Diff

Since = Annotated[str, Option("--since", metavar="SPAN", help="Only decisions of the last SPAN, such as 30d.")]


@storeless
def diff(
    said: Shared,
    new: Annotated[Path, Argument(metavar="NEW.toml", help="The rules to compare with.")],
    since: Since = "",
    stock: Annotated[
        str,
        Option(
            "--stock",
            metavar="WHICH",
            help="frozen: as it was when each was decided; now: today's. With --orders a CSV file; default plenty.",
        ),
    ] = "",
    orders: Annotated[
        Path | None, Option("--orders", metavar="FILE.jsonl", help="Orders from a file instead of those in the store.")
    ] = None,
) -> Answer:
    """Show which orders other rules would decide otherwise, grouped by the rule that makes the difference.

    Each order's newest decision is made again under NEW.toml, from what was written down with it: the order, the stock
    and the moment of then. With --orders no store is needed: the current rules and NEW.toml decide each order of the
    file at the moment it was placed. Nothing is changed.

    Exit: 0 the same, 2 NEW.toml or another file is wrong, 6 the store cannot be used, 7 some orders differ.
    """
    found = _of_orders(said, new, orders, since, stock) if orders else _of_store(said, new, since, stock)
    return rule_pages.DiffPage(found.to_json())


def _of_orders(said: Shared, new: Path, orders: Path, since: str, stock: str) -> Diff:
    from orderctl.steps import rule_orders

    if since:
        raise UsageError("--since asks about stored decisions, and --orders reads none; nothing was done")
    if stock in {"frozen", "now"}:
        message = f"--stock {stock} is about a store, and --orders reads none; nothing was done"
        raise UsageError(message, next="--stock FILE.csv, or without --stock plenty of everything")
    return rule_orders.of_file(said.config, said.rules, new, orders, Path(stock) if stock else None)


def _of_store(said: Shared, new: Path, since: str, stock: str) -> Diff:
    from orderctl.cli import render
    from orderctl.steps import rule_diff
    from orderctl.steps.context import open_context

    if stock not in {"", "frozen", "now"}:
        raise UsageError(f"--stock is frozen or now, not '{stock}'; a file goes with --orders; nothing was done")
    with (
        render.progress(wanted=not said.quiet) as draw,
        open_context(said.config, said.rules, said.db, write=False, progress=draw) as ctx,
    ):
        return rule_diff.of_store(ctx, new, since, stock or rule_diff.FROZEN)


@reading
def coverage(ctx: Context, since: Since = "") -> Answer:
    """Show what each rule has done: how often it had a say, when last, for how many orders and how much money.

    Rules that never had a say are named, rules that only observe with what they would have done, and what people moved
    by hand after a rule had sent it elsewhere. Rules are known by stage and name, whatever else of them has changed.

    Exit: 0 done, 2 a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import rule_coverage

    return rule_pages.coverage_page(rule_coverage.coverage(ctx, since))
