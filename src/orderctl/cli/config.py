"""The configuration: is it right, and what is in force."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderctl.cli import findings
from orderctl.cli.answers import Answer, Block, Lines, Listing, Page, table
from orderctl.cli.command import storeless
from orderctl.cli.group import Command, noun
from orderctl.cli.options import Shared
from orderctl.core.errors import Exit

app = noun("config", "Check channels.toml, show what is in force.")

_WIDTH = 78
FINDINGS = {name: name for name in ("code", "severity", "file", "line", "stage", "rule", "message", "hint")}


@app.command("check", cls=Command)
@storeless
def check(said: Shared) -> Answer:
    """Check channels.toml, the settings of every channel and location, and the rules; name all that is wrong.

    Exit: 0 nothing is wrong, 2 something is.
    """
    from orderctl.steps import configuration

    found = configuration.check(said.config, said.rules)
    rows = [findings.row(one) for one in found.findings]
    if not rows:
        return _Findings(table(FINDINGS, rows), lines=(f"{found.summary}. Nothing is wrong.",))
    first = found.findings[0]
    count = f"{len(rows)} finding{'' if len(rows) == 1 else 's'}"
    warning = f"orderctl: {count}, the first in {first.file}:{first.line}; next: orderctl help {first.code}"
    return _Findings(table(FINDINGS, rows), Exit.USAGE, lines=tuple(map(str, found.findings)), warning=warning)


@app.command("show", cls=Command)
@storeless
def show(said: Shared) -> Answer:
    """Show channels.toml as it is in force, with every default. Secrets stand as the references they are written as.

    Exit: 0 done, 2 a file is wrong.
    """
    from orderctl.steps import configuration

    value = configuration.in_force(said.config)
    rows = [{"key": ".".join(place), "value": one} for place, one in _flat(value, ())]
    return Page(value, (Lines(tuple(_toml(value, ())), as_is=True),), table({"key": "key", "value": "value"}, rows))


@dataclass(frozen=True, slots=True)
class _Findings(Listing):
    """What is wrong, one a line."""

    lines: tuple[str, ...] = ()
    warning: str = ""

    def blocks(self) -> Iterable[Block]:
        """The findings, or that there are none."""
        return [Lines(self.lines)]

    def warnings(self, *, verbose: bool) -> Sequence[str]:  # noqa: ARG002
        """How many there are, and where to begin."""
        return (self.warning,) if self.warning else ()


def _toml(values: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[str]:
    """`values` as TOML: what has a name of its own, or no room in a line, as a section."""
    sections = {name: one for name, one in values.items() if isinstance(one, Mapping) and _is_section(one, name, place)}
    plain = {name: one for name, one in values.items() if name not in sections}
    if place and (plain or not sections):
        yield ""
        yield f"[{'.'.join(map(_key, place))}]"
    for name, one in plain.items():
        yield from _line(name, one)
    for name, one in sections.items():
        if one:
            yield from _toml(one, (*place, name))


def _is_section(value: Mapping[str, Any], name: str, place: tuple[str, ...]) -> bool:
    return len(place) < 2 or len(f"{_key(name)} = {_value(value)}") > _WIDTH


def _line(name: str, value: Any) -> Iterator[str]:
    """`name = value`; a long list goes on below."""
    text = f"{_key(name)} = {_value(value)}"
    if len(text) <= _WIDTH or not isinstance(value, list):
        yield text
        return
    yield f"{_key(name)} = ["
    row = ""
    for item in (f"{_value(one)}," for one in value):
        if len(row) + len(item) + 5 > _WIDTH:
            yield f"    {row}"
            row = ""
        row = f"{row} {item}" if row else item
    yield f"    {row}"
    yield "]"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    bare = name.replace("-", "").replace("_", "")
    return name if bare.isascii() and bare.isalnum() else json.dumps(name, ensure_ascii=False)


def _flat(values: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, one in values.items():
        if isinstance(one, Mapping) and one:
            yield from _flat(one, (*place, name))
        else:
            yield (*place, name), one
