"""Reads tables by the keys of `config.keys` and collects what is wrong, so that all of it is told at once.

A refused value counts as its default: reading goes on, and the findings stop the file in the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from orderctl.config.findings import MISSING_KEY, UNKNOWN_KEY, WRONG_TYPE, WRONG_VALUE, Refusal, near, said_of
from orderctl.config.key import Key
from orderctl.config.keys import TABLES
from orderctl.config.kinds import KINDS, Scope
from orderctl.core.errors import Finding
from orderctl.core.toml import Toml

Place = tuple[str | int, ...]


@dataclass(slots=True)
class Reader:
    """Reads the tables of one file. `findings` grows as it goes."""

    toml: Toml
    scope: Scope
    findings: list[Finding] = field(default_factory=list)

    def refuse(self, code: str, message: str, place: Place, hint: str = "") -> None:
        """Note that what stands at `place` is wrong; `message` goes after its name."""
        words = said_of(place, message)
        self.findings.append(Finding(code, words, self.toml.file, self.toml.line_of(*place), hint=hint))

    def table(self, name: str, written: Any, place: Place) -> dict[str, Any]:
        """The checked values of the table `name` of `config.keys`, every key of it, defaults filled in.

        A table without default that was left out is None; named tables are returned as they were written.
        """
        table = TABLES[name]
        if not isinstance(written, Mapping):
            self.refuse(WRONG_TYPE, "is not a table", place, f"write {table.title}")
            return {key.name: self._key(replace(key, required=False), {}, place) for key in table.keys}
        if not table.open:
            self._refuse_unknown(written, [key.name for key in table.keys], place)
        return {key.name: self._key(key, written, place) for key in table.keys}

    def named(self, written: Any, place: Place, title: str) -> dict[str, Mapping[str, Any]]:
        """The tables below `[place.NAME]`, in the order of the file; what is no table is refused."""
        if not isinstance(written, Mapping):
            self.refuse(WRONG_TYPE, "is not a table of tables", place, f"write {title}")
            return {}
        found = {}
        for name, table in written.items():
            if not isinstance(table, Mapping):
                self.refuse(WRONG_TYPE, "is not a table", (*place, name), f"write {title}")
            elif not name or not name.isprintable() or name != name.strip() or len(name) > 100:
                self.refuse(WRONG_VALUE, "is not a name: 1 to 100 characters, none of them a control", (*place, name))
            else:
                found[name] = table
        return found

    def value(self, kind: str, written: Any, place: Place, choices: Sequence[str] = ()) -> Any:
        """`written` as `kind` reads it; None, and a finding, when it cannot be taken."""
        scope = replace(self.scope, choices=choices) if choices else self.scope
        try:
            return KINDS[kind].parse(written, scope)
        except Refusal as refusal:
            self.refuse(refusal.code, str(refusal), place, refusal.hint)
            return None

    def _key(self, key: Key, written: Mapping[str, Any], place: Place) -> Any:
        here = (*place, key.name)
        if key.kind == "named":
            return written.get(key.name, key.default)
        if key.kind == "table":
            inner = written.get(key.name, key.default)
            return None if inner is None else self.table(key.table, inner, here)
        if key.name in written:
            value = self.value(key.kind, written[key.name], here, key.choices)
            if value is not None:
                return value
        elif key.required:
            self.refuse(MISSING_KEY, "is missing", here, key.doc)
        if key.default is None:
            return None
        return KINDS[key.kind].parse(key.default, replace(self.scope, choices=key.choices))

    def _refuse_unknown(self, written: Mapping[str, Any], known: list[str], place: Place) -> None:
        for name in written:
            if name not in known:
                guess = near(name, known)
                hint = guess or f"known here: {', '.join(known)}"
                self.refuse(UNKNOWN_KEY, "is not a key that is known here", (*place, name), hint)


def rest(name: str, written: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of an open table that are the adapter's."""
    own = {key.name for key in TABLES[name].keys}
    return {key: value for key, value in written.items() if key not in own}
