from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from pydantic import ValidationError

from orderctl.channels.walmart import Walmart
from orderctl.config.load import load
from orderctl.core.adapters import Acknowledging
from orderctl.core.errors import Exit, RemoteBusy, RemoteError
from orderctl.core.secrets import Secret
from orderctl.steps.adapters import Adapters
from orderctl.wire.opening import Opening
from tests.channels import walmart_shop as shop
from tests.channels.contract import ChannelContract
from tests.channels.http_contract import Between, HttpChannelContract, opening, read
from tests.partner import Asked, Partner, Reply, partner, saying
from tests.shop import CHANNELS
from tests.shop import a_shop as a_shop_on_disk

KEYS = {"client_id": Secret("env:WM_ID", "the-client"), "client_secret": Secret("env:WM_SECRET", "the-secret")}


def walmart(url: str, opened: Opening, **settings: Any) -> Walmart:
    return Walmart("web", Walmart.Settings.model_validate({**KEYS, "base_url": url, **settings}), opened)


@contextlib.contextmanager
def running(kept: shop.Walmart, base: Path, **settings: Any) -> Iterator[tuple[Walmart, Partner]]:
    with partner(answer=kept.answer) as served:
        channel = walmart(served.url, opening(base), **settings)
        try:
            yield channel, served
        finally:
            channel.close()


def a_shop(orders: int) -> shop.Walmart:
    return shop.Walmart([shop.order(str(number)) for number in range(1, orders + 1)])


def asked_lists(served: Partner) -> list[dict[str, str]]:
    """The queries of the requests for lists."""
    parts = [urlsplit(asked.path) for asked in served.asked]
    return [dict(parse_qsl(part.query)) for part in parts if part.path == "/v3/orders"]


class TestWalmartIsAChannel(ChannelContract):
    @pytest.fixture(autouse=True)
    def _stack(self):
        with contextlib.ExitStack() as self.stack:
            yield

    def channel(self, base: Path, orders: int = 0) -> Walmart:
        channel, _ = self.stack.enter_context(running(a_shop(orders), base))
        return channel


class TestWalmartOverHttp(HttpChannelContract):
    page = 10

    def shop(self, orders: int) -> shop.Walmart:
        return a_shop(orders)

    def open(self, url: str, opening: Opening) -> Walmart:
        return walmart(url, opening, page_size=self.page)

    def package(self) -> Any:
        return shop.parcel()

    def writes_tracking(self, asked: Asked) -> bool:
        return asked.path.endswith("/shipping")


def test_each_ship_node_type_is_a_stream_of_its_own(tmp_path):
    kept = shop.Walmart(
        [
            shop.order("1"),
            shop.order("2", shipNode={"type": "WFSFulfilled"}),
            shop.order("3", shipNode={}, node="3PLFulfilled"),  # a list that does not repeat what it was asked for
        ]
    )
    with running(kept, tmp_path) as (channel, served):
        pages = list(channel.fetch({}))
        queries = asked_lists(served)
    found = {payload.where: channel.to_order(payload) for page in pages for payload in page.payloads}

    assert ["SellerFulfilled", "WFSFulfilled", "3PLFulfilled"] == list(dict.fromkeys(page.stream for page in pages))
    assert {"web order 1": "merchant", "web order 2": "channel", "web order 3": "channel"} == {
        where: order.fulfilled_by for where, order in found.items()
    }
    assert {"SellerFulfilled", "WFSFulfilled", "3PLFulfilled"} == {query["shipNodeType"] for query in queries}
    assert (
        "merchant"
        == walmart("https://x.example", opening(tmp_path), third_party_ships=False)
        .to_order(next(payload for page in pages for payload in page.payloads if payload.where == "web order 3"))
        .fulfilled_by
    )


def test_orders_placed_long_ago_and_changed_now_are_found(tmp_path):
    kept = shop.Walmart([shop.order("1", orderDate=shop.ms("2026-09-01T00:00:00Z"))])
    with running(kept, tmp_path) as (channel, _):
        assert ["1"] == read(channel, {})


def test_the_next_walk_starts_before_the_end_of_the_last_by_walmarts_clock(tmp_path):
    with running(a_shop(1), tmp_path, ship_nodes=("SellerFulfilled",)) as (channel, served):
        pages = list(channel.fetch({}))
        first = asked_lists(served)
        list(channel.fetch({"SellerFulfilled": pages[-1].position}))
        second = asked_lists(served)[len(first) :]

    assert ("2026-11-20T12:00:00Z", True) == (pages[-1].position, pages[-1].closes)
    assert "2026-10-21T11:59:59Z" == first[0]["lastModifiedStartDate"]
    assert [("2026-11-20T11:44:59Z", "2026-11-20T12:00:01Z")] == [
        (one["lastModifiedStartDate"], one["lastModifiedEndDate"]) for one in second
    ]


@pytest.mark.parametrize(
    ("said", "end"), [("Sat, 21 Nov 2026 12:00:00 GMT", "2026-11-21T12:00"), ("", "2026-11-20T12:00")]
)
def test_a_clock_that_is_a_day_behind_skips_nothing(tmp_path, said, end):
    kept = a_shop(1)

    def dated(asked: Asked) -> Reply:
        reply = kept.answer(asked)
        return Reply(reply.status, reply.body, {**reply.headers, "date": said} if said else reply.headers)

    with partner(answer=dated) as served:
        channel = walmart(served.url, opening(tmp_path), ship_nodes=("SellerFulfilled",))
        *_, last = channel.fetch({})
        channel.close()

    assert last.position.startswith(end)


def test_a_first_import_goes_window_by_window_and_can_be_resumed(tmp_path):
    moments = [f"2026-{month}-15T00:00:00+00:00" for month in ("08", "09", "10", "11")]
    placed = shop.ms("2026-08-01T00:00:00Z")
    kept = shop.Walmart([shop.order(str(n), orderDate=placed) for n in range(1, 5)], moments)
    with running(kept, tmp_path, ship_nodes=("SellerFulfilled",), since=date(2026, 8, 1)) as (channel, _):
        pages = list(channel.fetch({}))
        moved = [page.position for page in pages if not page.payloads]
        middle = moved[len(moved) // 2]
        rest = read(channel, {"SellerFulfilled": middle})

    assert ["2026-08-08", "2026-08-15", "2026-08-22"] == [at[:10] for at in moved[:3]]
    assert ["3", "4"] == rest
    assert [False] * (len(moved) - 1) + [True] == [page.closes for page in pages if not page.payloads]


def test_orders_that_change_while_pages_are_turned_are_not_skipped(tmp_path):
    """An order of page 1 leaves its window; every later one moves up."""
    kept = a_shop(35)
    moving = iter(range(1, 9))

    def move() -> None:
        number = next(moving, None)
        if number:
            kept.modified[str(number)] = shop.ms("2026-11-20T12:00:30Z")

    kept.between_pages = move
    with running(kept, tmp_path, page_size=10) as (channel, _):
        found = read(channel, {})

    assert {str(number) for number in range(9, 36)} <= set(found)


def test_a_cursor_that_is_refused_costs_no_order(tmp_path):
    kept = a_shop(35)
    with partner(answer=lambda asked: _no_cursor(kept, asked)) as served:
        channel = walmart(served.url, opening(tmp_path), page_size=10)
        assert 35 == len(read(channel, {}))
        channel.close()


def _no_cursor(kept: shop.Walmart, asked: Asked) -> Reply:
    return shop.refused("INVALID_CURSOR.GMP_ORDER_API", "no") if "soIndex" in asked.path else kept.answer(asked)


def test_an_empty_404_ends_nothing_until_walmart_says_so_itself(tmp_path):
    kept = shop.Walmart([])
    kept.bare_404 = True
    with running(kept, tmp_path, ship_nodes=("SellerFulfilled",)) as (channel, _):
        unsure = {page.position for page in channel.fetch({"SellerFulfilled": "2026-11-20T11:00:00Z"})}
        kept.bare_404 = False
        sure = {page.position for page in channel.fetch({"SellerFulfilled": "2026-11-20T11:00:00Z"})}

    assert ({"2026-11-20T11:00:00Z"}, {"2026-11-20T12:00:00Z"}) == (unsure, sure)


@pytest.mark.parametrize(
    "value",
    [
        {"errors": {"error": [{"code": "SYSTEM.GMP", "description": "try later"}]}},
        {"list": {"errors": [{"code": "SYSTEM.GMP", "description": "try later"}], "meta": {}, "elements": {}}},
        {"list": {"elements": {"order": []}}},
        {"list": {"meta": {"totalCount": 1}, "elements": []}},
        {"list": {"meta": {"totalCount": 1, "nextCursor": "https://other.example"}, "elements": {}}},
        [],
    ],
)
def test_an_answer_that_is_no_list_is_never_the_end_of_one(tmp_path, value):
    kept = a_shop(1)

    def other(asked: Asked) -> Reply:
        return saying(value) if asked.path.startswith("/v3/orders") else kept.answer(asked)

    with partner(answer=other) as served:
        channel = walmart(served.url, opening(tmp_path))
        with pytest.raises(RemoteError):
            list(channel.fetch({}))
        channel.close()


def test_an_empty_list_is_no_orders(tmp_path):
    kept = a_shop(1)
    empty = saying({"list": {"meta": {"totalCount": 0, "nextCursor": None}, "elements": None}})
    with partner(answer=lambda asked: empty if asked.path.startswith("/v3/orders") else kept.answer(asked)) as served:
        channel = walmart(served.url, opening(tmp_path))
        assert [] == read(channel, {})
        channel.close()


def test_walmarts_own_count_of_what_is_left_is_obeyed(tmp_path):
    kept = a_shop(1)

    def spent(asked: Asked) -> Reply:
        reply = kept.answer(asked)
        said = {"x-current-token-count": "0", "x-next-replenishment-time": "1795180000000"}
        return Reply(reply.status, reply.body, {**reply.headers, **said})

    with partner(answer=spent) as served:
        channel = walmart(served.url, opening(tmp_path))
        with pytest.raises(RemoteError, match="no further request"):
            list(channel.fetch({"SellerFulfilled": "2026-11-20T11:00:00Z"}))
        assert 1 == len(asked_lists(served))
        channel.close()


def test_walmart_says_in_its_own_way_when_to_come_again(tmp_path):
    kept = Between(a_shop(1))
    kept.matches = lambda asked: asked.path.startswith("/v3/orders")
    kept.faults = [Reply(429, headers={"x-next-replenishment-time": "1795180000000"})]
    with partner(answer=kept.answer) as served:
        channel = walmart(served.url, opening(tmp_path))
        with pytest.raises(RemoteBusy, match="asks for time"):
            list(channel.fetch({"SellerFulfilled": "2026-11-20T11:00:00Z"}))
        assert 1 == len(asked_lists(served)), "nobody is asked again before that"
        channel.close()


SHOP = """
[channel.walmart]
type = "walmart"
client_id = "env:WALMART_ID"
client_secret = "env:WALMART_SECRET"
live_from = 2026-11-01T00:00:00Z
push = ["acknowledgments", "tracking", "cancel", "stock"]
base_url = "URL"
"""


def test_an_order_goes_its_whole_way(tmp_path, monkeypatch):
    """It arrives, is acknowledged and routed, leaves in one parcel, and Walmart knows; a second pass tells nothing."""
    monkeypatch.setenv("WALMART_ID", "the-client")
    monkeypatch.setenv("WALMART_SECRET", "the-secret")
    kept = shop.Walmart(
        [shop.order("108900000000001", shop.line("1", 2)), shop.order("2", shipNode={"type": "WFSFulfilled"})]
    )
    with partner(answer=kept.answer) as served:
        one = a_shop_on_disk(tmp_path / "shop", CHANNELS + SHOP.replace("URL", served.url))
        first, _ = one.run(at="2026-11-20T12:00:00Z")
        assert ["acknowledge"] == [action for action, _ in kept.bodies]
        assert {"MUG", "TEE"} <= set(kept.stock)
        one.answers("east", "a", "WALMAR-108900000000001-1,shipped,,,ups,1Z7,")
        second, _ = one.run(at="2026-11-20T12:10:00Z")
        third, _ = one.run(at="2026-11-20T12:20:00Z")

    assert (Exit.OK, Exit.OK, Exit.OK) == (first, second, third)
    assert [("108900000000001", "1Z7")] == kept.shipped
    assert ["acknowledge", "shipping"] == [action for action, _ in kept.bodies]


def test_the_example_on_the_page_is_a_configuration(tmp_path, monkeypatch):
    page = Path(__file__).parents[2] / "docs" / "channels" / "walmart.md"
    example = page.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "channels.toml").write_text(example, encoding="utf-8")
    monkeypatch.setenv("WALMART_ID", "the-client")
    monkeypatch.setenv("WALMART_SECRET", "the-secret")

    channel = Adapters(load(tmp_path / "channels.toml"), noted=True, now=shop.NOW).channel("walmart")

    assert isinstance(channel, Acknowledging)


@pytest.mark.parametrize(
    "wrong",
    [
        {"carriers": {"x": "Fedex"}},
        {"tracking_url": "https://x.example/"},
        {"cancel_reason": "NO"},
        {"ship_nodes": ()},
        {"ship_nodes": ("WFS",)},
        {"page_size": 201},
        {"client_id": "plain"},
    ],
)
def test_settings_that_walmart_would_refuse_are_refused_at_once(wrong):
    with pytest.raises(ValidationError):
        Walmart.Settings.model_validate({**KEYS, **wrong})
