"""Orders as a stream, in the order in which they were placed."""

from __future__ import annotations

from pathlib import Path

from orderctl.store import arrivals, order_documents
from tests.shop import a_shop, an_order_row

EARLY, LATE = "2026-11-19T10:00:00Z", "2026-11-20T10:00:00Z"


def test_orders_come_in_order_of_time_whatever_the_order_in_which_they_were_read(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(arrivals, "AT_ONCE", 2)
    shop = a_shop(tmp_path)
    moments = [LATE, EARLY, "2026-11-18T10:00:00Z", "2026-11-20T09:00:00Z"]
    shop.orders("web", *[an_order_row(str(at), placed_at=moment) for at, moment in enumerate(moments)])
    shop.run()

    with shop.context(write=False) as ctx:
        batches = list(arrivals.since(ctx.db, EARLY))
        assert (EARLY, LATE, 3) == arrivals.first_and_last(ctx.db, EARLY)
        assert ("", "", 0) == arrivals.first_and_last(ctx.db, "2027-01-01T00:00:00Z")

    assert [2, 1] == [len(batch) for batch in batches]
    orders = [order_documents.read(one.document) for batch in batches for one in batch]
    assert ["1", "3", "0"] == [order.number for order in orders]
