from __future__ import annotations

from orderctl.store import order_marks
from orderctl.store.transactions import transaction
from tests.store.shelf import kinds_of_events, rows, stamp


def test_a_tag_stands_once_whatever_its_case_and_goes_the_same_way(db, order):
    with transaction(db, "tags"):
        assert [2, 0] == [order_marks.add_tags(db, stamp(), order, tags) for tags in (["vip", "late"], ["VIP"])]
        assert [1, 0] == [order_marks.remove_tags(db, stamp(), order, ["Late"]) for _ in range(2)]

    assert [('["vip"]',)] == rows(db, "SELECT tags FROM orders")
    assert ["tagged", "tagged", "untagged"] == kinds_of_events(db, order)[-3:]


def test_who_looks_after_an_order_is_written_down_when_it_changes(db, order):
    with transaction(db, "assign"):
        assert [True, False, True] == [order_marks.assign(db, stamp(), order, who) for who in ("ana", "ana", "")]

    assert [("ana",), ("nobody",)] == rows(db, "SELECT detail FROM events WHERE kind = 'assigned' ORDER BY event_id")
