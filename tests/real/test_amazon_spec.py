"""The Amazon channel against Amazon's own models of its APIs, and what was recorded and derived from them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from orderctl.channels.amazon import Amazon
from orderctl.channels.amazon_api import RATES
from orderctl.channels.amazon_carriers import carrier_code
from orderctl.core import orders
from orderctl.core.adapters import Payload
from orderctl.core.effects import Cancellation, Receipt, StockLevel, TrackingLine
from orderctl.core.errors import RecordError, RemoteDenied, RemoteError, RemoteRefused
from tests.channels.amazon_fake import SELLER, AmazonShop, a_listing, a_transaction, an_amazon_order, an_item
from tests.channels.http_contract import opening
from tests.channels.test_amazon import opened
from tests.channels.test_amazon_writes import parcel
from tests.partner import Asked, Reply, partner
from tests.real.prism import Prism, Prisms, Witness, spec

SPECS = {
    "/orders/2026-01-01": "amazon/orders_2026-01-01.json",
    "/orders/v0": "amazon/ordersV0.json",
    "/listings": "amazon/listingsItems_2021-08-01.json",
    "/finances": "amazon/finances_2024-06-19.json",
}


def described(prisms: Prisms) -> dict[str, Prism]:
    return {prefix: prisms.of(path, strips=False) for prefix, path in SPECS.items()}


def a_busy_shop() -> AmazonShop:
    """Orders on three pages, three of which are shipped in parts, cancelled and refused."""
    shop = AmazonShop(12, page=5)
    shop.orders["1"] = an_amazon_order(1, an_item("11", quantity=4))
    shop.orders["2"] = an_amazon_order(2, status="CANCELLED")
    shop.listings = {"MUG/1 é": a_listing(), "LAMP": a_listing(), "FBA": a_listing("AMAZON_NA")}
    shop.forbidden = {"BUYER"}
    shop.transactions = [a_transaction(number, kind="Refund", Sales="-1.00") for number in range(1, 6)]
    return shop


def test_every_request_keeps_to_the_models(prisms, tmp_path):
    shop = a_busy_shop()
    witness = Witness(described(prisms), shop.answer)
    with partner(answer=witness.answer) as served:
        channel = opened(served.url, opening(tmp_path), seller_id=SELLER, fba=False, finances=True)
        found = [payload for page in channel.fetch({}) for payload in page.payloads]
        booked = [entry for page in channel.fetch_entries("") for entry in page.entries]
        probed = channel.probe()
        documents = [
            channel.render_tracking(1, [parcel(1, "A1")]),
            channel.render_tracking(2, [parcel(1, "A2", carrier="dpd_uk", service="")]),
            channel.render_tracking(3, [parcel(2, "A3", lines=(TrackingLine("11", "MUG", 2),))]),
            channel.render_cancellations(4, [Cancellation("key", "amz", "2", "2", "out of stock", ())]),
            channel.render_stock(5, [StockLevel("MUG/1 é", 4), StockLevel("LAMP", 0), StockLevel("FBA", 3)]),
        ]
        told = [channel.deliver(document, "key") for document in documents]
        again = [channel.recover(document, "key") for document in documents[:4]]
        corrected = replace(parcel(1, "A9", carrier="fedex"), replaces="A1")
        again.append(channel.deliver(channel.render_tracking(6, [corrected]), "key"))
        channel.close()

    assert [] == witness.complaints
    assert {"/auth/o2/token"} == {asked.path for asked in witness.unseen}
    assert (12, 5) == (len(found), len(booked))
    assert {"ok", "warn"} == {probe.verdict for probe in probed}
    assert ["accepted"] * 10 == [receipt.outcome for receipt in (*told, *again)]
    items = f"/listings/2021-08-01/items/{SELLER}"
    assert {
        ("GET", "/orders/2026-01-01/orders"),
        ("GET", "/orders/2026-01-01/orders/1"),
        ("GET", "/orders/2026-01-01/orders/2"),
        ("GET", "/finances/2024-06-19/transactions"),
        ("POST", "/orders/v0/orders/1/shipmentConfirmation"),
        ("GET", f"{items}/orderctl-probe"),
        ("GET", f"{items}/FBA"),
        *((method, f"{items}/{sku}") for method in ("GET", "PATCH") for sku in ("MUG%2F1%20%C3%A9", "LAMP")),
    } == witness.operations()


def test_the_models_would_notice_a_wrong_request(prisms, tmp_path):
    """The witness is not blind: a body or a query that is wrong in one word is complained of."""
    shop = a_busy_shop()
    witness = Witness(described(prisms), shop.answer)
    with partner(answer=witness.answer) as served:
        channel = opened(served.url, opening(tmp_path))
        next(channel.fetch({}))
        channel.deliver(channel.render_tracking(1, [parcel(1, "A1")]), "key")
        channel.close()
    search = next(asked for asked in witness.asked if "includedData" in asked.path)
    confirm = next(asked for asked in witness.asked if asked.method == "POST")

    wrong = [
        Asked("GET", search.path.replace("PROCEEDS", "Proceeds"), search.headers, b""),
        Asked("POST", confirm.path, confirm.headers, confirm.content.replace(b'"carrierCode"', b'"carrier"')),
        Asked("POST", confirm.path, confirm.headers, confirm.content.replace(b'"quantity":1', b'"quantity":"1"')),
    ]
    ways = described(prisms)
    prism = {"GET": ways["/orders/2026-01-01"], "POST": ways["/orders/v0"]}
    for asked in wrong:
        assert prism[asked.method].ask(asked, asked.path).violations, asked


def by_prism(prisms: Prisms, **prefer: str) -> Any:
    """Answers of the models' own examples; tokens come from the fake."""
    witness = Witness(described(prisms), prefer=prefer.get("prefer", ""))
    shop = AmazonShop()

    def answer(asked: Asked) -> Reply:
        return shop.answer(asked) if asked.path == "/auth/o2/token" else witness.answer(asked)

    return answer


def test_the_examples_of_the_models_are_read(prisms, tmp_path):
    """The example of a list names a next page for ever, and that it has looked no further than in 2024."""
    with partner(answer=by_prism(prisms)) as served:
        channel = opened(served.url, opening(tmp_path))
        pages = []
        with pytest.raises(RemoteError, match="gives the same page again and again"):
            pages += list(channel.fetch({}))
        first = next(channel.fetch({}))
        order = channel.to_order(first.payloads[0])
        told = channel.deliver(channel.render_tracking(1, [parcel()]), "key")
        absent = channel.recover(channel.render_tracking(1, [parcel()]), "key")
        channel.close()

    assert ("123-4567890-1234567", 15499, "USD") == (order.number, order.total_minor, order.currency)
    assert ("accepted", "absent") == (told.outcome, absent.outcome)


@pytest.mark.parametrize(
    ("status", "raised", "outcome"),
    [
        *((400, RemoteRefused, "refused"), (403, RemoteDenied, "retry"), (404, RemoteRefused, "refused")),
        *((413, RemoteRefused, "refused"), (429, RemoteError, "retry"), (500, RemoteError, "uncertain")),
    ],
)
def test_every_documented_refusal_is_understood(prisms, tmp_path, status, raised, outcome):
    with partner(answer=by_prism(prisms, prefer=f"code={status}")) as served:
        channel = opened(served.url, opening(tmp_path))
        with pytest.raises(raised):
            list(channel.fetch({}))
        told = channel.deliver(channel.render_tracking(1, [parcel()]), "key")
        channel.close()

    assert outcome == told.outcome, told


def test_the_fakes_orders_keep_to_the_model():
    """So that what other tests show is about real ones."""
    model = json.loads(spec(SPECS["/orders/2026-01-01"]).read_text("utf-8"))
    shop = a_busy_shop()
    whole = {"$ref": "#/definitions/SearchOrdersResponse", "definitions": model["definitions"]}

    jsonschema.validate({"orders": list(shop.orders.values())}, whole)


def test_the_rates_are_those_of_the_models():
    stated: dict[str, tuple[float, float]] = {}
    for path in SPECS.values():
        for operations in json.loads(spec(path).read_text("utf-8"))["paths"].values():
            for operation in operations.values():
                if isinstance(operation, dict) and operation.get("operationId") in RATES:
                    table = operation["description"].partition("| ---- | ---- |\n|")[2].split("|")
                    found = (float(table[0]), float(table[1]))
                    stated.setdefault(operation["operationId"], found)

    assert RATES == stated


def test_the_carriers_are_those_of_the_lists():
    folder = spec("").parent / "carriers"
    lists = json.loads((folder / "amazon_carrierCode.json").read_text("utf-8"))
    known = {code for codes in lists.values() for code in codes}
    for row in json.loads((folder / "carrier_map.json").read_text("utf-8")):
        assert (row["amazon_carrierCode"] or "Other") == carrier_code(row["id"], {}), row["id"]
        assert carrier_code(row["id"], {}) in known


def payloads() -> list[tuple[str, bytes]]:
    """Every order among the recorded and derived payloads, with the name of its file."""
    folder = spec("").parent / "payloads" / "amazon"
    found = []
    for path in [*sorted((folder / "orders_2026").glob("*.json")), *sorted((folder / "spec").glob("orders_2026*"))]:
        value = json.loads(path.read_text("utf-8"))
        answer = value.get("response", value)
        found += [(path.name, json.dumps(one).encode()) for one in answer.get("orders", [answer])]
    return found


def outcome(channel: Amazon, raw: bytes) -> str:
    """What becomes of a payload, in a few words."""
    try:
        order = channel.to_order(Payload(raw, "here"))
    except RecordError as error:
        return f"refused for {error.field}"
    assert 0 == orders.money_off_by(order)
    assert all(line.id for line in order.lines)
    state = "cancelled" if order.cancelled_at else order.payment
    address = "address" if order.ship_to else "no address"
    return f"{order.fulfilled_by} {order.type} {state}, {address}"


def test_every_payload_is_an_order_that_adds_up_or_a_refusal_with_its_reason(tmp_path):
    channel = opened("https://x.example", opening(Path(tmp_path)))

    assert {
        "merchant b2c pending, no address": 1,
        "merchant b2c cancelled, no address": 1,
        "merchant b2c paid, address": 4,
        "merchant b2b paid, address": 2,
        "merchant replacement on_terms, address": 1,
        "channel b2c paid, address": 1,
        "channel b2c paid, no address": 1,
        "refused for salesChannel.channelName": 1,
    } == Counter(outcome(channel, raw) for _, raw in payloads())


def test_recorded_answers_of_listings_are_judged(prisms, tmp_path):
    folder = spec("").parent / "payloads" / "amazon" / "spec"
    found: dict[str, Receipt] = {}
    for path in sorted(folder.glob("listingsItems_2021-08-01.patchListingsItem.*")):
        answer = json.loads(path.read_text("utf-8"))["response"]
        shop = AmazonShop()
        shop.listings = {"MUG": a_listing()}
        listing = shop.listing

        def recorded(asked: Asked, sku: str, answer: Any = answer, listing: Any = listing) -> Reply:
            return Reply(200, json.dumps(answer).encode()) if asked.method == "PATCH" else listing(asked, sku)

        shop.listing = recorded  # type: ignore[method-assign]
        with partner(answer=shop.answer) as served:
            channel = opened(served.url, opening(tmp_path), seller_id=SELLER)
            found[path.name.split(".")[-2]] = channel.deliver(channel.render_stock(1, [StockLevel("MUG", 1)]), "key")
            channel.close()

    assert {"example": "accepted", "sandbox1": "accepted", "sandbox3": "refused"} == {
        name: receipt.outcome for name, receipt in found.items()
    }
    assert "INVALID: 90000900: The attributes are invalid." == found["sandbox3"].message
