"""Channels: where orders come from, and what goes back to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from orderctl.cli.answers import Answer, Block, Facts, Heading, Listing, Page, table
from orderctl.cli.command import reading, trying, writing
from orderctl.cli.group import Command, noun
from orderctl.cli.render import readable
from orderctl.cli.reports import Done
from orderctl.core.errors import UsageError
from orderctl.core.times import duration_text, seconds_between

if TYPE_CHECKING:
    from orderctl.steps.context import Context
    from orderctl.steps.report import Report

app = noun("channels", "Where orders come from, and what goes back.")

LIST = {
    "channel": "channel",
    "type": "type",
    "short": "short",
    "live_from": "live from",
    "push": "is told",
    "orders": ">orders",
    "paused_at": "paused since",
}
TEST = {"what": "what", "verdict": "verdict", "found": "_found", "next": "_what to do"}
COMES_IN = {"theirs": "the channel says", "ours": "_here it is"}
GOES_OUT = {"ours": "here", "theirs": "_the channel is told"}
FIELDS = {"fields": "_field", "owner": "owner", "after_import": "_a change after the import"}
BUDGET = {"bucket": "of", "left": ">left", "at": "when"}
FAILURES = {"step": "step", "message": "_why", "since": "since"}
STREAMS = {"stream": "stream", "position": "read to", "moved_at": "when"}


@app.command("list", cls=Command)
@reading
def list_(ctx: Context) -> Answer:
    """List channels: since when each is live, what it is told, how many orders it has. Not live means only watched.

    Exit: 0 done, 2 a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import channels

    rows = channels.channels_list(ctx)
    shown = [{**row, "live_from": row["live_from"] or "only watched"} for row in rows]
    return Listing(table(LIST, shown, "channels.toml has no channels."), value=rows)


@app.command("show", cls=Command)
@reading
def show(
    ctx: Context,
    name: Annotated[str, Argument(metavar="CHANNEL")],
    map_: Annotated[bool, Option("--map", help="What its words mean here, and who owns which field.")] = False,
) -> Answer:
    """Show one channel: how far it has been read, what it still allows, what fails, what it is still to be told.

    Exit: 0 done, 2 no such channel or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import channels

    if map_:
        found = channels.channel_map(ctx, name)
        return Page(found, tuple(_map(found)), table(FIELDS, _fields(found)))
    one = channels.channel_show(ctx, name)
    return Page(one, tuple(_page(one, ctx.now)), table(LIST, [one]))


@app.command("test", cls=Command)
@trying
def test(ctx: Context, name: Annotated[str, Argument(metavar="CHANNEL")]) -> Answer:
    """Try a channel out without changing anything: whether it lets us in, what we may do, how its clock goes.

    Exit: 0 all is well, 2 no such channel or a file is wrong, 6 the store cannot be used, 7 something of it fails.
    """
    from orderctl.steps import channels

    report = channels.channel_test(ctx, name)
    return Done([report], said=[table(TEST, report.items, "There is nothing to try out.")])


@app.command("pause", cls=Command)
@writing
def pause(
    ctx: Context,
    name: Annotated[str, Argument(metavar="CHANNEL")],
    reason: Annotated[str, Option("--reason", metavar="TEXT", help="Why; it is kept with who said it.")],
) -> Answer:
    """Read nothing from a channel and tell it nothing until it is resumed; its orders that are here go on.

    Exit: 0 done, 2 no such channel or a file is wrong, 4 another process holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import channels

    return _done(ctx, channels.channel_pause(ctx, name, reason), "paused")


@app.command("resume", cls=Command)
@writing
def resume(ctx: Context, name: Annotated[str, Argument(metavar="CHANNEL")]) -> Answer:
    """Read and tell a paused channel again.

    Exit: 0 done, 2 no such channel or a file is wrong, 4 another process holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import channels

    return _done(ctx, channels.channel_resume(ctx, name), "is read and told again")


@app.command("resolve", cls=Command)
@writing
def resolve(
    ctx: Context,
    name: Annotated[str, Argument(metavar="CHANNEL")],
    document: Annotated[str, Argument(metavar="DOCUMENT", help="The push, as the exception names it.")],
    told: Annotated[
        bool | None, Option("--told/--not-told", help="Whether the channel has it.", show_default=False)
    ] = None,
) -> Answer:
    """Say what became of a push that may or may not have reached its channel.

    Told: the channel has it. Not told: what stands in it leaves with a later push.

    Exit: 0 done, 2 nothing of that name is uncertain or a file is wrong, 4 another process holds the store, 6 the store
    cannot be used.
    """
    from orderctl.steps.push_by_hand import resolve

    if told is None:
        raise UsageError("say --told or --not-told; nothing was done", where=document, next=f"look at {name} itself")
    report = resolve(ctx, name, document, told=told)
    known = "told" if told else "not told, leaves with a later push"
    facts = [(item["channel"], f"{item['document']}: {known}") for item in report.items]
    return Done([report], dry_run=ctx.dry_run, said=[Facts(tuple(facts))])


def _done(ctx: Context, report: Report, state: str) -> Done:
    facts = tuple((item["channel"], state) for item in report.items)
    return Done([report], dry_run=ctx.dry_run, said=[Facts(facts)])


def _map(found: Mapping[str, Any]) -> Iterable[Block]:
    yield Heading(f"What {found['channel']} says")
    yield table(COMES_IN, found["comes_in"])
    yield Heading(f"What {found['channel']} is told")
    yield table(GOES_OUT, found["goes_out"])
    yield Heading("Fields of an order")
    yield table(FIELDS, _fields(found))


def _fields(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{**row, "fields": ", ".join(row["fields"])} for row in found["fields"]]


def _page(channel: Mapping[str, Any], now: str) -> Iterable[Block]:
    files = [one for one in channel["streams"] if _is_digest(one["stream"])]
    named = [one for one in channel["streams"] if one not in files]
    yield Heading(channel["channel"])
    yield Facts(
        (
            ("type", channel["type"]),
            ("short", channel["short"]),
            ("live from", channel["live_from"] or "only watched"),
            ("is told", ", ".join(channel["push"]) or "nothing"),
            ("to be told", f"{channel['waiting_effects']:,}" if channel["waiting_effects"] else ""),
            ("orders", f"{channel['orders']:,}"),
            ("read to", _lag(channel["read_to"], now) if channel["read_to"] else ""),
            ("files", f"{len(files):,} read, the last {readable(files[0]['moved_at'])}" if files else ""),
        )
    )
    if channel["stock"]:
        yield from _stock(channel["stock"])
    if named:
        yield Heading("Read")
        yield table(STREAMS, named)
    if channel["budget"]:
        yield Heading("Requests that were left")
        yield table(BUDGET, channel["budget"])
    if channel["failures"]:
        yield Heading("Fails")
        yield table(FAILURES, channel["failures"])


def _lag(moment: str, now: str) -> str:
    """How far behind it is, in minutes, hours or days."""
    behind = max(0, seconds_between(moment, now))
    size = next((size for size in (86_400, 3_600, 60) if behind >= 2 * size), 1)
    return f"{readable(moment)}, {duration_text(behind // size * size)} ago"


def _stock(stock: Mapping[str, Any]) -> Iterable[Block]:
    limits = [f"{name} {stock[name]:,}" for name in ("min", "max") if stock[name]]
    yield Heading("Stock")
    yield Facts(
        (
            ("from", ", ".join(stock["locations"]) or "no location"),
            ("told", f"{stock['units']:,} units of {stock['skus'] - stock['waiting']:,} SKUs"),
            ("to be told", f"{stock['waiting']:,} SKUs" if stock["waiting"] else ""),
            ("last push", readable(stock["told_at"]) if stock["told_at"] else "never"),
            ("kept back", ", ".join([f"{stock['buffer']:,} of each", f"{stock['percent']}% of the rest", *limits])),
            ("window", _span(stock["window_s"], "from one pass to the next; what sells meanwhile may be gone already")),
            ("delay", _span(stock["delay_s"], "from reading to the end of the pushes, in the last pass")),
        )
    )


def _span(seconds: int | None, what: str) -> str:
    return "" if seconds is None else f"{duration_text(seconds)} {what}"


def _is_digest(stream: str) -> bool:
    """Whether a stream is one file, known by its content."""
    return len(stream) == 64 and all(character in "0123456789abcdef" for character in stream)
