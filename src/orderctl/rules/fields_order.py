"""The fields of the order itself, of where it goes and who bought it."""

from __future__ import annotations

from orderctl.core import addresses, checks, orders, times
from orderctl.core.addresses import same_place
from orderctl.rules.facts import Facts, unit_weight_g
from orderctl.rules.kinds import (
    Channel,
    ChannelType,
    Choice,
    Country,
    Currency,
    Flag,
    LocationName,
    Postcode,
    Tags,
    Text,
    presence,
)
from orderctl.rules.numbers import Count, Duration, Money
from orderctl.rules.registry import field

_PRESENT = ("note", "gift_message", "phone", "po_number", "weight", "email")


@field("channel", Channel, example='"shopify-main"')
def channel(facts: Facts) -> str:
    """The channel the order came from."""
    return facts.order.channel


@field("channel_type", ChannelType, example='["amazon", "ebay"]', missing=True, derived=True)
def channel_type(facts: Facts) -> str | None:
    """The type of the channel the order came from."""
    known = facts.places.channels.get(facts.order.channel)
    return known.type if known else None


@field("source", Choice(orders.SOURCES), example='"pos"')
def source(facts: Facts) -> str:
    """How the order was placed: online, pos, draft, phone or api."""
    return facts.order.source


@field("pos_location", LocationName, example='"store-nyc"', missing=True)
def pos_location(facts: Facts) -> str | None:
    """The store that took the order."""
    return facts.order.pos_location or None


@field("fulfilled_by", Choice(orders.FULFILLERS), example='"channel"')
def fulfilled_by(facts: Facts) -> str:
    """Who ships the order: the merchant, or the channel from its own warehouses."""
    return facts.order.fulfilled_by


@field("type", Choice(orders.TYPES), example='"b2b"')
def type_(facts: Facts) -> str:
    """What the order is: b2c, b2b, replacement or sample."""
    return facts.order.type


@field("payment", Choice(orders.PAYMENTS), example='["pending", "authorized"]', missing=True)
def payment(facts: Facts) -> str | None:
    """How far the order is paid."""
    return facts.order.payment or None


@field("payment_terms", Text, example='"net 30"', missing=True)
def payment_terms(facts: Facts) -> str | None:
    """What was agreed on when to pay."""
    return facts.order.payment_terms or None


@field("cancel_requested", Flag, example="true")
def cancel_requested(facts: Facts) -> bool:
    """Whether the buyer asked to cancel."""
    return facts.order.cancel_requested


@field("dispute", Choice(orders.DISPUTES), example='"open"')
def dispute(facts: Facts) -> str:
    """Whether the payment is disputed: none, open, won or lost."""
    return facts.order.dispute


@field("risk", Choice(orders.RISKS), example='"high"', missing=True)
def risk(facts: Facts) -> str | None:
    """The channel's judgment of the risk of fraud: low, medium or high."""
    return facts.order.risk or None


@field("priority", Choice(orders.PRIORITIES), example='["urgent", "high"]')
def priority(facts: Facts) -> str:
    """How urgent the order is: urgent, high, normal or low."""
    return facts.order.priority


@field("total", Money, example='">= 500"')
def total(facts: Facts) -> int:
    """What the customer pays for the whole order, in its currency."""
    return facts.order.total_minor


@field("currency", Currency, example='"EUR"')
def currency(facts: Facts) -> str:
    """The order's currency, ISO 4217."""
    return facts.order.currency


@field("line_count", Count, example='">= 10"', derived=True)
def line_count(facts: Facts) -> int:
    """How many lines the order has."""
    return len(facts.order.lines)


@field("unit_count", Count, example='">= 100"', derived=True)
def unit_count(facts: Facts) -> int:
    """How many units the order has on all its lines."""
    return sum([line.quantity for line in facts.order.lines])


@field("requested_service", Text, example='["NextDay*", "Express*"]', missing=True)
def requested_service(facts: Facts) -> str | None:
    """The shipping service the customer chose, in the channel's words."""
    return facts.order.requested_service or None


@field("shipping_paid", Money, example='"> 0"', derived=True)
def shipping_paid(facts: Facts) -> int:
    """What the customer paid for shipping."""
    return facts.order.shipping_minor


@field("tags", Tags, example='"wholesale"')
def tags(facts: Facts) -> tuple[str, ...]:
    """The order's tags: the channel's, and those that rules gave it."""
    return facts.order.tags + facts.extra_tags


def _present(facts: Facts) -> tuple[str, ...]:
    order = facts.order
    weighed = all(unit_weight_g(facts, line) is not None for line in order.lines if line.requires_shipping)
    there = (order.note, order.gift_message, orders.phone_of(order), order.po_number, weighed, order.customer.email)
    return tuple(word for word, value in zip(_PRESENT, there, strict=True) if value)


@field("has", presence(*_PRESENT), example='"gift_message"')
def has(facts: Facts) -> tuple[str, ...]:
    """What the order has; any of the named is enough. `weight`: every line to ship has one."""
    return _present(facts)


@field("lacks", presence(*_PRESENT), example='["phone", "email"]')
def lacks(facts: Facts) -> tuple[str, ...]:
    """What the order does not have; any of the named is enough."""
    there = _present(facts)
    return tuple(word for word in _PRESENT if word not in there)


@field("age", Duration, example='"< 30 min"', moment=True)
def age(facts: Facts) -> int:
    """How long ago the order was placed."""
    return times.seconds_between(facts.order.placed_at, facts.now)


@field("ship_by", Duration, example='"< 12 h"', missing=True, moment=True)
def ship_by(facts: Facts) -> int | None:
    """The time left to ship; negative once it has passed."""
    return times.seconds_between(facts.now, facts.order.ship_by) if facts.order.ship_by else None


@field("deliver_by", Duration, example='"< 2d"', missing=True, moment=True)
def deliver_by(facts: Facts) -> int | None:
    """The time left until the delivery that was promised; negative once it has passed."""
    return times.seconds_between(facts.now, facts.order.deliver_by) if facts.order.deliver_by else None


@field("first_order", Flag, example="true", missing=True, derived=True)
def first_order(facts: Facts) -> bool | None:
    """Whether the customer has no earlier order; missing when the channel does not say."""
    earlier = facts.order.customer.orders
    return None if earlier is None else earlier == 0


@field("po_number", Text, example='"PO-*"', missing=True)
def po_number(facts: Facts) -> str | None:
    """The customer's purchase order number."""
    return facts.order.po_number or None


@field("attributes.NAME", Text, example='"yes"', missing=True)
def attributes(facts: Facts) -> str | None:  # noqa: ARG001
    """What the channel says of the order under NAME, such as `attributes.gift_wrap`."""
    return None


@field("attempts", Count, example='">= 3"', moment=True)
def attempts(facts: Facts) -> int:
    """How often the order was tried before."""
    return facts.attempts


@field("address", Choice(checks.VERDICTS), example='["incomplete", "invalid"]', derived=True)
def address(facts: Facts) -> str:
    """The verdict on the address: ok, suspect, incomplete or invalid."""
    return facts.address


@field("billing_matches_shipping", Flag, example="false", missing=True, derived=True)
def billing_matches_shipping(facts: Facts) -> bool | None:
    """Whether the bill goes to the street and postcode the goods go to; missing when either is not stated."""
    order = facts.order
    if order.bill_to is None or order.ship_to is None:
        return None
    return same_place(order.bill_to, order.ship_to)


@field("ship_to.country", Country, example='["DE", "AT"]', missing=True)
def ship_to_country(facts: Facts) -> str | None:
    """The country the order ships to, ISO 3166 two letters. Never missing after the hold stage."""
    return (facts.order.ship_to.country or None) if facts.order.ship_to else None


@field("ship_to.region", Text, example='["CA", "OR", "WA"]', missing=True)
def ship_to_region(facts: Facts) -> str | None:
    """The state, province or region the order ships to, as the channel writes it."""
    return (facts.order.ship_to.region or None) if facts.order.ship_to else None


@field("ship_to.city", Text, example='"New York"', missing=True)
def ship_to_city(facts: Facts) -> str | None:
    """The city the order ships to."""
    return (facts.order.ship_to.city or None) if facts.order.ship_to else None


@field("ship_to.postcode", Postcode, example='"90000..96699"', missing=True)
def ship_to_postcode(facts: Facts) -> str | None:
    """The postcode the order ships to; in a range a ZIP+4 counts as its ZIP code."""
    return ("".join(facts.order.ship_to.postcode.split()) or None) if facts.order.ship_to else None


@field("ship_to.company", Text, example='"Acme*"', missing=True)
def ship_to_company(facts: Facts) -> str | None:
    """The company the order ships to."""
    return (facts.order.ship_to.company or None) if facts.order.ship_to else None


@field(
    "ship_to.kind",
    Choice(("residential", "commercial", "po_box", "military")),
    example='["po_box", "military"]',
    missing=True,
    derived=True,
)
def ship_to_kind(facts: Facts) -> str | None:
    """What the address is: po_box or military by its words, commercial when a company is named, else residential."""
    return addresses.kind(facts.order.ship_to) if facts.order.ship_to else None


@field("customer.email", Text, example='"*@example.com"', missing=True)
def customer_email(facts: Facts) -> str | None:
    """The customer's e-mail address."""
    return facts.order.customer.email or None


@field("customer.id", Text, example='"7203"', missing=True)
def customer_id(facts: Facts) -> str | None:
    """The customer's id at the channel."""
    return facts.order.customer.id or None


@field("customer.orders", Count, example="0", missing=True)
def customer_orders(facts: Facts) -> int | None:
    """How many earlier orders the customer has."""
    return facts.order.customer.orders


@field("customer.spent", Money, example='">= 2000"', missing=True)
def customer_spent(facts: Facts) -> int | None:
    """What the customer spent on earlier orders, in the order's currency."""
    return facts.order.customer.spent_minor


@field("customer.tags", Tags, example='"vip"')
def customer_tags(facts: Facts) -> tuple[str, ...]:
    """The customer's tags at the channel."""
    return facts.order.customer.tags


@field("customer.type", Text, example='"wholesale"', missing=True)
def customer_type(facts: Facts) -> str | None:
    """What kind of customer it is, in the channel's words."""
    return facts.order.customer.type or None
