"""Channels are told what they may sell: by formula, once per change, never from an old payload."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any, cast

import pytest

from orderctl.core.effects import Document, Receipt
from orderctl.core.errors import ConfigError, Exit, RemoteError, UsageError
from orderctl.core.stock import StockMove
from orderctl.steps import locations, run
from orderctl.steps.confirm import exception_confirm
from orderctl.steps.context import Context
from orderctl.store import stock
from orderctl.store.transactions import transaction
from tests.shop import CHANNELS, Shop, a_shop, an_order_row

TELLING = CHANNELS.replace('push = ["tracking"]', 'push = ["tracking", "stock"]')


def a_telling_shop(folder: Path, web: str = "", market: str = "", safety: str = "", **options: Any) -> Shop:
    """Both channels are told of stock, by the terms `web` and `market`."""
    text = TELLING
    for name, terms in (("web", web), ("market", market)):
        if terms:
            text = text.replace(f"[channel.{name}]\n", f"[channel.{name}]\nstock = {{ {terms} }}\n")
    return a_shop(folder, f"{text}\n[safety]\n{safety}\n", **options)


def told(shop: Shop, channel: str = "web") -> dict[str, int]:
    """What the channel knows by all the files that it was handed, in their order."""
    known: dict[str, int] = {}
    for name, content in shop.files("outbox").items():
        if name.startswith(f"outbox/{channel}/stock-"):
            known |= {row["sku"]: int(row["quantity"]) for row in csv.DictReader(io.StringIO(content.decode()))}
    return known


def documents(shop: Shop, channel: str = "web") -> list[str]:
    return [name for name in shop.files("outbox") if name.startswith(f"outbox/{channel}/stock-")]


def waiting(shop: Shop) -> dict[str, int]:
    """Code -> number of the open exception."""
    with shop.context(write=False) as ctx:
        rows = ctx.db.execute("SELECT code, exception_id FROM exceptions WHERE closed_at IS NULL")
        return dict(rows.fetchall())


def adjust(shop: Shop, sku: str, location: str, units: int) -> None:
    with shop.context() as ctx, transaction(ctx.db, "test"):
        (count,) = ctx.db.execute("SELECT count(*) FROM stock_moves").fetchone()
        stock.post(ctx.db, [StockMove(location, sku, units, "count", "by hand", f"{count}", "maria", ctx.now)])


def test_a_channel_is_told_the_sum_of_all_counted_locations_and_only_what_changed(tmp_path):
    shop = a_telling_shop(tmp_path)
    shop.orders("web", an_order_row("1", "MUG*3"))

    shop.run()
    assert {"MUG": 11, "LAMP": 3, "TEE": 5, "RING-1": 2} == told(shop)
    shop.run()
    assert ["outbox/web/stock-000001.csv"] == documents(shop)

    adjust(shop, "TEE", "west", 2)
    shop.run()
    assert b"sku,quantity\r\nTEE,7\r\n" == shop.files("outbox")["outbox/web/stock-000002.csv"]


def test_two_suppliers_are_added_up(tmp_path):
    shop = a_telling_shop(tmp_path, stock=False)
    shop.stock(east={"CUP": 15}, west={"CUP": 30})

    shop.run()

    assert {"CUP": 45} == told(shop)


def test_what_is_promised_is_not_told(tmp_path):
    """S04: count 80, reserved 29."""
    shop = a_telling_shop(tmp_path, stock=False)
    shop.stock(east={"MUG": 80})
    shop.orders("web", an_order_row("1", "MUG*15"), an_order_row("2", "MUG*14"))

    shop.run()

    assert {"MUG": 51} == told(shop)


def test_each_channel_has_its_own_terms(tmp_path):
    shop = a_telling_shop(
        tmp_path, 'locations = ["east"], buffer = 2', 'locations = ["east", "west"], percent = "50%", max = 6'
    )

    shop.run()

    assert {"MUG": 8, "LAMP": 0, "TEE": 3, "RING-1": 0} == told(shop)
    assert {"MUG": 6, "LAMP": 1, "TEE": 2, "RING-1": 1} == told(shop, "market")


def test_other_terms_are_told_at_the_next_pass(tmp_path):
    shop = a_telling_shop(tmp_path, "buffer = 2")
    shop.run()

    shop.write("channels.toml", shop.config.read_text().replace("buffer = 2", "buffer = 1"))
    shop.run()

    assert {"MUG": 13, "LAMP": 2, "TEE": 4, "RING-1": 1} == told(shop)


def test_a_paused_location_is_left_out_until_it_works_again(tmp_path):
    shop = a_telling_shop(tmp_path, safety='max_stock_drop = "100%"')
    shop.run()

    with shop.context() as ctx:
        locations.location_pause(ctx, "east", "flood")
    shop.run()
    assert {"MUG": 4, "LAMP": 3, "TEE": 0, "RING-1": 0} == told(shop)

    with shop.context() as ctx:
        locations.location_resume(ctx, "east")
    shop.run()
    assert {"MUG": 14, "LAMP": 3, "TEE": 5, "RING-1": 2} == told(shop)


def test_a_location_without_limit_needs_a_max(tmp_path):
    with pytest.raises(ConfigError, match="there is no `max` to publish for it"):
        a_telling_shop(tmp_path, 'locations = ["acme"]').run()

    shop = a_telling_shop(tmp_path, 'locations = ["acme"], max = 20')
    shop.run()
    assert {"MUG": 20, "LAMP": 20, "TEE": 20, "RING-1": 20} == told(shop)


@pytest.mark.parametrize(
    "change",
    [
        ('push = ["tracking", "stock"]', 'push = ["tracking"]'),
        ("live_from = 2026-11-01T00:00:00Z\n", ""),
        ("live_from = 2026-11-01T00:00:00Z\n", "live_from = 2026-12-01T00:00:00Z\n"),
    ],
)
def test_a_channel_that_is_not_to_be_told_is_not(tmp_path, change):
    shop = a_shop(tmp_path, TELLING.replace(*change))

    shop.run()

    assert {} == told(shop)


def test_one_channel_that_fails_does_not_stop_the_others_and_is_told_what_is_true_by_then(tmp_path):
    """S07."""
    shop = a_telling_shop(tmp_path)
    blocked = shop.write("outbox/web", "in the way")

    code, _ = shop.run()
    assert Exit.REMOTE == code
    assert 14 == told(shop, "market")["MUG"]

    adjust(shop, "MUG", "east", -4)
    blocked.unlink()
    assert Exit.OK == shop.run()[0]
    assert 10 == told(shop)["MUG"]
    assert 1 == len(documents(shop))


class Unsure:
    """A channel's adapter whose deliveries end as `outcome`; a kill where it is empty."""

    def __init__(self, channel: Any, outcome: str) -> None:
        self._channel, self._outcome = channel, outcome

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)

    def deliver(self, document: Any, key: str) -> Receipt:  # noqa: ARG002
        if not self._outcome:
            raise KeyboardInterrupt
        return Receipt(self._outcome, message="it said so")

    def recover(self, document: Document, key: str) -> Receipt:  # noqa: ARG002
        raise RemoteError("does not answer")


def make_unsure(ctx: Context, outcome: str) -> None:
    opened = ctx.adapters.channel("web")
    ctx.adapters._channels["web"] = cast("Any", Unsure(opened, outcome))


@pytest.mark.parametrize(
    ("outcome", "exit_code"), [("retry", Exit.REMOTE), ("uncertain", Exit.REMOTE), ("refused", Exit.ATTENTION)]
)
def test_whatever_a_channel_says_it_is_told_anew(tmp_path, outcome, exit_code):
    shop = a_telling_shop(tmp_path)
    with shop.context() as ctx:
        make_unsure(ctx, outcome)
        reports = run.run(ctx)
    assert exit_code == reports[-1].exit
    adjust(shop, "MUG", "east", -4)

    assert Exit.OK == shop.run()[0]

    assert 10 == told(shop)["MUG"]
    assert {} == waiting(shop)


def test_while_nobody_knows_what_became_of_a_push_there_is_no_other(tmp_path):
    shop = a_telling_shop(tmp_path)
    with shop.context() as ctx:
        make_unsure(ctx, "")
        with pytest.raises(KeyboardInterrupt):
            run.run(ctx)
        run.run(ctx)
        rows = ctx.db.execute("SELECT state FROM effects WHERE target = 'channel:web'").fetchall()
    assert [("sending",)] == rows

    shop.run()
    assert 14 == told(shop)["MUG"]


def test_a_kit_is_told_by_its_scarcest_component_location_by_location(tmp_path):
    shop = a_telling_shop(tmp_path)
    shop.run()
    with shop.context() as ctx:
        ctx.db.execute("INSERT INTO skus (sku, known_at) VALUES ('SET', '2026-11-20T15:00:00Z')")
        ctx.db.execute("INSERT INTO kit_components VALUES ('SET', 'MUG', 3), ('SET', 'TEE', 1)")
    shop.run()
    assert 3 == told(shop)["SET"]

    adjust(shop, "TEE", "west", 1)
    shop.run()
    assert 4 == told(shop)["SET"]


def test_a_push_tells_no_more_than_one_pass_may(tmp_path):
    shop = a_telling_shop(tmp_path, safety="max_push_per_run = 3")

    shop.run()
    assert (["LAMP", "MUG", "RING-1"], {}) == (sorted(told(shop)), told(shop, "market"))
    shop.run()
    assert (4, 2) == (len(told(shop)), len(told(shop, "market")))


def test_a_push_that_cuts_too_much_waits_for_a_person(tmp_path):
    shop = a_telling_shop(tmp_path)
    shop.run()
    adjust(shop, "MUG", "east", -10)
    adjust(shop, "TEE", "east", -5)

    code, reports = shop.run()
    assert Exit.ATTENTION == code
    assert "market would be told 9 units after 24; of that 0 were sold" in [one.message for one in reports[-1].problems]
    assert 14 == told(shop)["MUG"]
    assert Exit.OK == shop.run()[0]

    with shop.context(write=False) as ctx:
        ids = dict(ctx.db.execute("SELECT subject, exception_id FROM exceptions").fetchall())
    with shop.context() as ctx:
        exception_confirm(ctx, ids["web"], "inventory")
    assert Exit.OK == shop.run()[0]
    assert ({"MUG": 4, "LAMP": 3, "TEE": 0, "RING-1": 2}, 14) == (told(shop), told(shop, "market")["MUG"])

    adjust(shop, "LAMP", "west", -3)
    adjust(shop, "MUG", "west", -4)
    assert Exit.ATTENTION == shop.run()[0], "the consent was for that one cut"


def test_what_was_put_aside_closes_itself_when_the_stock_is_back(tmp_path):
    shop = a_telling_shop(tmp_path)
    shop.run()
    adjust(shop, "MUG", "east", -10)
    adjust(shop, "TEE", "east", -5)
    shop.run()
    assert {"stock_drop"} == set(waiting(shop))

    adjust(shop, "MUG", "east", 10)
    shop.run()

    assert {} == waiting(shop)
    assert 0 == told(shop)["TEE"]


def test_what_customers_bought_is_told_however_much_it_is(tmp_path):
    shop = a_telling_shop(tmp_path, stock=False)
    shop.stock(east={"MUG": 5})
    shop.run()
    shop.orders("web", an_order_row("1", "MUG*5"))

    assert Exit.OK == shop.run()[0]

    assert {"MUG": 0} == told(shop, "market")


def test_only_what_holds_something_back_can_be_confirmed(tmp_path):
    shop = a_telling_shop(tmp_path)
    shop.orders("web", an_order_row("1", "UNKNOWN"))
    shop.run()
    number = waiting(shop)["unknown_sku"]

    with shop.context() as ctx:
        with pytest.raises(UsageError, match="holds nothing back"):
            exception_confirm(ctx, number)
        with pytest.raises(UsageError, match="is not there"):
            exception_confirm(ctx, 99)


def test_an_order_of_units_that_were_gone_names_channel_and_gap(tmp_path):
    shop = a_telling_shop(tmp_path, stock=False)
    shop.stock(east={"MUG": 3})
    shop.run(at="2026-11-20T12:00:00Z")
    for number, channel, minute in (("1", "web", 10), ("2", "market", 20)):
        shop.orders(channel, an_order_row(number, "MUG*2", placed_at=f"2026-11-20T12:{minute}:00Z"))

    code, reports = shop.run(at="2026-11-20T13:00:00Z")

    assert Exit.ATTENTION == code
    (problem,) = reports[-1].problems
    assert ("oversold", "MARKET-2 MUG") == (problem.code, problem.subject)
    words = "market was told 3 of MUG on 2026-11-20T12:00:00Z and sold more in the gap until 2026-11-20T13:00:00Z: "
    assert words + "2 are missing for MARKET-2, placed on 2026-11-20T12:20:00Z" == problem.message

    adjust(shop, "MUG", "east", 5)
    shop.run(at="2026-11-20T15:05:00Z")
    assert {} == waiting(shop)


def test_a_backorder_of_what_was_never_promised_is_not_oversold(tmp_path):
    shop = a_telling_shop(tmp_path, stock=False)
    shop.stock(east={"MUG": 0})
    shop.run(at="2026-11-20T12:00:00Z")
    shop.orders("web", an_order_row("1", "MUG*2", placed_at="2026-11-20T12:10:00Z"))

    assert Exit.OK == shop.run(at="2026-11-20T13:00:00Z")[0]


def test_a_dry_run_says_what_would_be_told_and_changes_nothing(tmp_path):
    shop = a_telling_shop(tmp_path)
    shop.run()
    adjust(shop, "MUG", "east", 1)
    before = shop.store.read_bytes()

    _, reports = shop.run(dry_run=True)

    assert [{"sku": "MUG", "before": 14, "quantity": 15}] == reports[-1].items[0]["stock"]
    assert (1, before) == (len(documents(shop)), shop.store.read_bytes())
