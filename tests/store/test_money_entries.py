from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.money_entries import ORDER, STATEMENT, TYPES, MoneyEntry
from orderctl.core.stamp import Stamp
from orderctl.store import migrations, money_entries
from orderctl.store.transactions import transaction

LATER = "2026-11-21T15:00:00Z"
STAMP = Stamp("2026-11-20T15:00:00Z", "orderctl", 1)


def entry(minor: int = -59, order: str = "1042", **changes: Any) -> MoneyEntry:
    fields = {"type": "payment_fee", "source": ORDER, "reference": "", "currency": "USD"} | changes
    return MoneyEntry(channel_order_id=order, amount_minor=minor, **fields)


@pytest.fixture
def db() -> sqlite3.Connection:
    made = sqlite3.connect("", isolation_level=None)
    migrations.create(made)
    return made


def keep(db: sqlite3.Connection, *entries: MoneyEntry, whole: Any = (), at: str = STAMP.at) -> int:
    with transaction(db, "test"):
        return money_entries.keep(db, replace(STAMP, at=at), "web", entries, whole)


def of(db: sqlite3.Connection, order: str = "1042") -> dict[tuple[str, str, str], int]:
    return {one.key: one.amount_minor for one in money_entries.of_order(db, "web", order)}


def test_entries_of_an_order_that_nobody_knows_yet_are_kept_and_found(db):
    assert 2 == keep(db, entry(), entry(-900, "unknown", type="refund", reference="refund 7"))

    assert {("payment_fee", ORDER, ""): -59} == of(db)
    assert {("refund", ORDER, "refund 7"): -900} == of(db, "unknown")


def test_the_same_statement_again_changes_nothing(db):
    keep(db, entry(), whole=["1042"])
    before = "\n".join(db.iterdump())

    assert 0 == keep(db, entry(), whole=["1042"], at=LATER)
    assert before == "\n".join(db.iterdump())


def test_a_later_statement_takes_the_place_of_an_earlier_one_under_its_key(db):
    keep(db, entry(-59))

    assert 1 == keep(db, entry(-70), at=LATER)
    assert {("payment_fee", ORDER, ""): -70} == of(db)


def test_what_a_later_version_of_the_order_no_longer_states_is_void_and_what_others_state_stays(db):
    """A refund that was taken back; the fee in the marketplace's own statement has nothing to do with it."""
    statement = entry(-12, source=STATEMENT, reference="T1")
    keep(db, entry(-900, type="refund", reference="refund 7"), entry(), statement, whole=["1042"])

    assert 1 == keep(db, entry(), whole=["1042"], at=LATER)
    assert {("payment_fee", ORDER, ""): -59, ("payment_fee", STATEMENT, "T1"): -12} == of(db)
    assert 0 == keep(db, entry(), whole=["1042"], at=LATER)


def test_an_entry_that_was_void_counts_again_once_it_is_stated_again(db):
    keep(db, entry(), whole=["1042"])
    keep(db, whole=["1042"], at=LATER)
    assert {} == of(db)

    assert 1 == keep(db, entry(), whole=["1042"], at=LATER)
    assert {("payment_fee", ORDER, ""): -59} == of(db)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM money_entries",
        "UPDATE money_entries SET amount_minor = 1, stated_at = '2020-01-01T00:00:00Z'",
        "UPDATE money_entries SET reference = 'another'",
        "UPDATE money_entries SET type = 'profit'",
        "UPDATE money_entries SET amount_minor = 1.5",
    ],
)
def test_the_store_refuses_what_would_lose_an_entry(db, statement):
    keep(db, entry())

    with pytest.raises(sqlite3.IntegrityError):
        db.execute(statement)


_entries = st.builds(
    entry,
    minor=st.integers(-(10**9), 10**9),
    order=st.sampled_from(["1", "2"]),
    type=st.sampled_from(TYPES),
    reference=st.sampled_from(["", "refund 1", "refund 2"]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(_entries, unique_by=lambda one: (one.channel_order_id, one.key), max_size=6), max_size=4))
def test_whatever_was_stated_before_the_last_statement_is_all_that_counts(statements):
    db = sqlite3.connect("", isolation_level=None)
    migrations.create(db)
    for number, entries in enumerate(statements):
        keep(db, *entries, whole=["1", "2"], at=f"2026-11-2{number}T15:00:00Z")

    last = statements[-1] if statements else []
    assert {("web", one) for one in last} == {
        ("web", one) for order in ("1", "2") for one in money_entries.of_order(db, "web", order)
    }
    db.close()
