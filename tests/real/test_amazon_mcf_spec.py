"""Multi-Channel Fulfillment against Amazon's own models of Fulfillment Outbound and FBA Inventory."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from orderctl.core.confirmations import Confirmation
from orderctl.core.effects import BatchLine, CallBack, InHand
from orderctl.core.errors import RemoteDenied, RemoteError, RemoteRefused
from orderctl.destinations.amazon_mcf_answers import STATES
from orderctl.destinations.amazon_mcf_api import RATES
from tests.destinations.amazon_mcf_fake import NOW, ORDERS, Mcf
from tests.destinations.amazon_mcf_opened import opened
from tests.destinations.contract import a_batch, a_shipment
from tests.partner import Asked, Reply, partner, saying
from tests.real.prism import Prism, Prisms, Witness, spec

SPECS = {"/fba/outbound": "amazon/fulfillmentOutbound_2020-07-01.json", "/fba/inventory": "amazon/fbaInventory.json"}
REFERENCE = "WEB-1042-1"
HAVE = [InHand(REFERENCE, "dispatched", "2026-11-20T14:00:00Z", REFERENCE)]
WISH = CallBack("key", "mcf", REFERENCE, REFERENCE, "1042", "the customer cancelled", NOW)
EVERYTHING: dict[str, Any] = {
    "blank_box": True,
    "packing_slip": True,
    "block_amzl": ["*"],
    "notify": True,
    "speed": {"default": "Standard", "next_day": "Priority"},
}
LINES = (BatchLine("a", "CUP/é", "", 1), BatchLine("a", "SAUCER", "", 2), BatchLine("", "CARD", "", 1))


def described(prisms: Prisms) -> dict[str, Prism]:
    return {prefix: prisms.of(path, strips=False) for prefix, path in SPECS.items()}


def test_every_request_keeps_to_the_models(prisms):
    amazon = Mcf(stock={f"SKU-{n}": n for n in range(60)}, now="2026-11-20T14:00:00Z")
    witness = Witness(described(prisms), amazon.answer)
    with partner(answer=witness.answer) as server:
        sender = opened(server.url, **EVERYTHING)
        shipment = a_shipment(*LINES, options={"signature": "direct"}, gift_message="Für Dich!")
        document = sender.render(a_batch(1, shipment))
        outcomes = [sender.deliver(document, "k"), sender.recover(document, "k"), sender.deliver(document, "k")]
        held = list(sender.holdings(HAVE))
        probed = [*sender.probe()]
        amazon.ships(REFERENCE, "1Z1", package=7, status="COMPLETE")
        confirm = opened(server.url, "confirm")
        positions = {page.stream: page.position for page in confirm.collect({}, lambda: HAVE)}
        later = opened(server.url, "confirm", now="2026-11-21T15:00:00Z")
        list(later.collect(positions, list))
        feed = opened(server.url, "stock_feed")
        counts = [row for page in feed.collect({}, list) for row in page.rows]
        probed += feed.probe()
        amazon.says(REFERENCE, "PLANNING")
        outcomes.append(sender.deliver(sender.render_call_back(WISH), "k"))
        for destination in (sender, confirm, later, feed):
            destination.close()

    assert [] == witness.complaints
    assert {"/auth/o2/token"} == {asked.path for asked in witness.unseen}
    assert ["accepted"] * 4 == [receipt.outcome for receipt in outcomes]
    assert (1, 60, {"ok"}) == (len(held), len(counts), {probe.verdict for probe in probed})
    assert {
        ("POST", f"{ORDERS}/preview"),
        ("POST", ORDERS),
        ("GET", ORDERS),
        ("GET", f"{ORDERS}/{REFERENCE}"),
        ("PUT", f"{ORDERS}/{REFERENCE}/cancel"),
        ("GET", "/fba/outbound/2020-07-01/tracking"),
        ("GET", "/fba/inventory/v1/summaries"),
    } == witness.operations()


def test_the_models_would_notice_a_wrong_request(prisms):
    """The witness is not blind: a body or a query that is wrong in one word is complained of."""
    witness = Witness(described(prisms), Mcf().answer)
    with partner(answer=witness.answer) as server:
        sender = opened(server.url, **EVERYTHING)
        sender.deliver(sender.render(a_batch()), "k")
        feed = opened(server.url, "stock_feed")
        list(feed.collect({}, list))
        sender.close()
        feed.close()
    create = next(asked for asked in witness.asked if asked.path == ORDERS)
    counted = next(asked for asked in witness.asked if "inventory" in asked.path)

    def other(asked: Asked, old: bytes, new: bytes) -> Asked:
        assert old in asked.content
        return Asked(asked.method, asked.path, asked.headers, asked.content.replace(old, new))

    wrong = [
        other(create, b'"sellerSku"', b'"sku"'),
        other(create, b'"quantity":2', b'"quantity":"2"'),
        other(create, b'"Standard"', b'"standard"'),
        other(create, b'"Required"', b'"Yes"'),
        Asked("GET", counted.path.replace("=Marketplace", "=marketplace"), counted.headers, b""),
    ]
    ways = described(prisms)
    for asked in wrong:
        way = ways["/fba/inventory" if "inventory" in asked.path else "/fba/outbound"]
        assert way.ask(asked, asked.path).violations, asked


def by_prism(prisms: Prisms, prefer: str = "") -> Any:
    """Answers of the models' own examples; tokens come from the fake.

    The model of orders states its examples without the `payload` that its schema, and Amazon, put around them; where
    there is no example, Prism fills in errors, too, which no yes has.
    """
    witness = Witness(described(prisms), prefer=prefer)
    tokens = Mcf()

    def answer(asked: Asked) -> Reply:
        if asked.path == "/auth/o2/token":
            return tokens.answer(asked)
        said = witness.answer(asked)
        if said.status != 200:
            return said
        value = {name: one for name, one in json.loads(said.body).items() if name != "errors"}
        return saying(
            value
            if "payload" in value or asked.method == "PUT" or (asked.method, asked.path) == ("POST", ORDERS)
            else {"payload": value}
        )

    return answer


def test_the_examples_of_the_models_are_read(prisms):
    with partner(answer=by_prism(prisms)) as server:
        sender = opened(server.url)
        document = sender.render(a_batch())
        told = sender.deliver(document, "k")
        found = sender.recover(document, "k")
        (held,) = sender.holdings(HAVE)
        stopped = sender.deliver(sender.render_call_back(WISH), "k")
        confirm = opened(server.url, "confirm")
        rows = [row for page in confirm.collect({}, lambda: HAVE) for row in page.rows]
        feed = opened(server.url, "stock_feed")
        with pytest.raises(RemoteError, match="gives the same page again and again"):  # as the filled in token says
            list(feed.collect({}, list))
        for destination in (sender, confirm, feed):
            destination.close()

    assert "accepted" == told.outcome, told
    assert "uncertain" == found.outcome  # the example is somebody else's order
    assert "other contents" in found.message
    assert held.state in STATES.values()
    assert "accepted" == stopped.outcome
    assert all(isinstance(row, Confirmation) for row in rows)


@pytest.mark.parametrize(
    ("status", "raised", "outcome"),
    [
        *((400, RemoteRefused, "uncertain"), (401, RemoteDenied, "retry"), (403, RemoteDenied, "retry")),
        *((404, RemoteRefused, "retry"), (429, RemoteError, "retry"), (500, RemoteError, "uncertain")),
        (503, RemoteError, "uncertain"),
    ],
)
def test_every_documented_refusal_is_understood(prisms, status, raised, outcome):
    """A 400 to every question, the reading back, too: nobody knows whether an earlier request was taken."""
    with partner(answer=by_prism(prisms, f"code={status}")) as server:
        sender = opened(server.url, preview=False)
        told = sender.deliver(sender.render(a_batch()), "k")
        confirm = opened(server.url, "confirm")
        with pytest.raises(raised):
            list(confirm.collect({}, lambda: HAVE))
        sender.close()
        confirm.close()

    assert outcome == told.outcome, told


EXAMPLES = [
    "fulfillmentOutbound_2020-07-01.getFulfillmentOrder.200.example.json",
    "fulfillmentOutbound_2020-07-01.getFulfillmentPreview.200.example.json",
    "fulfillmentOutbound_2020-07-01.getPackageTrackingDetails.200.example.json",
    "fulfillmentOutbound_2020-07-01.listAllFulfillmentOrders.200.example.json",
]


def test_documented_answers_mean_what_they_say():
    shown = {name.split(".")[1]: _documented(name) for name in EXAMPLES}
    first = shown["getFulfillmentOrder"]["payload"]["fulfillmentOrder"]["sellerFulfillmentOrderId"]

    def answer(asked: Asked) -> Reply:
        if asked.path == "/auth/o2/token":
            return Mcf().answer(asked)
        kind = "getPackageTrackingDetails" if "tracking" in asked.path else "listAllFulfillmentOrders"
        kind = "getFulfillmentOrder" if first in asked.path else kind
        return Reply(200, json.dumps(shown[kind]).encode())

    have = [InHand(first, "dispatched", "2020-01-01T00:00:00Z")]
    with partner(answer=answer) as server:
        confirm = opened(server.url, "confirm")
        parcels = {"parcels": json.dumps({"1Z50V7420354708051": f"212794778 {first} {NOW} 2026-11-19T15:00:00Z"})}
        rows = [row for page in confirm.collect(parcels, lambda: have) for row in page.rows]
        confirm.close()

    assert [("acknowledged", first), ("delivered", first)] == [(row.kind, row.reference) for row in rows
                                                              if isinstance(row, Confirmation)]  # fmt: skip
    assert "2020-01-22T00:15:55Z" == rows[-1].at if isinstance(rows[-1], Confirmation) else False


def _documented(name: str) -> Any:
    path = spec("").parent / "payloads" / "amazon" / "spec" / name
    return json.loads(path.read_text("utf-8"))["response"]


def test_the_fakes_answers_keep_to_the_models():
    """So that what other tests show is about the real one."""
    amazon = Mcf(stock={"MUG": 3})
    model = json.loads(spec(SPECS["/fba/outbound"]).read_text("utf-8"))
    stock = json.loads(spec(SPECS["/fba/inventory"]).read_text("utf-8"))
    shown: dict[str, Any] = {}

    def answer(asked: Asked) -> Reply:
        said = amazon.answer(asked)
        if amazon.seen:
            shown[amazon.seen[-1][0]] = json.loads(said.body)
        return said

    with partner(answer=answer) as server:
        sender = opened(server.url)
        sender.deliver(sender.render(a_batch()), "k")
        amazon.ships(REFERENCE, "1Z1", package=7, status="COMPLETE")
        confirm, feed = opened(server.url, "confirm"), opened(server.url, "stock_feed")
        positions = {page.stream: page.position for page in confirm.collect({}, lambda: HAVE)}
        list(feed.collect({}, list))
        amazon.arrived = {7: "2026-11-21T09:00:00Z"}
        later = opened(server.url, "confirm", now="2026-11-21T15:00:00Z")
        list(later.collect(positions, list))
        for way in (sender, confirm, feed, later):
            way.close()

    for operation, (definitions, name) in {
        "preview": (model, "GetFulfillmentPreviewResponse"),
        "create": (model, "CreateFulfillmentOrderResponse"),
        "get": (model, "GetFulfillmentOrderResponse"),
        "list": (model, "ListAllFulfillmentOrdersResponse"),
        "tracking": (model, "GetPackageTrackingDetailsResponse"),
        "inventory": (stock, "GetInventorySummariesResponse"),
    }.items():
        whole = {"$ref": f"#/definitions/{name}", "definitions": definitions["definitions"]}
        jsonschema.validate(_spelled(shown[operation]), whole)


def _spelled(value: Any) -> Any:
    """States as the model spells them; its own examples have them in capitals."""
    known = {"RECEIVED": "Received", "COMPLETE": "Complete"}
    if isinstance(value, dict):
        return {
            name: known.get(one, one) if name == "fulfillmentOrderStatus" else _spelled(one)
            for name, one in value.items()
        }
    return [_spelled(one) for one in value] if isinstance(value, list) else value


def test_every_state_of_the_model_is_known():
    model = json.loads(spec(SPECS["/fba/outbound"]).read_text("utf-8"))

    assert {name.upper() for name in model["definitions"]["FulfillmentOrderStatus"]["enum"]} == set(STATES)


def test_the_rates_are_those_of_the_models():
    stated: dict[str, tuple[float, float]] = {}
    for path in SPECS.values():
        for operations in json.loads(spec(path).read_text("utf-8"))["paths"].values():
            for operation in operations.values():
                if isinstance(operation, dict) and operation.get("operationId") in RATES:
                    table = operation["description"].partition("| ---- | ---- |\n|")[2].split("|")
                    stated[operation["operationId"]] = (float(table[0]), float(table[1]))

    assert RATES == stated
