"""What a person does with an order, through the installed command."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from tests.cli.shop import Said, Shop, a_row, a_shop


@pytest.fixture(scope="module")
def routed(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = a_shop(tmp_path_factory.mktemp("shop"))
    two = [{"id": "1", "sku": "MUG", "quantity": 2, "unit_price": "10.00", "weight_g": 300}]
    shop.receive(a_row("1"), a_row("2", lines=two, total="20.00"), a_row("3", payment="pending"))
    assert 0 == shop.orderctl("run", "--skip", "dispatch").code
    return shop


@pytest.fixture
def shop(routed: Shop, tmp_path: Path) -> Shop:
    """A shop whose orders 1 (a mug) and 2 (two mugs) are routed to the east, and order 3 waits for its payment."""
    return routed.copy(tmp_path)


def standing(said: Said) -> dict[str, object]:
    (item,) = said.json["items"]
    return {"state": item["state"], "holds": item["holds"]}


def events(shop: Shop, order: str) -> list[tuple[str, str, str]]:
    history = shop.orderctl("orders", "show", order, "--json").json["history"]
    return [(event["actor"], event["kind"], event["detail"]) for event in history]


def test_what_a_person_holds_waits_until_it_is_released(shop: Shop):
    held = shop.orderctl("orders", "hold", "1", "--reason", "vip", "--note", "ask Ana", "--json")
    (handed_over,) = shop.orderctl("dispatch", "--json").json["items"]
    released = shop.orderctl("orders", "release", "web/1", "--json")

    assert (0, {"state": "held", "holds": ["vip"]}) == (held.code, standing(held))
    assert ["WEB-2-1"] == handed_over["shipments"]
    assert (0, {"state": "routed", "holds": []}) == (released.code, standing(released))
    assert (getpass.getuser(), "hold", "vip") in events(shop, "1")
    assert 2 == shop.orderctl("orders", "release", "1", "--hold", "vip").code


def test_a_person_is_told_how_the_order_stands_now(shop: Shop):
    assert [
        "done     held",
        "WEB-1    held",
        "held by  vip",
        "WEB-1-1  planned at east",
    ] == shop.orderctl("orders", "hold", "1", "--reason", "vip").out.splitlines()  # fmt: skip


def test_a_rules_hold_that_a_person_releases_does_not_come_back(shop: Shop):
    shop.orderctl("orders", "release", "3", "--hold", "payment", "--reason", "paid in cash")
    shop.orderctl("run")

    assert "dispatched" == shop.orderctl("orders", "show", "3", "--json").json["state"]


def test_some_units_of_an_order_can_be_cancelled(shop: Shop):
    said = shop.orderctl("orders", "cancel", "2", "--line", "1=1", "--reason", "changed her mind", "--json")
    (line,) = shop.orderctl("orders", "show", "2", "--json").json["lines"]

    assert (1, 2) == (line["counters"]["cancelled"], line["counters"]["ordered"])
    assert (3, ["cancel_not_pushed"]) == (said.code, [one["code"] for one in said.json["problems"]])
    assert said.json["problems"][0]["next"] == "orderctl exceptions show 1"


def test_a_whole_order_can_be_cancelled(shop: Shop):
    assert "cancelled" == standing(shop.orderctl("orders", "cancel", "1", "--reason", "by phone", "--json"))["state"]
    assert [5, 2] == [shop.orderctl("stock", "show", "MUG", "--json").json[0][name] for name in ("on_hand", "reserved")]


def test_a_person_routes_an_order_against_the_rules_and_takes_it_back(shop: Shop):
    assert 0 == shop.orderctl("stock", "adjust", "MUG", "west", "3", "--reason", "found").code
    routed = shop.orderctl("orders", "route", "1", "--from", "west", "--reason", "nearer", "--json")
    again = shop.orderctl("orders", "reroute", "1", "--json")

    assert ["cancelled", "planned"] == [one["state"] for one in routed.json["items"][0]["shipments"]]
    assert "west" == routed.json["items"][0]["shipments"][1]["location"]
    assert "east" == again.json["items"][0]["shipments"][2]["location"]


def test_a_location_that_does_not_exist_is_asked_about(shop: Shop):
    said = shop.orderctl("orders", "route", "1", "--from", "wset", "--reason", "nearer")

    assert 2 == said.code
    assert "did you mean 'west'?" in said.err


def test_an_edit_is_laid_over_what_the_channel_states(shop: Shop):
    changed = shop.orderctl("orders", "edit", "1", "ship_to.city=Boston", "ship_to.region=MA", "--reason", "moved")
    order = shop.orderctl("orders", "show", "1", "--json").json

    assert 0 == changed.code
    assert ("Boston", "MA", "10001") == tuple(order["ship_to"][name] for name in ("city", "region", "postcode"))


def test_a_note_stands_in_the_history_with_who_wrote_it(shop: Shop):
    shop.orderctl("orders", "note", "1", "called, wants it\x1b[2J on Monday")

    assert (getpass.getuser(), "note", "called, wants it\x1b[2J on Monday") in events(shop, "1")
    assert "\x1b" not in shop.orderctl("orders", "show", "1").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cancel", "1", "--line", "MUG", "--reason", "x"], "--line MUG is not ID=QTY"),
        (["cancel", "1", "--line", "1=0", "--reason", "x"], "is not ID=QTY"),
        (["cancel", "1", "--line", "1=1", "--line", "1=1", "--reason", "x"], "said twice"),
        (["cancel", "1", "--line", "1=9", "--reason", "x"], "line '1' has 1 units, not 9"),
        (["cancel", "1"], "Missing option '--reason'"),
        (["edit", "1", "ship_to.cty=Boston", "--reason", "x"], "did you mean 'ship_to.city'?"),
        (["edit", "1", "Boston", "--reason", "x"], "Boston is not FIELD=VALUE"),
        (["release", "1", "--hold", "fraud"], "the order has no hold 'fraud'"),
        (["hold", "99", "--reason", "x"], "there is no order '99'"),
        (["list", "--channel", "wbe"], "did you mean 'web'?"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is(shop: Shop, arguments: list[str], said: str):
    before = shop.files()
    answer = shop.orderctl("orders", *arguments)

    assert (2, "") == (answer.code, answer.out)
    assert said in answer.err
    assert before["orderctl.db"] == shop.files()["orderctl.db"]


def test_orders_that_cannot_leave_in_time_can_be_listed_alone(shop: Shop):
    shop.receive(a_row("1", ship_by="2026-01-02T00:00:00Z"), a_row("2"), file="late")
    assert 3 == shop.orderctl("run").code

    assert ["1"] == [one["number"] for one in shop.orderctl("orders", "list", "--at-risk", "--json").json]
    assert "sla_at_risk" in shop.orderctl("exceptions", "list").out


def test_the_account_of_an_order_says_what_it_brought_in(shop: Shop):
    shown = shop.orderctl("orders", "money", "2")

    assert 0 == shown.code
    assert ["together  20.00 USD"] == shown.out.splitlines()[-1:]
    assert [("revenue", "20.00", "order")] == [
        (one["type"], one["amount"], one["source"])
        for one in shop.orderctl("orders", "money", "2", "--json").json["entries"]
    ]
    assert 2 == shop.orderctl("orders", "money", "77").code
