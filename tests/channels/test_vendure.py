from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from orderctl.channels.vendure import Vendure
from orderctl.config.load import load
from orderctl.core.adapters import Channel
from orderctl.core.effects import Tracking, TrackingLine
from orderctl.core.errors import RemoteDenied, RemoteError
from orderctl.core.secrets import Secret
from orderctl.rules.known import Known
from orderctl.rules.load import load as load_rules
from orderctl.steps.adapters import Adapters
from orderctl.wire.opening import Opening
from tests.channels.contract import ChannelContract
from tests.channels.http_contract import HttpChannelContract, a_package, opening, read
from tests.channels.vendure_fake import VendureShop, a_line, a_vendure_order, at, failing
from tests.partner import Asked, Reply, partner, saying

USER: dict[str, Any] = {"api_key": None, "username": "robot", "password": Secret("env:PASSWORD", "secret-1")}


def opened(url: str, opening: Opening, **stated: Any) -> Vendure:
    settings = {"base_url": url, "api_key": Secret("env:KEY", "key-1")} | stated
    chosen = {name: value for name, value in settings.items() if value is not None}
    return Vendure("web", Vendure.Settings.model_validate(chosen), opening)


@contextlib.contextmanager
def asking(
    shop: VendureShop, base: Path, answer: Callable[[Asked], Reply] | None = None, **stated: Any
) -> Iterator[Vendure]:
    """A channel that asks `shop`, or whatever `answer` makes of it."""
    with (
        partner(answer=answer or shop.answer) as served,
        contextlib.closing(opened(served.url, opening(base), **stated)) as channel,
    ):
        yield channel


class TestVendure(ChannelContract):
    @pytest.fixture(autouse=True)
    def _shop(self) -> Iterator[None]:
        self.shop = VendureShop()
        self.opened: list[Channel] = []

        def answer(asked: Asked) -> Reply:
            return self.shop.answer(asked)

        with partner(answer=answer) as self.served:
            yield
            for channel in self.opened:
                channel.close()

    def channel(self, base: Path, orders: int = 0) -> Channel:
        self.shop = VendureShop(orders)
        self.opened.append(opened(self.served.url, opening(base), page_size=1000))
        return self.opened[-1]


class TestVendureOverHttp(HttpChannelContract):
    page = 100

    def shop(self, orders: int) -> VendureShop:
        return VendureShop(orders)

    def open(self, url: str, opening: Opening) -> Channel:
        return opened(url, opening)

    def package(self) -> Tracking:
        return a_package("1", "1", TrackingLine("11", "MUG", 2))

    def writes_tracking(self, asked: Asked) -> bool:
        return "orderctlFulfill" in asked.value["query"]


def positions_after(channel: Vendure, positions: dict[str, str]) -> dict[str, str]:
    """The positions once everything after `positions` is stored."""
    return positions | {page.stream: page.position for page in channel.fetch(dict(positions))}


def changed_since(channel: Vendure, positions: dict[str, str], raws: dict[str, bytes]) -> set[str]:
    """The orders after `positions` that are not just what they were in `raws`."""
    found = set()
    for page in channel.fetch(positions):
        for payload in page.payloads:
            identity = channel.to_order(payload).channel_order_id
            if raws.get(identity) != payload.raw:
                found.add(identity)
    return found


def raws_of(channel: Vendure) -> dict[str, bytes]:
    return {
        channel.to_order(payload).channel_order_id: payload.raw
        for page in channel.fetch({})
        for payload in page.payloads
    }


def test_more_orders_of_one_moment_than_a_page_holds_all_come(tmp_path):
    shop = VendureShop(30)
    for order in shop.orders.values():
        order["orderPlacedAt"] = order["updatedAt"] = at(1)
    with asking(shop, tmp_path, page_size=4) as channel:
        assert 30 == len(read(channel, {}))


def test_an_order_that_is_placed_while_pages_are_read_comes_too(tmp_path):
    shop = VendureShop(10)
    with asking(shop, tmp_path, page_size=4) as channel:
        found = []
        for page in channel.fetch({}):
            found += [channel.to_order(payload).number for payload in page.payloads]
            shop.orders["99"] = a_vendure_order(99)

    assert {str(number) for number in (*range(1, 11), 99)} == set(found)


def test_an_order_that_moves_while_pages_are_read_hides_no_other(tmp_path):
    shop = VendureShop(12)
    with asking(shop, tmp_path, page_size=3) as channel:
        found = set()
        for number, page in enumerate(channel.fetch({}), 1):
            found |= {channel.to_order(payload).number for payload in page.payloads}
            if str(number) in shop.orders:
                shop.orders[str(number)] |= {"updatedAt": at(1000 + number), "state": "Shipped"}

    assert {str(number) for number in range(1, 13)} == found


def test_a_cart_that_is_paid_hours_after_its_last_change_is_not_missed(tmp_path):
    """Vendure leaves `updatedAt` where it was when the cart was filled."""
    shop = VendureShop(300)
    with asking(shop, tmp_path, page_size=200) as channel:
        positions = positions_after(channel, {})
        shop.orders["301"] = a_vendure_order(301, updatedAt=at(5), state="Delivered")

        assert "301" in read(channel, positions)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "Cancelled"},
        {"state": "Modifying"},
        {"shippingAddress": dict(a_vendure_order()["shippingAddress"], streetLine1="2 Side St")},
        {"payments": [{"method": "card", "amount": 5400, "state": "Settled", "refunds": [{"total": 1, "state": "x"}]}]},
        {"state": "Shipped", "updatedAt": at(350)},
    ],
)
def test_a_change_is_found_whether_or_not_vendure_says_when_it_was(tmp_path, change):
    shop = VendureShop(300)
    with asking(shop, tmp_path, page_size=200) as channel:
        raws, positions = raws_of(channel), positions_after(channel, {})
        assert set() == changed_since(channel, positions, raws)
        shop.orders["7"] |= change

        assert {"7"} == changed_since(channel, positions, raws)


def test_orders_that_wait_are_watched_for_so_long_only(tmp_path):
    shop = VendureShop(2)
    shop.orders["1"]["orderPlacedAt"] = shop.orders["1"]["updatedAt"] = "2026-10-01T00:00:00.000Z"
    with asking(shop, tmp_path) as channel:
        assert ["2"] == read(channel, {})
    with asking(shop, tmp_path, watch="90d") as channel:
        assert {"1", "2"} == set(read(channel, {}))


def test_the_first_day_can_be_named(tmp_path):
    shop = VendureShop(2)
    shop.orders["1"]["orderPlacedAt"] = shop.orders["1"]["updatedAt"] = "2026-06-01T00:00:00.000Z"
    with asking(shop, tmp_path, since=dt.date(2026, 6, 1)) as channel:
        assert {"1", "2"} == set(read(channel, {}))
    with asking(shop, tmp_path, since=dt.date(2026, 11, 21)) as channel:
        assert [] == read(channel, {})


def test_a_shop_of_many_sellers_is_read_by_its_parts_or_by_its_whole(tmp_path):
    shop = VendureShop(3)
    for number, kind in (("1", "Aggregate"), ("2", "Seller")):
        shop.orders[number]["type"] = kind
    with asking(shop, tmp_path) as channel:
        assert {"2", "3"} == set(read(channel, {}))
    with asking(shop, tmp_path, aggregates=True) as channel:
        assert {"1", "3"} == set(read(channel, {}))


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ({"items": [], "totalItems": 3}, "counts 3 orders and lists none"),
        ({"items": None, "totalItems": 0}, "without a list of orders"),
        (None, "without a list of orders"),
        ({"items": [a_vendure_order(orderPlacedAt=None)], "totalItems": 1}, "without orderPlacedAt"),
        ({"items": [a_vendure_order()], "totalItems": 9}, "again and again"),
    ],
)
def test_a_list_that_cannot_be_whole_is_an_error(tmp_path, listed, message):
    def answer(_asked: Asked) -> Reply:
        return saying({"data": {"orders": listed}})

    with asking(VendureShop(), tmp_path, answer) as channel, pytest.raises(RemoteError, match=message):
        read(channel, {})


@pytest.mark.parametrize(
    ("reply", "kind", "message"),
    [
        (failing("INTERNAL_SERVER_ERROR", "no such column"), RemoteError, "INTERNAL_SERVER_ERROR: no such column"),
        (failing("FORBIDDEN", "not authorized"), RemoteDenied, "FORBIDDEN: not authorized"),
        (failing("USER_INPUT_ERROR", "cannot take 2000"), RemoteError, "cannot take 2000 .at orders"),
        (
            Reply(400, failing("GRAPHQL_VALIDATION_FAILED", 'no field "x"').body),
            RemoteError,
            'status 400.*no field "x"',
        ),
        (Reply(404, b'{"statusCode":404,"message":"Cannot POST /x"}'), RemoteError, "status 404.*Cannot POST /x"),
        (saying({"data": None}), RemoteError, "without data"),
        (saying([1]), RemoteError, "no GraphQL answer"),
    ],
)
def test_an_error_is_told_in_the_words_of_the_shop(tmp_path, reply, kind, message):
    with asking(VendureShop(), tmp_path, lambda _asked: reply) as channel, pytest.raises(kind, match=message):
        read(channel, {})


@pytest.mark.parametrize("way", ["bearer", "cookie"])
def test_a_user_logs_in_once_for_a_whole_walk_and_again_when_the_login_ends(tmp_path, way):
    shop = VendureShop(10)
    shop.token_in = way
    with asking(shop, tmp_path, page_size=3, **USER) as channel:
        found = []
        for page in channel.fetch({}):
            found += [channel.to_order(payload).number for payload in page.payloads]
            if len(found) == 6:
                shop.let_in = set()

    assert {str(number) for number in range(1, 11)} == set(found)
    assert 2 == shop.logins


def test_a_wrong_password_is_a_denial_in_the_words_of_the_shop(tmp_path):
    wrong = USER | {"password": Secret("env:PASSWORD", "secret-2")}
    with asking(VendureShop(), tmp_path, **wrong) as channel:
        with pytest.raises(RemoteDenied, match="INVALID_CREDENTIALS_ERROR: The provided credentials are invalid"):
            read(channel, {})
        assert [("credentials", "fail")] == [(one.what, one.verdict) for one in channel.probe()]


def test_the_channel_token_says_which_channel_of_the_shop_is_meant(tmp_path):
    seen = set()
    shop = VendureShop(1)

    def answer(asked: Asked) -> Reply:
        seen.add(asked.headers.get("vendure-token"))
        return shop.answer(asked)

    with asking(shop, tmp_path, answer, channel_token="outlet") as channel:
        read(channel, {})

    assert {"outlet"} == seen


def test_a_digital_field_is_asked_for_only_where_there_is_one(tmp_path):
    asked: list[str] = []
    shop = VendureShop(1)
    line = a_line("11", productVariant={"sku": "PDF", "name": "Pdf", "customFields": {"isDigital": True}})
    shop.orders["1"] = a_vendure_order(1, line)

    def answer(request: Asked) -> Reply:
        asked.append(request.value["query"])
        return shop.answer(request)

    with asking(shop, tmp_path, answer, digital_field="isDigital") as channel:
        (payload,) = next(iter(channel.fetch({}))).payloads
        assert not channel.to_order(payload).lines[0].requires_shipping
    assert "customFields { isDigital }" in asked[0]
    with asking(shop, tmp_path, answer) as channel:
        read(channel, {})
    assert "customFields" not in asked[-1]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"api_key": None}, "needs either"),
        ({"username": "robot"}, "needs either"),
        ({**USER, "username": ""}, "needs either"),
        ({**USER, "api_key": Secret("env:KEY", "key-1")}, "needs either"),
        ({"base_url": "http://shop.example.com"}, "is not an https address"),
        ({"admin_path": "admin-api"}, "match pattern"),
        ({"digital_field": "a } orders {"}, "match pattern"),
        ({"page_size": 1001}, "less than or equal to 1000"),
        ({"money_precision": True}, "valid integer"),
        ({"overlap": "0 s"}, "overlap"),
        ({"shop": "x"}, "Extra inputs"),
    ],
)
def test_wrong_settings_are_refused(change, complaint, tmp_path):
    with pytest.raises(ValidationError, match=complaint):
        opened("http://127.0.0.1:1", opening(tmp_path), **change)


def test_a_probe_names_what_is_in_order_and_what_to_do_about_the_rest(tmp_path):
    shop = VendureShop(1)
    with asking(shop, tmp_path) as channel:
        assert {"ok"} == {one.verdict for one in channel.probe() if one.what != "clock"}
        shop.precision, shop.rights, shop.locations = 3, ["ReadOrder", "ReadSettings"], {"1": "Main", "2": "Outlet"}
        found = {one.what: one for one in channel.probe()}

    assert ("fail", "money_precision = 3") == (found["money"].verdict, found["money"].next)
    assert "give the administrator's role UpdateOrder" == found["tracking, cancel"].next
    assert ("warn", 'name one of them: stock_location = "..."') == (
        found["stock location"].verdict,
        found["stock location"].next,
    )


def test_a_probe_that_may_not_see_the_settings_says_so_and_goes_on(tmp_path):
    shop = VendureShop(1)
    shop.rights.remove("ReadSettings")
    with asking(shop, tmp_path) as channel:
        found = [one for one in channel.probe() if one.verdict == "warn"]
        names = {one.what for one in channel.probe()}

    assert any("ReadSettings" in one.next for one in found)
    assert {"credentials", "orders", "stock location", "clock"} <= names


def test_the_example_on_the_page_is_a_configuration(tmp_path, monkeypatch):
    page = Path(__file__).parents[2] / "docs" / "channels" / "vendure.md"
    example = page.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "channels.toml").write_text(example, encoding="utf-8")
    monkeypatch.setenv("VENDURE_KEY", "key-1")

    channel = Adapters(load(tmp_path / "channels.toml"), noted=False, now="2026-11-20T12:00:00Z").channel("web")

    assert isinstance(channel, Vendure)


def test_the_rule_on_the_page_is_a_rule():
    page = Path(__file__).parents[2] / "docs" / "channels" / "vendure.md"
    rule = page.read_text(encoding="utf-8").split("```toml\n")[2].partition("```")[0]

    assert 1 == len(load_rules("version = 1\n" + rule, "rules.toml", Known(currency="USD")).stages["hold"])
