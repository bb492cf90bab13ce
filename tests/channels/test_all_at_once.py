"""All six channels in one pass, each against its own shop on loopback; some of them misbehave."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.adapters import Payload
from orderctl.core.errors import Exit
from orderctl.steps import run as runs
from orderctl.steps import side_by_side
from orderctl.steps.report import Report
from tests.channels.amazon_fake import AmazonShop
from tests.channels.ebay_fake import EbayShop
from tests.channels.http_contract import Between
from tests.channels.shopify_fake import TOKEN, Store
from tests.channels.vendure_fake import VendureShop
from tests.channels.walmart_shop import Walmart, order
from tests.channels.woocommerce_shop import KEY, SECRET, WooShop, a_woo_order
from tests.partner import Reply, partner
from tests.shop import CHANNELS, Shop, a_shop

FIRST, SECOND = "2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z"
SAFETY = '\n[safety]\nmax_time = "1 min"\nmax_time_each = "4 s"\n'
PAGE = 5
ENVIRONMENT = {
    "SHOPIFY_TOKEN": TOKEN,
    "WOO_KEY": KEY,
    "WOO_SECRET": SECRET,
    "VENDURE_KEY": "key-1",
    "EBAY_ID": "app-1",
    "EBAY_CERT": "cert-1",
    "EBAY_REFRESH": "v^1.1#i^1#refresh",
    "WALMART_ID": "the-client",
    "WALMART_SECRET": "the-secret",
    "AMAZON_ID": "amzn1.application-oa2-client.1",
    "AMAZON_SECRET": "amzn1.oa2-cs.v1.1",
    "AMAZON_REFRESH": "Atzr|refresh-1",
}
SETTINGS = {
    "shopify": 'shop = "mugs"\ntoken = "env:SHOPIFY_TOKEN"\npage_size = 5',
    "woocommerce": 'consumer_key = "env:WOO_KEY"\nconsumer_secret = "env:WOO_SECRET"\npage_size = 5',
    "vendure": 'api_key = "env:VENDURE_KEY"\npage_size = 5',
    "ebay": 'client_id = "env:EBAY_ID"\nclient_secret = "env:EBAY_CERT"\nrefresh_token = "env:EBAY_REFRESH"',
    "walmart": 'client_id = "env:WALMART_ID"\nclient_secret = "env:WALMART_SECRET"\npage_size = 5',
    "amazon": 'client_id = "env:AMAZON_ID"\nclient_secret = "env:AMAZON_SECRET"\nrefresh_token = "env:AMAZON_REFRESH"',
}
MAKERS: dict[str, Callable[[int], Any]] = {
    "shopify": Store,
    "woocommerce": lambda orders: WooShop([a_woo_order(number, 60 * number) for number in range(1, orders + 1)]),
    "vendure": VendureShop,
    "ebay": EbayShop,
    "walmart": lambda orders: Walmart([order(str(number)) for number in range(1, orders + 1)]),
    "amazon": lambda orders: AmazonShop(orders, page=PAGE),
}


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@contextlib.contextmanager
def selling_everywhere(folder: Path, orders: int) -> Iterator[tuple[Shop, dict[str, Between]]]:
    """A shop with six channels of `orders` orders each, and what stands before each of them."""
    between = {name: Between(make(orders)) for name, make in MAKERS.items()}
    with contextlib.ExitStack() as running:
        urls = {name: running.enter_context(partner(answer=one.answer)).url for name, one in between.items()}
        yield a_shop(folder, _config(urls)), between


def _config(urls: dict[str, str]) -> str:
    head, _, rest = CHANNELS.partition("[channel.web]")
    sections = [
        f'[channel.{name}]\ntype = "{name}"\nbase_url = "{urls[name]}"\nlive_from = 2026-11-01T00:00:00Z\n{stated}\n'
        for name, stated in SETTINGS.items()
    ]
    sections[-1] += f'token_url = "{urls["amazon"]}/auth/o2/token"\n'
    return head + "\n".join(sections) + SAFETY + "\n[location.east]" + rest.partition("[location.east]")[2]


def pulled(shop: Shop, between: dict[str, Between], at: str) -> Report:
    _amazon(between).now = at
    with shop.context(at=at) as ctx:
        return runs.run(ctx, only=["pull"])[-1]


def _amazon(between: dict[str, Between]) -> Any:
    return between["amazon"].shop


def counted(shop: Shop) -> dict[str, int]:
    with shop.context(write=False) as ctx:
        return dict(ctx.db.execute("SELECT channel, count(*) FROM orders GROUP BY channel"))


def test_one_pass_brings_the_orders_of_all_six_and_sends_them_on(tmp_path):
    with selling_everywhere(tmp_path, orders=12) as (shop, between):
        shop.stock(east={"MUG": 1_000, "LAMP": 1_000}, west={})
        report = pulled(shop, between, FIRST)
        assert (Exit.OK, 72, []) == (report.exit, report.counts["new"], report.problems)

        shop.run(at=FIRST)
        with shop.context(write=False) as ctx:
            states = dict(ctx.db.execute("SELECT state, count(*) FROM orders GROUP BY state"))

    assert {"dispatched": 72} == states


@pytest.mark.parametrize(("busy", "hanging"), [("woocommerce", "ebay"), ("amazon", "vendure"), ("shopify", "walmart")])
def test_one_that_wants_time_for_ever_and_one_that_hangs_do_not_keep_the_others(tmp_path, busy, hanging):
    with selling_everywhere(tmp_path, orders=7) as (shop, between):
        for name, fault in ((busy, Reply(429, headers={"retry-after": "1"})), (hanging, Reply(how="hang"))):
            between[name].processed = False
            between[name].faults = [fault] * 50

        report = pulled(shop, between, FIRST)

        assert Exit.REMOTE == report.exit
        assert {busy, hanging} == {problem.subject for problem in report.problems}
        assert {name: 7 for name in MAKERS if name not in {busy, hanging}} == counted(shop)
        for name in (busy, hanging):
            assert 40 < len(between[name].faults) < 50, "it was asked, and not for ever"
            between[name].faults = []

        mended = pulled(shop, between, SECOND)

        assert (Exit.OK, 14) == (mended.exit, mended.counts["new"])
        assert dict.fromkeys(MAKERS, 7) == counted(shop)


def test_a_pull_of_what_has_not_changed_writes_no_order(tmp_path):
    tables = ("orders", "order_documents", "order_revisions", "order_lines", "events", "quarantine")
    with selling_everywhere(tmp_path, orders=12) as (shop, between):
        pulled(shop, between, FIRST)
        with shop.context(write=False) as ctx:
            before = [ctx.db.execute(f"SELECT * FROM {table}").fetchall() for table in tables]  # noqa: S608

        report = pulled(shop, between, SECOND)

        with shop.context(write=False) as ctx:
            after = [ctx.db.execute(f"SELECT * FROM {table}").fetchall() for table in tables]  # noqa: S608
    assert {"unchanged"} == set(report.counts)
    assert before == after


def test_what_is_held_in_memory_does_not_grow_with_what_is_read(tmp_path):
    """At most the pages that wait, one in the hand of each thread, and the one that is being saved."""
    most = 0

    def look(*_: object) -> None:
        nonlocal most
        most = max(most, sum(isinstance(one, Payload) for one in gc.get_objects()))

    orders = 60
    with selling_everywhere(tmp_path, orders) as (shop, between):
        _amazon(between).now = FIRST
        with shop.context(at=FIRST, progress=look) as ctx:
            runs.run(ctx, only=["pull"])

    pages = side_by_side.WAITING + len(MAKERS) + 1
    assert 0 < most <= pages * PAGE + orders  # eBay's page has 200, so that all of its orders are on one
    assert dict.fromkeys(MAKERS, orders) == counted(shop)
