"""What a key of channels.toml is: its kind, its default, what it means. `config.keys` has all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `default` is written as a person would write it; None = none. `table` names the table it holds.

    `idle` = it is read and checked, and nothing acts on it in this version.
    """

    name: str
    kind: str
    doc: str
    default: Any = None
    choices: tuple[str, ...] = ()
    required: bool = False
    table: str = ""
    idle: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The keys of one table. `title` is how it is written; `open` = other keys are the adapter's."""

    title: str
    doc: str
    keys: tuple[Key, ...] = ()
    open: bool = False


def named(name: str, table: str, doc: str, *, idle: bool = False) -> Key:
    """A key that holds tables by name, as in `[channel.NAME]`."""
    return Key(name, "named", doc, default={}, table=table, idle=idle)


def one(name: str, table: str, doc: str, *, idle: bool = False) -> Key:
    """A key that holds one table whose keys have their defaults without it."""
    return Key(name, "table", doc, default={}, table=table, idle=idle)


def maybe(name: str, table: str, doc: str) -> Key:
    """A key that holds one table which may be missing as a whole."""
    return Key(name, "table", doc, table=table)
