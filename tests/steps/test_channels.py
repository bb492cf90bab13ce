"""Channels that a person pauses, tries out, or that are read side by side."""

from __future__ import annotations

import pytest

from orderctl.core.errors import Exit, UsageError
from orderctl.steps import channels, quiet, run
from orderctl.store import cursors, meta
from orderctl.store.transactions import transaction
from tests.shop import CHANNELS, RULES, STOCK, Shop, an_order_row


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path)
    shop.write("channels.toml", CHANNELS)
    shop.write("rules.toml", RULES)
    shop.stock(**STOCK)
    return shop


def pulled(shop: Shop) -> set[str]:
    with shop.context(write=False) as ctx:
        return {row[0] for row in ctx.db.execute("SELECT stem FROM orders")}


def test_a_paused_channel_is_neither_read_nor_told_and_what_is_here_goes_on(shop):
    shop.orders("web", an_order_row("1"))
    shop.run()
    with shop.context() as ctx:
        channels.channel_pause(ctx, "web", "fraud wave")
    shop.orders("web-2", an_order_row("2"))
    shop.orders("market", an_order_row("7"))
    shop.answers("east", "a", "WEB-1-1,shipped,mug,1,ups,1Z1,")
    shop.run()

    assert {"WEB-1", "MARKET-7"} == pulled(shop)
    assert not [name for name in shop.files("outbox") if "/web/" in name]
    assert {"web": "2026-11-20T15:00:00Z", "market": None} == {
        row["channel"]: row["paused_at"] for row in shop.ask(channels.channels_list)
    }

    with shop.context() as ctx:
        channels.channel_resume(ctx, "web")
    shop.run()

    assert {"WEB-1", "WEB-2", "MARKET-7"} == pulled(shop)
    assert [name for name in shop.files("outbox") if "/web/" in name]


def test_a_channel_that_cannot_be_read_fails_its_test_with_what_to_do(shop):
    with shop.context(write=False) if shop.store.exists() else shop.context() as ctx:
        fine = channels.channel_test(ctx, "web")
    shop.write("channels.toml", CHANNELS.replace('"orders/web*.jsonl"', '"/nowhere/web*.jsonl"'))
    with shop.context() as ctx:
        broken = channels.channel_test(ctx, "web")

    assert (Exit.OK, {"ok": 1}) == (fine.exit, fine.counts)
    assert (Exit.CHECK, {"fail": 1}) == (broken.exit, broken.counts)
    assert "mount or make the folder" in broken.problems[0].next


def test_a_channel_nobody_configured_cannot_be_paused(shop):
    with shop.context() as ctx, pytest.raises(UsageError, match="did you mean 'web'"):
        channels.channel_pause(ctx, "wep", "typo")


def test_a_channel_says_what_it_still_allows_and_what_fails(shop):
    shop.run()
    with shop.context() as ctx, transaction(ctx.db, "test"):
        meta.put(ctx.db, "budget:channel:web", '{"searchOrders": [12.75, 1795176000.0]}')
    shop.write("channels.toml", CHANNELS.replace('"orders/web*.jsonl"', '"/nowhere/web*.jsonl"'))
    with shop.context() as ctx:
        quiet.worth_telling(ctx, run.run(ctx))

    shown = shop.ask(channels.channel_show, "web")

    assert [{"bucket": "searchOrders", "left": 12, "at": "2026-11-20T12:00:00Z"}] == shown["budget"]
    assert [("pull", "remote")] == [(one["step"], one["code"]) for one in shown["failures"]]
    assert [] == shop.ask(channels.channel_show, "market")["failures"]


def test_a_channel_has_been_read_to_the_position_that_is_behind_the_others(shop):
    shop.run()
    with shop.context() as ctx, transaction(ctx.db, "test"):
        for stream, position in (("a", "2026-11-20T10:00:00Z"), ("b", "2026-11-19T10:00:00.250Z"), ("c", "0 x")):
            cursors.move(ctx.db, "channel:web", stream, position, ctx.now)

    assert "2026-11-19T10:00:00Z" == shop.ask(channels.channel_show, "web")["read_to"]
    assert shop.ask(channels.channel_show, "market")["read_to"] is None


def test_a_channel_says_what_its_words_are_here(shop):
    shop.run()
    found = shop.ask(channels.channel_map, "web")

    assert ("web", "file") == (found["channel"], found["type"])
    assert {"theirs": "cancelled_at", "ours": "cancelled"} in found["comes_in"]
    assert "stock" in {row["ours"] for row in found["goes_out"]}
    assert ["ship_to"] in [row["fields"] for row in found["fields"]]
    with pytest.raises(UsageError):
        shop.ask(channels.channel_map, "wed")
