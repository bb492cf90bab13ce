"""`orderctl simulate`: the rehearsal of a peak."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from orderctl.cli import simulate_page
from orderctl.cli.answers import Answer
from orderctl.cli.command import storeless
from orderctl.cli.options import Shared
from orderctl.core.errors import UsageError

if TYPE_CHECKING:
    from orderctl.steps.what_if import Asked

Some = list[str] | None


@storeless
def simulate(  # noqa: PLR0917 - one argument per thing that may be otherwise
    said: Shared,
    times: Annotated[str, Option("--times", metavar="N", help="So many times the orders, such as 10 or 1.5.")] = "1",
    since: Annotated[str, Option("--since", metavar="SPAN", help="Orders placed in the last SPAN; default 30d.")] = "",
    orders: Annotated[
        Path | None, Option("--orders", metavar="FILE.jsonl", help="Orders from a file; no store is needed.")
    ] = None,
    close: Annotated[Some, Option("--close", metavar="LOCATION", help="A location ships nothing.")] = None,
    capacity: Annotated[
        Some, Option("--capacity", metavar="LOCATION=N", help="A location takes N orders a day; none = any number.")
    ] = None,
    stock: Annotated[
        Some, Option("--stock", metavar="WHAT", help="LOCATION=50%, SKU=N, or a CSV file of counts.")
    ] = None,
    add: Annotated[Path | None, Option("--add", metavar="FILE.toml", help="Further [location.NAME] tables.")] = None,
    without_carrier: Annotated[
        Some, Option("--without-carrier", metavar="NAME", help="A carrier takes nothing.")
    ] = None,
    pickup: Annotated[
        Some, Option("--pickup", metavar="CARRIER=N", help="A carrier takes N parcels a day at each location.")
    ] = None,
    release: Annotated[
        str, Option("--release", metavar="SPAN", help="Holds count as released after SPAN; default never.")
    ] = "",
    html: Annotated[Path | None, Option("--html", metavar="FILE", help="Also write a page with charts.")] = None,
) -> Answer:
    """Rehearse a peak: past orders, or those of a file, at N times the volume or with something changed.

    Every order is decided by the real rules at its moment, with the stock there then is; locations pick, carriers take
    along, channels are asked. Two columns: as things stand, and rehearsed. What gives way first is named, with number,
    moment and what would relieve it. --rules FILE rehearses with other rules than channels.toml names. Nothing is
    written but the page of --html, and nothing is sent.

    Exit: 0 done, 2 arguments or a file are wrong, 6 the store cannot be used.
    """
    from orderctl.steps.what_if import Asked

    asked = Asked(times, close or (), capacity or (), stock or (), add, without_carrier or (), pickup or ())
    found = _of_orders(said, orders, asked, since, release) if orders else _of_store(said, asked, since, release)
    if html is not None:
        from orderctl.steps import rehearsal_report

        sentences = [(simulate_page.sentence(one), one["relief"]) for one in found["bottlenecks"]]
        rehearsal_report.write(html, found, simulate_page.totals(found), sentences)
    return simulate_page.RehearsalPage(found, str(html or ""))


def _of_orders(said: Shared, orders: Path, asked: Asked, since: str, release: str) -> dict[str, Any]:
    from orderctl.cli import render
    from orderctl.steps import simulate as steps

    if since:
        raise UsageError("--since asks about stored orders, and --orders reads none; nothing was done")
    with render.progress(wanted=not said.quiet) as draw:
        return steps.of_file(said.config, orders, asked, release, said.rules, draw)


def _of_store(said: Shared, asked: Asked, since: str, release: str) -> dict[str, Any]:
    from orderctl.cli import render
    from orderctl.steps import simulate as steps
    from orderctl.steps.context import open_context

    with (
        render.progress(wanted=not said.quiet) as draw,
        open_context(said.config, None, said.db, write=False, progress=draw) as ctx,
    ):
        return steps.of_store(ctx, asked, since, release, said.rules)
