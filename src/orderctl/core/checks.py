"""What orderctl looks at when an order is saved; the result is kept with the order and readable as facts.

What depends on more than the order (which SKUs and services there are, what carriers ask for) is looked at when it is
shown and when it is decided: it may be otherwise by then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from orderctl.core import orders
from orderctl.core.orders import Order
from orderctl.core.places import Places
from orderctl.core.revisions import to_ship, wanted

VERDICTS = ("ok", "suspect", "incomplete", "invalid")
#: What is noticed of an order, in words.
WORDS: Mapping[str, str] = {
    "money_mismatch": "its amounts do not add up to its total",
    "money_rounding": "its amounts are a minor unit or so off its total",
    "no_units": "it asks for no unit of anything",
    "no_sku": "a line to ship has no SKU",
    "no_recipient": "its address names no person and no company",
    "unknown_sku": "a SKU to ship is not known",
    "unknown_service": "the service it asks for is none of its carrier's",
    "no_phone": "a carrier asks for a phone number, and it has none",
    "no_email": "a carrier asks for an e-mail address, and it has none",
}


@dataclass(frozen=True, slots=True)
class Checks:
    """The verdict on the address with the parts that led to it and hints, and a code for everything else."""

    address: str = "ok"
    address_problems: tuple[str, ...] = ()
    address_hints: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


def money_checks(order: Order) -> tuple[str, ...]:
    """`money_mismatch` when the total is off by more than one minor unit a line, `money_rounding` when by less.

    An order without any stated amount (a sample, a replacement) adds up to nothing and is fine.
    """
    off = orders.money_off_by(order)
    if off == 0:
        return ()
    return ("money_rounding",) if off <= max(1, len(order.lines)) else ("money_mismatch",)


def completeness_checks(order: Order) -> tuple[str, ...]:
    """What the order itself lacks: `no_units`, `no_sku`, `no_recipient`. A cancelled one is fine."""
    if order.cancelled_at:
        return ()
    ours = [line for line in order.lines if to_ship(order, line) and wanted(order, line)]
    ship_to = order.ship_to
    lacks = {
        "no_units": not any(line.quantity for line in order.lines),
        "no_sku": not all(line.sku for line in ours),
        "no_recipient": bool(ours) and ship_to is not None and not (ship_to.name.strip() or ship_to.company.strip()),
    }
    return tuple(code for code, lacking in lacks.items() if lacking)


def checks_at(order: Order, places: Places, unknown_skus: Collection[str]) -> Iterator[str]:
    """What is wrong with the order as things are now: `unknown_sku`, `unknown_service`, `no_phone`, `no_email`.

    A requested service is looked up only where it names one of our carriers (`ups:ground`); what channels call their
    own services is for rules to translate.
    """
    if order.cancelled_at or not any(to_ship(order, line) for line in order.lines):
        return
    if unknown_skus:
        yield "unknown_sku"
    carrier, colon, _ = order.requested_service.partition(":")
    known = colon and any(service.carrier == carrier for service in places.services.values())
    if known and order.requested_service not in places.services:
        yield "unknown_service"
    asked = {need for service in places.services.values() for need in service.needs}
    yield from (f"no_{need}" for need in orders.NEEDS if need in asked and not orders.reachable_by(order, need))
