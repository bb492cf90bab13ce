"""An order as JSON, both ways: the shape of `orders show --json`, of JSONL channels and of rule tests.

Reading is strict: what is there must have its type and lie in its bounds, what is unknown is refused by name.
Money is decimal text in major units, moments are ISO 8601 with an offset. Writing leaves defaults out.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from orderctl.core import money, orders, text, times
from orderctl.core.errors import RecordError
from orderctl.core.orders import Address, Customer, Line, Order

LARGEST_QUANTITY = 1_000_000
LONGEST_TEXT = 20_000
MOST_LINES = 5_000

_ADDRESS = frozenset(Address.__slots__)
_CUSTOMER = frozenset(("id", "name", "email", "phone", "type", "orders", "spent", "tags"))
_LINE = frozenset(
    (
        *("id", "sku", "title", "quantity", "amount", "unit_price", "discount", "tax", "weight_g"),
        *("requires_shipping", "fulfilled_by", "tags", "attributes"),
    )
)
_ORDER = frozenset(
    (
        *("channel", "channel_order_id", "number", "placed_at", "updated_at", "cancelled_at", "cancel_requested"),
        *(
            "dispute",
            "payment",
            "payment_terms",
            "source",
            "pos_location",
            "fulfilled_by",
            "type",
            "currency",
            "customer",
        ),
        *("ship_to", "bill_to", "requested_service", "ship_by", "deliver_by", "priority", "lines", "shipping_price"),
        *("discount", "tax", "prices_include_tax", "total", "risk", "tags", "note", "gift_message", "po_number"),
        "attributes",
    )
)
#: What orderctl adds to an order when it shows one; passed over when the same text comes back in.
ADDED = frozenset(("state", "checks", "holds", "shipments", "backorders", "exceptions", "history", "reference"))


def order_from_json(row: Mapping[str, Any], *, channel: str = "", currency: str = "") -> Order:
    """The order that `row` states. `channel` and `currency` fill in what it leaves out.

    RecordError names the first field that is wrong.
    """
    _known(row, _ORDER | ADDED, "")
    code = _text(row, "currency") or currency
    if not money.is_currency(code):
        _refuse("currency", f"'{code}' is not a currency code" if code else "is missing")
    identity = _text(row, "channel_order_id") or _text(row, "number")
    if not identity:
        _refuse("channel_order_id", "is missing")
    lines = _lines(row.get("lines"), code)
    placed_at = _moment(row, "placed_at")
    if not placed_at:
        _refuse("placed_at", "is missing")
    order = Order(
        channel=channel or _text(row, "channel"),
        channel_order_id=identity,
        number=_text(row, "number") or identity,
        placed_at=placed_at,
        updated_at=_moment(row, "updated_at") or placed_at,
        currency=code,
        lines=lines,
        ship_to=_address(row, "ship_to"),
        bill_to=_address(row, "bill_to"),
        customer=_customer(row.get("customer"), code),
        shipping_minor=_money(row, "shipping_price", code),
        discount_minor=_money(row, "discount", code),
        tax_minor=_money(row, "tax", code, sum(line.tax_minor for line in lines)),
        prices_include_tax=_boolean(row, "prices_include_tax", default=False),
        total_minor=_money(row, "total", code),
        payment=_choice(row, "payment", orders.PAYMENTS, ""),
        payment_terms=_text(row, "payment_terms"),
        source=_choice(row, "source", orders.SOURCES, "online"),
        pos_location=_text(row, "pos_location"),
        fulfilled_by=_choice(row, "fulfilled_by", orders.FULFILLERS, "merchant"),
        type=_choice(row, "type", orders.TYPES, "b2c"),
        cancelled_at=_moment(row, "cancelled_at"),
        cancel_requested=_boolean(row, "cancel_requested", default=False),
        dispute=_choice(row, "dispute", orders.DISPUTES, "none"),
        requested_service=_text(row, "requested_service"),
        ship_by=_moment(row, "ship_by"),
        deliver_by=_moment(row, "deliver_by"),
        priority=_choice(row, "priority", orders.PRIORITIES, "normal"),
        risk=_choice(row, "risk", orders.RISKS, ""),
        tags=_tags(row),
        note=_text(row, "note"),
        gift_message=_text(row, "gift_message"),
        po_number=_text(row, "po_number"),
        attributes=_attributes(row),
    )
    if row.get("total") is None:
        return _with_total(order)
    return order


def _with_total(order: Order) -> Order:
    import dataclasses

    return dataclasses.replace(order, total_minor=orders.derived_total(order))


def _refuse(field: str, problem: str) -> None:
    message = f"{field} {problem}"
    raise RecordError(message, field=field)


def _known(row: Mapping[str, Any], names: frozenset[str], prefix: str) -> None:
    if not isinstance(row, Mapping):
        _refuse(prefix.rstrip(".") or "order", "is not a table of fields")
    for name in row.keys() - names:
        near = text.did_you_mean(str(name), names)
        _refuse(f"{prefix}{name}"[:80], f"is not a field of an order{near}")


def _text(row: Mapping[str, Any], name: str, prefix: str = "") -> str:
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        _refuse(prefix + name, f"is not text: {str(value)[:40]}")
    if len(value) > LONGEST_TEXT:
        _refuse(prefix + name, f"is longer than {LONGEST_TEXT} characters")
    return value if value.isprintable() else text.storable(value)


def _choice(row: Mapping[str, Any], name: str, allowed: tuple[str, ...], default: str, prefix: str = "") -> str:
    value = row.get(name)
    if value is None or value == "":
        return default
    if value not in allowed:
        _refuse(prefix + name, f"is '{str(value)[:40]}'; it can be {', '.join(allowed)}")
    return str(value)


def _boolean(row: Mapping[str, Any], name: str, *, default: bool, prefix: str = "") -> bool:
    value = row.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        _refuse(prefix + name, f"is neither true nor false: {str(value)[:40]}")
    return bool(value)


def _whole(row: Mapping[str, Any], name: str, largest: int, prefix: str = "") -> int | None:
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        _refuse(prefix + name, f"is not a whole number: {str(value)[:40]}")
    if not 0 <= value <= largest:
        _refuse(prefix + name, f"is not between 0 and {largest}: {str(value)[:40]}")
    return int(value)


def _money(row: Mapping[str, Any], name: str, currency: str, default: int = 0, prefix: str = "") -> int:
    value = row.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        _refuse(prefix + name, f"is not an amount: {str(value)[:40]}")
    try:
        return money.to_minor(value, currency)
    except ValueError as error:
        _refuse(prefix + name, f"is wrong: {error}")
    return default


def _moment(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        _refuse(name, f"is not a moment: {str(value)[:40]}")
    try:
        return times.parse_moment(value)
    except ValueError:
        _refuse(name, f"is not a moment with a time zone: '{value[:40]}'")
    return ""


def _tags(row: Mapping[str, Any], prefix: str = "") -> tuple[str, ...]:
    value = row.get("tags")
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not all(isinstance(tag, str) for tag in value):
        _refuse(prefix + "tags", "is not a list of texts")
    return tuple(text.storable(tag) for tag in value)


def _attributes(row: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    value = row.get("attributes")
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        _refuse(prefix + "attributes", "is not a table of texts")
    return {str(name): _text(value, name, f"{prefix}attributes.") for name in value}


def _address(row: Mapping[str, Any], name: str) -> Address | None:
    value = row.get(name)
    if value is None:
        return None
    prefix = name + "."
    _known(value, _ADDRESS, prefix)
    return Address(**{part: _text(value, part, prefix) for part in value})


def _customer(value: Any, currency: str) -> Customer:
    if value is None:
        return Customer()
    prefix = "customer."
    _known(value, _CUSTOMER, prefix)
    return Customer(
        id=_text(value, "id", prefix),
        name=_text(value, "name", prefix),
        email=_text(value, "email", prefix),
        phone=_text(value, "phone", prefix),
        type=_text(value, "type", prefix),
        orders=_whole(value, "orders", LARGEST_QUANTITY, prefix),
        spent_minor=None if value.get("spent") is None else _money(value, "spent", currency, prefix=prefix),
        tags=_tags(value, prefix),
    )


def _lines(value: Any, currency: str) -> tuple[Line, ...]:
    if not isinstance(value, list | tuple):
        _refuse("lines", "is missing" if value is None else "is not a list")
    if len(value) > MOST_LINES:
        _refuse("lines", f"has more than {MOST_LINES} lines")
    lines = tuple(_line(row, position, currency) for position, row in enumerate(value, 1))
    if len({line.id for line in lines}) != len(lines):
        _refuse("lines", "has two lines with the same id")
    return lines


def _line(row: Mapping[str, Any], position: int, currency: str) -> Line:
    prefix = f"lines[{position}]."
    if not isinstance(row, Mapping):
        _refuse(f"lines[{position}]", "is not a table of fields")
    _known(row, _LINE | {"counters"}, prefix)
    quantity = _whole(row, "quantity", LARGEST_QUANTITY, prefix)
    if quantity is None:
        _refuse(prefix + "quantity", "is missing")
        raise AssertionError
    if row.get("amount") is not None:
        amount = _money(row, "amount", currency, prefix=prefix)
    else:
        amount = quantity * _money(row, "unit_price", currency, prefix=prefix)
    return Line(
        id=_text(row, "id", prefix) or str(position),
        sku=_text(row, "sku", prefix),
        quantity=quantity,
        amount_minor=amount,
        title=_text(row, "title", prefix),
        discount_minor=_money(row, "discount", currency, prefix=prefix),
        tax_minor=_money(row, "tax", currency, prefix=prefix),
        weight_g=_whole(row, "weight_g", 10**9, prefix),
        requires_shipping=_boolean(row, "requires_shipping", default=True, prefix=prefix),
        fulfilled_by=_choice(row, "fulfilled_by", orders.FULFILLERS, "merchant", prefix),
        tags=_tags(row, prefix),
        attributes=_attributes(row, prefix),
    )


def order_to_json(order: Order) -> dict[str, Any]:
    """`order` in the shape `order_from_json` reads; what has its default is left out."""
    code = order.currency
    row: dict[str, Any] = {
        "channel": order.channel,
        "channel_order_id": order.channel_order_id,
        "number": order.number,
        "placed_at": order.placed_at,
        "updated_at": order.updated_at,
        "currency": code,
        "total": money.to_text(order.total_minor, code),
        "lines": [_line_to_json(line, code) for line in order.lines],
    }
    for name in ("ship_to", "bill_to"):
        address = getattr(order, name)
        if address is not None:
            row[name] = _stated(address, Address.__slots__)
    customer = _customer_to_json(order.customer, code)
    if customer:
        row["customer"] = customer
    for name, minor in (("shipping_price", order.shipping_minor), ("discount", order.discount_minor)):
        if minor:
            row[name] = money.to_text(minor, code)
    if order.tax_minor or any(line.tax_minor for line in order.lines):  # else reading would add the lines' taxes up
        row["tax"] = money.to_text(order.tax_minor, code)
    row |= _stated(order, _PLAIN)
    for name, default in _WITH_DEFAULT:
        value = getattr(order, name)
        if value != default:
            row[name] = value
    return row


def order_to_full_json(order: Order) -> dict[str, Any]:
    """`order` with every field there is, also the empty ones, in the order in which a person reads them."""
    stated = order_to_json(order)
    row: dict[str, Any] = {name: stated.get(name, _EMPTY.get(name, getattr(order, name, ""))) for name in _READING}
    for name in ("ship_to", "bill_to"):
        address = getattr(order, name)
        row[name] = {part: getattr(address, part) for part in Address.__slots__} if address else None
    row["customer"] = {name: row["customer"].get(name, _NO_CUSTOMER[name]) for name in _NO_CUSTOMER}
    row["lines"] = [_full_line(line, order.currency) for line in order.lines]
    for name, minor in (("shipping_price", order.shipping_minor), ("discount", order.discount_minor)):
        row[name] = money.to_text(minor, order.currency)
    row["tax"] = money.to_text(order.tax_minor, order.currency)
    return row


def _full_line(line: Line, currency: str) -> dict[str, Any]:
    return {
        "id": line.id,
        "sku": line.sku,
        "title": line.title,
        "quantity": line.quantity,
        "amount": money.to_text(line.amount_minor, currency),
        "unit_price": money.to_text(line.unit_price_minor, currency),
        "discount": money.to_text(line.discount_minor, currency),
        "tax": money.to_text(line.tax_minor, currency),
        "weight_g": line.weight_g,
        "requires_shipping": line.requires_shipping,
        "fulfilled_by": line.fulfilled_by,
        "tags": list(line.tags),
        "attributes": dict(line.attributes),
    }


_READING = (
    *("channel", "channel_order_id", "number", "placed_at", "updated_at", "cancelled_at", "cancel_requested"),
    *("dispute", "payment", "payment_terms", "source", "pos_location", "fulfilled_by", "type", "currency", "customer"),
    *("ship_to", "bill_to", "requested_service", "ship_by", "deliver_by", "priority", "lines", "shipping_price"),
    *("discount", "tax", "prices_include_tax", "total", "risk", "tags", "note", "gift_message", "po_number"),
    "attributes",
)
_EMPTY: dict[str, Any] = {"tags": [], "attributes": {}, "customer": {}}
_NO_CUSTOMER: dict[str, Any] = {
    **dict.fromkeys(("id", "name", "email", "phone", "type"), ""),
    **dict.fromkeys(("orders", "spent")),
    "tags": [],
}

_PLAIN = (
    *("payment", "payment_terms", "pos_location", "cancelled_at", "cancel_requested", "requested_service", "ship_by"),
    *("deliver_by", "risk", "tags", "note", "gift_message", "po_number", "attributes", "prices_include_tax"),
)
_WITH_DEFAULT = (
    ("source", "online"),
    ("fulfilled_by", "merchant"),
    ("type", "b2c"),
    ("dispute", "none"),
    ("priority", "normal"),
)


def _stated(thing: Any, names: tuple[str, ...]) -> dict[str, Any]:
    found = {}
    for name in names:
        value = getattr(thing, name)
        if value:
            found[name] = list(value) if isinstance(value, tuple) else value
    return found


def _customer_to_json(customer: Customer, currency: str) -> dict[str, Any]:
    row = _stated(customer, ("id", "name", "email", "phone", "type", "tags"))
    if customer.orders is not None:
        row["orders"] = customer.orders
    if customer.spent_minor is not None:
        row["spent"] = money.to_text(customer.spent_minor, currency)
    return row


def _line_to_json(line: Line, currency: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": line.id,
        "sku": line.sku,
        "quantity": line.quantity,
        "amount": money.to_text(line.amount_minor, currency),
    }
    row |= _stated(line, ("title", "tags", "attributes"))
    if line.discount_minor:
        row["discount"] = money.to_text(line.discount_minor, currency)
    if line.tax_minor:
        row["tax"] = money.to_text(line.tax_minor, currency)
    if line.weight_g is not None:
        row["weight_g"] = line.weight_g
    if not line.requires_shipping:
        row["requires_shipping"] = False
    if line.fulfilled_by != "merchant":
        row["fulfilled_by"] = line.fulfilled_by
    return row
