"""Whole passes with a large Shopify store as their channel: the first import takes two of them."""

from __future__ import annotations

import pytest

from orderctl.core.errors import Exit
from tests.channels.shopify_bulk_fake import BulkStore, Files
from tests.channels.shopify_fake import TOKEN
from tests.partner import Asked, Reply, partner
from tests.shop import CHANNELS, a_shop

FILES = 'type = "file"\npath = "orders/web*.jsonl"\n'
SHOPIFY = 'type = "shopify"\nshop = "mugs"\ntoken = "env:SHOPIFY_TOKEN"\nbase_url = "{}"\nbulk_over = 3\n'


@pytest.fixture(autouse=True)
def _token(monkeypatch):
    monkeypatch.setenv("SHOPIFY_TOKEN", TOKEN)


def test_a_store_that_is_still_at_it_is_reported_and_the_next_pass_brings_its_orders(tmp_path):
    store = BulkStore(8, Files())
    busy = [Reply(429, headers={"retry-after": "86400"})]

    def answer(asked: Asked) -> Reply:
        return busy.pop() if busy and b"query Bulk(" in asked.content else store.answer(asked)

    with partner(answer=store.files.answer) as files, partner(answer=answer) as served:
        store.files.url = files.url
        store.polls = 0
        shop = a_shop(tmp_path, CHANNELS.replace(FILES, SHOPIFY.format(served.url)))
        exit_code, reports = shop.run()
        assert Exit.REMOTE == exit_code
        assert "still gathering its orders" in str(reports)
        exit_code, _ = shop.run(at="2026-11-20T15:30:00Z")
        with shop.context(write=False) as ctx:
            found = ctx.db.execute("SELECT count(*) FROM orders").fetchone()[0]

    assert (8, Exit.OK) == (found, exit_code)
    assert 1 == store.asked_for.count("BulkRun")
