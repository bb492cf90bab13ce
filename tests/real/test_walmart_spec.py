"""The Walmart channel against Walmart's own descriptions of its APIs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from orderctl.channels.walmart import Walmart
from orderctl.channels.walmart_writes import CARRIERS
from orderctl.core.adapters import Payload
from orderctl.core.effects import Receipt, StockLevel
from tests.channels import walmart_shop as shop
from tests.channels.http_contract import opening
from tests.channels.test_walmart import walmart
from tests.partner import partner
from tests.real.prism import Prism, Prisms, Witness, spec

SPECS = {
    "/v3/orders": "walmart/orders.json",
    "/v3/inventory": "walmart/inventory.json",
    "/v3/token": "walmart/authentication.json",
}


def described(prisms: Prisms) -> dict[str, Prism]:
    return {prefix: prisms.of(path, strips=False) for prefix, path in SPECS.items()}


def a_busy_shop() -> shop.Walmart:
    """Three pages of orders; 1 waits in parts, 2 was asked to be cancelled, 3 has a wrong tracking number."""
    orders = [shop.order(str(number)) for number in range(4, 29)]
    wish = shop.line("1", 2, intentToCancel="2026-11-20T09:00:00Z")
    wrong = shop.line("1", 2, [shop.status("Shipped", 2, "1ZWRONG")])
    return shop.Walmart([shop.order("1", shop.line("1", 3)), shop.order("2", wish), shop.order("3", wrong), *orders])


def ask_everything(channel: Walmart) -> Iterator[Any]:
    """Every request the adapter can make, one call after the other."""
    yield lambda: [channel.to_order(payload) for page in channel.fetch({}) for payload in page.payloads]
    yield channel.probe
    documents = [
        channel.render_acknowledgments(1, [shop.ACK]),
        channel.render_tracking(2, [shop.parcel(1)]),
        channel.render_tracking(3, [shop.parcel(1, number="1Z2", carrier="dpd_uk")]),
        channel.render_tracking(7, [replace(shop.parcel(1, number="1Z3"), replaces="1Z2")]),
        channel.render_cancellations(4, [shop.cancellation(("1", 1))]),
        channel.render_stock(5, [StockLevel("MUG/1 é", 4), StockLevel("LAMP", 0)]),
    ]
    for document in documents:
        yield lambda document=document: channel.deliver(document, "key")
        yield lambda document=document: channel.recover(document, "key")
    for identity, units in (("2", 2), ("3", 2)):
        document = channel.render_tracking(6, [shop.parcel(units, of=identity)])
        yield lambda document=document: channel.deliver(document, "key")


def test_every_request_keeps_to_the_description(prisms, tmp_path):
    kept = a_busy_shop()
    witness = Witness(described(prisms), kept.answer)
    with partner(answer=witness.answer) as served:
        channel = walmart(served.url, opening(tmp_path), page_size=10, correct_tracking=True, ship_node="1000005050")
        answers = [ask() for ask in ask_everything(channel)]
        channel.close()

    assert [] == witness.complaints
    assert [] == witness.unseen
    assert {"accepted", "uncertain"} == {one.outcome for one in answers if isinstance(one, Receipt)}
    assert {
        ("POST", "/v3/token"),
        ("GET", "/v3/token/detail"),
        ("GET", "/v3/orders"),
        ("PUT", "/v3/inventory"),
        *(("GET", f"/v3/orders/{number}") for number in (1, 2, 3)),
        *(("POST", f"/v3/orders/{number}/{action}") for number, action in
          ((1, "acknowledge"), (1, "shipping"), (1, "cancel"), (2, "acknowledge"), (2, "shipping"), (3, "shipping"))),
    } == witness.operations()  # fmt: skip


def test_every_documented_answer_is_understood(prisms, tmp_path):
    """What Prism answers are the examples of the description; they belong to other orders than those asked for."""
    prismatic = described(prisms)
    with partner(answer=Witness(prismatic).answer) as served:
        channel = walmart(served.url, opening(tmp_path), ship_nodes=("SellerFulfilled",))
        found = [one.verdict for one in channel.probe()]
        stock = channel.deliver(channel.render_stock(5, [StockLevel("MUG", 4)]), "key")
        acknowledged = channel.deliver(channel.render_acknowledgments(1, [shop.ACK]), "key")
        shipped = channel.deliver(channel.render_tracking(2, [shop.parcel()]), "key")
        channel.close()

    assert ["ok", "ok", "ok", "ok", "ok", "ok"] == found
    assert ("accepted", "accepted") == (stock.outcome, acknowledged.outcome)
    assert ("refused", True) == (shipped.outcome, "it knows of 435678956435467" in shipped.message), shipped


@pytest.mark.parametrize("bad", [b'{"carrier": "Fedex"}', b'{"carrier": "ups"}'])
def test_the_description_would_notice_a_wrong_carrier(prisms, tmp_path, bad):
    """The witness is not blind: a body that is wrong in one word is complained of."""
    kept = a_busy_shop()
    seen = Witness(described(prisms), kept.answer)
    with partner(answer=seen.answer) as served:
        channel = walmart(served.url, opening(tmp_path))
        channel.deliver(channel.render_tracking(2, [shop.parcel(1)]), "key")
        channel.close()
    (sent,) = [asked for asked in seen.asked if asked.path.endswith("/shipping")]
    wrong = type(sent)(sent.method, sent.path, sent.headers, sent.content.replace(b'{"carrier": "UPS"}', bad))

    checked = prisms.of(SPECS["/v3/orders"], strips=False).ask(wrong, wrong.path)
    assert 422 == checked.status
    assert b"carrierName" in checked.body


def test_the_carriers_are_those_of_the_description():
    body = json.loads(spec(SPECS["/v3/orders"]).read_text("utf-8"))["paths"]["/v3/orders/{purchaseOrderId}/shipping"]
    rows = body["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]["orderShipment"]
    line = rows["properties"]["orderLines"]["properties"]["orderLine"]["items"]["properties"]["orderLineStatuses"]
    info = line["properties"]["orderLineStatus"]["items"]["properties"]["trackingInfo"]["properties"]

    assert tuple(info["carrierName"]["properties"]["carrier"]["enum"]) == CARRIERS


def test_orders_that_a_description_allows_are_orders(tmp_path):
    """The orders of the fake keep to the description, so that what the other tests show is about real ones."""
    schema = json.loads(spec(SPECS["/v3/orders"]).read_text("utf-8"))
    answers = schema["paths"]["/v3/orders"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    whole = {**answers, "components": schema["components"]}
    kept = list(a_busy_shop().orders.values())
    jsonschema.validate({"list": {"meta": {"totalCount": len(kept)}, "elements": {"order": kept}}}, whole)

    channel = walmart("https://x.example", opening(Path(tmp_path)))
    assert [one["purchaseOrderId"] for one in kept] == [
        channel.to_order(Payload(shop.raw(one), "here")).channel_order_id for one in kept
    ]
