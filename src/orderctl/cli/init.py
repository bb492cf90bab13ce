"""Init: from an empty folder to a first pass. At a terminal it asks what nobody can guess, elsewhere nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from orderctl.cli import render
from orderctl.cli.answers import Answer, Block, Heading, Lines, Page, table
from orderctl.cli.command import storeless
from orderctl.cli.options import Shared

if TYPE_CHECKING:
    from orderctl.steps.init import Made, Wishes

_COLUMNS = {"file": "file"}
_Many = list[str] | None


@storeless
def init(
    said: Shared,
    *,
    folder: Annotated[Path, Argument(metavar="[FOLDER]", help="Where; made if it is not there.")] = Path(),
    channel: Annotated[
        _Many, Option("--channel", metavar="NAME=TYPE", help="A channel, e.g. web=shopify; may be said again.")
    ] = None,
    location: Annotated[
        _Many, Option("--location", metavar="NAME", help="A place that ships; may be said again.")
    ] = None,
    set_: Annotated[
        _Many, Option("--set", metavar="CHANNEL.KEY=VALUE", help="A key of a channel; secrets as references.")
    ] = None,
    country: Annotated[str, Option("--country", metavar="CODE", help="Of the locations; default US.")] = "",
    currency: Annotated[str, Option("--currency", metavar="CODE", help="Default that of the country.")] = "",
    timezone: Annotated[str, Option("--timezone", metavar="ZONE", help="Default that of this machine.")] = "",
    demo: Annotated[bool, Option("--demo", help="A made-up shop with orders; orderctl run does something.")] = False,
    dry_run: Annotated[bool, Option("--dry-run", help="Only name the files.")] = False,
) -> Answer:
    """Set up a folder: channels.toml, rules.toml with four rules, rules.test.toml. No file is ever written over.

    Without options it asks at a terminal what sells and what ships; elsewhere that is one channel and one location of
    files. Nothing is acted upon before a channel has `live_from`: until then its orders are only watched.

    Exit: 0 done, 2 a file is there already or what was said cannot be, 6 the files cannot be written.
    """
    from orderctl.steps import init as steps

    wishes = steps.Wishes(channel or (), location or (), set_ or (), country, currency, timezone, demo)
    if not demo and said.format is None and render.can_ask():
        steps.need_room(folder)
        wishes = _asked(wishes)
    made = steps.set_up(folder, wishes, write=not dry_run)
    value = {
        "folder": str(made.folder),
        "files": list(made.files),
        "missing": list(made.missing),
        "next": list(made.next),
    }
    return Page(value, tuple(_page(made, dry_run=dry_run)), table(_COLUMNS, [{"file": name} for name in made.files]))


def _asked(wishes: Wishes) -> Wishes:
    """`wishes` with what they leave open and a person answers; no answer is the usual one."""
    from orderctl.steps import init as steps

    if not wishes.channels:
        kinds = steps.types()
        kind = render.answer(f"What sells? {', '.join(kinds)}", "file")
        wishes = replace(wishes, channels=(f"web={kind}",))
    keys = list(wishes.keys)
    given = {one.partition("=")[0] for one in keys}
    for name, kind in steps.channels_of(wishes).items():
        for key, secret in steps.needed(kind).items():
            if f"{name}.{key}" not in given:
                usual = steps.reference(name, key) if secret else ""
                what = (
                    f"Where is the {key} of {name}? env:NAME or file:PATH"
                    if secret
                    else f"What is the {key} of {name}?"
                )
                keys.append(f"{name}.{key}={render.answer(what, usual)}")
    if not wishes.locations:
        named = render.answer("What ships? Names with commas", "main")
        wishes = replace(wishes, locations=tuple(word.strip() for word in named.split(",") if word.strip()))
    if not wishes.country:
        wishes = replace(wishes, country=render.answer("In which country? Two letters", "US").upper())
    return replace(wishes, keys=tuple(keys))


def _page(made: Made, *, dry_run: bool) -> list[Block]:
    written = "Would be written" if dry_run else "Written"
    parts: list[Block] = [Heading(f"{written} to {made.folder}"), Lines(tuple(made.files), as_is=True)]
    if made.missing:
        parts += [Heading("Still missing"), Lines(tuple(made.missing))]
    return [*parts, Heading("Next"), Lines(tuple(made.next), as_is=True)]
