"""Stock is a ledger: every number is the sum of moves, and every move says why.

`available = max(0, on hand - reserved)`; a promise to a shipment is a reservation, not a move.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

REASONS = (
    *("received", "returned", "found", "damaged", "lost", "expired", "sample", "count", "correction"),
    *("transfer_out", "transfer_in", "shipped", "assembled"),
)


@dataclass(frozen=True, slots=True)
class StockMove:
    """One signed change of on-hand stock. Never edited; undone by its opposite.

    `key` makes a repeated move a no-op; `cause` says what brought it about, e.g. `shipment:WEB-1042-1`.
    """

    location: str
    sku: str
    delta: int
    reason: str
    cause: str
    key: str
    actor: str
    moved_at: str


@dataclass(slots=True)
class WorkingStock:
    """What is available while a batch of orders is decided: location -> SKU -> units, taken from as plans are made.

    The only value here that changes: reading and updating the store per order costs ten times as much.
    """

    available: dict[str, dict[str, int]]

    def add(self, available: Mapping[str, Mapping[str, int]]) -> None:
        """What is available of SKUs that were not in here."""
        for location, units in available.items():
            self.available.setdefault(location, {}).update(units)

    def of(self, locations: Iterable[str], skus: Iterable[str]) -> dict[str, dict[str, int]]:
        """A frozen copy for the facts of one order: the units of `skus` at `locations`, zeros left out."""
        wanted = list(skus)
        seen: dict[str, dict[str, int]] = {}
        for location in locations:
            here = self.available.get(location)
            if here:
                found = {sku: units for sku in wanted if (units := here.get(sku, 0)) > 0}
                if found:
                    seen[location] = found
        return seen

    def take(self, location: str, sku: str, units: int) -> None:
        """Units promised to an order are gone for the next one."""
        here = self.available.setdefault(location, {})
        here[sku] = here.get(sku, 0) - units


@dataclass(frozen=True, slots=True)
class Sku:
    """What is known of a SKU beyond its stock. Rules read it beside the order's line.

    `sku` is our own name for it, also where a channel sells it under another.
    """

    sku: str
    weight_g: int | None = None
    category: str = ""
    supplier: str = ""
    tags: tuple[str, ...] = ()
    hazmat: bool = False
    oversize: bool = False
    preorder: bool = False
    components: Mapping[str, int] = field(default_factory=dict)  # what one unit takes from stock; empty = itself
    assembled_from: Mapping[str, int] = field(default_factory=dict)  # of a kit kept assembled: used when it runs short
