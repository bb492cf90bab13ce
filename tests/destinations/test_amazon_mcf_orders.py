"""Fulfillment orders as they are made: names, addresses, speeds, SKUs, and what Amazon cannot be handed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from orderctl.core.effects import BatchLine
from orderctl.core.errors import ConfigError
from orderctl.destinations.amazon_mcf import AmazonMcf
from tests.destinations.amazon_mcf_opened import opened
from tests.destinations.contract import a_batch, a_shipment

AT = "https://sellingpartnerapi-na.amazon.com"
ADDRESS = a_shipment().ship_to


def body(destination: AmazonMcf, *lines: BatchLine, **changes: Any) -> Any:
    document = destination.render(a_batch(1, a_shipment(*lines, **changes)))
    return json.loads(document.content)["body"]


def test_the_speed_follows_the_service_from_the_most_exact_word_on():
    words = {"default": "Standard", "ups": "Expedited", "ups:next_day": "Priority", "expedited": "Expedited"}

    def speed(carrier: str, service: str) -> str:
        return str(body(opened(AT, speed=words), carrier=carrier, service=service)["shippingSpeedCategory"])

    assert "Priority" == speed("ups", "next_day")
    assert "Expedited" == speed("ups", "ground")
    assert "Expedited" == speed("dhl", "expedited")
    assert "Standard" == speed("dhl", "parcel")
    assert "Standard" == speed("", "")


def test_an_address_gets_amazons_form():
    def place(**changes: str) -> dict[str, str]:
        found: dict[str, str] = body(opened(AT), ship_to={**ADDRESS, **changes})["destinationAddress"]
        return found

    assert ("2 Flat", "ACME Ltd") == tuple(
        place(line2="2  Flat", company="ACME Ltd")[f"addressLine{n}"] for n in (2, 3)
    )
    assert "Yard, ACME" == place(line2="Flat", line3="Yard", company="ACME")["addressLine3"]
    assert "addressLine2" not in place(company="Ana Diaz")
    japan = place(country="JP", city="Shibuya-ku", line1="1-2-3 Jingumae")
    assert ("Shibuya-ku", "1-2-3 Jingumae", False) == (japan["addressLine1"], japan["addressLine2"], "city" in japan)


def test_papers_show_what_latin_1_has_and_the_gift_message_comes_first():
    one = body(opened(AT), order_number="#10  42 ✓", gift_message="Für Dich!\n\nAna 🎁", options={"pack_note": "x"})

    assert ("#10 42", "Für Dich! Ana x") == (one["displayableOrderId"], one["displayableOrderComment"])
    assert "WEB-1042-1" == body(opened(AT), order_number="注文")["displayableOrderId"]
    assert 40 == len(body(opened(AT), order_number="9" * 60)["displayableOrderId"])
    assert 750 == len(body(opened(AT), gift_message="a" * 900)["displayableOrderComment"])


def test_features_and_mails_are_asked_for_only_where_they_are_wanted():
    def features(**keys: Any) -> list[str]:
        options = keys.pop("options", {})
        found = body(opened(AT, **keys), options=options).get("featureConstraints", [])
        return [one["featureName"] for one in found]

    assert [] == features()
    assert ["BLOCK_AMZL"] == features(block_amzl=["we*", "ebay"])
    assert [] == features(block_amzl=["ebay"])
    assert ["PACKING_SLIP", "SIGNATURE_CONFIRMATION"] == features(packing_slip=True, options={"signature": "direct"})
    assert "notificationEmails" not in body(opened(AT))
    assert ["ana@example.com"] == body(opened(AT, notify=True))["notificationEmails"]
    assert "codSettings" not in body(opened(AT))


def test_items_keep_the_lines_name_and_stay_apart():
    lines = [BatchLine("a", "CUP", "", 2), BatchLine("a", "SAUCER", "", 2), BatchLine("", "CARD", "", 1)]
    lines += [BatchLine("g" * 60, "LAMP", "", 1), BatchLine("b~1", "TEE", "", 1)]

    assert ["a", "a~2", "~3", "~4", "~5"] == [
        item["sellerFulfillmentOrderItemId"] for item in body(opened(AT), *lines)["items"]
    ]


def test_what_amazon_cannot_be_handed_is_said_beforehand():
    def objection(destination: AmazonMcf, *lines: BatchLine, **changes: Any) -> str:
        return destination.objections([a_shipment(*lines, **changes)]).get("WEB-1042-1", "")

    usual = opened(AT)
    assert "" == objection(usual)
    assert "`speed` has no word for 'ups:ground'" == objection(opened(AT, speed={"dhl": "Priority"}))
    assert "it states no ship_to.city" == objection(usual, ship_to={**ADDRESS, "city": " "})
    assert "" == objection(usual, ship_to={**ADDRESS, "city": "", "country": "JP"})
    assert "it states no ship_to.line1" == objection(usual, ship_to={**ADDRESS, "line1": ""})
    assert "MUG is mapped to no seller SKU" == objection(opened(AT, only_mapped=True, skus={"TEE": "T-1"}))
    assert "50 characters" in objection(usual, BatchLine("1", "M" * 51, "", 1))
    assert "250 units" in objection(usual, BatchLine("1", "MUG", "", 251))
    assert "100 lines" in objection(usual, *[BatchLine(str(n), "MUG", "", 1) for n in range(101)])
    assert "adult" in objection(usual, options={"signature": "adult"})


def test_skus_are_mapped_by_the_settings_and_by_a_file(tmp_path):
    (tmp_path / "amazon.csv").write_text("sku,seller_sku\nMUG,FBA-MUG\nTEE,FBA-TEE\n", encoding="utf-8")
    destination = opened(AT, base=tmp_path, sku_map="amazon.csv", skus={"TEE": "TEE-2"})
    lines = [BatchLine(sku, sku, "", 1) for sku in ("MUG", "TEE", "LAMP")]

    assert ["FBA-MUG", "TEE-2", "LAMP"] == [item["sellerSku"] for item in body(destination, *lines)["items"]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("sku,theirs\nA,B\n", "no column"),
        ("sku,seller_sku\nA,B\nA,C\n", "line 3: A stands there twice"),
        ("sku,seller_sku\nA,\n", "line 2: a cell is empty"),
        ("sku,seller_sku\nA,X\nB,X\n", "A and B are both X at Amazon"),
        (None, "cannot be read"),
    ],
)
def test_a_map_of_skus_that_is_wrong_is_told(tmp_path, content, words):
    if content is not None:
        (tmp_path / "amazon.csv").write_text(content, encoding="utf-8")

    with pytest.raises(ConfigError, match=words):
        opened(AT, base=tmp_path, sku_map="amazon.csv")


def test_an_account_is_a_channels_or_stated():
    with pytest.raises(ValidationError, match="needs `channel`"):
        opened(AT, client_id=None)
    with pytest.raises(ValidationError, match="either the channel's, or stated"):
        opened(AT, channel="amazon")
    with pytest.raises(ConfigError, match="there is no channel 'amazon'"):
        opened(AT, channel="amazon", client_id=None, client_secret=None, refresh_token=None)
