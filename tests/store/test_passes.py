from __future__ import annotations

import json

import pytest

from orderctl.core.times import later
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


QUIET = {"pull": {"unchanged": 3}, "collect": {}, "route": {}, "read": ["web"]}
WEEK_S = 7 * 86_400


def a_year(db, *summaries, command="run", exit_code=0, every_s=3600):
    """One pass each, an hour apart, with what its steps counted."""
    for nth, summary in enumerate(summaries):
        at = later(NOW, nth * every_s)
        passes.end(db, passes.begin(db, command, "cron", at), at, exit_code, json.dumps(summary) if summary else "")


@pytest.fixture
def remembering_few(monkeypatch):
    monkeypatch.setattr(passes, "NEWEST_KEPT", 3)


def numbers(db):
    return [row[0] for row in rows(db, "SELECT pass_id FROM passes ORDER BY pass_id")]


def test_a_pass_in_which_nothing_happened_is_forgotten_after_a_week(db, remembering_few):
    a_year(db, *[QUIET] * 400)

    kept = numbers(db)
    assert (232, 400) == (kept[0], kept[-1])  # 169 began within the last week
    assert list(range(232, 401)) == kept


def test_what_did_something_or_failed_or_was_typed_is_kept_for_good(db, remembering_few):
    a_year(db, QUIET | {"pull": {"new": 1}}, QUIET | {"push": {"stock": 2}})
    a_year(db, QUIET, exit_code=5)
    a_year(db, "", command="orders hold")
    passes.begin(db, "run", "cron", NOW)  # killed
    a_year(db, *[QUIET] * 400)

    assert [1, 2, 3, 4, 5] == [number for number in numbers(db) if number < 200]


def test_the_newest_passes_are_kept_however_old_they_are(db):
    a_year(db, *[QUIET] * 40, every_s=WEEK_S)

    assert 40 == len(numbers(db))
    assert 12 == len(passes.of_step(db, "pull", 12))
    assert later(NOW, 39 * WEEK_S) == (passes.last(db) or {})["started_at"]


def test_few_are_looked_at_in_one_pass_and_each_of_them_once(db, monkeypatch):
    a_year(db, *[QUIET | {"pull": {"new": 1}}] * 20, *[QUIET] * 20, every_s=60)
    monkeypatch.setattr(passes, "NEWEST_KEPT", 0)
    monkeypatch.setattr(passes, "AT_ONCE", 15)
    left = []
    for nth in range(4):
        at = later(NOW, 30 * 86_400 + nth)
        passes.end(db, passes.begin(db, "orders hold", "maria", at), at, 0, "")
        left.append(len([number for number in numbers(db) if number <= 40]))

    assert [40, 30, 20, 20] == left


def test_when_a_channel_was_read_last_is_known_after_its_passes_were_forgotten(db, remembering_few):
    a_year(db, QUIET | {"read": ["market", "web"]})
    a_year(db, *[QUIET] * 400)

    assert (NOW, later(NOW, 399 * 3600), "") == tuple(passes.last_read(db, name) for name in ("market", "web", "else"))
    assert 1 not in numbers(db)


def test_no_number_of_a_pass_is_given_twice(db, remembering_few):
    a_year(db, *[QUIET] * 300)

    assert 301 == passes.begin(db, "run", "cron", later(NOW, 40 * 86_400)).pass_id
