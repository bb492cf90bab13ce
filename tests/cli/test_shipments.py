"""What a person says of shipments, through the installed command."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.shop import Said, Shop, a_row


def shipments(shop: Shop) -> dict[str, str]:
    return {row["reference"]: row["state"] for row in shop.orderctl("shipments", "list", "--json").json}


def confirm(shop: Shop, *arguments: str) -> Said:
    return shop.orderctl("shipments", "confirm", *arguments, "--json")


def test_shipments_are_listed_newest_first_by_state_and_location(a_day_later: Shop):
    assert ["WEB-2-1", "WEB-1-1"] == list(shipments(a_day_later))
    assert [] == a_day_later.orderctl("shipments", "list", "--state", "shipped", "--location", "east", "--json").json
    assert "did you mean 'shipped'?" in a_day_later.orderctl("shipments", "list", "--state", "shiped").err
    assert 2 == a_day_later.orderctl("shipments", "list", "--location", "north").code


def test_a_shipment_is_confirmed_in_two_packages(a_day_later: Shop):
    first = confirm(a_day_later, "web-2-1", "--line", "1=1", "--tracking", "9400", "--carrier", "usps")
    second = confirm(a_day_later, "WEB-2-1", "--tracking", "9401", "--carrier", "usps")
    shown = a_day_later.orderctl("shipments", "show", "WEB-2-1", "--json").json
    page = a_day_later.orderctl("shipments", "show", "WEB-2-1").out

    assert (0, "partly_shipped") == (first.code, first.json["items"][0]["state"])
    assert (0, "shipped") == (second.code, second.json["items"][0]["shipments"][0]["state"])
    assert [("9400", 1), ("9401", 1)] == [
        (one["tracking_number"], one["lines"][0]["quantity"]) for one in shown["packages"]
    ]
    assert page.startswith("WEB-2-1  shipped\n")
    assert "usps     9400" in page


def test_a_shipment_that_a_location_rejects_is_routed_elsewhere(a_day_later: Shop):
    a_day_later.orderctl("stock", "adjust", "MUG", "west", "5", "--reason", "found")

    said = confirm(a_day_later, "WEB-1-1", "--rejected", "--reason", "broken")
    a_day_later.orderctl("run")

    assert (0, "rejected") == (said.code, said.json["items"][0]["shipments"][0]["state"])
    assert {"WEB-1-1": "rejected", "WEB-1-2": "dispatched", "WEB-2-1": "dispatched"} == dict(
        sorted(shipments(a_day_later).items())
    )


def test_units_that_a_location_does_not_have_are_news_to_a_person(a_day_later: Shop):
    said = confirm(a_day_later, "WEB-2-1", "--line", "1=1", "--short")

    assert (3, ["short_shipment"]) == (said.code, [one["code"] for one in said.json["problems"]])


def test_a_parcel_is_followed_on_its_page_until_it_has_arrived(a_day_later: Shop):
    page = "https://tools.usps.com/go/TrackConfirmAction?tLabels=9400"
    confirm(a_day_later, "WEB-2-1", "--line", "1=1", "--tracking", "9400", "--carrier", "U.S. Postal Service")
    confirm(a_day_later, "WEB-2-1", "--tracking", "9401", "--carrier", "usps")
    first = confirm(a_day_later, "WEB-2-1", "--delivered", "--tracking", "9400")
    one = a_day_later.orderctl("shipments", "show", "WEB-2-1", "--json").json
    second = confirm(a_day_later, "WEB-2-1", "--delivered")
    again = confirm(a_day_later, "WEB-2-1", "--delivered")

    assert [("usps", page, "delivered"), ("usps", page.replace("9400", "9401"), "shipped")] == [
        (package["carrier"], package["url"], package["status"]) for package in one["packages"]
    ]
    assert [(0, "shipped"), (0, "delivered"), (0, "delivered")] == [
        (said.code, said.json["items"][0]["shipments"][0]["state"]) for said in (first, second, again)
    ]
    assert page in a_day_later.orderctl("shipments", "show", "WEB-2-1").out
    shown = a_day_later.orderctl("orders", "show", "WEB-2").out
    assert "9400 (delivered)" in shown
    assert page in shown


def test_a_location_acknowledges_by_phone(a_day_later: Shop):
    assert "WEB-1-1  acknowledged\n" in a_day_later.orderctl("shipments", "confirm", "WEB-1-1", "--acknowledged").out


#: Dispatch, killed between the hand-over and its receipt.
KILLED = """
import os
from orderctl.cli import app
from orderctl.core import failpoints

def reached(name):
    if name == "dispatch.delivered":
        os._exit(9)

failpoints.reached = reached
app.run(["dispatch"])
"""


def an_uncertain_hand_over(shop: Shop) -> None:
    """A hand-over that was killed, to a location that is not configured when the next pass looks what became of it."""
    configured = (shop.folder / "channels.toml").read_text(encoding="utf-8")
    shop.receive(a_row("4"), file="web4")
    shop.orderctl("run", "--skip", "dispatch")
    subprocess.run([sys.executable, "-c", KILLED], cwd=shop.folder, check=False)
    shop.write("channels.toml", configured.replace("[location.east]", "[location.north]"))
    shop.write("rules.toml", 'version = 1\n[[location]]\nname = "all"\nthen.ship_from = ["west"]\n')
    assert 3 == shop.orderctl("run", "--only", "collect").code
    shop.write("channels.toml", configured)


@pytest.mark.parametrize(("option", "state"), [("--sent", "dispatched"), ("--not-sent", "planned")])
def test_an_uncertain_batch_is_resolved_by_what_the_location_says(a_day_later: Shop, option: str, state: str):
    an_uncertain_hand_over(a_day_later)
    (waiting,) = [
        one for one in a_day_later.orderctl("exceptions", "list", "--json").json if one["code"] == "uncertain"
    ]
    answers = a_day_later.orderctl("exceptions", "show", str(waiting["id"]), "--json").json["answers"]

    unsaid = a_day_later.orderctl("shipments", "resolve", "WEB-4-1")
    said = a_day_later.orderctl("shipments", "resolve", "east batch 2", option, "--json")
    again = a_day_later.orderctl("shipments", "resolve", "WEB-4-1", option)

    assert f"orderctl shipments resolve 'east batch 2' {option}" in [one["command"] for one in answers]
    assert (2, 0, 2) == (unsaid.code, said.code, again.code)
    assert ["WEB-4-1"] == said.json["items"][0]["shipments"]
    assert state == shipments(a_day_later)["WEB-4-1"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["WEB-9-1"], "there is no shipment 'WEB-9-1'"),
        (["WEB-1-1", "--line", "7=1"], "the shipment has no line '7'"),
        (["WEB-1-1", "--rejected", "--short"], "--short and --rejected contradict each other"),
        (["WEB-1-1", "--cancelled", "--line", "1=1"], "--cancelled is about the whole shipment"),
        (["WEB-1-1", "--rejected", "--tracking", "9400"], "--rejected has no package"),
        (["WEB-1-1", "--delivered", "--line", "1=1"], "--delivered is about the whole shipment"),
    ],
)
def test_what_cannot_be_confirmed_is_said(a_day_later: Shop, arguments: list[str], said: str):
    answer = a_day_later.orderctl("shipments", "confirm", *arguments)

    assert (2, "") == (answer.code, answer.out)
    assert said in answer.err
