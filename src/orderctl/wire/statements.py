"""Statements of account become entries the same way everywhere: what is not understood is named, the rest kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from orderctl.core.adapters import MoneyPage
from orderctl.core.errors import RecordError
from orderctl.core.money_entries import MoneyEntry

_Row = Mapping[str, Any]


def money_page(
    position: str, rows: Iterable[_Row], read: Callable[[_Row], Iterable[MoneyEntry]], named: Callable[[_Row], str]
) -> MoneyPage:
    """A page of what `read` makes of `rows`; `named` is what a row is called where it cannot be read."""
    entries: list[MoneyEntry] = []
    unread: dict[str, str] = {}
    for row in rows:
        try:
            entries += read(row)
        except RecordError as error:
            unread[named(row)] = error.message
    return MoneyPage(position, entries, unread)
