"""An order from JSON: the shape of `orders show --json`, of JSONL channels and of rule tests.

Reading is strict: what is there must have its type and lie in its bounds, what is unknown is refused by name.
Money is decimal text in major units, moments are ISO 8601 with an offset. `core.order_document` writes it.

1. an order of the common shape is read in bulk (`core.order_plain`)
2. every other is read field by field: it is an unusual order, or a refusal that names the first field that is wrong
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NoReturn

from orderctl.core import money, orders, text, times
from orderctl.core.errors import RecordError, UnmatchedCancellation
from orderctl.core.order_fields import (
    ADDED,
    ADDED_TO_LINE,
    ADDRESS,
    CHOICES,
    CUSTOMER,
    LARGEST_QUANTITY,
    LARGEST_WEIGHT_G,
    LINE,
    LONGEST_TEXT,
    MOST_ENTRIES,
    MOST_LINES,
    ORDER,
)
from orderctl.core.order_plain import order_in_bulk
from orderctl.core.orders import Address, Customer, Line, Order

_JSON_NAMES = {bool: "boolean", list: "list", dict: "table"}
_ADDRESS, _CUSTOMER = frozenset(ADDRESS), frozenset(CUSTOMER)
_LINE, _ORDER = frozenset((*LINE, *ADDED_TO_LINE)), frozenset((*ORDER, *ADDED))


def order_from_json(row: Mapping[str, Any], *, channel: str = "", currency: str = "") -> Order:
    """The order that `row` states. `channel` and `currency` fill in what it leaves out.

    RecordError names the first field that is wrong. A cancellation that names an order comes as a later version of it;
    a record that has `cancellation` (its number) instead of an order is an UnmatchedCancellation.
    """
    return order_in_bulk(row, channel, currency) or field_by_field(row, channel, currency)


def field_by_field(row: Mapping[str, Any], channel: str, currency: str) -> Order:
    """The same without haste: what there is to refuse is found here, and its words."""
    stated: Any = row  # what comes from outside may be anything
    if isinstance(stated, Mapping) and "cancellation" in stated:
        number = _text(row, "cancellation")
        raise UnmatchedCancellation(f"cancellation {number[:40]} does not say of which order", field="cancellation")
    _known(row, _ORDER, "")
    code = _text(row, "currency") or currency
    if not money.is_currency(code):
        _refuse("currency", f"'{code}' is not a currency code" if code else "is missing")
    identity = _text(row, "channel_order_id") or _text(row, "number") or _refuse("channel_order_id", "is missing")
    lines = _lines(row.get("lines"), code)
    placed_at = _moment(row, "placed_at") or _refuse("placed_at", "is missing")
    shipping, discount = _money(row, "shipping_price", code), _money(row, "discount", code)
    tax = _money(row, "tax", code, _real(sum([line.tax_minor for line in lines]), "tax", "of all lines"))
    with_tax = _boolean(row, "prices_include_tax", default=False)
    added_up = orders.added_up(lines, shipping, discount, 0 if with_tax else tax)
    return Order(
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
        shipping_minor=shipping,
        discount_minor=discount,
        tax_minor=tax,
        prices_include_tax=with_tax,
        total_minor=_money(row, "total", code, _real(added_up, "total", "of all lines")),
        payment=_choice(row, "payment"),
        payment_terms=_text(row, "payment_terms"),
        source=_choice(row, "source"),
        pos_location=_text(row, "pos_location"),
        fulfilled_by=_choice(row, "fulfilled_by"),
        type=_choice(row, "type"),
        cancelled_at=_moment(row, "cancelled_at"),
        cancel_requested=_boolean(row, "cancel_requested", default=False),
        dispute=_choice(row, "dispute"),
        requested_service=_text(row, "requested_service"),
        ship_by=_moment(row, "ship_by"),
        deliver_by=_moment(row, "deliver_by"),
        priority=_choice(row, "priority"),
        risk=_choice(row, "risk"),
        tags=_tags(row),
        note=_text(row, "note"),
        gift_message=_text(row, "gift_message"),
        po_number=_text(row, "po_number"),
        attributes=_attributes(row),
    )


def _refuse(field: str, problem: str) -> NoReturn:
    field = text.storable(field)
    raise RecordError(text.storable(f"{field} {problem}"), field=field)


def _known(row: Mapping[str, Any], names: frozenset[str], prefix: str) -> None:
    if not isinstance(row, (dict, Mapping)):
        _refuse(prefix.rstrip(".") or "order", "is not a table of fields")
    if names.issuperset(row):
        return
    name = min(map(str, row.keys() - names))
    _refuse(f"{prefix}{name[:60]}", f"is not a field of an order{text.did_you_mean(name[:60], names)}")


def _text(row: Mapping[str, Any], name: str, prefix: str = "") -> str:
    value = row.get(name)
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        _refuse(prefix + name, f"is not text but a {_JSON_NAMES.get(type(value), 'number')}")
    if len(value) > LONGEST_TEXT:
        _refuse(prefix + name, f"is longer than {LONGEST_TEXT} characters")
    return value if value.isprintable() else text.storable(value)


def _texts(row: Mapping[str, Any], names: Iterable[str], prefix: str) -> list[str]:
    """`_text` of each of `names`; nearly all of them are plain."""
    found = []
    for name in names:
        value = row.get(name)
        if value is None:
            value = ""
        elif value.__class__ is not str or len(value) > LONGEST_TEXT or not value.isprintable():
            value = _text(row, name, prefix)
        found.append(value)
    return found


def _choice(row: Mapping[str, Any], name: str, prefix: str = "") -> str:
    allowed, default = CHOICES[name]
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
    if value.__class__ is not str and (not isinstance(value, (str, int, Decimal)) or isinstance(value, bool)):
        _refuse(prefix + name, f"is not an amount: {str(value)[:40]}")
    minor = default
    try:
        minor = money.to_minor(value, currency)
    except ValueError as error:
        _refuse(prefix + name, f"is wrong: {error}")
    if minor < 0:
        _refuse(prefix + name, f"is less than nothing: {str(value)[:40]}")
    return minor


def _real(minor: int, field: str, what: str) -> int:
    if abs(minor) > money.LARGEST_MINOR:
        _refuse(field, f"{what} is more than can be real")
    return minor


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


def _tags(row: Mapping[str, Any], prefix: str = "") -> tuple[str, ...]:
    value = row.get("tags")
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)) or len(value) > MOST_ENTRIES:
        _refuse(prefix + "tags", f"is not a list of at most {MOST_ENTRIES} texts")
    for tag in value:
        if not isinstance(tag, str) or len(tag) > LONGEST_TEXT:
            _refuse(prefix + "tags", f"is not a list of texts of at most {LONGEST_TEXT} characters")
    return tuple([tag if tag.isprintable() else text.storable(tag) for tag in value])


def _attributes(row: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    value = row.get("attributes")
    if value is None:
        return {}
    if not isinstance(value, (dict, Mapping)) or len(value) > MOST_ENTRIES:
        _refuse(prefix + "attributes", f"is not a table of at most {MOST_ENTRIES} texts")
    prefix += "attributes."
    return {name if name.isprintable() else text.storable(name): _text(value, name, prefix) for name in map(str, value)}


def _address(row: Mapping[str, Any], name: str) -> Address | None:
    value = row.get(name)
    if value is None:
        return None
    prefix = name + "."
    _known(value, _ADDRESS, prefix)
    return Address(*_texts(value, ADDRESS, prefix))


def _customer(value: Any, currency: str) -> Customer:
    if value is None:
        return Customer()
    prefix = "customer."
    _known(value, _CUSTOMER, prefix)
    identity, name, email, phone, kind = _texts(value, ("id", "name", "email", "phone", "type"), prefix)
    return Customer(
        id=identity,
        name=name,
        email=email,
        phone=phone,
        type=kind,
        orders=_whole(value, "orders", LARGEST_QUANTITY, prefix),
        spent_minor=None if value.get("spent") is None else _money(value, "spent", currency, prefix=prefix),
        tags=_tags(value, prefix),
    )


def _lines(value: Any, currency: str) -> tuple[Line, ...]:
    if not isinstance(value, (list, tuple)):
        _refuse("lines", "is missing" if value is None else "is not a list")
    if len(value) > MOST_LINES:
        _refuse("lines", f"has more than {MOST_LINES} lines")
    lines = tuple(_line(row, position, currency) for position, row in enumerate(value, 1))
    if len({line.id for line in lines}) != len(lines):
        _refuse("lines", "has two lines with the same id")
    return lines


def _line(row: Mapping[str, Any], position: int, currency: str) -> Line:
    prefix = f"lines[{position}]."
    _known(row, _LINE, prefix)
    quantity = _whole(row, "quantity", LARGEST_QUANTITY, prefix)
    if quantity is None:
        _refuse(prefix + "quantity", "is missing")
    if row.get("amount") is not None:
        amount = _money(row, "amount", currency, prefix=prefix)
    else:
        amount = quantity * _money(row, "unit_price", currency, prefix=prefix)
        _real(amount, prefix + "unit_price", "times the quantity")
    line_id, sku, title = _texts(row, ("id", "sku", "title"), prefix)
    return Line(
        id=line_id or str(position),
        sku=sku,
        quantity=quantity,
        amount_minor=amount,
        title=title,
        discount_minor=_money(row, "discount", currency, prefix=prefix),
        tax_minor=_money(row, "tax", currency, prefix=prefix),
        weight_g=_whole(row, "weight_g", LARGEST_WEIGHT_G, prefix),
        requires_shipping=_boolean(row, "requires_shipping", default=True, prefix=prefix),
        fulfilled_by=_choice(row, "fulfilled_by", prefix),
        tags=_tags(row, prefix),
        attributes=_attributes(row, prefix),
    )
