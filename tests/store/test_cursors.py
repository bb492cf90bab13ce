from __future__ import annotations

from orderctl.store import cursors, meta
from orderctl.store.transactions import transaction
from tests.builders import NOW


def test_a_stream_is_read_on_from_where_it_was_left(db):
    with transaction(db, "move"):
        cursors.move(db, "channel:web", "a", "1", NOW)
        cursors.move(db, "channel:web", "a", "2", NOW)
        cursors.move(db, "channel:web", "b", "7", NOW)
        cursors.move(db, "location:east:confirm", "a", "end", NOW)

    assert {"a": "2", "b": "7"} == cursors.positions(db, "channel:web")
    assert {} == cursors.positions(db, "channel:market")


def test_what_is_only_remembered_of_files_is_not_listed(db):
    with transaction(db, "move"):
        cursors.move(db, "channel:web", "stat:a.csv", "digest", NOW)
        cursors.move(db, "channel:web", "digest", "end", NOW)

    assert ["digest"] == [row["stream"] for row in cursors.listed(db, "channel:web")]


def test_a_fact_about_the_store_is_what_was_written_last(db):
    with transaction(db, "put"):
        meta.put(db, "ruleset", "a")
        meta.put(db, "ruleset", "b")

    assert ("b", "") == (meta.get(db, "ruleset"), meta.get(db, "nothing"))
