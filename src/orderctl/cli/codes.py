"""What a code means: an exit code, an exception, a finding in a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from typer import Argument

from orderctl.cli.answers import Answer, Block, Facts, Heading, Lines, Listing, Page, table
from orderctl.cli.command import storeless
from orderctl.cli.options import Shared

_COLUMNS = {"code": "code", "kind": "kind", "meaning": "_meaning"}


@storeless
def help_(
    said: Shared,  # noqa: ARG001
    code: Annotated[str | None, Argument(metavar="[CODE]", help="Any code; without one, all are listed.")] = None,
) -> Answer:
    """Explain an exit code, an exception or a finding, with the answers to it. Without a code, list them all.

    What commands there are says `orderctl --help`.

    Exit: 0 done, 2 no such code.
    """
    from orderctl.steps import care

    if code is None:
        return _Codes(table(_COLUMNS, care.codes_list()))
    one = care.explained(code)
    return Page(one, tuple(_page(one)), table(_COLUMNS, [one]))


class _Codes(Listing):
    """Every code; a person sees them by kind, a program with what they mean."""

    def blocks(self) -> Iterable[Block]:
        """A line per kind."""
        by_kind: dict[str, list[str]] = {}
        for row in self.table.rows:
            by_kind.setdefault(row["kind"], []).append(row["code"])
        yield Lines(("What one of these means: orderctl help CODE. What commands there are: orderctl --help.",))
        yield Facts(tuple((kind, ", ".join(codes)) for kind, codes in by_kind.items()))


def _page(one: Mapping[str, Any]) -> Iterable[Block]:
    yield Heading(f"{one['code']}  {one['kind']}")
    yield Lines((one["meaning"],))
    if one["answers"]:
        yield Heading("Answers")
        yield answers(one["answers"])
    if one["example"]:
        for name, text in one["example"].items():
            yield Heading(name.capitalize())
            yield Lines(tuple(f"    {line}" for line in text.split("\n")), as_is=True)
    if one["next"]:
        yield Heading("Look again")
        yield Lines((f"    {one['next']}",))


def answers(told: Iterable[Mapping[str, str]]) -> Lines:
    """Each answer with when to give it, its command on a line of its own."""
    return Lines(tuple(line for one in told for line in (f"{one['when']}:", f"    {one['command']}")))
