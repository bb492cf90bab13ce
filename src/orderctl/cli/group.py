"""Commands as orderctl reads them: loaded when they are called, options anywhere, negative numbers as they are.

1. a group holds names; the module behind a name is imported when the name is called
2. options written before the command are moved behind it, so that they work on both sides
3. `--json` and `--csv` are read as `--format json` and `--format csv`
4. `-2` is an argument, not an option
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from orderctl.cli.front import help_text
from orderctl.cli.light import lighten
from orderctl.cli.options import LARGEST

SHORT_FORMS = {"--json": ["--format", "json"], "--csv": ["--format", "csv"]}
VALUED = frozenset({"-c", "--config", "-r", "--rules", "--db", "--format", "--limit", "--wait"})
FLAGS = frozenset({"--json", "--csv", "--quiet", "--verbose", "--dry-run"})
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

_RANGE = rf"\d<=x<={LARGEST}"
_ANY_NUMBER = re.compile(rf";\s+{_RANGE}(?=\])|\s+\[{_RANGE}\]|{_RANGE};\s+(?=required)")
_KIND = re.compile(r"^(  \S+)( <[a-z\[\] ]+>)", re.MULTILINE)
_BRACES = re.compile(r"\{([^{}|]+)\}|\[(\[[^\[\]]+\])(?:\.\.\.)?\]")
_NEGATIVE = re.compile(r"-\d+(\.\d+)?")


class Command(TyperCommand):
    """One command. Short forms are spelled out; a negative number is an argument."""

    def get_short_help_str(self, limit: int = 0) -> str:
        """The first sentence of the help, whole, whatever the `limit`: a list of verbs breaks it into lines."""
        return super().get_short_help_str(max(limit, len(self.help or "")))

    def get_help(self, ctx: Any) -> str:
        """The help in a reader's words: no bounds that nobody reaches, no kinds and braces of the parser."""
        usage, mark, rest = _ANY_NUMBER.sub("", super().get_help(ctx)).partition("\n\n")
        rest = _KIND.sub(lambda found: found[1] + " " * len(found[2]), rest)
        return f"{_BRACES.sub(lambda found: found[1] or found[2], usage)}{mark}{rest}"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read `args`. Unknown options are let through only beside a negative number, else they are suggested on."""
        if any(parameter.name == "format" for parameter in self.params):
            args = spelled_out(args)
        ctx.ignore_unknown_options = any(map(_NEGATIVE.fullmatch, args))
        lighten(self.get_params(ctx))
        return super().parse_args(ctx, args)


class Group(TyperGroup):
    """Commands by name; a value of `commands` may be `module:attribute` until it is called.

    `bare` is the command that is meant where none is named; empty = one has to be.
    """

    bare = ""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command's name; options before it are handed on to it."""
        if self.bare and (not args or (args[0].startswith("-") and not leading_options(args)[1])):
            args = [self.bare, *args]
        if not args:
            ctx.fail(f"Missing command: one of {', '.join(self.commands)}")
        lighten(self.get_params(ctx))
        return super().parse_args(ctx, options_last(args))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command `cmd_name`, loaded now if it was only a name; None when there is no such command."""
        found: object = self.commands.get(cmd_name)
        return loaded(cmd_name, found) if isinstance(found, str) else super().get_command(ctx, cmd_name)


class Root(Group):
    """The whole command, whose help is known without loading anything. Options without a command are for `status`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command's name, `status` where there are options alone."""
        options, rest = leading_options(args)
        return super().parse_args(ctx, ["status", *args] if options and not rest else args)

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the help that the front door also gives."""
        formatter.write(help_text())


def noun(name: str, help_: str, bare: str = "") -> typer.Typer:
    """An empty group of verbs; `bare` is the one that is meant where none is named."""
    kind = type("Bare", (Group,), {"bare": bare}) if bare else Group
    return typer.Typer(
        name=name, help=help_, cls=kind, context_settings=SETTINGS, rich_markup_mode=None, add_completion=False
    )


def loaded(name: str, target: str) -> TyperCommand | TyperGroup:
    """The command behind `module:attribute`, where the attribute is a group of verbs or a function."""
    module, _, attribute = target.partition(":")
    value: typer.Typer | Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    if isinstance(value, typer.Typer):
        return typer.main.get_group(value)
    single = typer.Typer(rich_markup_mode=None, add_completion=False)
    single.command(name, cls=Command, context_settings=SETTINGS)(value)
    command = typer.main.get_command(single)
    assert isinstance(command, TyperCommand)  # noqa: S101
    return command


def options_last(args: Sequence[str]) -> list[str]:
    """`args` with the shared options that stand before the first other word moved to the end."""
    moved, rest = leading_options(args)
    if not rest:
        return list(args)
    end = rest.index("--") if "--" in rest else len(rest)
    return [*rest[:end], *moved, *rest[end:]]


def leading_options(args: Sequence[str]) -> tuple[list[str], list[str]]:
    """The shared options with their values that `args` begin with, and the rest."""
    rest, options = list(args), []
    while rest and (name := rest[0].partition("=")[0]) in VALUED | FLAGS:
        options.append(rest.pop(0))
        if name in VALUED and "=" not in options[-1] and rest:
            options.append(rest.pop(0))
    return options, rest


def spelled_out(args: Sequence[str]) -> list[str]:
    """`args` with the short forms of `--format` written out, up to a `--`."""
    end = list(args).index("--") if "--" in args else len(args)
    long = [word for arg in args[:end] for word in SHORT_FORMS.get(arg, [arg])]
    return [*long, *args[end:]]


def wanted_format(args: Sequence[str]) -> str:
    """The output format that `args` ask for, for use when they could not be read; empty when they name none."""
    words = spelled_out(args)
    found = ""
    for position, word in enumerate(words):
        if word == "--format":
            found = "".join(words[position + 1 : position + 2])
        elif word.startswith("--format="):
            found = word.partition("=")[2]
    return found
