from __future__ import annotations

from orderctl.store import passes
from tests.builders import NOW
from tests.store.shelf import rows


def test_every_run_leaves_one_row_with_its_outcome(db):
    first = passes.begin(db, "run", "cron", NOW)
    passes.end(db, first, "2026-11-20T15:00:09Z", 3, "{}")
    second = passes.begin(db, "orders hold", "maria", NOW)

    assert (1, 2, "maria", NOW) == (first.pass_id, second.pass_id, second.actor, second.at)
    assert [("run", 3), ("orders hold", None)] == rows(db, "SELECT command, exit_code FROM passes ORDER BY pass_id")


def test_the_last_pass_is_the_last_whole_one(db):
    assert passes.last(db) is None
    first = passes.begin(db, "run", "cron", NOW)
    passes.end(db, first, "2026-11-20T15:00:09Z", 0, "{}")
    passes.begin(db, "push", "maria", "2026-11-20T16:00:00Z")

    assert {"started_at": NOW, "ended_at": "2026-11-20T15:00:09Z", "exit_code": 0, "actor": "cron"} == passes.last(db)
