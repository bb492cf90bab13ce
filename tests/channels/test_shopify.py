from __future__ import annotations

import contextlib
import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from orderctl.channels.shopify import Shopify
from orderctl.core.effects import TrackingLine
from orderctl.core.secrets import Secret
from orderctl.wire.opening import Opening
from tests.channels import http_contract
from tests.channels.contract import ChannelContract
from tests.channels.http_contract import HttpChannelContract, a_package, opening
from tests.channels.shopify_fake import TOKEN, Store, line_of
from tests.channels.shopify_orders import ORDER
from tests.partner import Reply, partner


def opened(url: str, opening: Opening, **settings: Any) -> Shopify:
    """The channel of a store at `url`; whoever has no client id has a token."""
    way = {} if "client_id" in settings else {"token": "env:TOKEN"}
    context = {"resolve": lambda reference: Secret(reference, TOKEN), "base": opening.base}
    made = {"shop": "mugs", "base_url": url, "since": None, **way, **settings}
    return Shopify("web", Shopify.Settings.model_validate(made, context=context), opening)


class TestShopify(ChannelContract):
    @pytest.fixture(autouse=True)
    def _stores(self):
        with contextlib.ExitStack() as self.running:
            yield

    def channel(self, base: Path, orders: int = 0) -> Shopify:
        store = Store(orders)
        store.most = 2000
        served = self.running.enter_context(partner(answer=store.answer))
        channel = opened(served.url, opening(base), page_size=250, bulk="never")
        self.running.callback(channel.close)
        return channel


class TestShopifyOverHttp(HttpChannelContract):
    def shop(self, orders: int) -> Store:
        return Store(orders)

    def open(self, url: str, opening: Opening) -> Shopify:
        return opened(url, opening, page_size=5)

    def package(self):
        return a_package("1", f"{ORDER}1", TrackingLine(line_of(1), "MUG", 2))

    def writes_tracking(self, asked):
        return b"fulfillmentCreate" in asked.content

    def writes_correction(self, asked):
        return b"fulfillmentTrackingInfoUpdate" in asked.content


def test_an_app_gets_a_token_of_a_day_and_another_when_that_is_refused(tmp_path):
    store = Store(1)
    refused = [Reply(401, b'{"errors": "[API] Invalid API key or access token"}')]

    def answer(asked):
        return refused.pop() if refused and "token" not in asked.path else store.answer(asked)

    with partner(answer=answer) as served:
        channel = opened(served.url, opening(tmp_path), client_id="app-1", client_secret="env:SECRET")
        assert [f"{ORDER}1"] == http_contract.read(channel, {})
        channel.close()

        tokens = [asked for asked in served.asked if asked.path == "/admin/oauth/access_token"]
        assert 2 == len(tokens)
        assert b"grant_type=client_credentials&client_id=app-1&client_secret=" in tokens[0].content


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"shop": "mugs.myshopify.com"}, "shop"),
        ({"token": None}, "either `token`, or `client_id`"),
        ({"client_id": "app-1"}, "either `token`, or `client_id`"),
        ({"version": "2026-11"}, "version"),
        ({"page_size": 251}, "page_size"),
        ({"tracking_urls": {"acme": "https://acme.example/"}}, "without {number}"),
        ({"sources": {"7": "web"}}, "sources"),
        ({"base_url": "http://mugs.example"}, "not an https address"),
        ({"tokn": "env:TOKEN"}, "tokn"),
    ],
)
def test_wrong_settings_are_refused(settings, complaint):
    made = {"shop": "mugs", "token": "env:TOKEN", **settings}
    with pytest.raises(ValidationError, match=re.escape(complaint)):
        Shopify.Settings.model_validate(made, context={"resolve": lambda reference: Secret(reference, TOKEN)})


def probed(base: Path, store: Store, **settings: Any) -> dict[str, tuple[str, str, str]]:
    with partner(answer=store.answer) as served:
        channel = opened(served.url, opening(base), **settings)
        found = {one.what: (one.verdict, one.found, one.next) for one in channel.probe()}
        channel.close()
    return found


def test_a_probe_of_a_store_in_order_finds_nothing_to_do(tmp_path):
    found = probed(tmp_path, Store(3))

    assert {"ok"} == {verdict for verdict, _, _ in found.values()}
    assert "Made-up Mugs, in USD" == found["credentials"][1]
    assert "stock is told at Main" == found["location"][1]


def test_a_probe_names_the_scopes_that_are_missing_and_the_locations_there_are(tmp_path):
    store = Store(1)
    store.scopes = ["read_orders"]
    store.policies = ["CONTINUE", "DENY"]
    store.locations.append(
        {"id": "gid://shopify/Location/102", "name": "Shop", "isActive": True, "shipsInventory": True}
    )
    found = probed(tmp_path, store)

    assert "fail" == found["scopes"][0]
    assert "write_merchant_managed_fulfillment_orders" in found["scopes"][1]
    assert ("warn", "orders of the last 60 days are seen") == found["horizon"][:2]
    assert ("warn", "1 of 2 variants looked at go on selling at 0") == found["oversell"][:2]
    assert "fail" == found["location"][0]
    assert "Main (101), Shop (102)" in found["location"][1]
    assert ("ok", "stock is told at Shop", "") == probed(tmp_path, store, location="102")["location"]
    assert "fail" == probed(tmp_path, store, location="109")["location"][0]


def test_another_version_than_the_one_asked_for_is_a_warning(tmp_path):
    store = Store(1)

    def answer(asked):
        reply = store.answer(asked)
        return replace(reply, headers={**reply.headers, "x-shopify-api-version": "2027-01"})

    with partner(answer=answer) as served:
        channel = opened(served.url, opening(tmp_path))
        (found,) = [one for one in channel.probe() if one.what == "version"]
        channel.close()

    assert ("warn", 'write version = "2027-01", after a look at what changed') == (found.verdict, found.next)


@pytest.mark.parametrize(
    ("carrier", "company"),
    [
        *(("ups", "UPS"), ("dhl_express", "DHL Express"), ("amazon_logistics", "Amazon Logistics US")),
        *(
            ("acme", "Acme Freight"),
            ("pigeon", "pigeon"),
            ("hermes_de", "Hermes Germany"),
            ("Bob's Bikes", "Bob's Bikes"),
        ),
    ],
)
def test_a_carrier_is_told_by_the_name_that_shopify_knows(tmp_path, carrier, company):
    urls = {"pigeon": "https://pigeon.example/{number}"}
    channel = opened("http://127.0.0.1:9", opening(tmp_path), carriers={"acme": "Acme Freight"}, tracking_urls=urls)
    package = a_package("1", f"{ORDER}1", TrackingLine(line_of(1), "MUG", 2), carrier)
    package = replace(package, url="https://follow.example/1")
    (told,) = json.loads(channel.render_tracking(1, [package]).content)["tracking"]
    known = dict.fromkeys(("UPS", "DHL Express", "Amazon Logistics US"), "")
    pages = known | {"pigeon": "https://pigeon.example/1Z999AA10123456784"}

    assert company == told["company"]
    assert pages.get(company, "https://follow.example/1") == told["url"]


def test_nothing_is_opened_before_it_is_needed(tmp_path):
    channel = opened("http://127.0.0.1:9", opening(tmp_path))
    channel.render_stock(1, [])
    channel.close()

    assert channel._opened is None


def test_the_example_on_its_page_is_a_configuration():
    page = (Path(__file__).parents[2] / "docs" / "channels" / "shopify.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```toml\n(\[channel.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (table,) = tomllib.loads(example)["channel"].values()
    own = {
        name: value
        for name, value in table.items()
        if name not in {"type", "live_from", "push", "location_map", "stock"}
    }
    made = Shopify.Settings.model_validate(own, context={"resolve": lambda reference: Secret(reference, TOKEN)})

    assert ("shopify", "made-up-mugs") == (table["type"], made.shop)
