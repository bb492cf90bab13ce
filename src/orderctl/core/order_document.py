"""An order as the store keeps it: one JSON text in the shape of `order_to_json`, written and read without questions.

Only what `document_of` wrote is read here, so nothing is checked again: a pass reads each order several times.
Whatever comes from elsewhere is read by `core.order_json`. The same shape is what people and programs are shown.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring as quoted
from operator import attrgetter
from types import MappingProxyType
from typing import Any, TypeVar

from orderctl.core.money import to_text
from orderctl.core.order_json import FIELDS
from orderctl.core.orders import Address, Customer, Line, Order

_Value = TypeVar("_Value")


def order_of(document: str) -> Order:
    """The order that `document_of` wrote."""
    row = json.loads(document)
    row["lines"] = tuple([_made(Line, line) for line in row["lines"]])
    for name in ("ship_to", "bill_to"):
        if name in row:
            row[name] = _made(Address, row[name])
    if "customer" in row:
        row["customer"] = _made(Customer, row["customer"])
    return _made(Order, row)


def _made(kind: type[_Value], row: dict[str, Any]) -> _Value:
    """A value of `kind` from what the text states; what it leaves out has its default."""
    amounts, fields = _FIELDS[kind]
    for name, field in amounts:
        if name in row:
            row[field] = int(row[name].replace(".", ""))  # written with exactly the currency's decimals
    if "tags" in row:
        row["tags"] = tuple(row["tags"])
    get = row.get  # by position: by name, Python would look for each of the names among all others
    return kind(*[get(name, default) for name, default in fields])


def _fields(kind: type, **amounts: str) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, Any], ...]]:
    """Amounts by their name in the text and their field; every field with its default."""
    fields = dataclasses.fields(kind)
    return tuple(amounts.items()), tuple(
        (one.name, MappingProxyType({}) if one.name == "attributes" else one.default) for one in fields
    )


_FIELDS: dict[type, Any] = {
    Address: _fields(Address),
    Customer: _fields(Customer, spent="spent_minor"),
    Line: _fields(Line, amount="amount_minor", discount="discount_minor", tax="tax_minor"),
    Order: _fields(
        Order, total="total_minor", shipping_price="shipping_minor", discount="discount_minor", tax="tax_minor"
    ),
}


def document_of(order: Order) -> str:
    """`order` as text; what has its default is left out. The same order gives the same text for ever."""
    code = order.currency
    parts = [*_texts(_ORDER, order), f'"lines":[{",".join([_line_text(line, code) for line in order.lines])}]']
    parts.append(f'"total":"{to_text(order.total_minor, code)}"')
    for name, minor in (("shipping_price", order.shipping_minor), ("discount", order.discount_minor)):
        if minor:
            parts.append(f'"{name}":"{to_text(minor, code)}"')
    if order.tax_minor or any(line.tax_minor for line in order.lines):  # else reading would add the lines' taxes up
        parts.append(f'"tax":"{to_text(order.tax_minor, code)}"')
    for name, address in (("ship_to", order.ship_to), ("bill_to", order.bill_to)):
        if address is not None:
            parts.append(f'"{name}":{{{",".join(_texts(_ADDRESS, address))}}}')
    customer = _customer_parts(order.customer, code)
    if customer:
        parts.append(f'"customer":{{{",".join(customer)}}}')
    parts += [f'"{name}":true' for name in ("prices_include_tax", "cancel_requested") if getattr(order, name)]
    _add_lists(parts, order.tags, order.attributes)
    return f"{{{','.join(parts)}}}"


def _line_text(line: Line, code: str) -> str:
    parts = [f'"id":{quoted(line.id)},"sku":{quoted(line.sku)},"quantity":{line.quantity}']
    parts.append(f'"amount":"{to_text(line.amount_minor, code)}"')
    if line.title:
        parts.append(f'"title":{quoted(line.title)}')
    if line.discount_minor:
        parts.append(f'"discount":"{to_text(line.discount_minor, code)}"')
    if line.tax_minor:
        parts.append(f'"tax":"{to_text(line.tax_minor, code)}"')
    if line.weight_g is not None:
        parts.append(f'"weight_g":{line.weight_g}')
    if not line.requires_shipping:
        parts.append('"requires_shipping":false')
    if line.fulfilled_by != "merchant":
        parts.append(f'"fulfilled_by":{quoted(line.fulfilled_by)}')
    _add_lists(parts, line.tags, line.attributes)
    return f"{{{','.join(parts)}}}"


def _customer_parts(customer: Customer, code: str) -> list[str]:
    parts = _texts(_CUSTOMER, customer)
    if customer.orders is not None:
        parts.append(f'"orders":{customer.orders}')
    if customer.spent_minor is not None:
        parts.append(f'"spent":"{to_text(customer.spent_minor, code)}"')
    _add_lists(parts, customer.tags, {})
    return parts


def _add_lists(parts: list[str], tags: tuple[str, ...], attributes: Mapping[str, str]) -> None:
    if tags:
        parts.append(f'"tags":[{",".join([quoted(tag) for tag in tags])}]')
    if attributes:
        pairs = [f"{quoted(name)}:{quoted(value)}" for name, value in attributes.items()]
        parts.append(f'"attributes":{{{",".join(pairs)}}}')


#: Reads texts of a value; per text how its name is written and which text is left out.
_Texts = tuple[Callable[[Any], tuple[str, ...]], tuple[tuple[str, str], ...]]


def _plan(kind: type, *names: str) -> _Texts:
    defaults = kind.__dataclass_fields__  # type: ignore[attr-defined]
    return attrgetter(*names), tuple((f'"{name}":', defaults[name].default) for name in names)


def _texts(plan: _Texts, thing: object) -> list[str]:
    read, labels = plan
    return [
        label + quoted(value) for (label, default), value in zip(labels, read(thing), strict=True) if value != default
    ]


_ADDRESS = _plan(Address, *Address.__slots__)
_CUSTOMER = _plan(Customer, "id", "name", "email", "phone", "type")
_ORDER = _plan(
    Order,
    *("channel", "channel_order_id", "number", "placed_at", "updated_at", "currency", "payment", "payment_terms"),
    *("source", "pos_location", "fulfilled_by", "type", "cancelled_at", "dispute", "requested_service", "ship_by"),
    *("deliver_by", "priority", "risk", "note", "gift_message", "po_number"),
)


def order_to_json(order: Order) -> dict[str, Any]:
    """`order` in the shape `order_from_json` reads; what has its default is left out."""
    row: dict[str, Any] = json.loads(document_of(order))
    return row


def order_to_full_json(order: Order) -> dict[str, Any]:
    """`order` with every field there is, also the empty ones, in the order in which a person reads them."""
    stated = order_to_json(order)
    row: dict[str, Any] = {name: stated.get(name, _EMPTY.get(name, getattr(order, name, ""))) for name in FIELDS}
    for name in ("ship_to", "bill_to"):
        address = getattr(order, name)
        row[name] = {part: getattr(address, part) for part in Address.__slots__} if address else None
    row["customer"] = {name: row["customer"].get(name, _NO_CUSTOMER[name]) for name in _NO_CUSTOMER}
    row["lines"] = [_full_line(line, order.currency) for line in order.lines]
    for name, minor in (("shipping_price", order.shipping_minor), ("discount", order.discount_minor)):
        row[name] = to_text(minor, order.currency)
    row["tax"] = to_text(order.tax_minor, order.currency)
    return row


def _full_line(line: Line, currency: str) -> dict[str, Any]:
    return {
        "id": line.id,
        "sku": line.sku,
        "title": line.title,
        "quantity": line.quantity,
        "amount": to_text(line.amount_minor, currency),
        "unit_price": to_text(line.unit_price_minor, currency),
        "discount": to_text(line.discount_minor, currency),
        "tax": to_text(line.tax_minor, currency),
        "weight_g": line.weight_g,
        "requires_shipping": line.requires_shipping,
        "fulfilled_by": line.fulfilled_by,
        "tags": list(line.tags),
        "attributes": dict(line.attributes),
    }


_EMPTY: dict[str, Any] = {"tags": [], "attributes": {}, "customer": {}}
_NO_CUSTOMER: dict[str, Any] = {
    **dict.fromkeys(("id", "name", "email", "phone", "type"), ""),
    **dict.fromkeys(("orders", "spent")),
    "tags": [],
}
