"""One pass: what comes in, what goes out, what waits for a person."""

from __future__ import annotations

import pytest

from orderctl.core.effects import Receipt
from orderctl.core.errors import Exit, UsageError
from orderctl.steps import care, run, shipments, stock_by_hand, views
from tests.shop import CHANNELS, RULES, Shop, a_shop, an_order_row


def states(shop: Shop) -> dict[str, str]:
    return {order["order"]: order["state"] for order in shop.ask(views.orders_list)}


def shipped_from(shop: Shop, name: str) -> list[tuple[str, str]]:
    return [(one["location"], one["state"]) for one in shop.ask(views.order_show, name)["shipments"]]


def codes(shop: Shop) -> list[tuple[str, str]]:
    return [(one["code"], one["subject"]) for one in shop.ask(views.exceptions_list)]


@pytest.fixture
def shop(tmp_path):
    return a_shop(tmp_path / "shop")


def test_an_order_becomes_a_pick_file_and_its_tracking_goes_back(shop):
    shop.orders("web", an_order_row("1001"))
    assert Exit.OK == shop.run()[0]
    assert ["out/east/2026-11-20-0001.csv"] == list(shop.files())

    shop.answers("east", "a", "WEB-1001-1,shipped,,,UPS,1Z1,")
    assert Exit.OK == shop.run()[0]

    assert {"WEB-1001": "closed"} == states(shop)
    assert b"id-1001,1001,WEB-1001-1,ups,,1Z1," in shop.files("outbox")["outbox/web/tracking-000001.csv"]


def test_a_second_pass_without_news_changes_nothing(shop):
    shop.orders("web", an_order_row("1001"), an_order_row("1002", "TEE*9"), "{")
    shop.run()
    before = (shop.files(), shop.ask(views.orders_list), shop.ask(views.exceptions_list), shop.ask(views.stock_show))

    code, reports = shop.run()

    assert Exit.OK == code
    assert [{}] * 5 == [report.counts for report in reports]
    assert before == (
        *(shop.files(), shop.ask(views.orders_list), shop.ask(views.exceptions_list), shop.ask(views.stock_show)),
    )


def test_a_split_order_reserves_at_both_locations(shop):
    """The customer bought two things that no single location has."""
    shop.orders("web", an_order_row("1003", "TEE", "LAMP"))
    shop.run()

    assert [("east", "dispatched"), ("west", "dispatched")] == shipped_from(shop, "1003")
    reserved = {(row["location"], row["sku"]): row["reserved"] for row in shop.ask(views.stock_show)}
    assert (1, 1) == (reserved["east", "TEE"], reserved["west", "LAMP"])


def test_what_nobody_has_is_backordered_and_ships_when_it_arrives(shop):
    shop.orders("web", an_order_row("1004", "TEE*9"))
    shop.run()
    assert {"WEB-1004": "backordered"} == states(shop)

    with shop.context() as ctx:
        stock_by_hand.adjust(ctx, "TEE", "east", 10, "received")
    shop.run()

    assert {"WEB-1004": "dispatched"} == states(shop)


def test_a_held_order_reserves_nothing_and_goes_nowhere(shop):
    shop.orders("web", an_order_row("1005", "MUG*30"))
    shop.run()

    assert {"WEB-1005": "held"} == states(shop)
    assert {} == shop.files()
    assert [0] == sorted({row["reserved"] for row in shop.ask(views.stock_show)})


def test_a_rejection_is_routed_again_and_dispatched_in_the_same_pass(shop):
    shop.orders("web", an_order_row("1006", "RING-1"))
    shop.run()
    shop.answers("acme", "a", "WEB-1006-1,rejected,,,,,no gold")

    shop.run()

    assert [("acme", "rejected"), ("east", "dispatched")] == shipped_from(shop, "1006")
    assert "out/east/2026-11-20-0001.csv" in shop.files()


def test_one_bad_record_never_stops_the_rest_and_is_told_once(shop):
    shop.orders("web", "{", an_order_row("1001"), an_order_row("1002", "MUG*-1"))

    assert Exit.ATTENTION == shop.run()[0]
    assert {"WEB-1001": "dispatched"} == states(shop)
    assert {("quarantine", "web orders/web.jsonl line 1"), ("quarantine", "web orders/web.jsonl line 3")} == set(
        codes(shop)
    )
    assert Exit.OK == shop.run()[0]


def test_an_unknown_sku_waits_for_a_person_and_goes_on_once_it_is_known(shop):
    shop.orders("web", an_order_row("1007", "NEW"))
    assert Exit.ATTENTION == shop.run()[0]
    assert [("unknown_sku", "WEB-1007")] == codes(shop)

    with shop.context() as ctx:
        stock_by_hand.adjust(ctx, "NEW", "west", 3, "received")
    assert Exit.OK == shop.run()[0]

    assert {"WEB-1007": "dispatched"} == states(shop)
    assert [] == codes(shop)


def test_a_channel_without_live_from_is_only_watched(tmp_path):
    """Five hundred old orders, and the pass sends nothing."""
    shop = a_shop(tmp_path / "shop", CHANNELS.replace("live_from = 2026-11-01T00:00:00Z\n", ""))
    shop.orders("web", *(an_order_row(str(number)) for number in range(500)))

    assert Exit.OK == shop.run()[0]

    assert {} == shop.files()
    assert {"new"} == set(states(shop).values())
    assert 0 == sum(row["reserved"] for row in shop.ask(views.stock_show))


def test_orders_from_before_live_from_are_tracked_only(shop):
    shop.orders("web", an_order_row("1", placed_at="2026-10-31T23:59:59Z"), an_order_row("2"))
    shop.run()

    assert {"WEB-1": "track_only", "WEB-2": "dispatched"} == states(shop)


def test_a_watched_channel_that_goes_live_ships_what_came_since(tmp_path):
    shop = a_shop(tmp_path / "shop", CHANNELS.replace("live_from = 2026-11-01T00:00:00Z\n", ""))
    shop.orders("web", an_order_row("1", placed_at="2026-11-10T00:00:00Z"), an_order_row("2"))
    shop.run()

    shop.write("channels.toml", CHANNELS.replace("2026-11-01T00", "2026-11-15T00"))
    shop.run()

    assert {"WEB-1": "track_only", "WEB-2": "dispatched"} == states(shop)


def test_an_order_that_changes_before_it_leaves_is_planned_anew(shop):
    shop.orders("web", an_order_row("1001", "MUG*3"))
    with shop.context() as ctx:
        run.run(ctx, skip=("dispatch",))
    shop.orders("web-later", an_order_row("1001", "MUG*2", "TEE", updated_at="2026-11-20T11:00:00Z"))

    shop.run()

    shown = shop.ask(views.order_show, "1001")
    assert [("east", "cancelled"), ("east", "dispatched")] == shipped_from(shop, "1001")
    assert [("mug", 3, 2, 1), ("tee", 1, 1, 0)] == [
        (line["id"], line["counters"]["ordered"], line["counters"]["dispatched"], line["counters"]["cancelled"])
        for line in shown["lines"]
    ]


def test_an_order_cancelled_after_the_hand_over_keeps_its_stock_until_the_location_answers(shop):
    shop.orders("web", an_order_row("1001", "MUG*2"))
    shop.run()
    shop.orders(
        "web-later",
        an_order_row("1001", "MUG*2", cancelled_at="2026-11-20T11:00:00Z", updated_at="2026-11-20T11:00:00Z"),
    )
    assert Exit.ATTENTION == shop.run()[0]
    assert [("east", "cancel_requested")] == shipped_from(shop, "1001")
    assert [("cancel_after_dispatch", "WEB-1001")] == codes(shop)
    assert 2 == sum(row["reserved"] for row in shop.ask(views.stock_show, "MUG"))

    shop.answers("east", "a", "WEB-1001-1,cancelled,,,,,")
    assert Exit.OK == shop.run()[0]

    assert {"WEB-1001": "cancelled"} == states(shop)
    assert [] == codes(shop)
    assert 0 == sum(row["reserved"] for row in shop.ask(views.stock_show, "MUG"))


def test_goods_that_ship_after_all_are_off_the_stock_and_told_to_a_person(shop):
    shop.orders("web", an_order_row("1001", "MUG*2"))
    shop.run()
    shop.orders(
        "web-later",
        an_order_row("1001", "MUG*2", cancelled_at="2026-11-20T11:00:00Z", updated_at="2026-11-20T11:00:00Z"),
    )
    shop.run()
    shop.answers("east", "a", "WEB-1001-1,shipped,,,UPS,1Z1,")

    shop.run()

    assert ("shipped_after_cancel", "WEB-1001-1") in codes(shop)
    assert {"WEB-1001": "closed"} == states(shop)
    assert 8 == next(row["on_hand"] for row in shop.ask(views.stock_show, "MUG") if row["location"] == "east")


def test_tracking_for_an_unknown_order_is_kept_and_matched_when_the_order_comes(shop):
    shop.orders("web", an_order_row("1001"))
    shop.answers("east", "a", "WEB-1002-1,shipped,,,UPS,1Z2,")
    shop.run()
    assert [("unmatched_answer", "east WEB-1002-1")] == codes(shop)

    shop.orders("web-later", an_order_row("1002"))
    shop.run()
    shop.run()

    assert "closed" == states(shop)["WEB-1002"]
    assert [] == codes(shop)


def test_the_same_answers_under_another_name_change_nothing(shop):
    shop.orders("web", an_order_row("1001"))
    shop.run()
    for name in ("a", "b"):
        shop.answers("east", name, "WEB-1001-1,shipped,,,UPS,1Z1,")
        shop.run()
    shop.answers("east", "c", "WEB-1001-1,shipped,mug,1,UPS,1Z1,again")
    shop.run()

    assert 1 == len(shop.files("outbox"))
    assert 9 == next(row["on_hand"] for row in shop.ask(views.stock_show, "MUG") if row["location"] == "east")


def test_two_parcels_of_one_line_are_told_to_the_channel_one_by_one(shop):
    shop.orders("web", an_order_row("1001", "MUG*3"))
    shop.run()
    shop.answers("east", "a", "WEB-1001-1,shipped,mug,2,UPS,1Z1,")
    shop.run()
    assert {"WEB-1001": "partly_shipped"} == states(shop)

    shop.answers("east", "b", "WEB-1001-1,shipped,mug,1,UPS,1Z2,")
    shop.run()

    assert {"WEB-1001": "closed"} == states(shop)
    pushed = [line.split(b",")[5::4] for file in shop.files("outbox").values() for line in file.splitlines()[1:]]
    assert [[b"1Z1", b"2"], [b"1Z2", b"1"]] == pushed


def test_a_location_that_ships_less_has_the_rest_routed_elsewhere(shop):
    shop.orders("web", an_order_row("1001", "MUG*3"))
    shop.run()
    shop.answers("east", "a", "WEB-1001-1,shipped,mug,2,UPS,1Z1,", "WEB-1001-1,short,mug,1,,,broken")

    shop.run()

    assert [("east", "shipped"), ("west", "dispatched")] == shipped_from(shop, "1001")


def test_a_folder_that_cannot_be_written_stops_that_location_only(shop):
    shop.orders("web", an_order_row("1001"), an_order_row("1002", "LAMP"))
    (shop.folder / "out").mkdir()
    (shop.folder / "out/east").write_text("in the way")

    code, _ = shop.run()

    assert Exit.REMOTE == code
    assert {"WEB-1001": "routed", "WEB-1002": "dispatched"} == states(shop)
    (shop.folder / "out/east").unlink()
    assert Exit.OK == shop.run()[0]
    assert {"WEB-1001": "dispatched", "WEB-1002": "dispatched"} == states(shop)


def test_an_uncertain_batch_is_never_sent_again_until_a_person_says_what_became_of_it(shop, monkeypatch):
    shop.orders("web", an_order_row("1001"))
    with shop.context() as ctx:
        run.run(ctx, skip=("dispatch", "push"))
    with shop.context() as ctx:
        way = ctx.adapters.way("east", "send")
        assert way is not None
        monkeypatch.setattr(way, "deliver", lambda *_: Receipt("uncertain", message="the line went dead"))
        run.run(ctx, only=("dispatch",))
    assert [("uncertain", "east batch 1")] == codes(shop)
    assert Exit.OK == shop.run()[0]
    assert [("east", "uncertain")] == shipped_from(shop, "1001")

    with shop.context() as ctx:
        shipments.resolve(ctx, "WEB-1001-1", sent=False)
    shop.run()

    assert [("east", "dispatched")] == shipped_from(shop, "1001")
    assert ["out/east/2026-11-20-0002.csv"] == list(shop.files())
    assert [] == codes(shop)


def test_the_same_wish_twice_is_held_until_someone_looks(tmp_path):
    shop = a_shop(tmp_path / "shop", CHANNELS + '\n[routing]\nduplicate_window = "2 h"\n')
    shop.orders("web", an_order_row("1"), an_order_row("2"), an_order_row("3", placed_at="2026-11-20T13:00:01Z"))

    shop.run()

    assert {"WEB-1": "dispatched", "WEB-2": "held", "WEB-3": "dispatched"} == states(shop)


def test_goods_taken_at_a_till_are_off_the_stock_and_ship_nothing(tmp_path):
    channels = CHANNELS.replace("push = ", 'location_map = { till = "east" }\npush = ', 1)
    shop = a_shop(tmp_path / "shop", channels)
    shop.run()
    shop.orders("web", an_order_row("1", "MUG*2", source="pos", pos_location="till", ship_to=None))

    shop.run()

    assert {"WEB-1": "closed"} == states(shop)
    assert 8 == next(row["on_hand"] for row in shop.ask(views.stock_show, "MUG") if row["location"] == "east")


def test_a_hold_that_lasted_too_long_cancels_the_order(tmp_path):
    unpaid = '[[hold]]\nname = "unpaid"\nwhen.payment = "pending"\nthen.hold = "payment"\nthen.cancel_after = "1d"\n'
    shop = a_shop(tmp_path / "shop", rules=RULES + unpaid)
    shop.orders("web", an_order_row("1", payment="pending"))
    shop.run()
    assert {"WEB-1": "held"} == states(shop)

    shop.run(at="2026-11-21T15:00:00Z")

    assert {"WEB-1": "cancelled"} == states(shop)
    assert [("cancel_not_pushed", "WEB-1")] == codes(shop)


def test_a_dry_run_shows_the_pass_that_follows_and_changes_no_byte(shop):
    shop.orders("web", an_order_row("1001"), an_order_row("1003", "TEE", "LAMP"))
    before = {path: path.read_bytes() for path in shop.folder.rglob("*") if path.is_file()}

    _, dry = shop.run(dry_run=True)
    assert before == {path: path.read_bytes() for path in shop.folder.rglob("*") if path.is_file()}
    _, wet = shop.run()

    assert [report.to_json() for report in wet] == [report.to_json() for report in dry]


def test_a_step_that_does_not_exist_is_named_with_the_one_that_was_meant(shop):
    with shop.context() as ctx, pytest.raises(UsageError, match="did you mean 'route'"):
        run.run(ctx, only=("rout",))


def test_a_cancellation_goes_to_the_channel_that_takes_them(tmp_path):
    rules = RULES.replace('then.if_short = "backorder"', 'then.if_short = "cancel"')
    shop = a_shop(tmp_path / "shop", CHANNELS.replace('["tracking"]', '["tracking", "cancel"]'), rules)
    shop.orders("web", an_order_row("1004", "TEE*9"))

    assert Exit.OK == shop.run()[0]

    assert {"WEB-1004": "cancelled"} == states(shop)
    content = shop.files("outbox")["outbox/web/cancel-000001.csv"]
    assert b"id-1004,1004,out of stock,tee,TEE,9\r\n" == content.partition(b"\r\n")[2]
    assert {} == shop.ask(care.status)["waiting_effects"]


def test_a_channel_that_takes_no_cancellations_leaves_them_to_a_person(tmp_path):
    rules = RULES.replace('then.if_short = "backorder"', 'then.if_short = "cancel"')
    shop = a_shop(tmp_path / "shop", rules=rules)
    shop.orders("web", an_order_row("1004", "TEE*9"))

    assert Exit.ATTENTION == shop.run()[0]

    assert [("cancel_not_pushed", "WEB-1004")] == codes(shop)


def test_a_gift_that_a_rule_adds_stands_on_the_pick_file_and_leaves_the_stock_with_the_order(tmp_path):
    rules = RULES + '\n[[enhance]]\nname = "thanks"\nthen.add_item = { sku = "TEE", quantity = 1 }\n'
    shop = a_shop(tmp_path / "shop", rules=rules)
    shop.orders("web", an_order_row("1", "MUG*3"))
    shop.run()
    rows = [line.split(b",")[18:22] for line in shop.files()["out/east/2026-11-20-0001.csv"].splitlines()[1:]]
    assert [[b"mug", b"MUG", b"", b"3"], [b"", b"TEE", b"", b"1"]] == rows

    shop.answers("east", "a", "WEB-1-1,shipped,mug,3,UPS,1Z1,")
    shop.run()

    assert 4 == next(row["on_hand"] for row in shop.ask(views.stock_show, "TEE") if row["location"] == "east")


def test_an_order_of_a_channel_that_is_not_told_closes_when_it_has_shipped(tmp_path):
    shop = a_shop(tmp_path / "shop", CHANNELS.replace('push = ["tracking"]', "push = []"))
    shop.orders("web", an_order_row("1001"))
    shop.run()
    shop.answers("east", "a", "WEB-1001-1,shipped,,,UPS,1Z1,")

    shop.run()

    assert {"WEB-1001": "closed"} == states(shop)
    assert {} == shop.files("outbox")
