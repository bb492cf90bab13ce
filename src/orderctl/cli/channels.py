"""Channels: where orders come from, and what goes back to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument

from orderctl.cli.answers import Answer, Block, Facts, Heading, Listing, Page, table
from orderctl.cli.command import reading
from orderctl.cli.group import Command, noun
from orderctl.cli.render import readable

if TYPE_CHECKING:
    from orderctl.steps.context import Context

app = noun("channels", "Where orders come from, and what goes back.")

LIST = {
    "channel": "channel",
    "type": "type",
    "short": "short",
    "live_from": "live from",
    "push": "is told",
    "orders": ">orders",
}
STREAMS = {"stream": "stream", "position": "read to", "moved_at": "when"}


@app.command("list", cls=Command)
@reading
def list_(ctx: Context) -> Answer:
    """List channels: since when each is live, what it is told, how many orders it has. Not live means only watched.

    Exit: 0 done, 2 a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import care

    rows = care.channels_list(ctx)
    shown = [{**row, "live_from": row["live_from"] or "only watched"} for row in rows]
    return Listing(table(LIST, shown, "channels.toml has no channels."), value=rows)


@app.command("show", cls=Command)
@reading
def show(ctx: Context, name: Annotated[str, Argument(metavar="CHANNEL")]) -> Answer:
    """Show one channel: how far it has been read, what it is still to be told, what it is told of stock.

    Exit: 0 done, 2 no such channel or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import care

    one = care.channel_show(ctx, name)
    return Page(one, tuple(_page(one)), table(LIST, [one]))


def _page(channel: Mapping[str, Any]) -> Iterable[Block]:
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
            ("files", f"{len(files):,} read, the last {readable(files[0]['moved_at'])}" if files else ""),
        )
    )
    if named:
        yield Heading("Read")
        yield table(STREAMS, named)


def _is_digest(stream: str) -> bool:
    """Whether a stream is one file, known by its content."""
    return len(stream) == 64 and all(character in "0123456789abcdef" for character in stream)
