"""Orders: the list, and the page of one with everything that happened to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from orderctl.cli.answers import Answer, Block, Facts, Heading, Listing, Page, Table, table
from orderctl.cli.command import reading
from orderctl.cli.group import Command, noun
from orderctl.cli.items import units
from orderctl.cli.options import Limit

if TYPE_CHECKING:
    from orderctl.steps.context import Context

app = noun("orders", "List orders, show one with everything about it.")

Name = Annotated[str, Argument(metavar="ORDER", help="Reference, CHANNEL/NUMBER, channel order id, or a number.")]

LIST = {
    "state": "state",
    "channel": "channel",
    "number": "number",
    "placed_at": "placed",
    "country": "to",
    "total": ">total",
    "currency": "",
    "locations": "from",
    "holds": "held by",
    "order": "~order",
    "customer": "~customer",
}
LINES = {
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
    "lines": "holds",
    "packages": "packages",
    "batch": "handed over in",
    "reason": "because",
}
HOLDS = {
    "reason": "hold",
    "rule": "by rule",
    "placed_by": "placed by",
    "placed_at": "since",
    "release_at": "until",
    "note": "note",
}
EXCEPTIONS = {"id": "exception", "code": "code", "message": "what", "opened_at": "since"}
BACKORDERS = {"sku": "backordered", "quantity": ">units", "since": "since", "expected_at": "expected"}
HISTORY = {"at": "when", "actor": "who", "kind": "what", "detail": "detail"}


@app.command("list", cls=Command)
@reading
def list_(
    ctx: Context,
    state: Annotated[
        list[str] | None, Option("--state", metavar="STATE", help="Only orders in this state; may be said again.")
    ] = None,
    channel: Annotated[str, Option("--channel", metavar="CHANNEL", help="Only orders of this channel.")] = "",
    limit: Limit = None,
) -> Answer:
    """List orders, newest first.

    Exit: 0 done, 2 a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import views

    rows = views.orders_list(ctx, states=state or (), channel=channel, limit=limit)
    return Listing(table(LIST, rows, "No orders."))


@app.command("show", cls=Command)
@reading
def show(ctx: Context, order: Name) -> Answer:
    """Show one order: its lines, shipments, holds, exceptions, and what happened to it.

    Exit: 0 done, 2 no such order or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import views

    value = views.order_show(ctx, order)
    return Page(value, tuple(page(value)), table(LINES, _lines(value), ""))


def page(order: Mapping[str, Any]) -> Iterable[Block]:
    """The parts of an order's page: who and what, lines, shipments, what is in the way, what happened."""
    yield Heading(f"{order['channel']}/{order['number']}  {order.get('state', '')}")
    yield Facts(tuple(_header(order)))
    yield filled(table(LINES, _lines(order), "No lines."))
    parts: tuple[tuple[str, Mapping[str, str], Sequence[Mapping[str, Any]]], ...] = (
        ("Shipments", SHIPMENTS, [_shipment(one) for one in order.get("shipments", ())]),
        ("Backorders", BACKORDERS, order.get("backorders", ())),
        ("Holds", HOLDS, order.get("holds", ())),
        ("Exceptions", EXCEPTIONS, order.get("exceptions", ())),
        ("History", HISTORY, order.get("history", ())),
    )
    for title, columns, rows in parts:
        if rows:
            yield Heading(title)
            yield filled(table(columns, rows, ""))


def filled(whole: Table) -> Table:
    """`whole` without the columns in which no row has anything."""
    kept = tuple(column for column in whole.columns if any(row.get(column.key) for row in whole.rows))
    return Table(kept, whole.rows, whole.empty)


def _header(order: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    customer = order.get("customer", {})
    yield "placed", order.get("placed_at", "")
    yield "total", f"{order.get('total', '')} {order.get('currency', '')}".strip()
    yield "payment", order.get("payment", "")
    yield "customer", _joined(customer.get("name"), customer.get("email"))
    yield "ship to", _address(order.get("ship_to") or {})
    yield "service", order.get("requested_service", "")
    yield "ship by", order.get("ship_by", "")
    yield "deliver by", order.get("deliver_by", "")
    yield "tags", _joined(*order.get("tags", ()))
    yield "assigned", order.get("assigned", "")
    yield "checks", _joined(*_checks(order.get("checks", {})))
    yield "note", order.get("note", "")
    yield "gift message", order.get("gift_message", "")


def _address(address: Mapping[str, str]) -> str:
    street = (address.get(name) for name in ("name", "company", "line1", "line2", "line3", "city"))
    place = " ".join(filter(None, (address.get("region"), address.get("postcode"))))
    return _joined(*street, place, address.get("country"))


def _checks(checks: Mapping[str, Any]) -> Iterable[str]:
    """What saving the order found wrong; nothing for an order that is well."""
    if checks.get("address", "ok") != "ok":
        yield f"address {checks['address']}"
    yield from checks.get("address_problems", ())
    yield from checks.get("codes", ())


def _joined(*parts: str | None) -> str:
    return ", ".join(filter(None, parts))


def _lines(order: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines with their counters beside them; a counter of 0 is left blank."""
    return [
        {**line, **{name: count or "" for name, count in (line.get("counters") or {}).items()}}
        for line in order.get("lines", ())
    ]


def _shipment(shipment: Mapping[str, Any]) -> dict[str, Any]:
    service = ":".join(filter(None, (shipment.get("carrier"), shipment.get("service"))))
    packages = [
        " ".join(filter(None, (package.get("carrier"), package.get("tracking_number"), _told(package))))
        for package in shipment.get("packages", ())
    ]
    return {**shipment, "service": service, "lines": units(shipment.get("lines", ())), "packages": packages}


def _told(package: Mapping[str, Any]) -> str:
    return "(channel knows)" if package.get("told_channel") else ""
