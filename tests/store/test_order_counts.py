from __future__ import annotations

import pytest

from orderctl.store import order_counts
from tests.builders import an_order
from tests.store.shelf import save


@pytest.mark.parametrize("very_many", [1, 2, 3, 100])
def test_orders_are_counted_by_state_however_many_are_in_one(db, monkeypatch, very_many):
    monkeypatch.setattr(order_counts, "_VERY_MANY", very_many)
    save(db, *(an_order(number=str(n), channel_order_id=str(n)) for n in range(5)))
    db.execute(
        "UPDATE orders SET state = CASE WHEN order_id < 3 THEN 'closed' WHEN order_id < 5 THEN 'new' ELSE 'held' END"
    )

    assert {"closed": 2, "new": 2, "held": 1} == order_counts.states(db)
