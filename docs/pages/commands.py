"""docs/cli.md: every command with its help, as `--help` prints it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from docs.pages.markdown import block, page
from orderctl.cli.front import COMMANDS, help_text
from orderctl.cli.group import loaded

WIDTH = 100


def text() -> str:
    """The page."""
    parts = [block(help_text())]
    for path, command in every_command():
        context = command.make_context(path, [], resilient_parsing=True)
        context.terminal_width = WIDTH
        parts += [f"## {path}\n", block(command.get_help(context))]
    return page("Commands", *parts)


def every_command() -> Iterator[tuple[str, Any]]:
    """Each command that can be typed, with its whole name: `orderctl run`, `orderctl orders list`."""
    for name, (target, _) in COMMANDS.items():
        yield from _verbs(loaded(name, target), f"orderctl {name}")


def _verbs(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    verbs: Mapping[str, Any] = getattr(command, "commands", {})
    if not verbs:
        yield path, command
    for name in verbs:
        yield from _verbs(verbs[name], f"{path} {name}")
