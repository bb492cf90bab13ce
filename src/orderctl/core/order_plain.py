"""An order from JSON of the common shape, read in bulk: the same order as `core.order_json` reads, in a third the time.

1. what is stated is laid over what is not: a dict as long as the table has no unknown name, its values stand in order;
   null states nothing
2. texts are checked together, joined: each is text, none too long, nothing in it that no store can keep
3. whatever is not surely fine is left to the careful reader, which finds the order or the words of its refusal
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from orderctl.core.making import NOBODY, new_address, new_customer, new_line, new_order
from orderctl.core.money import LARGEST_MINOR, is_currency, to_minor
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
    NO_ATTRIBUTES,
    ORDER,
)
from orderctl.core.orders import Address, Customer, Line, Order, added_up
from orderctl.core.text import is_storable
from orderctl.core.times import parse_moment

_ORDER = ORDER | dict.fromkeys(ADDED)
_LINE = LINE | dict.fromkeys(ADDED_TO_LINE)
#: Field -> what may be stated -> what it says.
_WORDS = {name: {"": default} | dict(zip(words, words, strict=True)) for name, (words, default) in CHOICES.items()}
_PAYMENT, _SOURCE, _FULFILLED_BY, _TYPE, _DISPUTE, _PRIORITY, _RISK = _WORDS.values()
_LISTS = (list, tuple)
_TABLES = (dict, type(NO_ATTRIBUTES))


class _Unusual(ValueError):
    """Something that only the careful reader can judge."""


def order_in_bulk(row: Any, channel: str, currency: str) -> Order | None:
    """The order that `row` states, as `order_from_json` reads it. None says nothing: it may be an order, or none."""
    try:
        return _order(row, channel, currency)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _stated(row: Any) -> Any:
    return {name: value for name, value in row.items() if value is not None} if None in row.values() else row


def _order(row: Any, channel: str, currency: str) -> Order:
    (
        said, identity, number, placed_at, updated_at, cancelled_at, cancel_requested, dispute, payment, payment_terms,
        source, pos_location, fulfilled_by, kind, code, customer, ship_to, bill_to, service, ship_by, deliver_by,
        priority, lines, shipping, discount, tax, with_tax, total, risk, tags, note, gift_message, po_number,
        attributes, *added,
    ) = (_ORDER | _stated(row)).values()  # fmt: skip
    texts = [
        said, identity, number, cancelled_at, payment_terms, pos_location, code, service, ship_by, deliver_by, note,
        gift_message, po_number,
    ]  # fmt: skip
    if len(added) != len(ADDED) or not (identity or number) or not is_currency(code or currency):
        raise _Unusual
    code = code or currency
    found = _lines(lines, code, texts)
    taxes = sum([line.tax_minor for line in found])
    shipping, discount, tax = _minor(shipping, code, 0), _minor(discount, code, 0), _minor(tax, code, taxes)
    derived = added_up(found, shipping, discount, 0 if with_tax else tax)
    total = _minor(total, code, derived)
    if min(shipping, discount, tax, total) < 0 or max(taxes, abs(derived)) > LARGEST_MINOR:
        raise _Unusual
    if cancel_requested.__class__ is not bool or with_tax.__class__ is not bool:
        raise _Unusual
    placed = parse_moment(placed_at)
    address = _address(ship_to, texts)
    order = new_order(
        channel or said, identity or number, number or identity, placed,
        placed if updated_at in (placed_at, "") else parse_moment(updated_at), code, found, address,
        address if bill_to == ship_to else _address(bill_to, texts), _customer(customer, code, texts), total, shipping,
        discount, tax, with_tax, _PAYMENT[payment], payment_terms, _SOURCE[source], pos_location,
        _FULFILLED_BY[fulfilled_by], _TYPE[kind], cancelled_at and parse_moment(cancelled_at), cancel_requested,
        _DISPUTE[dispute], service, ship_by and parse_moment(ship_by), deliver_by and parse_moment(deliver_by),
        _PRIORITY[priority], _RISK[risk], _tags(tags, texts), note, gift_message, po_number,
        _attributes(attributes, texts),
    )  # fmt: skip
    _check(texts)
    return order


def _lines(rows: Any, code: str, texts: list[Any]) -> tuple[Line, ...]:
    if rows.__class__ is not list or len(rows) > MOST_LINES:
        raise _Unusual
    lines = tuple([_line(row, position, code, texts) for position, row in enumerate(rows, 1)])
    if len(lines) > 1 and len({line.id for line in lines}) != len(lines):
        raise _Unusual
    return lines


def _line(row: Any, position: int, code: str, texts: list[Any]) -> Line:
    (
        identity, sku, title, quantity, amount, unit_price, discount, tax, weight_g, requires_shipping, fulfilled_by,
        tags, attributes, _,
    ) = (_LINE | _stated(row)).values()  # fmt: skip  # a ValueError when there is a name too many
    texts += identity, sku, title
    if (
        requires_shipping.__class__ is not bool
        or quantity.__class__ is not int
        or not 0 <= quantity <= LARGEST_QUANTITY
    ):
        raise _Unusual
    if weight_g is not None and (weight_g.__class__ is not int or not 0 <= weight_g <= LARGEST_WEIGHT_G):
        raise _Unusual
    amount = quantity * _minor(unit_price, code, 0) if amount is None else _minor(amount, code, 0)
    discount, tax = _minor(discount, code, 0), _minor(tax, code, 0)
    if not 0 <= amount <= LARGEST_MINOR or discount < 0 or tax < 0:
        raise _Unusual
    return new_line(
        identity or str(position), sku, quantity, amount, title, discount, tax, weight_g, requires_shipping,
        _FULFILLED_BY[fulfilled_by], _tags(tags, texts), _attributes(attributes, texts),
    )  # fmt: skip


def _address(row: Any, texts: list[Any]) -> Address | None:
    if row is None:
        return None
    parts = (ADDRESS | _stated(row)).values()
    texts += parts
    return new_address(*parts)  # a TypeError when there is a name too many


def _customer(row: Any, code: str, texts: list[Any]) -> Customer:
    if row is None:
        return NOBODY
    identity, name, email, phone, kind, orders, spent, tags = (CUSTOMER | _stated(row)).values()
    texts += identity, name, email, phone, kind
    if orders is not None and (orders.__class__ is not int or not 0 <= orders <= LARGEST_QUANTITY):
        raise _Unusual
    if spent is not None:
        spent = _minor(spent, code, 0)
        if spent < 0:
            raise _Unusual
    return new_customer(identity, name, email, phone, kind, orders, spent, _tags(tags, texts))


def _tags(tags: Any, texts: list[Any]) -> tuple[str, ...]:
    if tags.__class__ not in _LISTS or len(tags) > MOST_ENTRIES:
        raise _Unusual
    texts += tags
    return tuple(tags)


def _attributes(attributes: Any, texts: list[Any]) -> dict[str, str]:
    if attributes.__class__ not in _TABLES or len(attributes) > MOST_ENTRIES:
        raise _Unusual
    if attributes:
        texts += attributes
        texts += attributes.values()
    return dict(attributes)


def _check(texts: list[Any]) -> None:
    joined = "".join(texts)  # a TypeError where one is no text
    if not is_storable(joined) or (len(joined) > LONGEST_TEXT and max(map(len, texts)) > LONGEST_TEXT):
        raise _Unusual


def _minor(amount: Any, code: str, default: int) -> int:
    return default if amount is None else _known_minor(amount, code)


_known_minor = lru_cache(maxsize=4096, typed=True)(to_minor)  # most amounts are prices, and come again and again
