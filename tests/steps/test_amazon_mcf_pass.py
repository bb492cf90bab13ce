"""Whole passes with Amazon's warehouses: one fulfillment order per shipment, whatever becomes of the answers."""

from __future__ import annotations

import contextlib
import copy
import os
from collections.abc import Iterator
from functools import partial as bound
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import ConfigError, Exit
from orderctl.steps import run as runs
from orderctl.steps import shipments
from orderctl.steps.shipment_reconcile import reconcile_shipments
from tests.channels.amazon_fake import AmazonShop, an_amazon_order
from tests.destinations.amazon_mcf_fake import LOST, Mcf, refusing
from tests.destinations.amazon_mcf_shop import KEYS, an_mcf_shop, application
from tests.destinations.api_shop import states, waiting
from tests.partner import Asked, Reply, partner
from tests.shop import NOW, Shop, an_order_row
from tests.steps.test_crash import a_pass, in_child, kill_at, points_of

__all__ = ["application"]
pytestmark = pytest.mark.usefixtures("application")
LATER = ("2026-11-20T15:10:00Z", "2026-11-20T15:20:00Z", "2026-11-20T16:00:00Z")


@contextlib.contextmanager
def a_shop(folder: Path, amazon: Mcf, *skus: str, partner_class: str = "A", **keys: Any) -> Iterator[Shop]:
    """A shop with the order 1001 for `skus` (a mug)."""
    with partner(answer=amazon.answer) as server:
        shop = an_mcf_shop(folder, server.url, partner_class, **keys)
        shop.orders("web", an_order_row("1001", *skus))
        yield shop


def run_at(shop: Shop, amazon: Mcf, at: str) -> Exit:
    amazon.now = at
    return shop.run(at=at)[0]


def told(shop: Shop) -> bytes:
    return b"".join(shop.files("outbox").values())


def test_an_order_goes_out_is_acknowledged_and_comes_back_with_its_tracking(tmp_path):
    """Without `confirm`: what is sent by Amazon is asked for there, too."""
    amazon = Mcf()
    with a_shop(tmp_path, amazon) as shop:
        assert Exit.OK == run_at(shop, amazon, NOW)
        assert {"WEB-1001-1": "dispatched"} == states(shop)
        assert Exit.OK == run_at(shop, amazon, LATER[0])
        assert {"WEB-1001-1": "acknowledged"} == states(shop)
        amazon.ships("WEB-1001-1", "1Z1", package=7, status="COMPLETE")
        run_at(shop, amazon, LATER[1])
        assert {"WEB-1001-1": "shipped"} == states(shop)
        amazon.arrived = {7: "2026-11-21T09:00:00Z"}
        run_at(shop, amazon, "2026-11-21T15:00:00Z")

    assert {"WEB-1001-1": "delivered"} == states(shop)
    assert ["WEB-1001-1"] == amazon.effects
    assert b"1Z1" in told(shop)


def test_what_an_order_would_cost_stands_in_its_history(tmp_path):
    amazon = Mcf()
    with a_shop(tmp_path, amazon) as shop:
        run_at(shop, amazon, NOW)
        with shop.context(write=False) as ctx:
            (message,) = ctx.db.execute("SELECT message FROM effects WHERE kind = 'handoff'").fetchone()

    assert "Standard costs about 7.32 USD, there by 2026-11-25" == message


@pytest.mark.parametrize("fault", [LOST, Reply(503), Reply(200, b"<html>")], ids=["lost", "5xx", "html"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("times", [1, 2])
def test_a_lost_answer_leaves_one_order(tmp_path, when, fault, times):
    amazon = Mcf(faults=[("create", when, fault)] * times)
    with a_shop(tmp_path, amazon) as shop:
        run_at(shop, amazon, NOW)
        assert {"WEB-1001-1": "dispatched" if times == 1 else "uncertain"} == states(shop)
        run_at(shop, amazon, LATER[0])

    assert states(shop)["WEB-1001-1"] in {"dispatched", "acknowledged"}
    assert (["WEB-1001-1"], []) == (amazon.effects, waiting(shop))


@pytest.mark.parametrize(("when", "effects"), [("before", 1), ("after", 1)])
def test_a_readable_class_has_to_hear_no_twice_before_it_asks_again(tmp_path, when, effects):
    amazon = Mcf(faults=[("create", when, LOST)])
    with a_shop(tmp_path, amazon, partner_class="B") as shop:
        run_at(shop, amazon, NOW)
        assert {"WEB-1001-1": "uncertain"} == states(shop)
        for at in LATER:
            run_at(shop, amazon, at)

    assert states(shop)["WEB-1001-1"] in {"dispatched", "acknowledged"}
    assert effects == len(amazon.effects)


def test_an_order_that_amazon_shows_late_is_not_sent_elsewhere(tmp_path):
    """Both answers were lost, and Amazon shows it only twenty minutes later."""
    amazon = Mcf(hidden=True, faults=[("create", "after", LOST), ("create", "before", LOST)])
    with a_shop(tmp_path, amazon) as shop:
        run_at(shop, amazon, NOW)
        run_at(shop, amazon, LATER[0])
        assert {"WEB-1001-1": "uncertain"} == states(shop)
        amazon.hidden = False
        run_at(shop, amazon, LATER[1])

    assert ({"WEB-1001-1": "acknowledged"}, ["WEB-1001-1"]) == (states(shop), amazon.effects)


def test_what_amazon_will_not_ship_leaves_elsewhere(tmp_path):
    amazon = Mcf(unfulfillable={"MUG": ["OutOfStock"]})
    with a_shop(tmp_path, amazon) as shop:
        run_at(shop, amazon, NOW)
        run_at(shop, amazon, LATER[0])

    assert {"WEB-1001-1": "rejected", "WEB-1001-2": "dispatched"} == states(shop)
    assert ([], True) == (amazon.effects, any("west" in name for name in shop.files("out")))


@pytest.mark.parametrize("status", ["UNFULFILLABLE", "INVALID", "CANCELLED"])
def test_what_amazon_took_and_will_not_ship_leaves_elsewhere(tmp_path, status):
    amazon = Mcf()
    with a_shop(tmp_path, amazon) as shop:
        run_at(shop, amazon, NOW)
        amazon.now = LATER[0]
        amazon.says("WEB-1001-1", status)
        run_at(shop, amazon, LATER[0])

    assert {"WEB-1001-1": "rejected", "WEB-1001-2": "dispatched"} == states(shop)


def test_an_order_that_ends_in_part_is_told_in_part_and_the_rest_leaves_elsewhere(tmp_path):
    amazon = Mcf()
    with a_shop(tmp_path, amazon, "MUG*3") as shop:
        run_at(shop, amazon, NOW)
        amazon.now = LATER[0]
        amazon.ships("WEB-1001-1", "1Z1", {"mug": 2}, status="COMPLETE_PARTIALLED")
        run_at(shop, amazon, LATER[0])
        run_at(shop, amazon, LATER[1])
        (rest,) = [text for name, text in shop.files("out").items() if "west" in name]

    assert "shipped" == states(shop)["WEB-1001-1"]
    assert b"WEB-1001-2" in rest
    assert b"1Z1" in told(shop)


def test_what_cannot_be_handed_over_waits_and_the_others_leave(tmp_path):
    amazon = Mcf()
    with a_shop(tmp_path, amazon, only_mapped=True, skus={"TEE": "FBA-TEE"}) as shop:
        shop.orders("web-2", an_order_row("1002", "TEE"))
        run_at(shop, amazon, NOW)

    assert {"WEB-1001-1": "planned", "WEB-1002-1": "dispatched"} == states(shop)
    assert ["not_sendable"] == waiting(shop)
    assert "FBA-TEE" == amazon.orders["WEB-1002-1"]["items"][0]["sellerSku"]


def test_a_cancellation_stops_the_order_while_that_is_possible(tmp_path):
    amazon = Mcf()
    with a_shop(tmp_path, amazon) as shop:
        run_at(shop, amazon, NOW)
        shop.orders("web-2", an_order_row("1001", updated_at=LATER[0], cancelled_at=LATER[0]))
        run_at(shop, amazon, LATER[0])

    assert ({"WEB-1001-1": "cancelled"}, ["WEB-1001-1"]) == (states(shop), amazon.cancels)


def test_a_cancellation_that_comes_too_late_is_told_to_a_person(tmp_path):
    amazon = Mcf()
    with a_shop(tmp_path, amazon) as shop:
        run_at(shop, amazon, NOW)
        amazon.now = LATER[0]
        amazon.says("WEB-1001-1", "PROCESSING")
        shop.orders("web-2", an_order_row("1001", updated_at=LATER[0], cancelled_at=LATER[0]))
        assert Exit.ATTENTION == run_at(shop, amazon, LATER[0])
        amazon.ships("WEB-1001-1", "1Z1", status="COMPLETE")
        run_at(shop, amazon, LATER[1])

    assert {"WEB-1001-1": "shipped"} == states(shop)
    assert "shipped_after_cancel" in waiting(shop)


def test_stock_comes_from_amazon(tmp_path):
    amazon = Mcf(stock={"MUG": 7, "TEE": 0})
    with a_shop(tmp_path, amazon, stock={"via": "amazon-mcf"}) as shop:
        left = []
        for at in (NOW, LATER[0], LATER[2]):
            run_at(shop, amazon, at)
            left.append(level(shop, "MUG"))
        run_at(shop, amazon, "2026-11-20T16:30:00Z")
        left.append(level(shop, "MUG"))
        amazon.ships("WEB-1001-1", "1Z1", status="COMPLETE")
        run_at(shop, amazon, "2026-11-20T17:30:00Z")
        left.append(level(shop, "MUG"))

    assert [(7, 1), (6, 1), (7, 1), (7, 1), (6, 0)] == left  # on hand, promised; Amazon says 7, then 6
    assert ["WEB-1001-1"] == amazon.effects


def level(shop: Shop, sku: str) -> tuple[int, int]:
    with shop.context(write=False) as ctx:
        found = ctx.db.execute(
            "SELECT on_hand, reserved FROM stock_levels WHERE location = 'fba' AND sku = ?", (sku,)
        ).fetchone()
    return int(found[0]), int(found[1])


def test_reconciling_tells_what_amazon_has_otherwise(tmp_path):
    amazon = Mcf()
    with a_shop(tmp_path, amazon) as shop:
        run_at(shop, amazon, NOW)
        with shop.context(write=False) as ctx:
            assert Exit.OK == reconcile_shipments(ctx).exit
        amazon.says("WEB-1001-1", "INVALID")
        with shop.context(write=False) as ctx:
            report = reconcile_shipments(ctx)

    assert Exit.CHECK == report.exit
    assert ["rejected: INVALID"] == [one["there"] for item in report.items for one in item["differences"]]


def test_a_dry_run_asks_amazon_to_do_nothing(tmp_path):
    amazon = Mcf()
    with a_shop(tmp_path, amazon) as shop:
        shop.run(dry_run=True)

    assert ([], []) == (amazon.effects, amazon.asked("preview"))


def of_a_channel(folder: Path, url: str, channel: str = "amazon") -> Shop:
    """A shop whose location works for the account of its channel."""
    unsaid: dict[str, Any] = dict.fromkeys((*KEYS, "base_url", "token_url"))
    shop = an_mcf_shop(folder, url, channel=channel, stock={"via": "amazon-mcf"}, **unsaid)
    account = f"""
[channel.amazon]
type = "amazon"
client_id = "env:AMAZON_ID"
client_secret = "env:AMAZON_SECRET"
refresh_token = "env:AMAZON_REFRESH"
marketplaces = ["A1PA6795UKMFR9"]
base_url = "{url}"
token_url = "{url}/auth/o2/token"

[location.fba]"""
    shop.write("channels.toml", shop.config.read_text("utf-8").replace("[location.fba]", account, 1))
    return shop


def test_a_location_works_for_the_account_of_its_channel_and_the_echo_is_passed_over(tmp_path):
    amazon, orders = Mcf(stock={"MUG": 5}), AmazonShop()
    orders.now = LATER[2]
    echo = an_amazon_order(1, salesChannel={"channelName": "NON_AMAZON", "marketplaceId": "A1PA6795UKMFR9"})
    orders.orders = {"1": echo | {"orderId": "S01-1", "lastUpdatedTime": NOW}}

    def answer(asked: Asked) -> Reply:
        return (amazon if asked.path.startswith("/fba/") else orders).answer(asked)

    with partner(answer=answer) as server:
        shop = of_a_channel(tmp_path, server.url)
        shop.orders("web", an_order_row("1001"))
        assert Exit.OK == run_at(shop, amazon, NOW)
        assert Exit.OK == run_at(shop, amazon, LATER[0])

    assert {"WEB-1001-1": "acknowledged"} == states(shop)
    assert "A1PA6795UKMFR9" == amazon.orders["WEB-1001-1"]["marketplaceId"]
    assert [] == waiting(shop)


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        ("amazn", "there is no channel 'amazn'; did you mean 'amazon'?"),
        ("web", "the channel 'web' is of type file, not amazon"),
    ],
)
def test_a_channel_that_is_none_or_no_amazon_is_told_before_anything_runs(tmp_path, channel, words):
    shop = of_a_channel(tmp_path, "http://127.0.0.1:9", channel)

    with pytest.raises(ConfigError, match=r"location\.fba\.send") as raised, shop.context() as ctx:
        ctx.adapters.open_all()
    assert words in str(raised.value)


def test_keys_of_a_channel_that_are_missing_are_told_once(tmp_path, monkeypatch):
    monkeypatch.delenv("AMAZON_SECRET")
    shop = of_a_channel(tmp_path, "http://127.0.0.1:9")

    with pytest.raises(ConfigError) as raised, shop.context() as ctx:
        ctx.adapters.open_all()
    assert ["channels.toml"] == [Path(one.file).name for one in raised.value.findings]
    assert "AMAZON_SECRET" in str(raised.value)


#: What is refused leaves elsewhere, as the next part.
REROUTED = "WEB-1004-2"
AFTER = ("2026-11-20T15:00:00Z", "2026-11-20T15:10:00Z", "2026-11-20T15:20:00Z", "2026-11-20T15:30:00Z")


def refuses(body: dict[str, Any]) -> Reply | None:
    is_refused = any(item["quantity"] == 2 for item in body["items"])
    return refusing(400, "not our article") if is_refused else None


def a_busy_shop(folder: Path, url: str, partner_class: str, amazon: Mcf) -> Shop:
    """A shop whose next pass does everything: one order goes out, one is refused and leaves elsewhere, one comes back,
    and one is cancelled that Amazon has in hand."""
    shop = an_mcf_shop(folder, url, partner_class, preview=partner_class == "A")
    shop.orders("web", an_order_row("1001"), an_order_row("1002"))
    amazon.now = "2026-11-20T14:00:00Z"
    shop.run(at=amazon.now)
    amazon.now = late = "2026-11-20T14:30:00Z"
    amazon.ships("WEB-1001-1", "1Z1", status="COMPLETE")
    shop.orders("web-2", an_order_row("1002", updated_at=late, cancelled_at=late))
    shop.orders("web-3", an_order_row("1003", "TEE"), an_order_row("1004", "MUG*2"))
    return shop


def settle(shop: Shop, amazon: Mcf, until: dict[str, str] | None = None) -> None:
    """The passes that follow, until all is as it should be; of a blind class a person looks it up at Amazon."""
    for at in AFTER:
        with shop.context(at=at) as ctx:
            runs.run(ctx)
            uncertain = [reference for reference, state in states(shop).items() if state == "uncertain"]
            blind = ctx.config.locations["fba"].partner_class == "C"
            for reference in uncertain if blind else ():
                shipments.resolve(ctx, reference, sent=reference in amazon.effects)
        if states(shop) == until:
            return


@pytest.mark.parametrize("partner_class", ["A", "B", "C"])
def test_killed_at_every_failpoint_there_is_one_effect_for_each_shipment(tmp_path, partner_class):
    current = [Mcf(refuses=refuses)]
    with partner(answer=lambda asked: current[0].answer(asked)) as server:  # noqa: PLW0108 - another one each time
        start = a_busy_shop(tmp_path / "start", server.url, partner_class, current[0])
        before = copy.deepcopy(current[0])
        undisturbed = start.copy(tmp_path / "undisturbed")
        names = points_of(undisturbed)
        settle(undisturbed, current[0])
        expected = (states(undisturbed), sorted(current[0].effects), waiting(undisturbed))
        sending = ("dispatch.", "call_backs.", "journal.")
        points = [(at, name) for at, name in enumerate(names, 1) if partner_class == "A" or name.startswith(sending)]
        for count, name in points:
            shop = start.copy(tmp_path / str(count))
            current[0] = copy.deepcopy(before)
            assert os.WIFSIGNALED(in_child(bound(a_pass, shop), kill_at(count))), f"not killed at {count} ({name})"
            settle(shop, current[0], expected[0])

            assert expected == (states(shop), sorted(current[0].effects), waiting(shop)), f"killed at {count} ({name})"
    ended = {"WEB-1001-1": "shipped", "WEB-1002-1": "cancelled", "WEB-1003-1": "acknowledged", "WEB-1004-1": "rejected"}
    assert {**ended, REROUTED: "dispatched"} == expected[0]
    assert ["WEB-1001-1", "WEB-1002-1", "WEB-1003-1"] == expected[1]
    assert len(points) > (70 if partner_class == "A" else 20)
    print(f"\nclass {partner_class}: {len(points)} kill points, 0 violations")  # noqa: T201
