"""docs/orderctl.1: the manual page, from the same help as docs/cli.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from docs.pages.commands import WIDTH, every_command
from orderctl import __version__
from orderctl.cli.front import EXITS, OPTIONS

FILES = {
    "channels.toml": "where orders come from and where they can ship from; found by -c, $ORDERCTL_CONFIG, or here",
    "rules.toml": "how every order is routed",
    "rules.test.toml": "what the rules promise",
    "orderctl.db": "the store; beside it orderctl.db.lock, orderctl.db.effects and what SQLite keeps",
}
ENVIRONMENT = {
    "ORDERCTL_CONFIG": "the configuration where -c names none",
    "CREDENTIALS_DIRECTORY": "where systemd puts what cred:NAME names",
    "NO_COLOR": "no colors",
}
DESCRIPTION = """\
orderctl pulls every sales channel's orders into one SQLite file, decides by rules that can be tested where and how each
order ships, hands the work to warehouses, stores, 3PLs and suppliers, and takes tracking and stock back. Cron runs it,
operators ask it questions, CI checks the rules before they go live."""
EXAMPLES = {
    "orderctl init --demo shop": "make a shop with made-up orders",
    "orderctl run --dry-run": "show what a pass would do",
    "orderctl run": "do it",
    "orderctl explain 1001": "say why an order was decided as it was",
    "orderctl schedule --print systemd": "print the units that start passes",
}


def text() -> str:
    """The page, as troff."""
    return "\n".join(
        [
            r".\" made by `make docs`; edit the program instead",
            f'.TH ORDERCTL 1 "" "orderctl {__version__}" "User Commands"',
            *_section("NAME", [r"orderctl \- route the orders of every channel by rules that can be tested"]),
            *_section("SYNOPSIS", [".B orderctl", r".I COMMAND\fR [\fIARGUMENTS\fR] [\fIOPTIONS\fR]"]),
            *_section("DESCRIPTION", [_plain(DESCRIPTION)]),
            *_section("OPTIONS OF EVERY COMMAND", _terms(OPTIONS)),
            *_section("COMMANDS", _commands()),
            *_section("EXIT STATUS", _terms({str(code): meaning for code, meaning in EXITS.items()})),
            *_section("FILES", _terms(FILES)),
            *_section("ENVIRONMENT", _terms(ENVIRONMENT)),
            *_section("EXAMPLES", _terms(EXAMPLES)),
            "",
        ]
    )


def _section(title: str, lines: Iterable[str]) -> list[str]:
    return [f".SH {title}", *lines]


def _terms(terms: dict[str, str]) -> Iterator[str]:
    for term, meaning in terms.items():
        yield from (".TP", f".B {_plain(term)}", _plain(meaning))


def _commands() -> Iterator[str]:
    for path, command in every_command():
        context = command.make_context(path, [], resilient_parsing=True)
        context.terminal_width = WIDTH
        usage, _, rest = command.get_help(context).strip("\n").partition("\n")
        yield from (f'.SS "{_plain(path)}"', _plain(usage.removeprefix("Usage: ").strip()), ".P", ".nf")
        yield from (_plain(line) for line in re.sub(r"\n{2,}", "\n\n", rest.strip("\n")).split("\n"))
        yield ".fi"


def _plain(text: str) -> str:
    """Text that troff takes as it is: its escapes, hyphens and what it would read as a request made harmless."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq")
    return "\n".join(rf"\&{line}" if line.startswith((".", "'")) else line.rstrip() for line in escaped.split("\n"))
