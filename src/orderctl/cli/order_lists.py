"""Finding orders: lists by filter with chosen columns, the search, and what one customer ordered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from orderctl.cli.answers import Answer, Listing, table
from orderctl.cli.command import reading
from orderctl.cli.options import Limit
from orderctl.cli.order_changes import Where

if TYPE_CHECKING:
    from orderctl.steps.context import Context

LIST = {
    "state": "state",
    "channel": "channel",
    "number": "number",
    "placed_at": "placed",
    "ship_by": "~ship by",
    "country": "to",
    "total": ">total",
    "currency": "",
    "locations": "from",
    "holds": "held by",
    "customer": "+customer",
    "order": "~order",
}
#: What else can be asked for, by its heading.
MORE = {
    "channel_order_id": "channel's id",
    "name": "name",
    "units": ">units",
    "skus": "SKUs",
    "tags": "tags",
    "assigned": "assigned",
    "exceptions": "exceptions",
    "imported_at": "imported",
    "routed_at": "routed",
    "dispatched_at": "handed over",
    "shipped_at": "shipped",
    "delivered_at": "delivered",
    "watched": "watched",
}
FOUND = {
    "order": "order",
    "state": "state",
    "placed_at": "placed",
    "name": "name",
    "customer": "+customer",
    "country": "+to",
    "total": ">total",
    "currency": "",
    "found_by": "found by",
    "channel": "~channel",
    "number": "~number",
}
HISTORY = {
    "order": "order",
    "channel": "channel",
    "number": "~number",
    "state": "state",
    "placed_at": "placed",
    "total": ">total",
    "currency": "",
    "units": ">units",
    "skus": "_SKUs",
    "locations": "from",
}

Values = list[str] | None


@reading
def list_(
    ctx: Context,
    *,
    state: Annotated[Values, Option("--state", metavar="STATE", help="Only orders in this state.")] = None,
    channel: Annotated[Values, Option("--channel", metavar="CHANNEL", help="Only orders of this channel.")] = None,
    location: Annotated[Values, Option("--location", metavar="LOCATION", help="Only what ships from here.")] = None,
    tag: Annotated[Values, Option("--tag", metavar="TAG", help="Only orders with this tag.")] = None,
    sku: Annotated[Values, Option("--sku", metavar="SKU", help="Only orders of this SKU.")] = None,
    exception: Annotated[
        Values, Option("--exception", metavar="CODE", help="Only with such an open exception.")
    ] = None,
    hold: Annotated[Values, Option("--hold", metavar="REASON", help="Only those held for this.")] = None,
    assigned: Annotated[Values, Option("--assigned", metavar="WHO", help="Only those of WHO, or of nobody.")] = None,
    age: Annotated[str, Option("--age", metavar="SPAN", help="Placed longer ago than SPAN; '< 2h' for less.")] = "",
    from_: Annotated[str, Option("--from", metavar="DAY", help="Placed on this day or later, or at a moment.")] = "",
    to: Annotated[str, Option("--to", metavar="DAY", help="Placed on this day or before.")] = "",
    where: Where = None,
    at_risk: Annotated[
        bool, Option("--at-risk", help="Only orders that cannot leave in time any more, as the last pass saw it.")
    ] = False,
    columns: Annotated[str, Option("--columns", metavar="NAMES", help="These columns alone, with commas.")] = "",
    sort: Annotated[str, Option("--sort", metavar="COLUMN", help="By this column; -COLUMN the greatest first.")] = "",
    limit: Limit = None,
) -> Answer:
    """List orders, newest first, all or those that meet every filter; a filter that is said again takes either.

    The filters can also be written as --where NAME=VALUE, as the commands that change many orders take them. Columns
    are order, channel, number, state, placed_at, ship_by, country, currency, total, customer, locations, holds,
    watched, channel_order_id, name, units, skus, tags, assigned, exceptions, imported_at, routed_at, dispatched_at,
    shipped_at and delivered_at.

    Exit: 0 done, 2 no such state, channel, column or the like or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import order_filters, views

    said = order_filters.stated(where or ())
    options = {
        "state": state,
        "channel": channel,
        "location": location,
        "tag": tag,
        "sku": sku,
        "exception": [*(exception or ()), *(["sla_at_risk"] if at_risk else [])],
        "hold": hold,
        "assigned": assigned,
        "age": [age] if age else [],
        "from": [from_] if from_ else [],
        "to": [to] if to else [],
    }
    for name, values in options.items():
        said.setdefault(name, []).extend(values or ())
    names = [name.strip() for name in columns.split(",") if name.strip()]
    rows = views.orders_list(ctx, said, columns=names, sort=sort, limit=limit)
    shown = {name: (LIST | MORE)[name].lstrip("~+") or name for name in names} or LIST
    return Listing(table(shown, rows, "No orders."))


@reading
def search(
    ctx: Context,
    words: Annotated[list[str], Argument(metavar="TEXT", help="Words, numbers, or beginnings of them.")],
    limit: Limit = None,
) -> Answer:
    """Find orders by name, e-mail, phone, postcode, SKU, tracking number, or any number they have.

    Of several words an order has to have all. Three letters of a word are enough; capitals, accents and what stands
    between letters and digits do not matter, and of a phone number its end is enough. Numbers are those of the order,
    its channel's id, the customer's purchase order, a shipment's reference, a tracking number, also an old one, and a
    batch, by its file or as LOCATION/NUMBER. What the text is a whole name of stands first, then the newest.

    Exit: 0 done, 2 nothing to look for or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import finding

    found = finding.orders_search(ctx, " ".join(words), limit)
    total = f"{found.total:,}" if found.total is not None else f"more than {finding.COUNTED:,}"
    return Listing(table(FOUND, found.rows, "No order has that."), total=total)


@reading
def history(
    ctx: Context,
    email: Annotated[str, Argument(metavar="EMAIL", help="The customer's e-mail address.")],
    limit: Limit = None,
) -> Answer:
    """Show what a customer ordered in every channel, newest first.

    Exit: 0 done, 2 no order of this address or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import finding

    return Listing(table(HISTORY, finding.orders_history(ctx, email, limit), "No orders."))
