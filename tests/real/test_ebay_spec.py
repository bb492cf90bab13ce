"""The eBay channel against eBay's own descriptions of its APIs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from orderctl.channels.ebay import Ebay
from orderctl.core.adapters import Payload
from orderctl.core.effects import Cancellation, StockLevel, TrackingLine
from orderctl.core.errors import RecordError, RemoteError
from tests.channels.ebay_fake import LINE, EbayShop, a_request, an_ebay_line, money
from tests.channels.http_contract import a_package, opening
from tests.channels.test_ebay import opened
from tests.channels.test_ebay_entries import a_booking
from tests.partner import Asked, Reply, partner
from tests.real.prism import Prisms, Witness, spec

SPECS = {
    "/sell/fulfillment/v1": "ebay/sell_fulfillment_v1_oas3.json",
    "/sell/inventory/v1": "ebay/sell_inventory_v1_oas3.json",
    "/sell/finances/v1": "ebay/sell_finances_v1_oas3.json",
}
#: Written by its users: it names the paths and leaves out what is sent and said, so that Prism refuses any body.
POST_ORDER = "ebay/cancellation_oas3.json"
KINDS = (
    ("/order", "get", "OrderSearchPagedCollection"),
    ("/order/{orderId}", "get", "Order"),
    ("/order/{orderId}/shipping_fulfillment", "get", "ShippingFulfillmentPagedCollection"),
    ("/payment_dispute_summary", "get", "DisputeSummaryResponse"),
    ("/payment_dispute/{payment_dispute_id}", "get", "PaymentDispute"),
)


def a_busy_shop() -> EbayShop:
    """Three pages of orders, one that the buyer cancels, one forwarded, two with disputes."""
    shop = EbayShop(430)
    shop.orders["3"]["cancelStatus"] = a_request()
    shop.orders["4"]["lineItems"].append(an_ebay_line("10090000080002", "LAMP", 1))
    shop.disputes = [
        {
            "paymentDisputeId": f"500000000{n}",
            "paymentDisputeStatus": status,
            "orderId": str(n + 4),
            "amount": money("1.0"),
        }
        for n, status in ((1, "ACTION_NEEDED"), (2, "CLOSED"))
    ]
    shop.booked = [a_booking(number) for number in range(1, 8)]
    return shop


@contextlib.contextmanager
def asking(
    prisms: Prisms, tmp_path: Path, witness: Witness | None = None, **stated: Any
) -> Iterator[tuple[Ebay, Witness]]:
    shop = a_busy_shop()
    witness = witness or Witness({prefix: prisms.of(path) for prefix, path in SPECS.items()}, shop.answer)
    scopes = ("sell.fulfillment", "sell.inventory", "sell.payment.dispute")
    with partner(answer=witness.answer) as served:
        channel = opened(served.url, opening(tmp_path), disputes=True, finances=True, scopes=scopes, **stated)
        try:
            yield channel, witness
        finally:
            channel.close()


def ask_everything(channel: Ebay) -> Iterator[Any]:
    """Every request the adapter can make, one call after the other."""
    yield lambda: [channel.to_order(payload) for page in channel.fetch({}) for payload in page.payloads]
    yield lambda: list(channel.fetch_entries(""))
    yield channel.probe
    lines = (TrackingLine(LINE, "MUG", 2),)
    yield lambda: channel.deliver(channel.render_tracking(1, [a_package("1", "1", lines[0])]), "key")
    yield lambda: channel.recover(channel.render_tracking(1, [a_package("1", "1", lines[0])]), "key")
    yield lambda: channel.deliver(channel.render_tracking(2, [a_package("3", "3", lines[0])]), "key")
    for number in ("3", "5"):
        cancellation = Cancellation(f"key-{number}", "web", number, number, "out of stock", ())
        yield lambda one=cancellation: channel.deliver(channel.render_cancellations(3, [one]), "key")
        yield lambda one=cancellation: channel.recover(channel.render_cancellations(3, [one]), "key")
    yield lambda: channel.deliver(channel.render_stock(4, [StockLevel(f"SKU-{n}", n) for n in range(60)]), "key")


def test_every_request_keeps_to_the_description(prisms, tmp_path):
    with asking(prisms, tmp_path, reject_cancellations=False, seller_cancel=True) as (channel, witness):
        for ask in ask_everything(channel):
            ask()

    assert [] == witness.complaints
    asked = {(method, "/".join(_template(path.split("/")[3:]))) for method, path in witness.operations()}
    assert {
        ("GET", "v1/order"), ("GET", "v1/order/#"), ("GET", "v1/order/#/shipping_fulfillment"),
        ("POST", "v1/order/#/shipping_fulfillment"), ("GET", "v1/payment_dispute_summary"),
        ("GET", "v1/payment_dispute/#"), ("GET", "v1/inventory_item"), ("POST", "v1/bulk_update_price_quantity"),
        ("GET", "v1/transaction"),
    } == asked  # fmt: skip
    assert {"token", "cancellation/#/approve", "cancellation"} == _unseen(witness)


def test_a_rejected_cancellation_keeps_to_the_description(prisms, tmp_path):
    with asking(prisms, tmp_path, reject_cancellations=True) as (channel, witness):
        package = a_package("3", "3", TrackingLine(LINE, "MUG", 2))
        receipt = channel.deliver(channel.render_tracking(1, [package]), "key")

    assert "accepted" == receipt.outcome
    assert [] == witness.complaints
    assert {"token", "cancellation/#/reject"} == _unseen(witness)


def test_the_paths_of_the_post_order_api_are_those_described():
    described = set(json.loads(spec(POST_ORDER).read_text(encoding="utf-8"))["paths"])

    assert {f"/cancellation{rest}" for rest in ("", "/{cancelId}/approve", "/{cancelId}/reject")} <= described


def _template(path: list[str]) -> list[str]:
    return ["#" if part[:1].isdigit() else part for part in path]


def _unseen(witness: Witness) -> set[str]:
    """The paths no Prism has seen, without what leads to them."""
    paths = {one.path.removeprefix("/identity/v1/oauth2/").removeprefix("/post-order/v2/") for one in witness.unseen}
    return {"/".join(_template(path.split("/"))) for path in paths}


@pytest.mark.parametrize("prefer", ["", "code=400", "code=404", "code=409", "code=500", "dynamic=true"])
def test_every_documented_answer_is_understood_or_an_error(prisms, tmp_path, prefer):
    """Without an example of eBay's, Prism says "string" and the least number; nothing of it is an order."""

    def token_only(asked: Asked) -> Reply:
        return EbayShop().answer(asked)

    def answer(asked: Asked) -> Reply:
        return token_only(asked) if asked.path.startswith("/identity") else witness_of_prism.answer(asked)

    witness_of_prism = Witness({prefix: prisms.of(path) for prefix, path in SPECS.items()}, prefer=prefer)
    with partner(answer=answer) as served:
        channel = opened(served.url, opening(tmp_path), disputes=True, finances=True, seller_cancel=True)
        outcomes = []
        for ask in ask_everything(channel):
            try:
                outcomes.append(ask())
            except (RecordError, RemoteError) as error:
                outcomes.append(error.code)
        channel.close()

    assert len(outcomes) == 11
    assert len(witness_of_prism.asked) >= 8


def test_what_the_fake_answers_keeps_to_the_description(tmp_path):
    described = json.loads(spec(SPECS["/sell/fulfillment/v1"]).read_text(encoding="utf-8"))
    shop = a_busy_shop()
    shop.tokens = 1
    headers = {"authorization": "Bearer access-1"}
    query = "?limit=2&offset=0&filter=lastmodifieddate:[2026-11-01T00:00:00.000Z..2026-12-01T00:00:00.000Z]"
    paths = [f"/order{query}", "/order/3", "/order/3/shipping_fulfillment", "/payment_dispute_summary?limit=200"]
    paths.append("/payment_dispute/5000000002")

    for path, (_, _, name) in zip(paths, KINDS, strict=True):
        answer = shop.answer(Asked("GET", f"/sell/fulfillment/v1{path}", headers, b""))
        schema = {"$ref": f"#/components/schemas/{name}", "components": described["components"]}
        jsonschema.validate(json.loads(answer.body), schema, cls=jsonschema.Draft4Validator)
        assert 200 == answer.status


def test_an_order_of_fillers_is_no_order(prisms, tmp_path):
    prism = prisms.of(SPECS["/sell/fulfillment/v1"])
    asked = Asked("GET", "/order/1", {"authorization": "Bearer token"}, b"")
    body = prism.ask(asked, "/order/1").body
    with asking(prisms, tmp_path) as (channel, _), pytest.raises(RecordError, match=r"pricingSummary\.total\.currency"):
        channel.to_order(Payload(body, "web order 1"))


def test_prism_says_what_is_wrong_with_a_request(prisms):
    prism = prisms.of(SPECS["/sell/fulfillment/v1"])
    body = json.dumps({"lineItems": [{"lineItemId": LINE, "quantity": "two"}]}).encode()
    headers = {"authorization": "Bearer token", "content-type": "application/json"}

    said = prism.ask(Asked("POST", "/order/1/shipping_fulfillment", headers, body), "/order/1/shipping_fulfillment")

    assert (400, 1) == (said.status, len(said.violations))
    assert "integer" in said.violations[0]
