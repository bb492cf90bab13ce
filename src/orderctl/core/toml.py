"""TOML as people write it, read so that every complaint can name a line.

1. bytes are UTF-8 text of a bounded size
2. one scan over the text notes the line of every key and refuses what is too deep or too long
3. tomllib reads the values, numbers with a point as Decimal
4. numbers that no field can mean (nan, inf, beyond 64 bits) are refused

Each failure is one `ConfigError` with one finding: E101 the file, E102 the syntax, E103 a value.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from orderctl.core.errors import ConfigError, Finding
from orderctl.core.toml_lines import DEEPEST, Path, Unscannable, scan

LARGEST_FILE = 1_000_000
_LARGEST_EXPONENT = 18
_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_HEADER = re.compile(r"^\s*\[")
_ENTRY = re.compile(r"^\s*\[\[\s*([A-Za-z0-9_.-]+)\s*\]\]")
_NAME = re.compile(r"""^\s*name\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_CLEARER = {
    "Cannot overwrite a value": "the same key is given twice",
    "Unescaped '\\' in a string": "a backslash in a text between double quotes; write '...' or \\\\",
}
_TWICE = re.compile(r"Cannot declare \((.*?),?\) twice")
#: How a text begins that is saved in another way than UTF-8, and how that is called.
_MARKS = {b"\xff\xfe\x00\x00": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


@dataclass(frozen=True, slots=True)
class Toml:
    """What a file says: `data` as tomllib gives it, `lines` from key path to line number, the file's name."""

    data: Mapping[str, Any]
    file: str
    lines: Mapping[Path, int] = field(default_factory=dict)

    def line_of(self, *path: str | int) -> int:
        """The line of a key such as ("hold", 2, "then"), of its nearest known parent, or 0."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return 0


def laid_over(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`under` with what `over` says instead, key by key, also inside tables that both have."""
    whole = dict(under)
    for key, value in over.items():
        below = whole.get(key)
        whole[key] = laid_over(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return whole


def parse(source: str | bytes, file: str, *, largest: int = LARGEST_FILE) -> Toml:
    """The values and lines of a TOML text. `file` is the name messages use, `largest` the limit in bytes."""
    text = _text(source, file, largest)
    lines = _lines(text, file)
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        _refuse_syntax(error, text, file)
    for path, value in _numbers(data, ()):
        if not _is_real(value):
            toml = Toml(data, file, lines)
            stage, rule = entry_at(text, toml.line_of(*path))
            message = f"{path[-1]} = {str(value)[:40]} is not a number anything here can mean"
            raise ConfigError([Finding("E103", message, file, toml.line_of(*path), stage, rule)])
    return Toml(data, file, lines)


def _text(source: str | bytes, file: str, largest: int) -> str:
    size = len(source)
    if size > largest:
        message = f"the file is larger than {largest:,} bytes, which is the most that is read"
        raise ConfigError([Finding("E101", message, file)])
    text = source if isinstance(source, str) else _decoded(source, file)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if "\r" in text and "\n" not in text:
        raise ConfigError([Finding("E101", "its lines end with CR alone", file, 1, hint="save it with LF line ends")])
    return text


def _decoded(source: bytes, file: str) -> str:
    saved = next((name for mark, name in _MARKS.items() if source.startswith(mark)), "")
    message, at = f"the file is {saved} text, not UTF-8" if saved else "the file is not UTF-8 text", 0
    try:
        text = source.decode()
        at = source.find(b"\0")
        if at < 0:
            return text
        message = "the file holds NUL characters: it is UTF-16, or no text at all"
    except UnicodeDecodeError as error:
        at = error.start
    line = source[:at].count(b"\n") + 1
    raise ConfigError([Finding("E101", message, file, line, hint="save it as UTF-8")]) from None


def _lines(text: str, file: str) -> dict[Path, int]:
    try:
        return scan(text)
    except Unscannable as error:
        stage, rule = entry_at(text, error.line)
        raise ConfigError([Finding("E103", error.message, file, error.line, stage, rule)]) from None


def _refuse_syntax(error: Exception, text: str, file: str) -> NoReturn:
    message, line = str(error), text.count("\n") + (not text.endswith("\n"))
    at = _AT.search(message)
    if at:
        message = message[: at.start()]
        line = int(at[1]) if at[1] else line
    elif isinstance(error, RecursionError):
        message = f"values are nested deeper than {DEEPEST} levels"
    stage, rule = entry_at(text, line)
    message = _CLEARER.get(message, message)
    twice = _TWICE.fullmatch(message)
    if twice:
        message = f"the table [{twice[1].replace(chr(39), '').replace(', ', '.')}] is given twice"
    raise ConfigError([Finding("E102", f"not valid TOML: {message}", file, line, stage, rule)]) from None


def entry_at(text: str, line: int) -> tuple[str, str]:
    """The array of tables and the `name` of its entry that line `line` of `text` lies in; empty where there is none."""
    rows = text.split("\n")
    start = next((row for row in range(min(line, len(rows)) - 1, -1, -1) if _HEADER.match(rows[row])), -1)
    entry = _ENTRY.match(rows[start]) if start >= 0 else None
    if entry is None:
        return "", ""
    for row in rows[start + 1 :]:
        if _HEADER.match(row):
            break
        name = _NAME.match(row)
        if name:
            return entry[1], name[1] or name[2] or ""
    return entry[1], ""


def _numbers(value: Any, path: Path) -> Iterator[tuple[Path, int | Decimal]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _numbers(part, (*path, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _numbers(part, (*path, index))
    elif isinstance(value, int | Decimal):
        yield path, value


def _is_real(value: int | Decimal) -> bool:
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return value.is_finite() and (value == 0 or abs(value.adjusted()) <= _LARGEST_EXPONENT)
