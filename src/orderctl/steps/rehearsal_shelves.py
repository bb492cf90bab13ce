"""The shelves a rehearsal begins with: articles and stock of the orders that come, read a batch at a time.

Of a store today's, without what is promised; of a file of orders every SKU is known, and there is plenty everywhere
unless a file of counts says what there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from orderctl.core.orders import Order
from orderctl.core.purchasing import OnOrder
from orderctl.core.stock import Sku
from orderctl.rules.compiled import Compiled
from orderctl.steps import customs, purchasing
from orderctl.steps.catalogue import Catalogue
from orderctl.steps.context import Context
from orderctl.steps.customs import Customs
from orderctl.steps.desk import Desk
from orderctl.steps.what_if import Levels, WhatIf
from orderctl.store import pauses, postcodes, stock
from orderctl.store import purchasing as on_order
from orderctl.store.decisions import Basis

PLENTY = 10**9
#: Nothing is written down, so that no rows have to be named.
_NO_ROWS = Basis(0, 0, 0)
#: A desk, what is changed at it, and the rules by which it decides.
Prepared = tuple[Desk, WhatIf, Compiled]


class Shelves(Protocol):
    """Makes the desks of a rehearsal, and fills them."""

    def desk(self, what: WhatIf) -> Desk:
        """A desk at which nothing has been decided yet."""
        ...

    def load(self, desks: Sequence[Prepared], orders: Sequence[Order]) -> None:
        """Have at each desk what these orders, and what its rules add to them, may take."""
        ...

    def expected(self, after: str) -> list[tuple[str, str, str, int]]:
        """(moment, location, SKU, units) on order that come after the moment `after`."""
        ...


class OfStore:
    """What the store knows."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._skus = Catalogue()
        self._customs = customs.opened(ctx)
        self._paused = tuple(pauses.paused(ctx.db, "location"))
        self._expected = {sku for _, _, sku, _ in on_order.expected(ctx.db, ctx.now)}

    def desk(self, what: WhatIf) -> Desk:
        """Locations that are paused now stay so; feeds are as fresh as they have to be."""
        paused = tuple(dict.fromkeys((*self._paused, *what.closed)))
        coming = OnOrder() if on_order.is_any_open(self._ctx.db) else None
        made = Desk(_NO_ROWS, paused, (), {}, skus=self._skus, on_order=coming, customs=self._customs)
        if self._expected:
            self._stock(made, what, set(self._expected))
        return made

    def load(self, desks: Sequence[Prepared], orders: Sequence[Order]) -> None:
        """Articles, stock, what customs want, and where the orders go."""
        wanted = self._skus.load(self._ctx.db, orders, _added(desks))
        customs.load(self._ctx, self._customs, self._skus, orders)
        places = {(to.country, to.postcode) for order in orders if (to := order.ship_to)}
        by_distance = any(rules.by_distance for _, _, rules in desks)
        points = postcodes.points(self._ctx.db, places) if by_distance else {}
        for desk, what, _ in desks:
            self._stock(desk, what, wanted - desk.stocked)
            desk.points |= points

    def _stock(self, desk: Desk, what: WhatIf, fresh: set[str]) -> None:
        if fresh:
            desk.stock.add(what.stock(stock.available(self._ctx.db, fresh), fresh))
            purchasing.load(self._ctx, desk.on_order, fresh)
            desk.stocked |= fresh

    def expected(self, after: str) -> list[tuple[str, str, str, int]]:
        """Open purchase orders that say when."""
        return on_order.expected(self._ctx.db, after)


class OfFile:
    """What is taken for granted where there is no store. `counts` is all there is; None = plenty of everything."""

    def __init__(self, counts: Levels | None) -> None:
        self._counts = counts
        self._skus = Catalogue()

    def desk(self, what: WhatIf) -> Desk:
        """Nobody has paused anything."""
        return Desk(_NO_ROWS, what.closed, (), {}, skus=self._skus, customs=Customs())

    def load(self, desks: Sequence[Prepared], orders: Sequence[Order]) -> None:
        """Every SKU that is named at all is known."""
        wanted = {line.sku for order in orders for line in order.lines if line.sku} | _added(desks)
        self._skus.own |= {sku: Sku(sku) for sku in wanted - self._skus.own.keys()}
        for desk, what, _ in desks:
            fresh = wanted - desk.stocked
            if fresh:
                desk.stock.add(what.stock(self._levels(what, fresh), fresh))
                desk.stocked |= fresh

    def _levels(self, what: WhatIf, skus: set[str]) -> Levels:
        if self._counts is not None:
            found = {}
            for name, here in self._counts.items():
                found[name] = {sku: units for sku, units in here.items() if sku in skus}
            return found
        counted = (name for name, place in what.config.places.locations.items() if place.stock == "counted")
        return {name: dict.fromkeys(skus, PLENTY) for name in counted}

    def expected(self, after: str) -> list[tuple[str, str, str, int]]:  # noqa: ARG002 - there is no store to ask
        """Nothing."""
        return []


def _added(desks: Sequence[Prepared]) -> set[str]:
    """SKUs that rules put into shipments."""
    return {sku for _, _, rules in desks for sku in rules.added_skus}
