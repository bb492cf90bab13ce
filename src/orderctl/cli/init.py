"""Init: from an empty folder to a first pass. At a terminal it asks what nobody can guess, elsewhere nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from orderctl.cli import render
from orderctl.cli.answers import Answer, Block, Heading, Lines, Page, table
from orderctl.cli.command import storeless
from orderctl.cli.options import Shared
from orderctl.core.errors import UsageError

if TYPE_CHECKING:
    from orderctl.steps.init import Made, Wishes

_COLUMNS = {"file": "file"}
_Many = list[str] | None
#: What stands at the end of a finding, for who wants to look it up.
_CODE = re.compile(r" \[E\d+\]$")


@storeless
def init(
    said: Shared,
    *,
    folder: Annotated[Path, Argument(metavar="FOLDER", help="Where; made if it is not there.")] = Path(),
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

    At a terminal it asks what no option says: what sells and what ships; elsewhere that is one channel and one location
    of files. Nothing is acted upon before a channel has `live_from`: until then its orders are only watched.

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
        "to_do": list(made.to_do),
        "next": list(made.next),
    }
    return Page(value, tuple(_page(made, dry_run=dry_run)), table(_COLUMNS, [{"file": name} for name in made.files]))


def _asked(wishes: Wishes) -> Wishes:
    """`wishes` with what they leave open and a person answers; nothing is the usual, what cannot be is asked again."""
    from orderctl.steps import init as steps

    named = bool(wishes.channels)
    if not named:
        question = f"What sells? Any of {', '.join(steps.types())}; several with commas"
        wishes = _until_right(wishes, question, "file", steps.selling, steps.channels_of)
    for name, kind in steps.channels_of(wishes).items():
        wishes = _with_keys(wishes, name, kind, secrets=not named)
    if not wishes.locations:
        question = "What ships? Names of the places, with commas"
        wishes = _until_right(wishes, question, "main", steps.shipping, steps.tried)
    if not wishes.country:
        question = "In which country is that? Two letters"
        wishes = _until_right(wishes, question, "US", steps.within, steps.tried)
    return wishes


def _until_right(
    wishes: Wishes,
    question: str,
    usual: str,
    with_: Callable[[Wishes, str], Wishes],
    check: Callable[[Wishes], object],
) -> Wishes:
    """`wishes` with the answer to `question`, asked until `check` raises no UsageError."""
    while True:
        answered = with_(wishes, render.answer(question, usual))
        if _fits(answered, check):
            return answered


def _with_keys(wishes: Wishes, name: str, kind: str, *, secrets: bool) -> Wishes:
    """`wishes` with what a channel cannot do without; where its secrets are is only asked if `secrets`."""
    from orderctl.steps import init as steps

    given = {one.partition("=")[0] for one in wishes.keys}
    open_ = {
        key: secret
        for key, secret in steps.needed(kind).items()
        if f"{name}.{key}" not in given and (secrets or not secret)
    }
    usual = {key: steps.reference(name, key) if secret else "" for key, secret in open_.items()}
    while open_:
        said = {
            key: render.answer(steps.question(name, key, secret=secret), usual[key]) for key, secret in open_.items()
        }
        answered = replace(wishes, keys=(*wishes.keys, *(f"{name}.{key}={value}" for key, value in said.items())))
        if _fits(answered, steps.tried):
            return answered
        usual |= {key: said[key] for key, secret in open_.items() if not secret}
    return wishes


def _fits(wishes: Wishes, check: Callable[[Wishes], object]) -> bool:
    try:
        check(wishes)
    except UsageError as error:
        why = error.message.removeprefix("--set ").removesuffix("; nothing was written")
        render.note(f"  {_CODE.sub('', why)}")
        return False
    return True


def _page(made: Made, *, dry_run: bool) -> list[Block]:
    written = "Would be written" if dry_run else "Written"
    parts: list[Block] = [Heading(f"{written} to {made.folder}"), Lines(tuple(made.files), as_is=True)]
    if made.missing:
        parts += [Heading("Still missing"), Lines(tuple(made.missing))]
    if made.to_do:
        parts += [Heading("Before anything ships"), Lines(tuple(made.to_do))]
    return [*parts, Heading("Next"), Lines(tuple(made.next), as_is=True)]
