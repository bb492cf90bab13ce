"""The decisions of the past, read as a stream."""

from __future__ import annotations

from pathlib import Path

from orderctl.store import decision_history
from tests.shop import NOW, RULES, Shop, a_shop, an_order_row


def decided(folder: Path) -> Shop:
    """A shop whose second order was decided a day after its first."""
    shop = a_shop(folder)
    for number, at in (("1", NOW), ("2", "2026-11-21T15:00:00Z")):
        shop.orders(f"web-{number}", an_order_row(number))
        shop.run(at=at)
    return shop


def test_decisions_come_newest_first_with_their_order_and_its_worth(tmp_path: Path):
    with decided(tmp_path).context(write=False) as ctx:
        rows = list(decision_history.newest_first(ctx.db))

    assert [("WEB-2", 1, 2000, "USD"), ("WEB-1", 1, 2000, "USD")] == [
        (row.order, row.sequence, row.total_minor, row.currency) for row in rows
    ]
    assert all(row.record and row.record.startswith(b'{"facts":') for row in rows)


def test_a_moment_and_orders_narrow_them_down(tmp_path: Path):
    with decided(tmp_path).context(write=False) as ctx:
        since = [row.order for row in decision_history.newest_first(ctx.db, "2026-11-21T00:00:00Z")]
        one = [row.order for row in decision_history.newest_first(ctx.db, orders=[1])]

        assert (["WEB-2"], ["WEB-1"]) == (since, one)
        assert (2, 1, 2) == (
            decision_history.count(ctx.db),
            decision_history.count(ctx.db, "2026-11-21T00:00:00Z"),
            decision_history.last_order(ctx.db),
        )


def test_what_was_redacted_has_no_record(tmp_path: Path):
    with decided(tmp_path).context() as ctx:
        ctx.db.execute("UPDATE decision_blocks SET content = NULL WHERE block_id = 1")
        rows = list(decision_history.newest_first(ctx.db))

    assert [("WEB-2", True), ("WEB-1", False)] == [(row.order, row.record is not None) for row in rows]


def test_the_texts_a_decision_was_made_with_are_there(tmp_path: Path):
    with decided(tmp_path).context(write=False) as ctx:
        assert RULES == decision_history.ruleset(ctx.db, 1)
        assert "east" in decision_history.places(ctx.db, 1)
