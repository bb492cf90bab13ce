"""What channels sent is kept as sent."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from orderctl.store import payloads
from tests.shop import a_shop, an_order_row


def test_every_revision_of_every_order_gives_its_payload_back(tmp_path):
    shop = a_shop(tmp_path / "shop")
    rows = [an_order_row(str(number)) for number in range(payloads.IN_A_BLOCK + 5)]
    first = shop.orders("web", *rows).read_bytes().splitlines()
    shop.run()
    second = shop.orders("web-later", an_order_row("7", "LAMP", updated_at="2026-11-20T11:00:00Z")).read_bytes()
    shop.run()

    with closing(sqlite3.connect(shop.store)) as db:
        orders = db.execute("SELECT order_id FROM orders ORDER BY order_id").fetchall()
        assert first == [payloads.read(db, order_id, 1) for (order_id,) in orders]
        assert second.rstrip() == payloads.read(db, orders[7][0], 2)
        assert payloads.read(db, orders[8][0], 2) is None
