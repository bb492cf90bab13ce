"""The profiles of ShipBob and ShipStation against the descriptions of their APIs, and against what they answered."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from orderctl.core.confirmations import Confirmation, StockCount
from orderctl.core.effects import BatchLine, CallBack, Receipt
from orderctl.core.papers import Sender
from orderctl.core.secrets import Secret
from orderctl.destinations.api import ApiDestination
from orderctl.destinations.way import Role
from orderctl.wire.budgets import Allowance, Budgets, Deadline
from orderctl.wire.opening import Opening
from tests.destinations.api_opened import FAST, NOW
from tests.destinations.contract import a_batch, a_shipment
from tests.partner import Asked, Reply, partner, saying
from tests.real.prism import Prism, Prisms, Witness, spec

SPECS = {"shipbob": "3pl/shipbob-2026-01.json", "shipstation": "3pl/shipstation-v2.json"}
IDS = {"shipbob": "410001", "shipstation": "se-1001"}
NUMBER = "9400100000000000000000"
VALUES = {
    "shipbob": {"channel_id": "7", "location_id": "8"},
    "shipstation": {"phone": "5550100200", "store_id": "5", "carrier_id": "se-77"},
}
PLACE = {"name": "", "line1": "5 Dock Rd", "line2": "", "city": "Newark", "region": "NJ", "postcode": "07102",
         "country": "US", "phone": "5550100300", "company": "Example Warehouse"}  # fmt: skip
SENDER = Sender("Example Shop", place=PLACE)
LINES = (BatchLine("l1", "MUG-B", "Stoneware mug blue", 2), BatchLine("l2", "TEE", "", 1))


def opened(name: str, url: str, role: Role = "send", **changes: Any) -> ApiDestination:
    """The location `east` by the profile `name`, at `url`."""
    written = {"profile": name, "url": url, "auth": {"token": "env:TOKEN"}, "values": VALUES[name], "throttle": FAST}
    context = {"role": role, "base": Path(), "resolve": lambda reference: Secret(reference, "tok-12345")}
    settings = ApiDestination.Settings.model_validate({**written, **changes}, context=context)
    allowance = Allowance(60.0, Deadline.after(3600.0))
    opening = Opening(Path(), now=NOW, budgets=Budgets(1_795_186_800.0), allowance=allowance, first_wait_s=0.005)
    return ApiDestination("east", settings, opening, role)


def collected(way: ApiDestination) -> list[Any]:
    """Everything it has to tell."""
    return [row for page in way.collect({}, list) for row in page.rows]


def shipments() -> list[Any]:
    """One with all that can be said of it, and one with next to nothing."""
    to = {"name": "Pat Sample", "line1": "1 Placeholder St", "line2": "Apt 2", "city": "Boston", "region": "MA",
          "postcode": "02108", "country": "US", "phone": "5550100100", "company": "Sample & Co"}  # fmt: skip
    full = a_shipment(*LINES, ship_to=to, gift_message="With love", note='Ring "twice"', ship_by="2026-11-21T22:00:00Z")
    bare = {name: to[name] for name in ("name", "line1", "city", "country", "phone", "region", "postcode")}
    return [full, a_shipment(ship_to=bare, email="", carrier="", service="", reference="WEB-7-1")]


def shipbob_order(reference: str = "WEB-1042-1", status: str = "Processing") -> dict[str, Any]:
    return {
        "id": 410001,
        "reference_id": reference,
        "status": status,
        "type": "DTC",
        "products": [
            {"reference_id": "MUG-B", "sku": "MUG-B", "quantity": 2},
            {"reference_id": "TEE", "sku": "TEE", "quantity": 1},
        ],
        "recipient": {
            "name": "Pat",
            "address": {"address1": "1", "city": "Boston", "zip_code": "02108", "country": "US"},
        },
        "shipments": [
            {
                "id": 510001,
                "status": "Completed" if status == "Fulfilled" else "Processing",
                "products": [{"reference_id": "MUG-B", "inventory_items": [{"quantity": 1}, {"quantity": 1}]}],
                "tracking": {"carrier": "USPS", "tracking_number": NUMBER, "shipping_date": "2026-11-20T15:00:00Z"},
            }
        ],
    }


def shipbob(asked: Asked) -> Reply:
    path = asked.path.partition("?")[0]
    if path == "/2026-01/order" and asked.method == "POST":
        return saying(shipbob_order(asked.value["reference_id"]), 201)
    if path == "/2026-01/order":
        only = "Page=2" in asked.path
        return saying([] if only else [shipbob_order(), shipbob_order("WEB-7-1", "Fulfilled")]
                      if "LastUpdate" in asked.path else [shipbob_order()])  # fmt: skip
    if path.endswith(":cancel"):
        return saying({"status": "Success", "canceled_shipment_results": [{"is_success": True, "shipment_id": 1}]})
    if path == "/2026-01/inventory-level":
        more = None if "Cursor=2" in asked.path else "/2026-01/inventory-level?PageSize=250&Cursor=2"
        sku = "TEE" if more is None else "MUG-B"
        return saying(
            {"items": [{"sku": sku, "total_on_hand_quantity": 12, "total_fulfillable_quantity": 9}], "next": more}
        )
    return saying({"items": [{"id": 7, "name": "orderctl"}], "next": None})


def shipstation_shipment(reference: str = "WEB-1042-1") -> dict[str, Any]:
    return {
        "shipment_id": "se-1001",
        "external_shipment_id": reference,
        "shipment_status": "pending",
        "items": [{"sku": "MUG-B", "quantity": 2}, {"sku": "TEE", "quantity": 1}],
        "ship_to": {"postal_code": "02108-1234"[:5]},
    }


def shipstation(asked: Asked) -> Reply:
    path = asked.path.partition("?")[0]
    if path == "/v2/shipments":
        reference = asked.value["shipments"][0]["external_shipment_id"]
        return saying({"has_errors": False, "shipments": [{**shipstation_shipment(reference), "errors": []}]})
    if path.startswith("/v2/shipments/external_shipment_id/"):
        return saying(shipstation_shipment(path.rpartition("/")[2]))
    if path.endswith("/cancel"):
        return Reply(204, b"")
    if path == "/v2/labels":

        def label(number: str, **changes: Any) -> dict[str, Any]:
            return {"external_shipment_id": "WEB-7-1", "shipment_id": "se-1002", "status": "completed",
                    "tracking_number": number, "carrier_code": "ups", "service_code": "ups_ground", "voided": False,
                    "ship_date": "2026-11-20T00:00:00Z", "created_at": "2026-11-20T14:00:00Z"} | changes  # fmt: skip

        pages = [[label("1Z1"), label("1Z9", voided=True, status="voided")], [label("1Z7", is_return_label=True)]]
        page = 2 if "page=2" in asked.path else 1
        return saying({"labels": pages[page - 1], "total": 3, "page": page, "pages": 2, "links": {}})
    if path == "/v2/inventory":
        rows = [{"sku": "MUG-B", "on_hand": 5, "available": 3}, {"sku": "MUG-B", "on_hand": 7, "available": 7}]
        return saying({"inventory": rows, "total": 2, "page": 1, "pages": 1, "links": {"next": {}}})
    return saying({"warehouses": []})


FAKES = {"shipbob": shipbob, "shipstation": shipstation}
OPERATIONS = {
    "shipbob": {
        ("GET", "/2026-01/channel"),
        ("POST", "/2026-01/order"),
        ("GET", "/2026-01/order"),
        ("POST", "/2026-01/order/410001:cancel"),
        ("GET", "/2026-01/inventory-level"),
    },
    "shipstation": {
        ("GET", "/v2/warehouses"),
        ("POST", "/v2/shipments"),
        ("GET", "/v2/shipments/external_shipment_id/WEB-1042-1"),
        ("GET", "/v2/shipments/external_shipment_id/WEB-7-1"),
        ("PUT", "/v2/shipments/se-1001/cancel"),
        ("GET", "/v2/labels"),
        ("GET", "/v2/inventory"),
    },
}


def wish(name: str) -> CallBack:
    return CallBack(*("key", "east", "WEB-1042-1", IDS[name], "1042", "cancelled", NOW))


@pytest.mark.parametrize("name", sorted(SPECS))
def test_every_request_keeps_to_the_description(prisms: Prisms, name):
    witness = Witness({"": prisms.of(SPECS[name], strips=False)}, FAKES[name])
    found: dict[str, list[Any]] = {}
    with partner(answer=witness.answer) as served:
        with contextlib.closing(opened(name, served.url)) as way:
            documents = [way.render(a_batch(1, one, sender=SENDER)) for one in shipments()]
            assert {} == way.objections(shipments())
            assert ["ok"] == [one.verdict for one in way.probe()]
            receipts = [way.deliver(document, "key") for document in documents]
            recovered = way.recover(documents[0], "key")
            way.recover(documents[1], "key")
            stop = way.render_call_back(wish(name))
            assert stop is not None
            stopped = way.deliver(stop, "key")
        for role in ("confirm", "stock_feed"):
            with contextlib.closing(opened(name, served.url, role)) as reading:
                found[role] = collected(reading)

    assert [] == witness.complaints
    assert OPERATIONS[name] == witness.operations()
    assert [("accepted", IDS[name])] * 2 == [(one.outcome, one.reference) for one in receipts]
    assert Receipt("accepted", IDS[name]) == recovered
    assert ("accepted", "cancelled") == (stopped.outcome, stopped.answers[0].kind)
    assert TOLD[name] == [
        (one.kind, one.reference, one.sku, one.quantity, one.tracking_number) for one in found["confirm"]
    ]
    assert STOCK[name] == [(one.sku, one.quantity) for one in found["stock_feed"] if isinstance(one, StockCount)]


TOLD = {
    "shipbob": [
        ("acknowledged", "WEB-1042-1", "", None, ""),
        ("shipped", "WEB-7-1", "MUG-B", 2, NUMBER),
    ],
    "shipstation": [("shipped", "WEB-7-1", "", None, "1Z1"), ("voided", "WEB-7-1", "", None, "1Z9")],
}
STOCK = {"shipbob": [("MUG-B", 12), ("TEE", 12)], "shipstation": [("MUG-B", 12)]}


@pytest.mark.parametrize("name", sorted(SPECS))
def test_a_request_that_does_not_keep_to_the_description_is_noticed(prisms: Prisms, name):
    """The witness is not blind: what is wrong in one word is complained of."""
    witness = Witness({"": prisms.of(SPECS[name], strips=False)}, FAKES[name])
    with partner(answer=witness.answer) as served, contextlib.closing(opened(name, served.url)) as way:
        document = way.render(a_batch(1, shipments()[0], sender=SENDER))
        wrong = document.content.replace(b'\\"quantity\\":2', b'\\"quantity\\":\\"two\\"')
        assert wrong != document.content
        way.deliver(type(document)(document.name, wrong), "key")

    assert any("quantity" in one for one in witness.complaints), witness.complaints


@pytest.mark.parametrize("status", [400, 422])
def test_a_documented_refusal_of_shipbob_is_a_refusal_in_its_own_words(prisms: Prisms, status):
    prism = prisms.of(SPECS["shipbob"], strips=False)
    receipt = delivered("shipbob", prism, f"code={status}")

    assert ("refused", "") == (receipt.outcome, receipt.reference)
    assert "string" in receipt.message  # the words of the example


@pytest.mark.parametrize(("status", "outcome"), [(401, "retry"), (403, "retry")])
def test_a_documented_denial_of_shipbob_is_surely_not_processed(prisms: Prisms, status, outcome):
    assert outcome == delivered("shipbob", prisms.of(SPECS["shipbob"], strips=False), f"code={status}").outcome


@pytest.mark.parametrize(("status", "outcome"), [(400, "refused"), (500, "uncertain")])
def test_a_documented_no_of_shipstation_is_understood(prisms: Prisms, status, outcome):
    assert outcome == delivered("shipstation", prisms.of(SPECS["shipstation"], strips=False), f"code={status}").outcome


def delivered(name: str, prism: Prism, prefer: str) -> Receipt:
    """What becomes of a hand-over that is answered as the description's own example."""
    with (
        partner(answer=Witness({"": prism}, prefer=prefer).answer) as served,
        contextlib.closing(opened(name, served.url)) as way,
    ):
        return way.deliver(way.render(a_batch(1, shipments()[0], sender=SENDER)), "key")


def test_the_documented_yes_of_shipbob_is_understood(prisms: Prisms):
    """Its example is an order of somebody else; read back, it is not ours."""
    prism = prisms.of(SPECS["shipbob"], strips=False)
    assert ("accepted", "0") == (
        delivered("shipbob", prism, "code=201").outcome,
        delivered("shipbob", prism, "code=201").reference,
    )
    with partner(answer=Witness({"": prism}).answer) as served:
        with contextlib.closing(opened("shipbob", served.url)) as way:
            document = way.render(a_batch(1, shipments()[0], sender=SENDER))
            assert "uncertain" == way.recover(document, "key").outcome
            stop = way.render_call_back(wish("shipbob"))
            assert stop is not None
            assert "accepted" == way.deliver(stop, "key").outcome
        with contextlib.closing(opened("shipbob", served.url, "confirm", poll={"pages": "none"})) as reading:
            (told,) = collected(reading)
        with contextlib.closing(opened("shipbob", served.url, "stock_feed", stock={"pages": "none"})) as feed:
            (count,) = collected(feed)

    assert Confirmation("acknowledged", "string", reason="string", where=told.where) == told
    assert StockCount("east", "string", 0, count.where) == count


def recorded(name: str) -> Any:
    shared = os.environ.get("ORDERCTL_SHARED")
    if not shared:
        pytest.skip("ORDERCTL_SHARED does not name the folder with recorded payloads")
    return json.loads((Path(shared) / "channels" / "payloads" / "3pl" / name).read_text("utf-8"))


def test_a_recorded_order_of_shipbob_is_shipped():
    order = recorded("shipbob.order.fulfilled.json")

    def answer(asked: Asked) -> Reply:
        return saying([order] if "Page=1" in asked.path else [])

    with partner(answer=answer) as served, contextlib.closing(opened("shipbob", served.url, "confirm")) as way:
        (told,) = collected(way)

    assert ("shipped", "ORDERCTL-1042-1", "MUG-B", 2) == (told.kind, told.reference, told.sku, told.quantity)
    assert ("USPS", "GroundAdvantage", NUMBER, "2026-03-03T15:00:00Z") == (
        told.carrier, told.service, told.tracking_number, told.at,
    )  # fmt: skip


def test_what_shipbob_is_sent_is_what_was_accepted_once():
    """The recorded request, field by field, as far as it says what ours says."""
    expected = recorded("shipbob.order_create.request.json")
    with contextlib.closing(opened("shipbob", "https://api.example")) as way:
        sent = json.loads(json.loads(way.render(a_batch(1, shipments()[0], sender=SENDER)).content)["body"])

    del expected["tags"]
    assert set(expected) <= set(sent)
    assert expected["recipient"]["address"].items() <= sent["recipient"]["address"].items()
    assert set(expected["products"][0]) == set(sent["products"][0])


def test_recorded_shipments_of_shipstations_older_api_are_read_by_settings_alone():
    """Dates without a zone are Pacific time; a void label withdraws its number."""
    page = recorded("shipstation-v1.shipments.json")
    settings: dict[str, Any] = {
        "poll": {"path": "/shipments", "query": {"page": "{page}"}, "pages": "number", "next": "pages",
                 "items": "shipments[*]"},
        "timezone": "America/Los_Angeles",
        "shipment": {"reference": "orderKey", "id": "orderId", "parcels": {
            "tracking_number": "trackingNumber", "carrier": "carrierCode", "service": "serviceCode",
            "shipped_at": ["createDate", "shipDate"], "voided": "voided", "skip": "isReturnLabel",
            "lines": "shipmentItems[*]", "line": "lineItemKey", "sku": "sku", "quantity": "quantity"}},
        "auth": {"kind": "basic", "user": "env:KEY", "password": "env:SECRET"},
    }  # fmt: skip
    context = {"role": "confirm", "base": Path(), "resolve": lambda reference: Secret(reference, "tok-12345")}
    with partner(saying(page)) as served:
        own = ApiDestination.Settings.model_validate({"url": served.url, **settings}, context=context)
        with contextlib.closing(ApiDestination("east", own, Opening(Path(), now=NOW), "confirm")) as way:
            shipped, void = collected(way)

    assert ("shipped", "ORDERCTL-1042-1", "1042-L1", "MUG-B", 2, "2026-03-03T16:00:00Z") == (
        shipped.kind, shipped.reference, shipped.line_id, shipped.sku, shipped.quantity, shipped.at,
    )  # fmt: skip
    assert ("voided", "1Z999AA10123456785") == (void.kind, void.tracking_number)


def test_a_recorded_graphql_request_is_made_by_settings_alone_and_its_errors_are_judged():
    """ShipHero: errors come with status 200; code 30 means that there is no time left."""
    variables = recorded("shiphero.order_create.variables.json")
    create = {
        "path": "/graphql", "form": "graphql",
        "graphql": "mutation ($data: Order!) { order_create(data: $data) { order { id } } }",
        "body": '{"data": {"order_number": {{ order_number }}, "partner_order_id": {{ reference }}, "shop_name": "x",'
        ' "line_items": [{% for line in lines %}{"sku": {{ line.sku }}, "partner_line_item_id": {{ line.line }},'
        ' "quantity": {{ line.quantity }}, "price": {{ line.unit_price or "0.00" }}}{% if not loop.last %},{% endif %}'
        "{% endfor %}]}}",
        "id": "data.order_create.order.id",
        "judge": [{"outcome": "retry", "path": "errors[*].code", "equals": ["30"]},
                  {"outcome": "refused", "path": "errors[*]"}],
    }  # fmt: skip
    throttled = recorded("shiphero.graphql_error_throttled.json")
    context = {"role": "send", "base": Path(), "resolve": lambda reference: Secret(reference, "tok-12345")}
    with partner(saying(throttled)) as served:
        own = ApiDestination.Settings.model_validate({"url": served.url, "create": create}, context=context)
        with contextlib.closing(ApiDestination("east", own, Opening(Path(), now=NOW))) as way:
            receipt = way.deliver(way.render(a_batch(1, shipments()[0], sender=SENDER)), "key")

    assert "retry" == receipt.outcome, receipt
    sent = served.asked[0].value
    assert {"query", "variables"} == set(sent)
    known = variables.get("data", variables)
    assert set(sent["variables"]["data"]) <= set(known) | {"partner_order_id", "shop_name"}


def test_what_shipbob_is_sent_is_valid_by_the_schema_itself():
    """Without Prism. ShipStation's schema forbids in one half of an address what the other half demands."""
    whole = json.loads(spec(SPECS["shipbob"]).read_text("utf-8"))
    schema = whole["paths"]["/2026-01/order"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    with contextlib.closing(opened("shipbob", "https://api.example")) as way:
        for one in shipments():
            body = json.loads(json.loads(way.render(a_batch(1, one, sender=SENDER)).content)["body"])
            jsonschema.validate(body, {**schema, "components": whole["components"]})
