"""What papers say of a batch beyond what a pick list does: prices, weights, customs data, who sells and who paid.

It is gathered only for locations whose documents ask for it (`NEEDS`). Amounts are minor units, weights grams.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: What a document may ask for: `order` = prices, bill-to and the like; `goods` = weight, customs data, cost, barcode.
NEEDS = ("order", "goods")


@dataclass(frozen=True, slots=True)
class Goods:
    """What papers say of the units of one line in one shipment; everything but weight and cost is of all units.

    `amount_minor` is their price before `discount_minor`, which includes their share of the order's own discount;
    `tax_minor` is included in the price where the order says so. All three in the order's currency. `weight_g` and
    `cost_minor` (in `cost_currency`) are of one unit, None where nobody knows.
    """

    amount_minor: int = 0
    discount_minor: int = 0
    tax_minor: int = 0
    weight_g: int | None = None
    cost_minor: int | None = None
    cost_currency: str = ""
    hs_code: str = ""
    origin: str = ""
    barcode: str = ""
    supplier_sku: str = ""

    @property
    def paid_minor(self) -> int:
        """What the customer pays for these units, without or with tax as the order states prices."""
        return self.amount_minor - self.discount_minor


@dataclass(frozen=True, slots=True)
class Bought:
    """What papers say of the order a shipment belongs to."""

    customer: str = ""
    bill_to: Mapping[str, str] = field(default_factory=dict)
    po_number: str = ""
    deliver_by: str = ""
    prices_include_tax: bool = False


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: the shop by its own name, address, e-mail and tax number, and the place it goes out from."""

    shop: str = ""
    email: str = ""
    tax_id: str = ""
    address: Mapping[str, str] = field(default_factory=dict)  # of the shop
    place: Mapping[str, str] = field(default_factory=dict)  # of the location


NO_GOODS = Goods()
NOT_ASKED = Bought()
NOBODY = Sender()
