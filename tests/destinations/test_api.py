"""Handing work over by HTTP: what each answer means, and what is made of a lost one."""

from __future__ import annotations

import contextlib
import json
import socket
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.effects import CallBack, Receipt
from orderctl.destinations.api import ApiDestination
from tests.destinations.api_fake import KEYED, LOST, Warehouse
from tests.destinations.api_opened import kept, opened, sent, served
from tests.destinations.contract import DestinationContract, a_batch, a_shipment
from tests.partner import Reply, partner, saying

HTML = Reply(200, b"<html>Please log in</html>", {"content-type": "text/html"})


class TestTheContract(DestinationContract):
    """An API keeps what every destination promises."""

    @pytest.fixture(autouse=True)
    def _warehouse(self):
        with contextlib.ExitStack() as self.opened:
            yield

    def sender(self, base: Path) -> ApiDestination:  # noqa: ARG002
        return opened("https://api.example")

    def answering(self, base: Path, answers: int) -> ApiDestination:  # noqa: ARG002
        warehouse, server = self.opened.enter_context(served(Warehouse(page=400)))
        for number in range(answers):
            warehouse.says(f"WEB-{number}-1", "RECEIVED", at="2026-11-20T14:00:00Z")
        destination = opened(server.url, "confirm", poll={"updated": "", "overlap": "0 s"})  # nothing is told twice
        self.opened.callback(destination.close)
        return destination


def test_a_shipment_is_one_request_and_its_answer_brings_the_partners_id():
    with served() as (warehouse, server):
        receipt = sent(opened(server.url))

    assert Receipt("accepted", "o1") == receipt
    assert ["WEB-1042-1"] == warehouse.effects
    assert {
        "reference": "WEB-1042-1",
        "to": {"name": "Ana Diaz", "zip": "00123", "country": "USA"},
        "lines": [{"id": "1", "sku": "MUG", "qty": 2}],
    } == server.asked[0].value


def test_a_document_depends_on_its_shipment_alone():
    destination = opened("https://api.example")

    assert kept(destination) == destination.render(a_batch(7, date="2026-12-24", created_at="2026-12-24T00:00:00Z"))
    assert "east/WEB-1042-1" == kept(destination).name
    assert "https://api.example/orders" == kept(destination).to
    assert kept(destination).kept


def test_what_can_be_kept_follows_from_what_the_partner_can_do():
    def best(**changes: Any) -> tuple[str, int, int]:
        one = opened("https://api.example", **changes)
        return one.best_class, one.settle_s, one.key_life_s

    assert ("B", 300, 0) == best()
    assert ("C", 300, 0) == best(lookup={"path": ""})
    assert ("A", 300, 77_760) == best(create=KEYED)  # nine tenths of a day
    assert "A" == opened("https://api.example", create=KEYED, lookup={"path": ""}).best_class


ANSWERS = [
    (saying({"id": "o9"}, 200), "accepted", ""),
    (saying({"id": "o9"}, 202), "accepted", ""),
    (saying({}, 200), "uncertain", "gives no id"),
    (saying({"message": "no such SKU"}, 422), "refused", "no such SKU"),
    (saying({"error": {"message": "zip is missing"}}, 400), "refused", "zip is missing"),
    (saying({"errors": [{"message": "line 1: no stock"}]}, 200), "refused", "line 1: no stock"),
    (saying({"message": "who are you"}, 401), "retry", "credentials"),
    (saying({"message": "not yours"}, 403), "retry", "not yours"),
    (saying({}, 404), "retry", "404"),
    (saying({}, 413), "retry", "413"),
    (Reply(429, b"", {"retry-after": "9999"}), "retry", "asks for time"),
    (saying({}, 500), "uncertain", "500"),
    (Reply(502, b"<html>", {"content-type": "text/html"}), "uncertain", "502"),
    (HTML, "uncertain", "text/html"),
    (Reply(200, b""), "uncertain", ""),
    (Reply(200, b'{"id": "o9", "more": 12345}', how="cut"), "uncertain", "broke off"),
    (LOST, "uncertain", "broke off"),
    (Reply(302, b"", {"location": "https://elsewhere.example/"}), "uncertain", "elsewhere"),
]


@pytest.mark.parametrize(("reply", "outcome", "words"), ANSWERS)
def test_every_answer_is_understood(reply, outcome, words):
    with partner(reply) as server:
        receipt = sent(opened(server.url))

        assert (outcome, 1) == (receipt.outcome, len(server.asked))
        assert words in receipt.message
        assert receipt.stuck is (reply.status in {404, 413})
        assert "Ana" not in receipt.message


def test_nobody_there_is_surely_not_processed():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"

    assert "retry" == sent(opened(url)).outcome


def test_judgments_come_before_what_a_status_says():
    judge = [
        {"outcome": "retry", "path": "errors[*].code", "equals": ["30"]},
        {"outcome": "duplicate", "status": [422], "contains": "ALREADY"},
        {"outcome": "uncertain", "status": [200], "path": "state", "contains": "unclear"},
        {"outcome": "refused", "path": "errors[*]"},
    ]

    def outcome(reply: Reply) -> str:
        with partner(reply) as server:
            return sent(opened(server.url, create={"judge": judge}, lookup={"path": ""})).outcome

    assert "retry" == outcome(saying({"errors": [{"code": 30, "message": "not enough credits"}]}))
    assert "refused" == outcome(saying({"errors": [{"code": 7, "message": "no"}]}))
    assert "uncertain" == outcome(saying({"state": "unclear, ask again"}))
    assert "uncertain" == outcome(saying({"message": "it is already there"}, 422))  # nobody can ask what is there
    assert "refused" == outcome(saying({"message": "no such SKU"}, 422))
    assert "accepted" == outcome(saying({"errors": [], "id": "o1"}))


def test_the_key_goes_along_and_one_that_is_the_reference_needs_no_header():
    with served() as (_, server):
        sent(opened(server.url, create=KEYED, partner_class="A"), key="k42")
        sent(opened(server.url, create={**KEYED, "idempotency": "reference"}))

    assert ["k42", None] == [asked.headers.get("idempotency-key") for asked in server.asked]


@pytest.mark.parametrize(("partner_class", "asked", "outcome"), [("A", 2, "accepted"), ("C", 1, "uncertain")])
def test_only_a_location_declared_keyed_is_asked_again_at_once(partner_class, asked, outcome):
    """The configuration may say less than the way could keep; then a lost answer is not followed by another request."""
    with served(Warehouse(faults=[("after", LOST)])) as (warehouse, server):
        receipt = sent(opened(server.url, create=KEYED, partner_class=partner_class))

    assert (outcome, asked) == (receipt.outcome, len(server.asked))
    assert ["WEB-1042-1"] == warehouse.effects
    assert 1 == len({one.headers["idempotency-key"] for one in server.asked})


def test_what_the_answer_shows_of_the_shipment_is_an_answer_at_once():
    shown = {"id": "o1", "order": {"reference": "WEB-1042-1", "status": "RECEIVED"}}
    with partner(saying(shown)) as server:
        receipt = sent(opened(server.url, create={"says": "order"}))
        plain = sent(opened(server.url, create={"acknowledged": True}))

    assert [("acknowledged", "WEB-1042-1")] == [(one.kind, one.reference) for one in receipt.answers]
    assert [("acknowledged", "WEB-1042-1")] == [(one.kind, one.reference) for one in plain.answers]


def test_the_id_may_stand_in_a_header():
    with partner(Reply(201, b"", {"location": "https://api.example/orders/o77?x=1"})) as server:
        receipt = sent(opened(server.url, create={"id": "", "id_header": "Location", "judge": []}))

    assert Receipt("accepted", "o77") == receipt


def test_what_lacks_something_or_has_no_word_for_its_service_stays_behind():
    destination = opened(
        "https://api.example",
        create={"required": ["ship_to.phone", "lines.weight_g"]},
        services={"ups:ground": "UPS_GND", "dhl": "DHL", "none": "CHEAPEST"},
    )

    def objection(**changes: Any) -> str:
        return destination.objections([a_shipment(**changes)]).get("WEB-1042-1", "")

    assert "it states no ship_to.phone" == objection()
    assert "`services` has no word for 'fedex:ground'" == objection(carrier="fedex")
    ready = opened("https://api.example", services={"ups:ground": "UPS_GND", "dhl": "DHL", "none": "CHEAPEST"})
    assert {} == ready.objections([a_shipment()])

    def word(carrier: str, service: str) -> str:
        document = ready.render(a_batch(1, a_shipment(carrier=carrier, service=service)))
        return str(json.loads(json.loads(document.content)["body"])["service"])

    assert ["UPS_GND", "DHL", "CHEAPEST"] == [word("ups", "ground"), word("dhl", "express"), word("", "")]


def test_no_value_can_leave_its_place_in_a_request():
    """Names with quotes, braces and line ends stay data; a reference with slashes stays one part of the address."""
    nasty = 'A", "id": "x"}{{ 7*7 }}\n\u2028</to>&#'
    with served() as (_, server):
        sent(
            opened(server.url), ship_to={"name": nasty, "line1": "1", "country": "US", "postcode": "1"}, note="\r\nX: y"
        )

    assert nasty == server.asked[0].value["to"]["name"]
    destination = opened("https://api.example", cancel={"path": "/o/{id}", "headers": {"x-reason": "{reference}"}})
    wish = CallBack(*("key", "east", "A\r\nB: c", "../../admin?x=1#é", "1042", "why", "2026-11-20T15:00:00Z"))
    document = destination.render_call_back(wish)
    assert document is not None
    assert '"path": "/o/..%2F..%2Fadmin%3Fx%3D1%23%C3%A9"' in document.content.decode()
    assert '"x-reason": "A%0D%0AB: c"' in document.content.decode()


def test_trying_it_out_asks_and_changes_nothing():
    with served() as (warehouse, server):
        for role in ("send", "confirm", "stock_feed"):
            destination = opened(server.url, role)
            assert ["ok"] == [one.verdict for one in destination.probe()]
            destination.close()
    assert [] == warehouse.effects
    assert {"GET"} == {asked.method for asked in server.asked}

    with partner(Reply(401)) as server:
        destination = opened(server.url)
        (found,) = destination.probe()
        destination.close()
    assert ("fail", True) == (found.verdict, "credentials" in found.found)
    (nothing,) = opened("https://api.example", lookup={"path": ""}).probe()
    assert "warn" == nothing.verdict


def test_what_the_partner_is_told_has_the_requests_as_they_are_sent():
    chapters = opened("https://api.example", create=KEYED).guide()

    assert ["Work", "Answers to it", "Asking for a reference", "Stopping a shipment"] == [one.title for one in chapters]
    (work, answers, lookup, stop) = chapters
    assert work.samples[0].content.startswith(b"POST /orders\n")
    assert "`Idempotency-Key`: our key, remembered for 1 d" in answers.text
    assert b"GET /orders?reference=ORDERCTL-TEST-0" in lookup.samples[0].content
    assert b"POST /orders/ID/cancel" in stop.samples[0].content
    assert "RECEIVED" in opened("https://api.example", "confirm").guide()[0].text
