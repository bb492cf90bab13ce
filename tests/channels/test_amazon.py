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

from orderctl.channels.amazon import Amazon
from orderctl.core import times
from orderctl.core.adapters import Channel, Page
from orderctl.core.effects import Tracking, TrackingLine
from orderctl.core.errors import RemoteBusy, RemoteDenied, RemoteError
from orderctl.core.secrets import Secret
from orderctl.wire.budgets import Allowance, Budgets, Deadline
from orderctl.wire.opening import Opening
from tests.channels.amazon_fake import AmazonShop, an_amazon_order
from tests.channels.contract import ChannelContract
from tests.channels.http_contract import HttpChannelContract, a_package, opening, read
from tests.partner import Asked, Partner, Reply, partner, saying


def opened(url: str, opening: Opening, **stated: Any) -> Amazon:
    settings = {
        "client_id": Secret("env:ID", "amzn1.application-oa2-client.1"),
        "client_secret": Secret("env:SECRET", "amzn1.oa2-cs.v1.1"),
        "refresh_token": Secret("env:REFRESH", "Atzr|refresh-1"),
        "base_url": url,
        "token_url": f"{url}/auth/o2/token",
    }
    return Amazon("web", Amazon.Settings.model_validate(settings | stated), opening)


class TestAmazon(ChannelContract):
    @pytest.fixture(autouse=True)
    def _shop(self):
        self.shop = AmazonShop()
        self.opened: list[Channel] = []
        with partner(answer=self.answer) as self.served:
            yield
            for channel in self.opened:
                channel.close()

    def answer(self, asked: Asked) -> Reply:
        return self.shop.answer(asked)

    def channel(self, base: Path, orders: int = 0) -> Channel:
        self.shop = AmazonShop(orders)
        self.opened.append(opened(self.served.url, opening(base)))
        return self.opened[-1]


class TestAmazonOverHttp(HttpChannelContract):
    page = 100

    def shop(self, orders: int) -> AmazonShop:
        return AmazonShop(orders)

    def open(self, url: str, opening: Opening) -> Channel:
        return opened(url, opening)

    def package(self) -> Tracking:
        return a_package("1", "1", TrackingLine("11", "MUG", 2))

    def writes_tracking(self, asked: Asked) -> bool:
        return asked.path.endswith("/shipmentConfirmation")

    def numbers(self, shop: AmazonShop) -> list[str]:
        """Of the packages as they are; a confirmation may edit one."""
        return [one["trackingNumber"] for order in shop.orders.values() for one in order.get("packages", ())]


@dataclass
class Selling:
    channel: Amazon
    served: Partner
    shop: AmazonShop
    budgets: Budgets

    def left(self) -> float:
        """How many lists may be asked for at once, as the next run will know it."""
        return float(json.loads(self.budgets.to_text())["searchOrders"][0])

    def searches(self) -> list[dict[str, str]]:
        """The queries of every list that was asked for."""
        urls = [urlsplit(asked.path) for asked in self.served.asked]
        found = [parse_qs(url.query) for url in urls if url.path == "/orders/2026-01-01/orders"]
        return [{name: values[0] for name, values in query.items()} for query in found]

    def windows(self) -> list[tuple[str, str, str]]:
        """From, to and token of every page that was asked for."""
        names = ("lastUpdatedAfter", "lastUpdatedBefore", "paginationToken")
        return [(query[names[0]], query[names[1]], query.get(names[2], "")) for query in self.searches()]


@contextlib.contextmanager
def selling(
    tmp_path: Path, shop: AmazonShop, *, saved: str = "", seconds: float = 30.0, now: str = "", **stated: Any
) -> Iterator[Selling]:
    """A channel that asks `shop`, and everything it asked."""
    with partner(answer=shop.answer) as served:
        one = replace(
            opening(tmp_path),
            now=now or shop.now,
            budgets=Budgets(times.as_datetime(now or shop.now).timestamp(), saved),
            allowance=Allowance(seconds, Deadline.after(3600)),
        )
        channel = opened(served.url, one, **stated)
        try:
            yield Selling(channel, served, shop, one.budgets)
        finally:
            channel.close()


def positions(pages: list[Page]) -> dict[str, str]:
    return {page.stream: page.position for page in pages}


def kept(channel: Amazon, before: dict[str, str]) -> tuple[list[Page], RemoteError | None]:
    """The pages that a pass can store, and what ended it."""
    pages: list[Page] = []
    try:
        pages.extend(channel.fetch(before))  # what came before an error is kept
    except RemoteError as error:
        return pages, error
    return pages, None


def test_windows_are_closed_two_minutes_ago_and_follow_one_another(tmp_path):
    with selling(tmp_path, AmazonShop(3), since=date(2026, 11, 1)) as one:
        pages = list(one.channel.fetch({}))

        assert [
            ("2026-11-01T00:00:00Z", "2026-11-08T00:00:00Z", ""),
            ("2026-11-08T00:00:00Z", "2026-11-20T11:58:00Z", ""),
        ] == one.windows()
        assert ["2026-11-08T00:00:00Z", "2026-11-20T11:58:00Z"] == [page.position for page in pages]
        assert [True, True] == [page.closes for page in pages]


def test_the_next_walk_begins_before_the_last_one_ended_by_the_overlap(tmp_path):
    with selling(tmp_path, AmazonShop(3), overlap="20 min") as one:
        list(one.channel.fetch({"orders": "2026-11-20T11:00:00Z"}))

        assert [("2026-11-20T10:40:00Z", "2026-11-20T11:58:00Z", "")] == one.windows()


def test_what_amazon_says_it_has_looked_at_is_the_position(tmp_path):
    """Its data may be older than what was asked for."""
    shop = AmazonShop(3)
    shop.lag_s = 600
    with selling(tmp_path, shop) as one:
        pages = list(one.channel.fetch({"orders": "2026-11-20T11:00:00Z"}))

    assert "2026-11-20T11:50:00Z" == positions(pages)["orders"]


@pytest.mark.parametrize("wrong_s", [86_400, -86_400])
def test_a_wrong_clock_finds_the_same_orders(tmp_path, wrong_s):
    """The clock of Amazon counts, as the answer with the token tells it."""
    shop = AmazonShop(3)

    answer = shop.answer

    def dated(asked: Asked) -> Reply:
        said = answer(asked)
        return Reply(said.status, said.body, {**said.headers, "date": "Fri, 20 Nov 2026 12:00:00 GMT"})

    shop.answer = dated  # type: ignore[method-assign]
    with selling(tmp_path, shop, now=times.later(shop.now, wrong_s)) as one:
        assert 3 == len(read(one.channel, {}))
        assert "2026-11-20T11:58:00Z" == one.windows()[-1][1]
        assert "warn" in {probe.verdict for probe in one.channel.probe() if probe.what == "clock"}


def test_two_years_are_the_horizon(tmp_path):
    with selling(tmp_path, AmazonShop(), since=date(2020, 1, 1)) as one:
        pages = list(one.channel.fetch({}))

        assert "2024-11-21T12:00:00Z" == one.windows()[0][0]
        assert 20 > len(pages)


def test_a_budget_that_runs_out_in_a_window_is_gone_on_with_in_the_next_pass(tmp_path):
    """Nothing of what was read is asked for again: the token of the next page is kept."""
    shop = AmazonShop(40, page=4)
    shop.rate = "0.0056"
    with selling(tmp_path, shop, saved='{"searchOrders": [3, 1795176000]}', since=date(2026, 11, 14)) as one:
        pages, error = kept(one.channel, {})
        assert isinstance(error, RemoteBusy)
        assert 3 == len(one.windows())
        first = {payload.where for page in pages for payload in page.payloads}

    shop.rate = "1000"
    with selling(tmp_path, shop) as one:
        rest = list(one.channel.fetch(positions(pages)))
        second = {payload.where for page in rest for payload in page.payloads}
        assert 7 == len(one.windows())

    assert (12, 28, set()) == (len(first), len(second), first & second)
    assert "2026-11-20T11:58:00Z" == positions(rest)["orders"]


def test_the_budget_is_kept_between_runs(tmp_path):
    """One request in three minutes: what an earlier pass has spent is not there for this one."""
    shop = AmazonShop(1)
    shop.rate = "0.0056"
    with selling(tmp_path, shop, since=date(2026, 11, 19)) as one:
        list(one.channel.fetch({}))
        assert 19 == pytest.approx(one.left(), abs=0.1)


def test_a_shop_that_is_throttled_at_once_is_asked_no_more_in_this_pass(tmp_path):
    shop = AmazonShop(1)
    busy = Reply(429, b'{"errors": [{"code": "QuotaExceeded", "message": "x"}]}', {"retry-after": "60"})
    shop.search = lambda query: busy  # type: ignore[method-assign]  # noqa: ARG005
    with selling(tmp_path, shop, seconds=5) as one:
        with pytest.raises(RemoteBusy):
            list(one.channel.fetch({}))
        assert 1 == len(one.windows())
        assert 0 == pytest.approx(one.left(), abs=0.1)


def test_a_token_that_has_expired_begins_its_window_again_in_halves(tmp_path):
    shop = AmazonShop(12, page=4)
    with selling(tmp_path, shop, since=date(2026, 11, 16)) as one:
        pages = list(one.channel.fetch({}))
    shop.dead = {json.loads(pages[0].position)["token"]}
    with selling(tmp_path, shop, since=date(2026, 11, 16)) as one:
        found = read(one.channel, positions(pages[:1]))
        asked = one.windows()

    assert 12 == len(found)
    assert ("2026-11-16T00:00:00Z", "2026-11-20T11:58:00Z") == asked[0][:2]
    assert ("2026-11-16T00:00:00Z", "2026-11-18T05:59:00Z", "") == asked[1]


def test_tokens_that_are_never_taken_end_the_walk_after_some_tries(tmp_path):
    shop = AmazonShop(12, page=4)
    search = shop.search

    def forgetful(query: dict[str, str]) -> Reply:
        shop.dead = {query.get("paginationToken", "-")}
        return search(query)

    shop.search = forgetful  # type: ignore[method-assign]
    with selling(tmp_path, shop, since=date(2026, 11, 20)) as one:
        pages, error = kept(one.channel, {})

    assert "does not take its own page tokens" in str(error)
    assert "2026-11-20T06:00:00Z" > positions(pages)["orders"]


def test_the_same_page_again_and_again_is_an_error(tmp_path):
    shop = AmazonShop(1)
    page = {"orders": [an_amazon_order()], "pagination": {"nextToken": "t"}}
    shop.search = lambda query: saying(page)  # type: ignore[method-assign]  # noqa: ARG005
    with selling(tmp_path, shop) as one:
        _, error = kept(one.channel, {})

    assert "gives the same page again" in str(error)


@pytest.mark.parametrize(
    "value", [{"errors": [{"code": "InternalFailure", "message": "sorry"}]}, {}, [], {"orders": {}}]
)
def test_an_error_with_status_200_is_never_the_end(tmp_path, value):
    shop = AmazonShop(1)
    shop.search = lambda query: saying(value)  # type: ignore[method-assign]  # noqa: ARG005
    with selling(tmp_path, shop) as one:
        pages, error = kept(one.channel, {})

    assert [] == pages
    assert "without a list of orders" in str(error)


def included(one: Selling) -> list[str]:
    return [query["includedData"] for query in one.searches()]


@pytest.mark.parametrize(
    ("forbidden", "left"),
    [
        ({"BUYER"}, "RECIPIENT,PROCEEDS,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES"),
        ({"BUYER", "RECIPIENT"}, "PROCEEDS,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES"),
    ],
)
def test_data_that_no_role_permits_is_left_out_and_remembered_for_a_day(tmp_path, forbidden, left):
    """Amazon answers 403 to the whole call, and each try costs of the few requests there are."""
    shop = AmazonShop(3)
    shop.forbidden = forbidden
    with selling(tmp_path, shop, since=date(2026, 11, 19)) as one:
        pages = list(one.channel.fetch({}))
        assert left == included(one)[-1]
    with selling(tmp_path, shop) as one:
        list(one.channel.fetch(positions(pages)))
        assert [left] == included(one)
    shop.forbidden, shop.now = set(), times.later(shop.now, 90_000)
    with selling(tmp_path, shop) as one:
        later = list(one.channel.fetch(positions(pages)))
        assert [f"BUYER,TAX,RECIPIENT,{left.removeprefix('RECIPIENT,')}"] == included(one)
    assert "0" == positions(later)["access"].split()[0]
    assert 3 == sum(len(page.payloads) for page in pages)


def test_orders_without_a_permitted_address_say_so_and_have_none(tmp_path):
    shop = AmazonShop(1)
    shop.forbidden = {"BUYER", "RECIPIENT"}
    with selling(tmp_path, shop, since=date(2026, 11, 19)) as one:
        (payload,) = [payload for page in one.channel.fetch({}) for payload in page.payloads]
        order = one.channel.to_order(payload)

    assert None is order.ship_to
    assert "yes" == order.attributes["address_not_permitted"]


def test_a_seller_that_may_read_no_orders_is_denied_in_amazons_words(tmp_path):
    shop = AmazonShop(1)
    shop.forbidden = {"PROCEEDS"}
    words = "Unauthorized: Access to requested resource is denied"
    with selling(tmp_path, shop) as one, pytest.raises(RemoteDenied, match=words):
        list(one.channel.fetch({}))


def test_a_grant_that_has_ended_says_what_to_do(tmp_path):
    ended = saying({"error": "invalid_grant", "error_description": "The request has an invalid grant parameter"}, 400)
    with partner(ended) as served:
        channel = opened(served.url, opening(tmp_path))
        with pytest.raises(RemoteDenied, match="invalid_grant") as caught:
            list(channel.fetch({}))
        (probe,) = channel.probe()
        channel.close()

    assert "authorize the application once more" in caught.value.next
    assert ("fail", caught.value.next) == (probe.verdict, probe.next)


def test_echoes_of_multi_channel_fulfillment_are_passed_over(tmp_path):
    shop = AmazonShop(2)
    shop.orders["2"]["salesChannel"] = {"channelName": "NON_AMAZON"}
    with selling(tmp_path, shop) as one:
        assert ["1"] == read(one.channel, {})


def test_orders_that_amazon_ships_are_read_unless_the_settings_say_otherwise(tmp_path):
    shop = AmazonShop(2)
    shop.orders["2"]["fulfillment"]["fulfilledBy"] = "AMAZON"
    with selling(tmp_path, shop) as one:
        assert ["1", "2"] == read(one.channel, {})
    with selling(tmp_path, shop, fba=False) as one:
        assert ["1"] == read(one.channel, {})


def test_every_request_says_who_asks(tmp_path):
    with selling(tmp_path, AmazonShop(1), marketplaces=("ATVPDKIKX0DER", "A2EUQ1WTGCTBG2")) as one:
        list(one.channel.fetch({}))
        token, search = one.served.asked[0], one.served.asked[1]

    assert {
        "grant_type": ["refresh_token"],
        "refresh_token": ["Atzr|refresh-1"],
        "client_id": ["amzn1.application-oa2-client.1"],
        "client_secret": ["amzn1.oa2-cs.v1.1"],
    } == parse_qs(token.content.decode())
    assert "Atza|token-1" == search.headers["x-amz-access-token"]
    assert "marketplaceIds=ATVPDKIKX0DER%2CA2EUQ1WTGCTBG2" in search.path


def test_a_probe_says_which_roles_are_missing(tmp_path):
    shop = AmazonShop(1)
    shop.forbidden = {"BUYER"}
    with selling(tmp_path, shop) as one:
        found = {probe.what: (probe.verdict, probe.found) for probe in one.channel.probe()}

    assert {
        "credentials": ("ok", "the token is taken"),
        "clock": ("ok", "0 s ahead of ours"),
        "orders": ("warn", "can be read without BUYER, TAX"),
        "stock": ("warn", "cannot be told without seller_id"),
    } == found


def test_a_probe_does_not_wait_for_a_budget_that_is_spent(tmp_path):
    with selling(tmp_path, AmazonShop(1), saved='{"searchOrders": [0.5, 1795176000]}') as one:
        found = {probe.what: probe.found for probe in one.channel.probe()}

    assert "not tried: web: allows the next searchOrders in 89 s" == found["orders"]
