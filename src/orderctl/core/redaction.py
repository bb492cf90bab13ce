"""An order without the person: what is left is what accounts, taxes and stock need.

Kept are numbers, moments, amounts, articles, the country and region of each address, and what the channel says of the
order's kind. All else that a customer wrote, or that says who and where they are, is taken out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from orderctl.core.orders import Address, Customer, Order

#: What stands where something was taken out of a text.
GONE = "(redacted)"
#: Shorter texts are not looked for in others: a city called `Au` stands in half of all words.
_SHORTEST = 4


def without_person(order: Order) -> Order:
    """`order` with everything about a person taken out."""
    lines = tuple(replace(line, attributes={}, tags=()) for line in order.lines)
    ship_to, bill_to = _place(order.ship_to), _place(order.bill_to)
    customer = Customer(type=order.customer.type)
    return replace(
        order,
        lines=lines,
        ship_to=ship_to,
        bill_to=ship_to if bill_to == ship_to else bill_to,
        customer=customer,
        note="",
        gift_message="",
        po_number="",
        tags=(),
        attributes={},
    )


def _place(address: Address | None) -> Address | None:
    return Address(country=address.country, region=address.region) if address else None


def texts_of(order: Order) -> set[str]:
    """The texts by which the person of `order` is known, for looking for them elsewhere."""
    return {text.strip() for text in _texts(order) if len(text.strip()) >= _SHORTEST}


def _texts(order: Order) -> Iterator[str]:
    customer = order.customer
    yield from (customer.id, customer.name, customer.email, customer.phone)
    for address in (order.ship_to, order.bill_to):
        if address:
            yield from (address.name, address.company, address.line1, address.line2, address.line3)
            yield from (address.postcode, address.phone)
    yield from (order.note, order.gift_message, order.po_number)
    yield from order.attributes.values()
    for line in order.lines:
        yield from line.attributes.values()


def scrubbed(text: str, texts: set[str]) -> str:
    """`text` with each of `texts` taken out, whatever its case; the longest first."""
    for one in sorted(texts, key=lambda each: (-len(each), each)):
        folded, wanted = text.casefold(), one.casefold()
        if wanted in folded and len(folded) == len(text):
            text = _without(text, folded, wanted)
        elif one in text:
            text = text.replace(one, GONE)
    return text


def _without(text: str, folded: str, wanted: str) -> str:
    parts, start = [], 0
    while (found := folded.find(wanted, start)) >= 0:
        parts += [text[start:found], GONE]
        start = found + len(wanted)
    return "".join([*parts, text[start:]])
