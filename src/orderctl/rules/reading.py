"""Reading a file a person wrote: every complaint is kept with its line, and all of them are told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from orderctl.core import toml
from orderctl.core.errors import ConfigError, Finding
from orderctl.core.text import did_you_mean
from orderctl.rules import codes
from orderctl.rules.known import Refused

Path = tuple[str | int, ...]
#: What a value brought into a message beyond this is cut off.
LONGEST_MESSAGE = 300
_T = TypeVar("_T")


class Reader:
    """What is read, and what was found wrong with it so far; `stage` and `rule` name where it is just now."""

    def __init__(self, parsed: toml.Toml) -> None:
        self.toml = parsed
        self.findings: list[Finding] = []
        self.stage = ""
        self.rule = ""

    def find(self, code: str, message: str, hint: str, path: Path) -> None:
        """Keep a finding about what stands at `path`."""
        line = self.toml.line_of(*path)
        if len(message) > LONGEST_MESSAGE:
            message = f"{message[:LONGEST_MESSAGE]} ..."
        self.findings.append(Finding(code, message, self.toml.file, line, self.stage, self.rule, hint))

    def attempt(self, path: Path, default: _T, read: Callable[..., _T], *args: Any) -> _T:
        """What `read(*args)` gives, or `default` with a finding at `path` when it refuses."""
        try:
            return read(*args)
        except Refused as refused:
            self.find(refused.code, refused.message, refused.hint, path)
            return default

    def names(self, table: Mapping[str, Any], known: Iterable[str], path: Path, what: str) -> None:
        """A finding for each key of `table` that is not `known`."""
        known = tuple(known)
        for name in table:
            if name not in known:
                hint = did_you_mean(name, known).removeprefix("; ")
                self.find(codes.UNKNOWN_KEY, f"unknown {what} '{name}'", hint, (*path, name))

    def settle(self) -> None:
        """ConfigError with everything that was found, by line; nothing when all is well."""
        if self.findings:
            raise ConfigError(sorted(self.findings, key=lambda finding: (finding.line, finding.code)))
