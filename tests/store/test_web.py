"""The store as a browser's queries meet it: views, questions, and what cannot be done."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import StoreError
from orderctl.store import web
from orderctl.store.web_questions import QUESTIONS
from orderctl.store.web_views import VIEWS
from tests.shop import Shop, a_shop, an_order_row

LATER = "2026-11-22T10:00:00Z"
ZOE = {"email": "zoe@example.org", "name": "Zoë Müller", "phone": "+49 171 1234567"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """An order shipped, one in hand, one without stock, one held and late; an answer about a shipment nobody has."""
    shop = a_shop(tmp_path_factory.mktemp("web"))
    shop.orders(
        "web",
        an_order_row("1001"),
        an_order_row("1002", "LAMP", customer=ZOE),
        an_order_row("1003", "LAMP*9", customer=ZOE),
        an_order_row("1004", "TEE*40", ship_by="2026-11-21T10:00:00Z"),
    )
    shop.run()
    tracked = "WEB-1001-1,shipped,,,usps,9405511899223197428490,"
    shop.answers("east", "monday", tracked, "WEB-7777-1,shipped,,,usps,9400000000000000000000,")
    shop.run(at="2026-11-21T15:00:00Z")
    return shop


@pytest.fixture
def db(shop: Shop) -> Iterator[sqlite3.Connection]:
    opened = web.open_for_pages(shop.store, "America/New_York", lambda: LATER)
    opened.row_factory = sqlite3.Row
    yield opened
    opened.close()


def rows(db: sqlite3.Connection, sql: str, **said: str) -> list[dict[str, Any]]:
    return [dict(row) for row in db.execute(sql, said)]


def answer(db: sqlite3.Connection, name: str, **said: str) -> list[dict[str, Any]]:
    question = next(one for one in QUESTIONS if one.name == name)
    return rows(db, question.sql, **(dict.fromkeys(question.asks, "") | said))


def orders(found: list[dict[str, Any]]) -> list[str]:
    return [row["order"] for row in found]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_view_has_every_column_that_is_explained_or_counted(db: sqlite3.Connection, view: Any):
    names = {column[0] for column in db.execute(f"SELECT * FROM {view.name}").description}  # noqa: S608

    assert set() == {*view.columns, *view.facets, view.sort.removeprefix("-")} - names
    assert view.searched is ("order" in names)


def test_an_order_is_told_in_words_and_by_the_shop_s_clock(db: sqlite3.Connection):
    (row,) = rows(db, "SELECT * FROM all_orders WHERE number = '1001'")

    assert ("WEB-1001", "closed", "2026-11-20 05:00", "20.00 USD") == (
        *(row["order"], row["state"], row["placed"], row["total"]),
    )
    assert ("Ana Diaz", "10001", 1, "east", None) == (
        *(row["customer"], row["postcode"], row["units"], row["ships_from"], row["held_for"]),
    )


@pytest.mark.parametrize(
    "text",
    ["1002", "WEB-1002-1", "zoe@example.org", "zoe muller", "171 1234567", "10001 lamp zoe"],
)
def test_an_order_is_found_by_whatever_the_customer_says(db: sqlite3.Connection, text: str):
    assert "WEB-1002" in orders(answer(db, "find", text=text))


def test_a_search_for_nothing_finds_nothing(db: sqlite3.Connection):
    assert [] == answer(db, "find", text=" -- ")
    assert [] == answer(db, "find", text="nobody at all")


def test_a_customer_has_all_their_orders_whatever_the_case_of_the_address(db: sqlite3.Connection):
    assert ["WEB-1003", "WEB-1002"] == orders(answer(db, "customer", email=" Zoe@Example.org"))


def test_a_parcel_is_found_by_its_number_typed_with_spaces(db: sqlite3.Connection):
    (found,) = answer(db, "parcel", number="9405 5118 9922 3197 428490")

    assert ("WEB-1001", "WEB-1001-1", "east") == (found["order"], found["shipment"], found["location"])
    assert [] == answer(db, "parcel", number="")


def test_what_had_to_leave_and_has_not_is_late(db: sqlite3.Connection):
    assert [("WEB-1004", "2026-11-21 05:00")] == [(row["order"], row["ship_by"]) for row in answer(db, "late")]


def test_what_waits_for_a_person_stands_oldest_first_and_with_its_meaning(db: sqlite3.Connection):
    found = answer(db, "exceptions")

    assert sorted(row["no"] for row in found) == [row["no"] for row in found]
    assert all(row["meaning"] for row in found)
    assert [] == answer(db, "exceptions", owner="maria")


def test_holds_and_backorders_say_since_when_and_why(db: sqlite3.Connection):
    assert [("WEB-1004", "fraud", "800.00 USD")] == [
        (row["order"], row["hold"], row["total"]) for row in answer(db, "held")
    ]
    assert [("WEB-1003", "LAMP", 9)] == [(row["order"], row["sku"], row["units"]) for row in answer(db, "backorders")]


def test_stock_is_found_by_the_beginning_of_a_sku(db: sqlite3.Connection):
    found = answer(db, "stock", sku="mu")

    assert {("MUG", "east"), ("MUG", "west")} == {(row["sku"], row["location"]) for row in found}
    assert [] == answer(db, "stock")


def test_a_location_s_hand_can_be_asked_by_age(db: sqlite3.Connection):
    assert ["WEB-1002-1"] == [row["shipment"] for row in answer(db, "in_hand", location="west", days="1")]
    assert [] == answer(db, "in_hand", location="west", days="9")
    assert [] == answer(db, "in_hand", location="east")


def test_tracking_that_belongs_to_no_order_is_listed(db: sqlite3.Connection):
    (found,) = answer(db, "unmatched")

    assert ("WEB-7777-1", "9400000000000000000000") == (found["reference"], found["tracking_number"])


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_every_question_can_be_asked_and_counted(db: sqlite3.Connection, question: Any):
    said = dict.fromkeys(question.asks, "")
    everything = db.execute(question.sql, said).fetchall()

    assert len(everything) == db.execute(question.count, said).fetchone()[0]
    assert all(f":{name}" in question.sql for name in question.asks)
    assert not (question.needs and everything)


@pytest.mark.parametrize(("table", "column"), sorted(web.UNREADABLE))
def test_what_nobody_asks_for_cannot_be_read(db: sqlite3.Connection, table: str, column: str):
    with pytest.raises(sqlite3.DatabaseError, match="prohibited"):
        db.execute(f"SELECT {column} FROM {table}")  # noqa: S608


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM orders",
        "UPDATE orders SET state = 'new'",
        "CREATE TABLE more (name)",
        "ATTACH ':memory:' AS more",
        "PRAGMA query_only = OFF",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = ''",
    ],
)
def test_nothing_can_be_written(shop: Shop, db: sqlite3.Connection, sql: str):
    before = hashlib.sha256(shop.store.read_bytes()).digest()

    with pytest.raises(sqlite3.DatabaseError):
        db.execute(sql)

    assert before == hashlib.sha256(shop.store.read_bytes()).digest()


def test_reading_leaves_neither_a_log_nor_a_view(shop: Shop):
    web.open_for_pages(shop.store, "UTC", lambda: LATER).close()

    with sqlite3.connect(shop.store) as plain:
        views = plain.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall()
    plain.close()
    assert [] == views
    assert {"orderctl.db", "orderctl.db.lock", "orderctl.db.effects"} == {
        path.name for path in shop.folder.glob("orderctl.db*")
    }


def test_without_a_store_there_is_nothing_to_show(tmp_path: Path):
    with pytest.raises(StoreError, match="there is no store yet"):
        web.open_for_pages(tmp_path / "orderctl.db", "UTC", lambda: LATER)
