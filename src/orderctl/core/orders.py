"""What a customer bought, as the channel states it.

Text that a channel did not state is empty, numbers that it did not state are None. Amounts are minor units of the
order's currency, weights are grams, moments are text as `core.times` writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orderctl.core import money

PRIORITIES = ("urgent", "high", "normal", "low")
PAYMENTS = ("pending", "authorized", "partly_paid", "paid", "on_terms", "partly_refunded", "refunded", "voided")
SOURCES = ("online", "pos", "draft", "phone", "api")
TYPES = ("b2c", "b2b", "replacement", "sample")
DISPUTES = ("none", "open", "won", "lost")
RISKS = ("low", "medium", "high")
FULFILLERS = ("merchant", "channel")
#: What carriers may need to know of whom they deliver to.
NEEDS = ("phone", "email")


@dataclass(frozen=True, slots=True)
class Address:
    """Where something or someone is. `country` is ISO 3166, two capitals."""

    name: str = ""
    company: str = ""
    line1: str = ""
    line2: str = ""
    line3: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Customer:
    """Who bought. `orders` and `spent_minor` are what the channel says of earlier orders, None when it does not."""

    id: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    type: str = ""
    orders: int | None = None
    spent_minor: int | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order. `amount_minor` is the price of all its units before discount."""

    id: str
    sku: str
    quantity: int
    amount_minor: int = 0
    title: str = ""
    discount_minor: int = 0
    tax_minor: int = 0
    weight_g: int | None = None
    requires_shipping: bool = True
    fulfilled_by: str = "merchant"
    tags: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def unit_price_minor(self) -> int:
        """The price of one unit before discount, rounded half up."""
        return money.divide_half_up(self.amount_minor, self.quantity) if self.quantity else 0


@dataclass(frozen=True, slots=True)
class Order:
    """One order of one channel; its key is (channel, channel_order_id). Never split, never merged."""

    channel: str
    channel_order_id: str
    number: str
    placed_at: str
    updated_at: str
    currency: str
    lines: tuple[Line, ...]
    ship_to: Address | None = None
    bill_to: Address | None = None
    customer: Customer = Customer()
    total_minor: int = 0
    shipping_minor: int = 0
    discount_minor: int = 0
    tax_minor: int = 0
    prices_include_tax: bool = False
    payment: str = ""
    payment_terms: str = ""
    source: str = "online"
    pos_location: str = ""
    fulfilled_by: str = "merchant"
    type: str = "b2c"
    cancelled_at: str = ""
    cancel_requested: bool = False
    dispute: str = "none"
    requested_service: str = ""
    ship_by: str = ""
    deliver_by: str = ""
    priority: str = "normal"
    risk: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    gift_message: str = ""
    po_number: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


def derived_total(order: Order) -> int:
    """What the order's parts add up to: lines - discounts + shipping + tax, in minor units."""
    tax = 0 if order.prices_include_tax else order.tax_minor
    return added_up(order.lines, order.shipping_minor, order.discount_minor, tax)


def added_up(lines: Iterable[Line], shipping_minor: int, discount_minor: int, tax_minor: int) -> int:
    """Lines - discounts + shipping + tax (0 when prices include it), in minor units."""
    paid = sum([line.amount_minor - line.discount_minor for line in lines])
    return paid + shipping_minor - discount_minor + tax_minor


def money_off_by(order: Order) -> int:
    """How far the stated total is from what its parts add up to, in minor units, without sign."""
    return abs(order.total_minor - derived_total(order))


def phone_of(order: Order) -> str:
    """Where the customer, or whoever the goods go to, can be called; empty when nobody said."""
    return order.customer.phone or (order.ship_to.phone if order.ship_to else "")


def reachable_by(order: Order, need: str) -> str:
    """The phone number or e-mail address, one of `NEEDS`; empty when nobody said."""
    return phone_of(order) if need == "phone" else order.customer.email
