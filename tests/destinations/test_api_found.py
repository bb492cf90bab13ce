"""What a partner has under a reference, and what it can be asked to stop."""

from __future__ import annotations

import pytest

from orderctl.core.confirmations import Confirmation
from orderctl.core.effects import CallBack, Holding, InHand, Receipt
from tests.destinations.api_fake import LOST, Warehouse
from tests.destinations.api_opened import WISH, kept, opened, sent, served
from tests.partner import Reply, partner, saying

HTML = Reply(200, b"<html>Please log in</html>", {"content-type": "text/html"})


def test_what_it_has_already_is_compared_and_adopted_when_it_is_the_same():
    with served(Warehouse(unique=True)) as (warehouse, server):
        first = sent(opened(server.url))
        again = sent(opened(server.url))

    assert (Receipt("accepted", "o1"), Receipt("accepted", "o1")) == (first, again)
    assert ["WEB-1042-1"] == warehouse.effects


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lines": [{"sku": "MUG", "qty": 3}]}, "other contents: 3 x MUG"),
        ({"lines": [{"sku": "TEE", "qty": 2}]}, "other contents: 2 x TEE"),
        ({"lines": [{"sku": "MUG", "qty": "two"}]}, "no whole number"),
        ({"to": {"zip": "99999"}}, "another postcode"),
    ],
)
def test_what_it_has_with_other_contents_waits_for_a_person(change, words):
    """Sending the goods from elsewhere instead could send them twice."""
    with served(Warehouse(unique=True)) as (warehouse, server):
        sent(opened(server.url))
        warehouse.orders[0] |= change
        receipt = sent(opened(server.url))

    assert "uncertain" == receipt.outcome
    assert words in receipt.message


def test_lines_may_be_shown_joined_or_in_another_order():
    with served(Warehouse(unique=True)) as (warehouse, server):
        sent(opened(server.url))
        warehouse.orders[0] |= {
            "lines": [{"sku": "MUG", "qty": 1}, {"sku": "LAMP", "qty": 0}, {"sku": "MUG", "qty": "1.0"}]
        }
        warehouse.orders[0]["to"] = {"zip": "001 23"}

        assert "accepted" == sent(opened(server.url)).outcome


def test_after_a_lost_answer_it_is_asked_for_the_reference():
    with served(Warehouse(faults=[("after", LOST)])) as (_, server):
        destination = opened(server.url)
        document = kept(destination)
        assert "uncertain" == destination.deliver(document, "k").outcome
        assert Receipt("accepted", "o1") == destination.recover(document, "k")
        destination.close()


@pytest.mark.parametrize(
    ("reply", "outcome", "words"),
    [
        (saying({"orders": []}), "absent", ""),
        (Reply(404), "absent", ""),
        (Reply(410), "absent", ""),
        (saying({"orders": None}), "absent", ""),
        (saying({"error": "later"}), "uncertain", "where its items should be"),
        (saying({"orders": [{"reference": "WEB-9-1", "id": "o1"}]}), "uncertain", "shows other shipments"),
        (saying({"orders": [{"reference": "WEB-1042-10", "id": "o1"}]}), "absent", ""),
        (saying({"orders": [{"reference": "web-1042-1", "id": "o1"}]}), "accepted", ""),
        (saying({"orders": [{"id": "o1"}]}), "uncertain", "shows other shipments"),
        (
            saying({"orders": [{"reference": "WEB-1042-1", "id": "o1"}, {"reference": "WEB-1042-1", "id": "o2"}]}),
            "uncertain",
            "2 times: o1, o2",
        ),
        (HTML, "uncertain", "text/html"),
        (Reply(403), "uncertain", "403"),
        (Reply(400, b"{}"), "uncertain", "400"),
        (LOST, "uncertain", "broke off"),
    ],
)
def test_no_is_believed_only_where_it_is_surely_said(reply, outcome, words):
    """A list that does not look for the reference, or an error that looks like an empty list, is no `no`."""
    with partner(reply) as server:
        destination = opened(server.url)
        receipt = destination.recover(kept(destination), "k")
        destination.close()

    assert outcome == receipt.outcome
    assert words in receipt.message


def test_without_a_way_to_ask_a_lost_answer_stays_uncertain():
    destination = opened("https://api.example", lookup={"path": ""})

    assert "uncertain" == destination.recover(kept(destination), "k").outcome


def test_a_stop_is_asked_for_under_the_partners_own_id():
    with served() as (warehouse, server):
        sent(opened(server.url))
        destination = opened(server.url)
        document = destination.render_call_back(WISH)
        assert document is not None
        receipt = destination.deliver(document, "key")
        destination.close()

    stopped = Confirmation("cancelled", "WEB-1042-1", where="east answer to WEB-1042-1")
    assert Receipt("accepted", answers=(stopped,)) == receipt
    assert ["o1"] == warehouse.cancels


def test_without_its_own_id_or_without_a_request_for_it_a_person_has_to_ask():
    nameless = CallBack(*("key", "east", "WEB-1042-1", "", "1042", "cancelled", "2026-11-20T15:00:00Z"))

    assert None is opened("https://api.example").render_call_back(nameless)
    assert None is opened("https://api.example", cancel={"path": ""}).render_call_back(WISH)


@pytest.mark.parametrize(
    ("reply", "changes", "outcome", "answers"),
    [
        (saying({}), {}, "accepted", 1),
        (Reply(204, b""), {}, "accepted", 1),
        (saying({}), {"sure": False}, "accepted", 0),
        (saying({"message": "too late, it is packed"}, 409), {}, "refused", 0),
        (saying({"message": "no"}, 422), {}, "refused", 0),
        (saying({"ok": "no"}), {"judge": [{"outcome": "refused", "path": "ok", "equals": ["no"]}]}, "refused", 0),
        (Reply(401), {}, "retry", 0),
        (Reply(405), {}, "retry", 0),
    ],
)
def test_what_is_said_to_a_wish_to_stop(reply, changes, outcome, answers):
    with partner(reply) as server:
        destination = opened(server.url, cancel=changes, lookup={"path": ""})
        document = destination.render_call_back(WISH)
        assert document is not None
        receipt = destination.deliver(document, "key")
        destination.close()

    assert (outcome, answers) == (receipt.outcome, len(receipt.answers))
    assert receipt.message or outcome == "accepted"


def test_a_second_no_to_what_the_first_request_stopped_is_a_yes():
    """Its answer was lost; the partner says that there is nothing to stop any more, and shows that it is cancelled."""
    with served(Warehouse(cancel_faults=[("after", Reply(500))])) as (warehouse, server):
        sent(opened(server.url))
        destination = opened(server.url)
        document = destination.render_call_back(WISH)
        assert document is not None
        receipt = destination.deliver(document, "key")
        destination.close()

    assert ("accepted", "cancelled") == (receipt.outcome, receipt.answers[0].kind)
    assert ["o1", "o1"] == warehouse.cancels


def test_what_it_holds_can_be_asked_for_without_changing_anything():
    with served() as (warehouse, server):
        sent(opened(server.url))
        warehouse.orders[0]["status"] = "CANCELLED"
        destination = opened(server.url)
        have = [InHand("WEB-1042-1", "dispatched", "2026-11-20T15:00:00Z", "o1"), InHand("WEB-7-1", "dispatched", "")]
        found = list(destination.holdings(have))
        destination.close()

    assert [Holding("WEB-1042-1", "cancelled", "CANCELLED"), Holding("WEB-7-1", "absent")] == found
