"""Carriers: known by any of their names, followed on their pages, called by what each channel calls them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core import carriers
from orderctl.core.carriers import CARRIERS, Named, Names, canonical, named, title, tracking_url

SHARED = os.environ.get("ORDERCTL_SHARED", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("usps", Named("usps")),
        ("U.S. Postal Service", Named("usps")),
        ("UPS Ground", Named("ups", "Ground")),
        ("ups_ground", Named("ups", "ground")),
        ("UPS Mail Innovations", Named("ups_mi")),
        ("FedEx 2Day", Named("fedex", "2Day")),
        ("FedEx Ground", Named("fedex")),
        ("Deutsche Post DHL", Named("dhl_de")),
        ("DHL Paket", Named("dhl_de")),
        ("DHL Express Worldwide", Named("dhl_express")),
        ("ROYAL-MAIL Tracked 48", Named("royal_mail", "Tracked 48")),
        ("Canada Post Expedited Parcel", Named("canada_post", "Expedited Parcel")),
        ("UPS Freight", Named()),  # another company: words that are no service make another carrier
        ("Post", Named()),
        ("", Named()),
    ],
)
def test_a_name_says_carrier_and_service(text: str, expected: Named):
    assert expected == named(text)


def test_carriers_of_the_configuration_are_known_as_they_are_called_there():
    assert Named("Our Van", "next day") == named("our-van next day", ["Our Van"])
    assert Named() == named("our-van")


@given(st.sampled_from(CARRIERS), st.sampled_from(["-", "_", " ", ""]), st.booleans())
def test_every_carrier_is_known_by_its_id_and_its_name_however_they_are_written(carrier, between, loud):
    for name in (carrier.id, carrier.name, *carrier.also):
        written = name.replace("_", between).replace(" ", between)
        assert carrier.id == canonical(written.upper() if loud else written)


@given(st.text())
def test_any_text_can_be_asked_about(text):
    assert isinstance(named(text, ["acme"]), Named)


def test_a_parcel_is_followed_on_its_carriers_page_or_the_one_that_is_configured():
    assert "https://www.ups.com/track?tracknum=1Z%209" == tracking_url("UPS", "1Z 9", {})
    assert "https://me.example/1Z" == tracking_url("ups", "1Z", {"ups": "https://me.example/{n}"})
    assert "https://van.example/7" == tracking_url("our van", "7", {"our van": "https://van.example/{n}"})
    assert "" == tracking_url("our van", "7", {})
    assert "" == tracking_url("ups", "", {})


def test_a_channel_calls_a_carrier_by_its_own_word_else_by_a_known_name_else_by_the_group():
    names = Names(["UPS", "DHL", "Canada Post"], {"usps": "US Post"})

    assert "UPS" == names.of("ups", {})
    assert "US Post" == names.of("USPS", {})
    assert "Canada Post" == names.of("canada_post", {})
    assert "DHL" == names.of("dhl_express", {})
    assert "" == names.of("evri", {})
    assert "Mine" == names.of("ups", {"United Parcel Service": "Mine"})
    assert "FLYT" == names.of("our van", {"our van": "FLYT"})


def test_people_read_the_name_and_not_the_id():
    assert "DPD UK" == title("dpd_uk")
    assert "Our Van" == title("Our Van")


def test_names_and_ids_mean_one_carrier_each():
    ours = [carriers.plain(name) for one in CARRIERS for name in {one.id, carriers.plain(one.name), *one.also}]
    told = {name: canonical(name) for name in ours}

    assert all(told[carriers.plain(one.id)] == told[carriers.plain(one.name)] == one.id for one in CARRIERS)
    assert all(one.family in {"", *carriers.BY_ID} for one in CARRIERS)
    assert all("{n}" in one.url and one.url.startswith("https://") for one in CARRIERS if one.url)


def test_the_marketplaces_carriers_are_ours():
    if not SHARED:
        pytest.skip("ORDERCTL_SHARED is not set: the folder with the marketplaces' carriers")
    rows = json.loads(Path(SHARED, "channels/carriers/carrier_map.json").read_text())

    assert [] == [row["id"] for row in rows if row["id"] not in carriers.BY_ID and row["id"] != "other"]
