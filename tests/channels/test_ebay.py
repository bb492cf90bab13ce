from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from orderctl.channels.ebay import Ebay
from orderctl.core import times
from orderctl.core.adapters import Channel
from orderctl.core.effects import Document, Receipt, StockLevel, Tracking, TrackingLine
from orderctl.core.errors import RemoteDenied, RemoteError
from orderctl.core.secrets import Secret
from orderctl.wire.budgets import Budgets
from orderctl.wire.opening import Opening
from tests.channels.contract import ChannelContract
from tests.channels.ebay_fake import LINE, EbayShop, a_request, money
from tests.channels.http_contract import HttpChannelContract, a_package, ids, opening, read
from tests.partner import Asked, Partner, Reply, partner, saying


def opened(url: str, opening: Opening, **stated: Any) -> Ebay:
    settings: dict[str, Any] = {
        "client_id": Secret("env:ID", "app-1"),
        "client_secret": Secret("env:CERT", "cert-1"),
        "refresh_token": Secret("env:REFRESH", "v^1.1#i^1#refresh"),
        "base_url": url,
        "disputes_url": url,
    }
    return Ebay("web", Ebay.Settings.model_validate(settings | stated), opening)


class TestEbay(ChannelContract):
    @pytest.fixture(autouse=True)
    def _shop(self):
        self.shop = EbayShop()
        self.opened: list[Channel] = []
        with partner(answer=self.answer) as self.served:
            yield
            for channel in self.opened:
                channel.close()

    def answer(self, asked: Asked) -> Reply:
        return self.shop.answer(asked)

    def channel(self, base: Path, orders: int = 0) -> Channel:
        self.shop = EbayShop(orders)
        self.opened.append(opened(self.served.url, opening(base)))
        return self.opened[-1]


class TestEbayOverHttp(HttpChannelContract):
    page = 200
    can_correct = False

    def shop(self, orders: int) -> EbayShop:
        return EbayShop(orders)

    def open(self, url: str, opening: Opening) -> Channel:
        return opened(url, opening)

    def package(self) -> Tracking:
        return a_package("1", "1", TrackingLine(LINE, "MUG", 2))

    def writes_tracking(self, asked: Asked) -> bool:
        return asked.method == "POST" and asked.path.endswith("/shipping_fulfillment")


@contextlib.contextmanager
def selling(tmp_path: Path, shop: EbayShop, now: str = "2026-11-20T12:00:00Z", **stated: Any) -> Iterator[Selling]:
    """A channel that asks `shop`, and everything it asked."""
    with partner(answer=shop.answer) as served:
        channel = opened(served.url, replace(opening(tmp_path), now=now), **stated)
        try:
            yield Selling(channel, served, shop)
        finally:
            channel.close()


@dataclass
class Selling:
    channel: Ebay
    served: Partner
    shop: EbayShop

    def windows(self) -> list[tuple[str, str, int]]:
        """From, to and offset of every page that was asked for."""
        found = []
        for asked in self.served.asked:
            query = parse_qs(urlsplit(asked.path).query)
            if "filter" in query:
                first, _, last = query["filter"][0].partition("[")[2].rstrip("]").partition("..")
                found.append((first, last, int(query["offset"][0])))
        return found

    def posted(self, end: str) -> list[Any]:
        return [one.value for one in self.served.asked if one.method == "POST" and one.path.endswith(end)]

    def told(self, document: Document) -> Receipt:
        return self.channel.deliver(document, "key-1")


def at(shop: EbayShop, number: str, moment: str) -> None:
    """The order changed at `moment`."""
    shop.orders[number]["lastModifiedDate"] = moment.removesuffix("Z") + ".000Z"


def test_windows_follow_one_another_and_end_before_the_delay(tmp_path):
    with selling(tmp_path, EbayShop(3), since=date(2026, 11, 17)) as one:
        pages = list(one.channel.fetch({}))

        assert [
            ("2026-11-17T00:00:00.000Z", "2026-11-17T23:59:59.999Z", 0),
            ("2026-11-18T00:00:00.000Z", "2026-11-19T23:59:59.999Z", 0),
            ("2026-11-20T00:00:00.000Z", "2026-11-20T11:57:59.999Z", 0),
        ] == one.windows()
    ends = ["2026-11-18T00:00:00Z", "2026-11-20T00:00:00Z", "2026-11-20T00:00:00Z"]
    assert [("orders", end, True) for end in ends] == [(page.stream, page.position, page.closes) for page in pages]


def test_the_position_is_the_newest_change_and_the_next_pull_begins_before_it(tmp_path):
    shop = EbayShop(3)
    at(shop, "2", "2026-11-20T10:00:00Z")
    with selling(tmp_path, shop, overlap="15 min") as one:
        assert "2026-11-20T10:00:00Z" == list(one.channel.fetch({}))[-1].position
        one.served.asked.clear()
        list(one.channel.fetch({"orders": "2026-11-20T10:00:00Z"}))
        assert [("2026-11-20T09:45:00.000Z", "2026-11-20T11:57:59.999Z", 0)] == one.windows()


def test_the_position_stays_until_a_window_is_read_to_its_end(tmp_path):
    with selling(tmp_path, EbayShop(450), since=date(2026, 11, 19)) as one:
        pages = list(one.channel.fetch({}))

    assert [("2026-11-19T00:00:00Z", False), ("2026-11-19T00:00:00Z", False), ("2026-11-20T00:00:00Z", True)] == [
        (page.position, page.closes) for page in pages[:3]
    ]


@pytest.mark.parametrize("moved", ["7", "430"])
def test_an_order_that_changes_between_two_pages_hides_no_other(tmp_path, moved):
    """It leaves the window, all behind it move up, and the first of the next page would never be read."""

    def change(shop: EbayShop) -> None:
        if shop.pages == 1:
            at(shop, moved, "2026-11-20T11:59:00Z")

    shop = EbayShop(450)
    shop.changes = change
    with selling(tmp_path, shop, since=date(2026, 11, 19)) as one:
        first = set(read(one.channel, {}))

    with selling(tmp_path, shop, now="2026-11-20T13:00:00Z") as one:
        later = set(read(one.channel, {"orders": "2026-11-20T11:00:00Z"}))

    assert {str(n) for n in range(1, 451)} - {moved} <= first
    assert moved in later


def test_a_pass_that_is_cut_off_after_a_window_was_cut_leaves_nothing_out(tmp_path):
    """The first page held orders of the window's second half, which its first half says nothing of."""

    def change(shop: EbayShop) -> None:
        if shop.pages == 1:
            at(shop, "7", "2026-11-20T11:59:00Z")

    shop = EbayShop(450)
    for number in shop.orders:  # listed by creation: the first page holds the latest changes
        at(shop, number, times.later("2026-11-19T23:00:00Z", -120 * int(number)))
    shop.changes = change
    with selling(tmp_path, shop, since=date(2026, 11, 19)) as one:
        seen: set[str] = set()
        for page in one.channel.fetch({}):
            seen |= ids(one.channel, page.payloads)
            if page.closes:
                break
        assert "2026-11-19T12:00:00Z" == page.position
        seen |= set(read(one.channel, {"orders": page.position}))

    assert set(shop.orders) - {"7"} <= seen


def test_a_shop_that_never_stands_still_is_an_error_and_no_end(tmp_path):
    def change(shop: EbayShop) -> None:
        number = str(shop.pages)
        if number in shop.orders:
            at(shop, number, "2026-11-20T11:59:00Z")

    shop = EbayShop(900)
    for number in shop.orders:
        at(shop, number, "2026-11-19T00:00:10Z")
    shop.changes = change
    with selling(tmp_path, shop, since=date(2026, 11, 19)) as one, pytest.raises(RemoteError, match="faster than"):
        list(one.channel.fetch({}))


def test_a_window_of_very_many_orders_is_cut_before_it_is_paged(tmp_path):
    with selling(tmp_path, EbayShop(2001), since=date(2026, 11, 19)) as one:
        found = read(one.channel, {})
        assert [86_400, 43_200, 21_600, 10_800, 5_400, 2_700] == [
            times.seconds_between(first[:19] + "Z", last[:19] + "Z") + 1 for first, last, _ in one.windows()[:6]
        ]

    assert 2001 == len(found)


@pytest.mark.parametrize(
    "answer", [{"total": 3}, {"orders": [], "total": "3"}, {"orders": {}, "total": 0}, [], {"errors": [{"errorId": 1}]}]
)
def test_an_answer_that_is_no_page_is_never_the_end(tmp_path, answer):
    shop = EbayShop(3)
    with partner(answer=lambda asked: shop.answer(asked) if "token" in asked.path else saying(answer)) as served:
        channel = opened(served.url, opening(tmp_path))
        with pytest.raises(RemoteError, match="where a list was asked for"):
            list(channel.fetch({}))
        channel.close()


def test_a_first_pull_goes_back_as_far_as_ebay_lists(tmp_path):
    with selling(tmp_path, EbayShop(), since=date(2020, 1, 1)) as one:
        list(one.channel.fetch({}))
        assert "2024-11-21T12:00:00.000Z" == one.windows()[0][0]
        assert len(one.windows()) < 40


def test_a_clock_that_is_a_day_off_asks_by_ebays_own(tmp_path):
    shop = EbayShop(3)

    def answer(asked: Asked) -> Reply:
        reply = shop.answer(asked)
        return replace(reply, headers={**reply.headers, "date": "Fri, 20 Nov 2026 12:00:00 GMT"})

    with partner(answer=answer) as served:
        ahead = replace(opening(tmp_path), now="2026-11-21T12:00:00Z", budgets=Budgets(1_795_176_000.0 + 86_400))
        channel = opened(served.url, ahead)
        found = read(channel, {})
        (clock,) = [probe for probe in channel.probe() if probe.what == "clock"]
        channel.close()
        windows = Selling(channel, served, shop).windows()

    assert 3 == len(found)
    assert "2026-11-20T11:57:59.999Z" == windows[-1][1]
    assert "warn" == clock.verdict


def test_an_order_with_a_cancellation_is_asked_for_alone(tmp_path):
    shop = EbayShop(3)
    shop.orders["2"]["cancelStatus"] = a_request()
    with selling(tmp_path, shop, since=date(2026, 11, 19)) as one:
        payloads = {payload.where: payload for page in one.channel.fetch({}) for payload in page.payloads}
        alone = [asked.path for asked in one.served.asked if "/order/" in asked.path]
        order = one.channel.to_order(payloads["web order 2"])

    assert ["/sell/fulfillment/v1/order/2?fieldGroups=TAX_BREAKDOWN"] == alone
    assert ["order", "more"] == list(json.loads(payloads["web order 2"].raw))
    assert (True, "ORDER_PLACED_BY_MISTAKE") == (order.cancel_requested, order.attributes["cancel_reason"])
    assert "orderId" in json.loads(payloads["web order 1"].raw)


def test_disputes_reach_their_orders_also_those_long_unchanged(tmp_path):
    shop = EbayShop(4)
    at(shop, "4", "2026-01-01T00:00:00Z")
    states = {"1": "ACTION_NEEDED", "2": "CLOSED", "4": "OPEN", "99": "OPEN"}
    shop.disputes = [
        {"paymentDisputeId": number, "orderId": number, "paymentDisputeStatus": state}
        for number, state in states.items()
    ]
    shop.resolutions = {"2": {"recoupAmount": money("30.0")}}
    with selling(tmp_path, shop, disputes=True) as one:
        pages = list(one.channel.fetch({}))
        found = [one.channel.to_order(payload) for page in pages for payload in page.payloads]

    assert {"1": "open", "2": "lost", "3": "none", "4": "open"} == {x.channel_order_id: x.dispute for x in found}
    assert "disputes" == pages[-1].stream


def test_a_refresh_token_that_ended_says_what_to_do(tmp_path):
    with selling(tmp_path, EbayShop(3), refresh_token=Secret("env:OLD", "v^1.1#ended")) as one:
        with pytest.raises(RemoteDenied, match="invalid_grant") as caught:
            list(one.channel.fetch({}))
        assert "consent" in caught.value.next
        assert "ended" not in str(caught.value)
        assert "retry" == one.told(one.channel.render_stock(1, [StockLevel("MUG", 1)])).outcome


def test_the_refresh_token_is_sent_as_a_form_and_the_scopes_in_full(tmp_path):
    with selling(tmp_path, EbayShop()) as one:
        list(one.channel.fetch({}))
        form = parse_qs(one.served.asked[0].content.decode())

    assert {
        "grant_type": ["refresh_token"],
        "refresh_token": ["v^1.1#i^1#refresh"],
        "scope": [
            "https://api.ebay.com/oauth/api_scope/sell.fulfillment https://api.ebay.com/oauth/api_scope/sell.inventory"
        ],
    } == form


def test_disputes_ask_for_their_own_scope(tmp_path):
    with selling(tmp_path, EbayShop(), disputes=True, scopes=("sell.fulfillment",)) as one:
        list(one.channel.fetch({}))
        (scopes,) = parse_qs(one.served.asked[0].content.decode())["scope"]

    assert ["sell.fulfillment", "sell.payment.dispute"] == [scope.rpartition("/")[2] for scope in scopes.split()]


def test_a_probe_tries_what_is_configured(tmp_path):
    with selling(tmp_path, EbayShop(3)) as one:
        assert ["credentials", "orders", "stock", "clock"] == [probe.what for probe in one.channel.probe()]
    with selling(tmp_path, EbayShop(3), disputes=True, scopes=("sell.fulfillment",)) as one:
        assert ["credentials", "orders", "disputes", "clock"] == [probe.what for probe in one.channel.probe()]


@pytest.mark.parametrize(
    "stated",
    [{"marketplace": "US"}, {"base_url": "http://shop.example"}, {"since": "soon"}, {"overlap": 900}, {"x": 1}],
)
def test_settings_that_cannot_be_meant_are_refused(tmp_path, stated):
    with pytest.raises(ValidationError):
        opened("https://api.ebay.com", opening(tmp_path), **stated)
