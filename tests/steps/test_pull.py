"""What comes in and cannot be an order waits for a person, and the rest goes on."""

from __future__ import annotations

from orderctl.core.errors import Exit
from orderctl.steps import report, run, views
from tests.shop import a_shop, an_order_row


def test_a_cancellation_that_names_no_order_waits_for_a_person(tmp_path):
    shop = a_shop(tmp_path / "shop")
    lost = {"cancellation": "C1001", "cancelled_at": "2026-11-20T11:00:00Z", "lines": [{"sku": "MUG", "quantity": 1}]}
    shop.orders("web", an_order_row("1001"), lost)

    assert Exit.ATTENTION == shop.run()[0]

    (waiting,) = shop.ask(views.exceptions_list)
    assert ("unmatched_cancellation", "cancellation C1001 does not say of which order") == (
        waiting["code"],
        waiting["message"],
    )
    assert ["dispatched"] == [order["state"] for order in shop.ask(views.orders_list)]
    assert Exit.OK == shop.run()[0]


def test_a_report_of_very_many_orders_counts_what_it_does_not_list(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "MOST_ITEMS", 2)
    shop = a_shop(tmp_path / "shop")
    shop.orders("web", *(an_order_row(str(number)) for number in range(1001, 1006)))

    with shop.context() as ctx:
        pulled, *_ = run.run(ctx, only=["pull"])

    assert {"new": 5, "not listed": 3} == pulled.counts
    assert 2 == len(pulled.items)
