"""What can be tried out at Amazon without handing anything over, and what has to be set up there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from orderctl.core import times
from orderctl.core.adapters import Chapter, Probe
from orderctl.core.effects import Document
from orderctl.core.errors import RemoteBusy, RemoteError
from orderctl.destinations import template_data
from orderctl.wire import probes as tried

if TYPE_CHECKING:
    from orderctl.destinations.amazon_mcf_api import Fulfillment
    from orderctl.destinations.amazon_mcf_orders import Orders

_APPLICATION = "check client_id, client_secret and refresh_token, all of one application"
_ROLE = "give the application the role Amazon Fulfillment, and authorize it again"
_HOUR_S = 3_600
_SETUP = """\
Amazon is asked through the Selling Partner API of a private application with the role Amazon Fulfillment, for the
seller whose stock lies there. Nothing is agreed with a warehouse; what may go wrong is in these words:

- Each shipment is a fulfillment order, and its reference is the order's id. Amazon takes an id once.
- `INVALID` and `UNFULFILLABLE`: Amazon will not ship it, and it is routed again, elsewhere.
- `COMPLETE_PARTIALLED`: the units in no shipment are short, and routed again.
- An order can be stopped until picking begins (`PROCESSING`).
- 400 means that Amazon will not take this order. 401, 403 and 429: nothing was done, and we come again. 5xx and a lost
  answer: the same order is asked for again, and what is there is read back.
"""
_ANSWERS = """\
Orders are asked for by their state, and parcels by their numbers until they have arrived. Amazon's own carrier has
tracking numbers that begin with `TBA`; a channel that forbids it belongs into `block_amzl`.
"""
_STOCK = "The units that can be picked, packed and shipped for the marketplace: `fulfillableQuantity`."


def probes(api: Fulfillment, role: str, marketplace: str) -> list[Probe]:
    """Whether Amazon lets us in, whether the role's question is answered, and how its clock goes."""
    try:
        now = api.now()
    except RemoteError as error:
        return [tried.failed("credentials", error, _APPLICATION)]
    found = [Probe("credentials", "ok", "the token is taken"), tried.clock(api.skew_s)]
    if role == "stock_feed":
        return [*found, _probed("inventory", lambda: api.inventory(marketplace))]
    return [*found, _probed("fulfillment orders", lambda: api.changed(times.later(now, -_HOUR_S)))]


def _probed(what: str, ask: Callable[[], Iterator[object]]) -> Probe:
    try:
        next(ask(), None)
    except RemoteBusy as error:
        return Probe(what, "warn", f"not tried: {error.said}", "wait a while and run it again")
    except RemoteError as error:
        return tried.failed(what, error, _ROLE)
    return Probe(what, "ok", "can be read")


def chapters(location: str, role: str, orders: Orders) -> list[Chapter]:
    """What is asked of Amazon in one role."""
    if role == "confirm":
        return [Chapter("Answers", _ANSWERS)]
    if role == "stock_feed":
        return [Chapter("Stock", _STOCK)]
    kept = json.loads(orders.document(template_data.samples(location)[0]).content)
    body = json.dumps(kept["body"], ensure_ascii=False, indent=2) + "\n"
    sample = Document(f"create-{kept['reference']}", body.encode(), "application/json")
    return [Chapter("Setting up", _SETUP), Chapter("Work", "One fulfillment order per shipment:", [sample])]
