from __future__ import annotations

import sqlite3

from tests.cli.shop import Shop


def test_a_copy_of_the_store_is_whole_and_for_its_owner_alone(a_day_later: Shop):
    said = a_day_later.orderctl("db", "backup", "copy.db")
    copy = a_day_later.folder / "copy.db"

    assert 0 == said.code
    assert said.out.startswith("copy.db: ")
    assert 0o600 == copy.stat().st_mode & 0o777
    assert (
        a_day_later.orderctl("orders", "list", "--json").json
        == a_day_later.orderctl("orders", "list", "--json", "--db", str(copy)).json
    )


def test_a_copy_never_replaces_a_file(a_day_later: Shop):
    a_day_later.write("copy.db", "mine")

    assert 2 == a_day_later.orderctl("db", "backup", "copy.db").code
    assert b"mine" == (a_day_later.folder / "copy.db").read_bytes()


def test_a_sum_that_does_not_hold_is_found(a_day_later: Shop):
    well = a_day_later.orderctl("db", "check")
    with sqlite3.connect(a_day_later.folder / "orderctl.db") as db:
        db.execute("UPDATE stock_levels SET on_hand = on_hand + 1 WHERE location = 'east'")
    db.close()
    wrong = a_day_later.orderctl("db", "check", "--json")

    assert (0, "") == (well.code, well.err)
    assert 7 == wrong.code
    assert ["on hand is the sum of the moves"] == [problem["subject"] for problem in wrong.json["problems"]]
    assert wrong.err.startswith("orderctl: 1 difference; next: ")
