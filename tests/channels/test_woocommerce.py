from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from orderctl.channels.woocommerce import WooCommerce
from orderctl.config.load import load
from orderctl.core.effects import TrackingLine
from orderctl.core.errors import RemoteDenied, RemoteError, RemoteRefused
from orderctl.core.secrets import Secret
from orderctl.steps.adapters import Adapters
from orderctl.wire.budgets import Budgets
from orderctl.wire.opening import Opening
from tests.channels.contract import ChannelContract
from tests.channels.http_contract import NEW_NUMBER, HttpChannelContract, a_package, ids, opening, read
from tests.channels.woocommerce_shop import (
    KEY,
    SECRET,
    WooShop,
    a_product,
    a_woo_line,
    a_woo_order,
    listed,
    moment,
    refusal,
)
from tests.partner import Asked, Partner, Reply, partner, saying


def woo(url: str, opening: Opening, **settings: Any) -> WooCommerce:
    known = {
        "base_url": url,
        "consumer_key": Secret("env:WOO_KEY", KEY),
        "consumer_secret": Secret("env:WOO_SECRET", SECRET),
    }
    return WooCommerce("web", WooCommerce.Settings.model_validate(known | settings), opening)


@contextlib.contextmanager
def running(shop: WooShop, base: Path, **settings: Any) -> Iterator[tuple[WooCommerce, Partner]]:
    with partner(answer=shop.answer) as served:
        channel = woo(served.url, opening(base), **settings)
        try:
            yield channel, served
        finally:
            channel.close()


def a_shop(orders: int, **shop: Any) -> WooShop:
    return WooShop([a_woo_order(number, number) for number in range(1, orders + 1)], **shop)


class TestWooCommerceIsAChannel(ChannelContract):
    @pytest.fixture(autouse=True)
    def _stack(self):
        with contextlib.ExitStack() as self.stack:
            yield

    def channel(self, base: Path, orders: int = 0) -> WooCommerce:
        channel, _ = self.stack.enter_context(running(a_shop(orders), base))
        return channel


class TestWooCommerceOverHttp(HttpChannelContract):
    page = 20
    features: tuple[str, ...] = ("fulfillments",)

    def shop(self, orders: int) -> WooShop:
        return a_shop(orders, features=self.features)

    def open(self, url: str, opening: Opening) -> WooCommerce:
        return woo(url, opening, page_size=self.page)

    def package(self):
        return a_package("1", "1", TrackingLine("11", "MUG", 2))

    def writes_tracking(self, asked: Asked) -> bool:
        return asked.method == "POST" and (
            "/fulfillments" in asked.path or asked.path.endswith(("-trackings", "notes"))
        )

    def writes_correction(self, asked: Asked) -> bool:
        return self.writes_tracking(asked) or (asked.method == "PUT" and "/fulfillments/" in asked.path)


class TestWithTheShipmentTrackingExtension(TestWooCommerceOverHttp):
    features = ("shipment-tracking",)


class TestWithNothingButNotes(TestWooCommerceOverHttp):
    features = ()

    def numbers(self, shop: WooShop) -> list[str]:
        """What the last note of all says: notes cannot be taken back."""
        known = (self.package().tracking_number, NEW_NUMBER)
        return [number for number in known if number in shop.notes[-1].partition(" (instead of ")[0]]


def asked_for(served: Partner, route: str) -> list[dict[str, list[str]]]:
    """The queries of the requests whose path ends in `route`."""
    found = [urlsplit(asked.path) for asked in served.asked]
    return [parse_qs(parts.query) for parts in found if parts.path.endswith(route)]


def test_every_question_says_that_its_times_are_utc(tmp_path):
    with running(a_shop(3), tmp_path) as (channel, served):
        read(channel, {})

    for query in asked_for(served, "/orders"):
        assert ["true"] == query["dates_are_gmt"]
        assert "Z" not in query["modified_after"][0]


def test_the_next_walk_begins_an_overlap_before_the_last_change(tmp_path):
    with running(a_shop(3), tmp_path) as (channel, served):
        positions = {page.stream: page.position for page in channel.fetch({})}
        del served.asked[:]
        read(channel, positions)

    assert "2026-11-20T08:00:03Z" == positions["orders"]
    assert ["2026-11-20T07:58:02"] == asked_for(served, "/orders")[0]["modified_after"]


def test_a_quiet_shop_never_moves_the_position_back(tmp_path):
    with running(WooShop(), tmp_path) as (channel, _):
        positions = {"orders": "2026-11-20T08:00:03Z", "trash": "2026-11-19T00:00:00Z"}

        assert positions == {page.stream: page.position for page in channel.fetch(dict(positions))}


def test_a_first_import_of_an_empty_shop_keeps_where_it_began(tmp_path):
    with running(WooShop(), tmp_path) as (channel, _):
        positions = {page.stream: page.position for page in channel.fetch({})}

    assert "2026-10-21T12:00:00Z" == positions["orders"]


def test_orders_that_change_while_pages_are_read_push_none_out(tmp_path):
    shop = a_shop(60)
    moved = iter(range(1, 40))
    with running(shop, tmp_path, page_size=10) as (channel, _):
        shop.before_list = lambda: shop.change(next(moved, 60), customer_note="changed")

        assert {str(number) for number in range(1, 61)} == set(read(channel, {}))


def test_an_order_that_changed_while_it_was_read_pushes_none_out(tmp_path):
    shop = a_shop(30)
    shop.orders[10]["date_modified_gmt"] = moment(10)
    answer = shop.as_it_is

    def late(asked: Asked) -> Reply:
        reply = answer(asked)
        return (
            reply
            if b'"id": 11' in reply.body
            else Reply(reply.status, reply.body.replace(b"08:00:10", b"09:00:00"), reply.headers)
        )

    shop.says = late
    with running(shop, tmp_path, page_size=10, trash=False) as (channel, _):
        assert {str(number) for number in range(1, 31)} == set(read(channel, {}))


def test_a_site_that_is_too_slow_for_a_page_is_asked_for_fewer_orders_for_a_day(tmp_path):
    """502 and time-outs over a hundred orders at once, which most cheap hosts know."""
    shop = a_shop(45)

    def slow(asked: Asked) -> Reply:
        return Reply(502) if "/orders?" in asked.path and "per_page=100" in asked.path else shop.as_it_is(asked)

    shop.says, at = slow, opening(tmp_path)
    with partner(answer=shop.answer) as served:
        channel = woo(served.url, at)
        assert {str(number) for number in range(1, 46)} == set(read(channel, {}))
        channel.close()
        del served.asked[:]
        tomorrow = Budgets(1_795_176_000.0 + 80_000, at.budgets.to_text())
        channel = woo(served.url, replace(at, budgets=tomorrow))
        read(channel, {})
        channel.close()

    assert {"20"} == {query["per_page"][0] for query in asked_for(served, "/orders")}


def test_a_site_that_fails_over_few_orders_too_is_an_error(tmp_path):
    shop = a_shop(3)
    shop.says = lambda asked: Reply(502)  # noqa: ARG005
    with running(shop, tmp_path) as (channel, _), pytest.raises(RemoteError, match="status 502"):
        read(channel, {})


def test_more_than_a_page_of_one_second_is_read_whole_while_it_changes(tmp_path):
    shop = WooShop([a_woo_order(number, 5) for number in range(1, 48)] + [a_woo_order(99, 9)])
    moved = iter([3, 1, 2, 11, 12, 13])
    with running(shop, tmp_path, page_size=10, trash=False) as (channel, _):
        shop.before_list = lambda: shop.change(next(moved, 99), customer_note="changed")
        positions: dict[str, str] = {}
        found: set[str] = set()
        for page in channel.fetch({}):
            assert page.position < "2026-11-20T08:00:06Z" or len(found) >= 40
            found |= ids(channel, page.payloads)
            positions[page.stream] = page.position

    assert {*map(str, range(1, 48)), "99"} == found


def test_a_site_that_ignores_the_bound_is_refused_and_nothing_is_moved(tmp_path):
    shop = a_shop(3)
    shop.orders[1]["date_modified_gmt"] = "2020-01-01T00:00:00"
    shop.says = lambda _asked: listed([*shop.orders.values()], {})
    with running(shop, tmp_path) as (channel, _), pytest.raises(RemoteError, match=r"WooCommerce 5\.8"):
        read(channel, {})


def test_a_list_without_its_header_ends_with_an_empty_page(tmp_path):
    shop = a_shop(25)
    answer = shop.as_it_is

    def bare(asked: Asked) -> Reply:
        reply = answer(asked)
        return Reply(reply.status, reply.body, {"content-type": "application/json"})

    shop.says = bare
    with running(shop, tmp_path, page_size=10) as (channel, _):
        assert 25 == len(read(channel, {}))


def test_an_object_instead_of_a_list_is_not_the_end(tmp_path):
    shop = a_shop(3)
    shop.says = lambda _asked: saying({"code": "broken"})
    with running(shop, tmp_path) as (channel, _), pytest.raises(RemoteError, match="no list"):
        read(channel, {})


def test_drafts_and_trials_are_passed_over_and_the_trash_comes_as_cancelled(tmp_path):
    trial = {"meta_data": [{"id": 1, "key": "_wcpay_mode", "value": "test"}]}
    drafts = [
        a_woo_order(at, at, status=status) for at, status in enumerate(("draft", "auto-draft", "checkout-draft"), 2)
    ]
    shop = WooShop([a_woo_order(1), *drafts, a_woo_order(8, 8, **trial)])
    shop.trash[9] = a_woo_order(9, 9, status="trash")
    with running(shop, tmp_path) as (channel, _):
        orders = [channel.to_order(payload) for page in channel.fetch({}) for payload in page.payloads]
    with running(shop, tmp_path, test_orders=True, trash=False) as (channel, _):
        with_trials = read(channel, {})

    assert [("1", ""), ("9", "2026-11-20T08:00:09Z")] == [(one.number, one.cancelled_at) for one in orders]
    assert ["1", "8"] == with_trials


def test_refunds_are_joined_to_their_order_and_lower_its_quantities(tmp_path):
    shop = WooShop([a_woo_order(1, refunds=[{"id": 5, "total": "-10.00"}])])
    item = {"quantity": -1, "total": "-10.00", "meta_data": [{"key": "_refunded_item_id", "value": "11"}]}
    shop.refunds[1] = [{"id": 5, "amount": "10.00", "line_items": [item]}]
    with running(shop, tmp_path) as (channel, served):
        (payload, *_) = next(iter(channel.fetch({}))).payloads
        order = channel.to_order(payload)

    assert 1 == len(asked_for(served, "/refunds"))
    assert (1, 1000, 1500, "partly_refunded") == (
        *(order.lines[0].quantity, order.lines[0].amount_minor, order.total_minor, order.payment),
    )


def test_virtual_products_and_variations_are_asked_for_once_a_run(tmp_path):
    lines = [a_woo_line(11), a_woo_line(12, product_id=8), a_woo_line(13, product_id=9, variation_id=90)]
    shop = WooShop([a_woo_order(number, number, line_items=lines) for number in range(1, 26)])
    shop.products += [a_product(8, "E-BOOK", virtual=True), a_product(90, "TICKET", parent_id=9, virtual=True)]
    with running(shop, tmp_path, page_size=10) as (channel, served):
        orders = [channel.to_order(payload) for page in channel.fetch({}) for payload in page.payloads]

    assert {(True, False, False)} == {tuple(line.requires_shipping for line in order.lines) for order in orders}
    assert [["7,8"]] == [query["include"] for query in asked_for(served, "/products")]
    assert 1 == len(asked_for(served, "/variations"))


def test_an_order_with_nothing_more_to_say_is_kept_as_it_was_sent(tmp_path):
    shop = a_shop(1)
    with running(shop, tmp_path) as (channel, served):
        (payload,) = next(iter(channel.fetch({}))).payloads
        sent = shop.answer(served.asked[0]).body

    assert payload.raw in sent
    assert "web order 1" == payload.where


@pytest.mark.parametrize("auth", ["query", "oauth"])
def test_the_key_can_go_by_the_query_or_as_a_signature(tmp_path, auth):
    shop = a_shop(3)
    shop.auth = auth
    with running(shop, tmp_path, auth=auth) as (channel, served):
        assert 3 == len(read(channel, {}))

    assert not [asked for asked in served.asked if "authorization" in asked.headers]
    if auth == "oauth":
        assert not [asked for asked in served.asked if SECRET in asked.path]


def test_a_site_with_plain_permalinks_is_asked_by_its_route(tmp_path):
    with running(a_shop(3), tmp_path, plain_permalinks=True) as (channel, served):
        assert 3 == len(read(channel, {}))

    assert {"/"} == {urlsplit(asked.path).path for asked in served.asked}


def test_a_denial_holds_no_key_and_no_query(tmp_path):
    shop = a_shop(3)
    shop.auth = "oauth"
    with running(shop, tmp_path, auth="query") as (channel, _), pytest.raises(RemoteDenied) as caught:
        read(channel, {})

    assert not [part for part in (KEY, SECRET, "consumer", "?") if part in str(caught.value)]


def test_a_refusal_comes_in_the_words_of_the_shop(tmp_path):
    shop = a_shop(3)
    shop.says = lambda _asked: refusal(
        400, "rest_invalid_param", "Invalid parameter(s): orderby", params={"orderby": "orderby is not one of date"}
    )
    with (
        running(shop, tmp_path) as (channel, _),
        pytest.raises(RemoteRefused, match=r"rest_invalid_param.*\(orderby\)"),
    ):
        read(channel, {})


def test_a_probe_tells_of_everything_that_can_be_tried(tmp_path):
    with running(a_shop(3), tmp_path) as (channel, _):
        found = {one.what: one for one in channel.probe()}

    assert {"orders", "clock", "writing", "version", "tracking", "stock", "oversell"} == set(found)
    assert "WooCommerce 10.3.1" == found["version"].found
    assert "can be read, 3 of them" == found["orders"].found


def test_a_probe_tells_of_products_that_are_sold_when_nothing_is_left(tmp_path):
    shop = a_shop(1)
    shop.products = [a_product(1, backorders="no"), a_product(2, backorders="notify"), a_product(3, backorders="yes")]
    with running(shop, tmp_path) as (channel, _):
        found = {one.what: one for one in channel.probe()}

    assert ("warn", "2 of 3 products looked at go on selling at 0") == (
        found["oversell"].verdict,
        found["oversell"].found,
    )


def test_the_example_on_the_page_is_a_configuration(tmp_path, monkeypatch):
    page = Path(__file__).parents[2] / "docs" / "channels" / "woocommerce.md"
    example = page.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "channels.toml").write_text(example, encoding="utf-8")
    monkeypatch.setenv("WOO_KEY", KEY)
    monkeypatch.setenv("WOO_SECRET", SECRET)

    channel = Adapters(load(tmp_path / "channels.toml"), noted=False, now="2026-11-20T12:00:00Z").channel("web")

    assert isinstance(channel, WooCommerce)
