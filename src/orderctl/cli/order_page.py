"""One order as a page: who and what, lines, shipments, what is in the way, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orderctl.cli.answers import Block, Facts, Heading, filled, table
from orderctl.cli.items import by_carrier, units
from orderctl.core.checks import WORDS
from orderctl.core.story import told

LINES = {
    "id": "line",
    "sku": "SKU",
    "title": "title",
    "quantity": ">ordered",
    "open": ">open",
    "planned": ">planned",
    "backordered": ">backordered",
    "dispatched": ">dispatched",
    "shipped": ">shipped",
    "cancelled": ">cancelled",
    "amount": ">amount",
}
SHIPMENTS = {
    "reference": "shipment",
    "state": "state",
    "location": "from",
    "service": "service",
    "lines": "units",
    "packages": "_packages",
    "batch": "_handed over in",
    "reason": "_because",
}
HOLDS = {
    "reason": "hold",
    "rule": "by rule",
    "placed_by": "placed by",
    "placed_at": "since",
    "release_at": "until",
    "note": "_note",
}
EXCEPTIONS = {"id": ">no.", "code": "code", "opened_at": "since", "message": "_what"}
BACKORDERS = {"sku": "backordered", "quantity": ">units", "since": "since", "expected_at": "expected"}
STORY = {"when": "when", "who": "who", "what": "what"}


def page(order: Mapping[str, Any], timezone: str = "UTC") -> Iterable[Block]:
    """The parts of an order's page: who and what, lines, shipments, what is in the way, what happened."""
    yield Heading(f"{order['channel']}/{order['number']}  {order.get('state', '')}")
    yield Facts(tuple(_header(order)))
    yield filled(table(LINES, lines(order), "No lines."))
    parts: tuple[tuple[str, Mapping[str, str], Sequence[Mapping[str, Any]]], ...] = (
        ("Shipments", SHIPMENTS, [_shipment(one) for one in order.get("shipments", ())]),
        ("Backorders", BACKORDERS, order.get("backorders", ())),
        ("Holds", HOLDS, order.get("holds", ())),
        ("Exceptions", EXCEPTIONS, order.get("exceptions", ())),
    )
    for title, columns, rows in parts:
        if rows:
            yield Heading(title)
            yield filled(table(columns, rows, ""))
    references = [one["reference"] for one in order.get("shipments", ())]
    yield from story(order.get("history", ()), references, order.get("placed_at", ""), timezone)


def story(
    history: Iterable[Mapping[str, str]], references: Sequence[str], placed_at: str, timezone: str
) -> Iterable[Block]:
    """What happened, in the shop's time zone: to the order, then to each of the shipments `references`."""
    for reference, lines in told(history, references, placed_at, timezone).items():
        yield Heading(f"Shipment {reference}" if reference else f"What happened, by the clock of {timezone}")
        yield table(STORY, [{"when": one.when, "who": one.who, "what": one.what} for one in lines])


def _header(order: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    customer = order.get("customer", {})
    yield "placed", order.get("placed_at", "")
    yield "total", f"{order.get('total', '')} {order.get('currency', '')}".strip()
    yield "payment", order.get("payment", "")
    yield "customer", _joined(customer.get("name"), customer.get("email"))
    yield "ship to", address(order.get("ship_to") or {})
    yield "service", order.get("requested_service", "")
    yield "ship by", order.get("ship_by", "")
    yield "deliver by", order.get("deliver_by", "")
    yield "tags", _joined(*order.get("tags", ()))
    yield "assigned", order.get("assigned", "")
    yield "checks", "; ".join(_checks(order.get("checks", {})))
    yield "note", order.get("note", "")
    yield "gift message", order.get("gift_message", "")


def address(address: Mapping[str, str]) -> str:
    """An address in one line."""
    street = (address.get(name) for name in ("name", "company", "line1", "line2", "line3", "city"))
    place = " ".join(filter(None, (address.get("region"), address.get("postcode"))))
    return _joined(*street, place, address.get("country"))


def _checks(checks: Mapping[str, Any]) -> Iterable[str]:
    """What saving the order found wrong; nothing for an order that is well."""
    if checks.get("address", "ok") != "ok":
        yield f"address {checks['address']}"
    yield from checks.get("address_hints") or checks.get("address_problems", ())
    yield from (WORDS.get(code, code) for code in checks.get("codes", ()))


def _joined(*parts: str | None) -> str:
    return ", ".join(filter(None, parts))


def lines(order: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines with their counters beside them; a counter of 0 is left blank."""
    return [
        {**line, **{name: count or "" for name, count in (line.get("counters") or {}).items()}}
        for line in order.get("lines", ())
    ]


def _shipment(shipment: Mapping[str, Any]) -> dict[str, Any]:
    packages = [
        " ".join(filter(None, (*map(package.get, ("carrier", "tracking_number")), _told(package), package.get("url"))))
        for package in shipment.get("packages", ())
    ]
    held = units(shipment.get("lines", ()))
    return {**shipment, "service": by_carrier(shipment), "lines": held, "packages": packages}


def _told(package: Mapping[str, Any]) -> str:
    if package.get("status") == "voided":
        return "(label withdrawn)"
    if package.get("status") == "delivered":
        return "(delivered)"
    return "(channel knows)" if package.get("told_channel") else ""
