"""Where in a TOML text each key stands.

One pass over the text, statement by statement: a header sets the table, `key = value` is noted under it, arrays and
inline tables are entered. What the scanner does not understand ends it quietly: tomllib then says what is wrong.
"""

from __future__ import annotations

import contextlib
import re

Path = tuple[str | int, ...]

DEEPEST = 32
LONGEST_NUMBER = 64
_BLANK = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[ \t\n]+|#[^\n]*)*")
_REST = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|$)")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LITERAL = re.compile(r"'([^'\n]*)'")
_BASIC = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_LONG = (re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}', re.DOTALL), re.compile(r"'''.*?'{3,5}", re.DOTALL))
_PLAIN = re.compile(r"[^,\]}#\n]+")
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)


class Unscannable(Exception):
    """The text is refused whatever tomllib thinks of it: `message`, at `line`."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


class _Lost(Exception):
    """The scanner met what it does not understand."""


def scan(text: str) -> dict[Path, int]:
    """The line of every key path in `text` (lines end with a newline); list entries have their index in the path.

    Unscannable when values are nested deeper than `DEEPEST` or a number is longer than `LONGEST_NUMBER`.
    """
    scanner = _Scanner(text)
    with contextlib.suppress(_Lost):
        scanner.run()
    return scanner.lines


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.counted = 0
        self.line = 1
        self.lines: dict[Path, int] = {}
        self.entries: dict[Path, int] = {}

    def run(self) -> None:
        table: Path = ()
        self.skip(_SPACE)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.statement(table)
            if not self.skip(_REST):
                raise _Lost
            self.skip(_SPACE)

    def here(self) -> int:
        """The line of the current position; positions only grow, so each newline is counted once."""
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.line

    def skip(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.match(self.text, self.at)
        if match is None:
            return False
        self.at = match.end()
        return True

    def expect(self, word: str) -> None:
        if not self.text.startswith(word, self.at):
            raise _Lost
        self.at += len(word)

    def header(self) -> Path:
        line = self.here()
        is_entry = self.text.startswith("[[", self.at)
        self.expect("[[" if is_entry else "[")
        names = self.key()
        self.expect("]]" if is_entry else "]")
        path: Path = ()
        for name in names[:-1]:
            path = self.last_entry((*path, name))
            self.lines.setdefault(path, line)
        path = (*path, names[-1])
        if is_entry:
            self.lines.setdefault(path, line)
            self.entries[path] = self.entries.get(path, -1) + 1
        path = self.last_entry(path)
        self.lines.setdefault(path, line)
        return path

    def last_entry(self, path: Path) -> Path:
        return (*path, self.entries[path]) if path in self.entries else path

    def statement(self, table: Path) -> None:
        line = self.here()
        names = self.key()
        self.expect("=")
        path = table
        for name in names:
            path = (*path, name)
            self.lines.setdefault(path, line)
        self.value(path)

    def key(self) -> list[str]:
        names: list[str] = []
        while True:
            self.skip(_BLANK)
            names.append(self.key_part())
            if len(names) > DEEPEST:
                raise self.too_deep()
            self.skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1

    def key_part(self) -> str:
        for pattern in (_BARE_KEY, _LITERAL, _BASIC):
            match = pattern.match(self.text, self.at)
            if match:
                self.at = match.end()
                if pattern is _BASIC:
                    return _ESCAPE.sub(_unescaped, match[1])
                return match[1] if pattern is _LITERAL else match[0]
        raise _Lost

    def value(self, path: Path) -> None:
        if len(path) > DEEPEST:
            raise self.too_deep()
        self.skip(_BLANK)
        first = self.text[self.at : self.at + 1]
        if first == "[":
            self.array(path)
        elif first == "{":
            self.inline_table(path)
        elif first in {'"', "'"}:
            if not any(self.skip(pattern) for pattern in (*_LONG, _BASIC, _LITERAL)):
                raise _Lost
        else:
            self.plain()

    def plain(self) -> None:
        match = _PLAIN.match(self.text, self.at)
        if match is None:
            raise _Lost
        if len(match[0].strip()) > LONGEST_NUMBER:
            message = f"'{match[0].strip()[:20]}...' is too long for a number, a date or true/false"
            raise Unscannable(message, self.here())
        self.at = match.end()

    def array(self, path: Path) -> None:
        self.expect("[")
        index = 0
        while True:
            self.skip(_SPACE)
            if self.text.startswith("]", self.at):
                self.at += 1
                return
            self.lines[*path, index] = self.here()
            self.value((*path, index))
            index += 1
            self.skip(_SPACE)
            if self.text.startswith(",", self.at):
                self.at += 1
            elif not self.text.startswith("]", self.at):
                raise _Lost

    def inline_table(self, path: Path) -> None:
        self.expect("{")
        self.skip(_BLANK)
        if self.text.startswith("}", self.at):
            self.at += 1
            return
        while True:
            self.statement(path)
            self.skip(_BLANK)
            if self.text.startswith("}", self.at):
                self.at += 1
                return
            self.expect(",")
            self.skip(_BLANK)

    def too_deep(self) -> Unscannable:
        return Unscannable(f"values are nested deeper than {DEEPEST} levels", self.here())


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code:
        return chr(int(code, 16)) if int(code, 16) < 0x110000 else "\ufffd"
    return _ESCAPES.get(match[3], match[3])
