"""Handing work to Multi-Channel Fulfillment: what each answer means, and what is made of a lost one."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.confirmations import Confirmation
from orderctl.core.effects import BatchLine, CallBack, Holding, InHand, Receipt
from orderctl.core.errors import RemoteError
from orderctl.destinations.amazon_mcf import AmazonMcf
from orderctl.wire.budgets import Budgets
from tests.destinations.amazon_mcf_fake import LOST, NOW, Mcf, refusing, taken
from tests.destinations.amazon_mcf_opened import opened, served
from tests.destinations.contract import SendingContract, a_batch, a_shipment
from tests.partner import Reply, partner, saying

AT = "https://sellingpartnerapi-na.amazon.com"
WISH = CallBack("key", "mcf", "WEB-1042-1", "WEB-1042-1", "1042", "the customer cancelled", NOW)
ADDRESS = a_shipment().ship_to
HTML = Reply(200, b"<html>Please log in</html>", {"content-type": "text/html"})


class TestTheContract(SendingContract):
    """Amazon keeps what every destination promises that work is handed to."""

    def sender(self, base: Path) -> AmazonMcf:
        return opened(AT, base=base)


def sent(destination: AmazonMcf, **changes: Any) -> Receipt:
    receipt = destination.deliver(destination.render(a_batch(1, a_shipment(**changes))), "k1")
    destination.close()
    return receipt


def test_a_shipment_is_one_fulfillment_order_under_our_reference():
    with served() as (amazon, server):
        receipt = sent(opened(server.url, blank_box=True))

        assert ("accepted", "WEB-1042-1") == (receipt.outcome, receipt.reference)
        assert ["WEB-1042-1"] == amazon.effects
        assert [
            {
                "marketplaceId": "ATVPDKIKX0DER",
                "sellerFulfillmentOrderId": "WEB-1042-1",
                "displayableOrderId": "1042",
                "displayableOrderDate": "2026-11-20T10:00:00Z",
                "displayableOrderComment": "Thank you for your order.",
                "shippingSpeedCategory": "Standard",
                "fulfillmentAction": "Ship",
                "fulfillmentPolicy": "FillOrKill",
                "destinationAddress": {
                    "name": "Ana Diaz",
                    "addressLine1": "1 Main St",
                    "city": "New York",
                    "postalCode": "00123",
                    "countryCode": "US",
                },
                "featureConstraints": [{"featureName": "BLANK_BOX", "featureFulfillmentPolicy": "Required"}],
                "items": [{"sellerSku": "MUG", "sellerFulfillmentOrderItemId": "1", "quantity": 2}],
            }
        ] == list(taken(server.asked))


def test_the_document_depends_on_its_shipment_alone_and_holds_no_secret():
    destination = opened(AT)
    document = destination.render(a_batch())

    assert document == destination.render(a_batch(7, date="2026-12-24", created_at="2026-12-24T00:00:00Z"))
    assert ("mcf/WEB-1042-1", True, AT) == (document.name, document.kept, document.to)
    assert b"made-up" not in document.content
    assert ("A", 300) == (destination.best_class, destination.settle_s)


def test_the_cost_is_told_for_every_speed_that_is_in_use():
    with served() as (_, server):
        receipt = sent(opened(server.url, speed={"default": "Standard", "next_day": "Priority"}))
        alone = sent(opened(server.url, preview=False), reference="WEB-7-1")

    assert "Standard costs about 7.32 USD, there by 2026-11-25 (Priority 15.00 USD)" == receipt.message
    assert Receipt("accepted", "WEB-7-1") == alone


def test_what_cannot_be_shipped_is_refused_in_amazons_words_before_it_is_tried():
    with served(Mcf(unfulfillable={"MUG": ["ItemIsHazmat"]})) as (amazon, server):
        receipt = sent(opened(server.url))

    assert "refused" == receipt.outcome
    assert "Amazon cannot ship it at Standard: InventoryUnavailable; 2 x MUG (ItemIsHazmat)" == receipt.message
    assert ([], []) == (amazon.effects, amazon.asked("create"))


def test_a_preview_that_fails_hands_nothing_over():
    for reply in (Reply(500), LOST, HTML, refusing(403, "no"), Reply(429, b"", {"retry-after": "9999"})):
        with served(Mcf(faults=[("preview", "before", reply)] * 5)) as (amazon, server):
            assert "retry" == sent(opened(server.url)).outcome
            assert [] == amazon.effects


def test_an_order_that_amazon_took_is_not_refused_because_its_stock_is_gone():
    """The first answer was lost; asked once more, the preview finds nothing left: the order has it."""
    amazon = Mcf(stock={"MUG": 2})
    with served(amazon) as (_, server):
        destination = opened(server.url)
        document = destination.render(a_batch())
        destination.deliver(document, "k1")

        assert "accepted" == destination.deliver(document, "k1").outcome
        destination.close()
    assert ["WEB-1042-1"] == amazon.effects


ANSWERS = [
    (saying({}), "accepted", ""),
    (refusing(400, "The SKU does not exist."), "refused", "The SKU does not exist."),
    (refusing(422, "no"), "refused", "no"),
    (refusing(401, "who are you"), "retry", "who are you"),
    (refusing(403, "not yours"), "retry", "not yours"),
    (refusing(404, "no such operation"), "retry", "no such operation"),
    (refusing(413, "too large"), "retry", "too large"),
    (Reply(429, b"", {"retry-after": "9999"}), "retry", "asks for time"),
]


@pytest.mark.parametrize(("reply", "outcome", "words"), ANSWERS)
def test_every_answer_is_understood(reply, outcome, words):
    with served(Mcf(faults=[("create", "before", reply)] * 2)) as (amazon, server):
        receipt = sent(opened(server.url, preview=False))

    assert outcome == receipt.outcome
    assert words in receipt.message
    assert receipt.stuck is (reply.status in {404, 413})
    assert "Ana" not in receipt.message
    assert [] == amazon.effects


LOST_ANSWERS = [
    LOST,
    Reply(500),
    Reply(503),
    HTML,
    Reply(200, b""),
    Reply(200, b'{"more": 12345}', how="cut"),
    saying({"errors": [{"code": "InternalFailure", "message": "something"}]}),
]


@pytest.mark.parametrize("reply", LOST_ANSWERS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_after_a_lost_answer_the_same_goes_once_more_and_there_is_one_effect(reply, when):
    with served(Mcf(faults=[("create", when, reply)])) as (amazon, server):
        assert "accepted" == sent(opened(server.url)).outcome

    assert (["WEB-1042-1"], ["WEB-1042-1"] * 2) == (amazon.effects, amazon.asked("create"))


@pytest.mark.parametrize("second", [LOST, Reply(500), Reply(429, b"", {"retry-after": "9999"})])
def test_two_lost_answers_stay_uncertain_until_it_is_asked_for(second):
    with served(Mcf(faults=[("create", "after", LOST), ("create", "before", second)])) as (amazon, server):
        destination = opened(server.url)
        document = destination.render(a_batch())
        first = destination.deliver(document, "k1")
        found = destination.recover(document, "k1")
        destination.close()

    assert ("uncertain", "accepted") == (first.outcome, found.outcome)
    assert ["WEB-1042-1"] == amazon.effects


def test_a_no_to_the_second_request_is_none_to_the_first():
    """Amazon took the order, shows it late, and refuses the repeated id in words that nobody knows."""
    amazon = Mcf(
        hidden=True, faults=[("create", "after", LOST), ("create", "before", refusing(400, "computer says no"))]
    )
    with served(amazon) as (_, server):
        destination = opened(server.url)
        document = destination.render(a_batch())

        assert "uncertain" == destination.deliver(document, "k1").outcome
        assert "absent" == destination.recover(document, "k1").outcome
        assert "uncertain" == destination.deliver(document, "k1").outcome
        amazon.hidden = False
        assert "accepted" == destination.deliver(document, "k1").outcome
        destination.close()
    assert ["WEB-1042-1"] == amazon.effects


def test_a_lower_class_asks_instead_of_sending_again():
    with served(Mcf(faults=[("create", "after", LOST)])) as (amazon, server):
        destination = opened(server.url, partner_class="B")
        document = destination.render(a_batch())

        assert "uncertain" == destination.deliver(document, "k1").outcome
        assert Receipt("accepted", "WEB-1042-1") == destination.recover(document, "k1")
        destination.close()
    assert ["WEB-1042-1"] == amazon.asked("create")


DIFFERENT = [
    ({"lines": (BatchLine("1", "MUG", "", 3),)}, "other contents: 2 x MUG"),
    ({"lines": (BatchLine("1", "TEE", "", 2),)}, "other contents: 2 x MUG"),
    ({"ship_to": {**ADDRESS, "postcode": "99999"}}, "another postalCode"),
    ({"ship_to": {**ADDRESS, "line1": "2 Main St"}}, "another addressLine1"),
    ({"ship_to": {**ADDRESS, "name": "Bo"}}, "another name"),
]


@pytest.mark.parametrize(("changes", "words"), DIFFERENT)
def test_an_id_that_is_taken_with_something_else_waits_for_a_person(changes, words):
    with served() as (amazon, server):
        sent(opened(server.url))
        receipt = sent(opened(server.url), **changes)

    assert "uncertain" == receipt.outcome
    assert words in receipt.message
    assert ["WEB-1042-1"] == amazon.effects


def test_an_id_that_is_taken_with_the_same_is_adopted_however_amazon_writes_it():
    with served() as (amazon, server):
        sent(opened(server.url))
        place = amazon.orders["WEB-1042-1"]["destinationAddress"]
        place |= {"name": "ANA DIAZ", "addressLine1": "1 MAIN ST.", "postalCode": "00123-4567"}
        place.pop("city")
        assert "accepted" == sent(opened(server.url)).outcome
        amazon.orders["WEB-1042-1"].pop("destinationAddress")
        assert "accepted" == sent(opened(server.url)).outcome

    assert ["WEB-1042-1"] == amazon.effects


def test_what_is_read_back_and_cannot_be_read_is_uncertain():
    with served() as (amazon, server):
        sent(opened(server.url))
        amazon.orders["WEB-1042-1"]["items"][0]["quantity"] = True

        assert "uncertain" == sent(opened(server.url)).outcome


def test_nobody_there_is_surely_not_processed():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"

    assert "retry" == sent(opened(url, preview=False)).outcome


def test_asking_for_what_is_not_there_says_absent_and_a_failure_says_nothing():
    with served() as (amazon, server):
        destination = opened(server.url)
        document = destination.render(a_batch())
        assert "absent" == destination.recover(document, "k1").outcome
        amazon.faults = [("get", "before", refusing(400, "Requested order WEB-1042-1 not found"))]
        assert "absent" == destination.recover(document, "k1").outcome
        amazon.faults = [("get", "before", Reply(500))] * 5
        assert "uncertain" == destination.recover(document, "k1").outcome
        assert "uncertain" == destination.recover(replace(document, content=b""), "k1").outcome
        destination.close()


def test_an_order_is_stopped_while_that_is_possible():
    with served() as (amazon, server):
        destination = opened(server.url)
        destination.deliver(destination.render(a_batch()), "k1")
        stop = destination.render_call_back(WISH)
        receipt = destination.deliver(stop, "k2")
        again = destination.deliver(stop, "k2")
        destination.close()

    said = Confirmation("cancelled", "WEB-1042-1", where="mcf answer to WEB-1042-1")
    assert [Receipt("accepted", answers=(said,))] * 2 == [receipt, again]
    assert "CANCELLED" == amazon.orders["WEB-1042-1"]["status"]


def test_a_wish_that_comes_too_late_is_refused_in_amazons_words():
    with served() as (amazon, server):
        destination = opened(server.url)
        destination.deliver(destination.render(a_batch()), "k1")
        amazon.says("WEB-1042-1", "PROCESSING")
        receipt = destination.deliver(destination.render_call_back(WISH), "k2")
        destination.close()

    assert "refused" == receipt.outcome
    assert receipt.message.startswith("too late, it is PROCESSING there: ")
    assert "The order can no longer be cancelled." in receipt.message


def test_what_amazon_has_is_told_for_reconciling():
    statuses = ["NEW", "RECEIVED", "PROCESSING", "COMPLETE", "COMPLETE_PARTIALLED", "UNFULFILLABLE", "Invalid"]
    have = [InHand(f"WEB-{n}-1", "dispatched", NOW) for n in range(len(statuses) + 1)]
    with served() as (amazon, server):
        for n, status in enumerate(statuses):
            sent(opened(server.url), reference=f"WEB-{n}-1")
            amazon.says(f"WEB-{n}-1", status)
        destination = opened(server.url)
        found = list(destination.holdings(have))
        amazon.faults = [("get", "before", Reply(500))] * 5
        with pytest.raises(RemoteError):
            list(destination.holdings(have))
        destination.close()

    states = ["dispatched", "acknowledged", "acknowledged", "shipped", "shipped", "rejected", "rejected"]
    expected = [Holding(f"WEB-{n}-1", state, statuses[n]) for n, state in enumerate(states)]
    assert [*expected, Holding("WEB-7-1", "absent")] == found


def test_an_empty_budget_is_left_to_the_next_pass_and_kept():
    budgets = Budgets(1_795_186_800.0)
    with served(Mcf(rate="0.001")) as (amazon, server):
        destination = opened(server.url, budgets=budgets, preview=False)
        outcomes = [
            destination.deliver(destination.render(a_batch(1, a_shipment(reference=f"WEB-{n}-1"))), "k").outcome
            for n in range(32)
        ]
        destination.close()

    assert ["accepted"] * 30 + ["retry"] * 2 == outcomes
    assert 30 == len(amazon.effects)
    assert 1 > json.loads(budgets.to_text())["createFulfillmentOrder"][0]


def test_a_429_empties_the_budget():
    with served(Mcf(faults=[("create", "before", Reply(429, b"", {"retry-after": "9999"}))])) as (amazon, server):
        destination = opened(server.url, preview=False, seconds=5.0)
        outcomes = [destination.deliver(destination.render(a_batch()), "k").outcome for _ in range(2)]
        destination.close()

    assert ["retry", "accepted"] == outcomes
    assert 2 == len(amazon.asked("create"))


@pytest.mark.parametrize("role", ["send", "confirm", "stock_feed"])
def test_trying_out_says_who_we_are_and_what_may_be_read(role):
    with served(Mcf(stock={"MUG": 1})) as (amazon, server):
        destination = opened(server.url, role)
        well = destination.probe()
        amazon.faults = [(name, "before", refusing(403, "no role")) for name in ("list", "inventory") * 2]
        denied = destination.probe()
        destination.close()
        assert [] == amazon.effects

    assert ["ok", "ok", "ok"] == [probe.verdict for probe in well]
    assert ("fail", True) == (denied[-1].verdict, "Amazon Fulfillment" in denied[-1].next)


def test_a_grant_that_has_ended_says_what_to_do():
    with partner(saying({"error": "invalid_grant", "error_description": "expired"}, 400)) as server:
        destination = opened(server.url)
        (probe,) = destination.probe()
        assert "retry" == destination.deliver(destination.render(a_batch()), "k").outcome
        destination.close()

    assert ("fail", True) == (probe.verdict, "authorize" in probe.next)


def test_the_guide_shows_an_order_as_it_is_sent():
    chapters = {role: opened(AT, role).guide() for role in ("send", "confirm", "stock_feed")}

    setup, work = chapters["send"]
    assert "Amazon Fulfillment" in setup.text
    assert {"sellerFulfillmentOrderId", "items"} <= json.loads(work.samples[0].content).keys()
    assert all(chapter.text for role in chapters for chapter in chapters[role])
