"""An order as people and programs are shown it: JSON in the common shape, which `core.order_json` reads.

Amounts are text in major units, what has its default is left out, and the same order gives the same text for ever.
How the store keeps an order is another matter: see `core.order_kept`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from json.encoder import encode_basestring as quoted
from operator import attrgetter
from typing import Any

from orderctl.core.making import NOBODY
from orderctl.core.money import to_text
from orderctl.core.order_fields import ADDRESS, CHOICES, CUSTOMER, NO_ATTRIBUTES, ORDER
from orderctl.core.orders import Address, Customer, Line, Order

_STATED = {name: default for name, (_, default) in CHOICES.items()}


def document_of(order: Order) -> str:
    """`order` as text; what has its default is left out. The same order gives the same text for ever."""
    code = order.currency
    parts = [
        f'{{"channel":{quoted(order.channel)},"channel_order_id":{quoted(order.channel_order_id)}',
        f',"number":{quoted(order.number)},"placed_at":{quoted(order.placed_at)}',
        f',"updated_at":{quoted(order.updated_at)},"currency":{quoted(code)}',
        *[label + quoted(text) for label, default, text in zip(*_WORDS, _words(order)) if text != default],  # noqa: B905
        f',"lines":[{",".join([_line_text(line, code) for line in order.lines])}],"total":"',
        to_text(order.total_minor, code),
        '"',
    ]
    for label, minor in ((',"shipping_price":"', order.shipping_minor), (',"discount":"', order.discount_minor)):
        if minor:
            parts += label, to_text(minor, code), '"'
    if order.tax_minor or any(map(_tax, order.lines)):  # else reading would add the lines' taxes up
        parts += ',"tax":"', to_text(order.tax_minor, code), '"'
    ship_to, bill_to = order.ship_to, order.bill_to
    if ship_to is not None:
        place = _address_text(ship_to)
        parts += ',"ship_to":{', place, "}"
    if bill_to is not None:
        parts += ',"bill_to":{', place if bill_to is ship_to else _address_text(bill_to), "}"
    if order.customer is not NOBODY:
        parts.append(_customer_text(order.customer, code))
    if order.prices_include_tax:
        parts.append(',"prices_include_tax":true')
    if order.cancel_requested:
        parts.append(',"cancel_requested":true')
    parts += _lists(order.tags, order.attributes), "}"
    return "".join(parts)


def _line_text(line: Line, code: str) -> str:
    title = f',"title":{quoted(line.title)}' if line.title else ""
    discount = f',"discount":"{to_text(line.discount_minor, code)}"' if line.discount_minor else ""
    tax = f',"tax":"{to_text(line.tax_minor, code)}"' if line.tax_minor else ""
    weight = "" if line.weight_g is None else f',"weight_g":{line.weight_g}'
    ships = "" if line.requires_shipping else ',"requires_shipping":false'
    by = "" if line.fulfilled_by == "merchant" else f',"fulfilled_by":{quoted(line.fulfilled_by)}'
    return (
        f'{{"id":{quoted(line.id)},"sku":{quoted(line.sku)},"quantity":{line.quantity}'
        f',"amount":"{to_text(line.amount_minor, code)}"{title}{discount}{tax}{weight}{ships}{by}'
        f"{_lists(line.tags, line.attributes)}}}"
    )


def _address_text(address: Address) -> str:
    return "".join([label + quoted(text) for label, text in zip(_ADDRESS, _place(address)) if text])[1:]  # noqa: B905


def _customer_text(customer: Customer, code: str) -> str:
    parts = [label + quoted(text) for label, text in zip(_CUSTOMER, _person(customer)) if text]  # noqa: B905
    if customer.orders is not None:
        parts.append(f',"orders":{customer.orders}')
    if customer.spent_minor is not None:
        parts.append(f',"spent":"{to_text(customer.spent_minor, code)}"')
    parts.append(_lists(customer.tags, NO_ATTRIBUTES))
    text = "".join(parts)
    return f',"customer":{{{text[1:]}}}' if text else ""


def _lists(tags: tuple[str, ...], attributes: Mapping[str, str]) -> str:
    text = f',"tags":[{",".join(map(quoted, tags))}]' if tags else ""
    if attributes:
        pairs = [f"{quoted(name)}:{quoted(value)}" for name, value in attributes.items()]
        text += f',"attributes":{{{",".join(pairs)}}}'
    return text


def _labels(*names: str) -> tuple[str, ...]:
    return tuple([f',"{name}":' for name in names])


_PERSON = ("id", "name", "email", "phone", "type")
_SAID = (
    *("payment", "payment_terms", "source", "pos_location", "fulfilled_by", "type", "cancelled_at", "dispute"),
    *("requested_service", "ship_by", "deliver_by", "priority", "risk", "note", "gift_message", "po_number"),
)
_place, _person, _words = attrgetter(*ADDRESS), attrgetter(*_PERSON), attrgetter(*_SAID)
_tax = attrgetter("tax_minor")
_ADDRESS, _CUSTOMER = _labels(*ADDRESS), _labels(*_PERSON)
_WORDS = _labels(*_SAID), tuple([_STATED.get(name, "") for name in _SAID])


def order_to_json(order: Order) -> dict[str, Any]:
    """`order` in the shape `order_from_json` reads; what has its default is left out."""
    row: dict[str, Any] = json.loads(document_of(order))
    return row


def order_to_full_json(order: Order) -> dict[str, Any]:
    """`order` with every field there is, also the empty ones, in the order in which a person reads them."""
    stated = order_to_json(order)
    row: dict[str, Any] = {name: stated.get(name, _EMPTY.get(name, getattr(order, name, ""))) for name in ORDER}
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
_NO_CUSTOMER: dict[str, Any] = CUSTOMER | {"tags": []}
