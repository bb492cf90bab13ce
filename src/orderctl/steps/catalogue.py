"""What is known of SKUs while orders are routed: ours, and what each channel calls them.

An order line keeps the SKU that its channel states. What that is, is looked up here: a SKU mapped for that very
channel first, else one of ours. Nothing changes a SKU meanwhile, so that each is read once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from orderctl.core import skus
from orderctl.core.orders import Order
from orderctl.core.stock import Sku
from orderctl.store import skus as sku_rows


@dataclass(slots=True)
class Catalogue:
    """SKU -> what is known of it, and (channel, its SKU) -> what it sells there."""

    own: dict[str, Sku] = field(default_factory=dict)
    called: dict[tuple[str, str], Sku] = field(default_factory=dict)
    _asked: set[tuple[str, str]] = field(default_factory=set)

    def load(self, db: sqlite3.Connection, orders: Sequence[Order], added: Iterable[str]) -> set[str]:
        """Read what these orders and `added` SKUs need; every SKU whose stock they may take."""
        lines = {(order.channel, line.sku) for order in orders for line in order.lines}
        fresh = lines - self._asked
        self._asked |= fresh
        aliases = sku_rows.aliases(db, {channel for channel, _ in fresh}, {sku for _, sku in fresh})
        wanted = {sku for _, sku in lines}.union(added)
        self._read(db, wanted.union(alias.sku for alias in aliases.values()))
        self.called |= {name: skus.as_sold(self.own[alias.sku], alias.times) for name, alias in aliases.items()}
        taken = [self.own[sku] for sku in wanted if sku in self.own]
        taken += [self.called[line] for line in lines if line in self.called] if self.called else []
        parts = {part for sku in taken for part in parts_of(sku)}
        self._read(db, parts)
        return wanted | parts

    def _read(self, db: sqlite3.Connection, wanted: set[str]) -> None:
        self.own |= sku_rows.known(db, wanted - self.own.keys())

    def of(self, channel: str, names: Sequence[str]) -> dict[str, Sku]:
        """What `names` are on `channel`, of those that are known."""
        own = {name: self.own[name] for name in names if name in self.own}
        if self.called:
            own |= {name: self.called[channel, name] for name in names if (channel, name) in self.called}
        return own

    def parts(self, known: Iterable[Sku]) -> dict[str, Sku]:
        """What is known of everything that `known` may be taken from, by name."""
        names = {part for sku in known for part in parts_of(sku)}
        return {name: self.own[name] for name in sorted(names) if name in self.own}


def parts_of(sku: Sku) -> Iterable[str]:
    """All that one unit of it may be taken from, itself left out."""
    return (*sku.components, *sku.assembled_from) if sku.components or sku.assembled_from else ()
