"""The numbers that SQL makes of all SKUs at once are those that `core.publishing` makes of one."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderctl.core import publishing
from orderctl.core.effects import Document, Receipt
from orderctl.core.publishing import Terms
from orderctl.core.stock import StockMove
from orderctl.store import effects, listings, published, stock
from orderctl.store.transactions import transaction
from tests.store.shelf import NOW_STAMP, a_store, put_stock, rows, troubles

PLACES = ("east", "west")
TERMS = Terms(PLACES, PLACES)
KITS = {"SET": {"MUG": 2, "TEE": 1}, "PAIR": {"LAMP": 2}}
SKUS = ("MUG", "TEE", "LAMP", "SET")


def reckon(db, **terms):
    with transaction(db, "test"):
        return published.reckon(db, terms or {"web": TERMS})


def numbers(db, channel="web"):
    return dict(db.execute("SELECT sku, quantity FROM published_stock WHERE channel = ?", (channel,)))


def due(db, channel="web"):
    return {sku: quantity for sku, (_, quantity) in published.due(db, channel, 100).items()}


def tell(db, outcome="accepted", channel="web", number=None):
    """One push of everything that is due, as far as the store sees it."""
    told = due(db, channel)
    document = Document(f"stock-{number or effects.next_push(db, channel)}.csv", b"")
    with transaction(db, "test"):
        published.begin(db, NOW_STAMP, channel, effects.next_push(db, channel), document, told)
    with transaction(db, "test"):
        published.settle(db, NOW_STAMP, channel, document.name, Receipt(outcome))
    return told


def move(db, units, reason="count"):
    """So many mugs more or less in the east."""
    with transaction(db, "test"):
        (count,) = db.execute("SELECT count(*) FROM stock_moves").fetchone()
        stock.post(db, [StockMove("east", "MUG", units, reason, "till:web:1", str(count), "me", NOW_STAMP.at)])


def make_kits(db):
    with transaction(db, "test"):
        stock.know(db, {*KITS, *SKUS}, NOW_STAMP.at)
        for kit, parts in KITS.items():
            db.executemany("INSERT INTO kit_components VALUES (?, ?, ?)", [(kit, *part) for part in parts.items()])


def by_hand(one: Terms, levels: dict[tuple[str, str], int], sku: str) -> int:
    here = {
        place: {name: max(0, units) for (name, where), units in levels.items() if where == place} for place in one.open
    }
    if sku in KITS:
        return publishing.number(one, sum(publishing.sets(KITS[sku], have) for have in here.values()))
    return publishing.number(one, sum(have.get(sku, 0) for have in here.values()))


LEVELS = st.dictionaries(st.tuples(st.sampled_from(SKUS), st.sampled_from(PLACES)), st.integers(-3, 30), max_size=6)
OPEN = st.sampled_from([("east", "west"), ("west",), ()])
CHANGES = st.lists(st.tuples(LEVELS, OPEN, st.integers(0, 3), st.sampled_from(["100", "37.5"])), min_size=1, max_size=4)


@given(CHANGES)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_sql_and_the_formula_agree_however_the_numbers_came_about(changes):
    with TemporaryDirectory() as folder, closing(a_store(Path(folder))) as db:
        make_kits(db)
        levels: dict[tuple[str, str], int] = {}
        for turn, (change, open_now, buffer, percent) in enumerate(changes):
            moves = [
                StockMove(place, sku, delta, "count", "c", f"{turn}:{sku}:{place}", "me", NOW_STAMP.at)
                for (sku, place), wanted in change.items()
                if (delta := wanted - levels.get((sku, place), 0))
            ]
            levels |= change
            numerator, denominator = publishing.share(percent)
            one = replace(TERMS, open=open_now, buffer=buffer, numerator=numerator, denominator=denominator, most=25)
            with transaction(db, "test"):
                stock.post(db, moves)
            reckon(db, web=one)

            assert {sku: by_hand(one, levels, sku) for sku in numbers(db)} == numbers(db)
        assert {sku for (sku, _), units in levels.items() if units} <= {*numbers(db)}


def test_a_number_is_due_until_the_channel_has_taken_it(db):
    put_stock(db, mug=5)
    reckon(db)

    assert {"MUG": 5} == due(db) == tell(db)
    assert {} == due(db)
    move(db, 6)
    reckon(db)
    assert {"MUG": 11} == due(db)


def test_what_goes_back_to_what_the_channel_has_is_not_told(db):
    put_stock(db, mug=5)
    reckon(db)
    tell(db)
    move(db, 2)
    reckon(db)
    move(db, -2)
    reckon(db)

    assert {} == due(db)


def test_a_failed_push_is_superseded_by_the_next_and_never_sent_as_it_was(db):
    put_stock(db, mug=5)
    reckon(db)
    tell(db, "retry")
    assert published.is_waiting(db, "web")
    move(db, 2)
    reckon(db)

    assert {"MUG": 7} == tell(db)
    assert [("superseded", {"MUG": 5}), ("accepted", {"MUG": 7})] == [
        (state, json.loads(payload))
        for state, payload in rows(db, "SELECT state, payload FROM effects ORDER BY effect_id")
    ]


def test_after_an_uncertain_push_the_numbers_are_told_again_even_if_they_are_the_old_ones(db):
    put_stock(db, mug=5)
    reckon(db)
    tell(db)
    move(db, 2)
    reckon(db)
    tell(db, "uncertain")
    move(db, -2)
    reckon(db)

    assert {"MUG": 5} == tell(db)
    assert ["accepted", "superseded", "accepted"] == [
        row[0] for row in rows(db, "SELECT state FROM effects ORDER BY effect_id")
    ]


def test_a_refusal_is_one_exception_that_closes_with_the_next_push_that_is_taken(db):
    put_stock(db, mug=5)
    reckon(db)
    tell(db, "refused")
    tell(db, "refused")
    assert [("stock_refused", "web")] == troubles(db)

    tell(db)
    assert [] == troubles(db)


def test_each_channel_has_its_own_numbers(db):
    put_stock(db, mug=5)
    reckon(db, web=TERMS, market=replace(TERMS, buffer=2))
    tell(db)

    assert ({}, {"MUG": 3}) == (due(db), due(db, "market"))


def test_a_channel_that_comes_back_is_told_what_it_missed(db):
    put_stock(db, mug=5)
    reckon(db)
    tell(db)
    reckon(db, market=TERMS)
    move(db, 1)
    reckon(db, market=TERMS)
    reckon(db)

    assert {"MUG": 6} == due(db)


def test_a_location_that_no_longer_counts_leaves_nothing_behind(db):
    put_stock(db, mug=5)
    reckon(db)
    tell(db)
    reckon(db, web=replace(TERMS, locations=("west",), open=("west",)))

    assert {"MUG": 0} == due(db)


def test_where_a_location_has_no_limit_every_known_sku_has_the_largest_number(db):
    one = Terms(("acme",), ("acme",), unlimited=True, most=9)
    reckon(db, web=one)
    with transaction(db, "test"):
        stock.know(db, {"RING"}, NOW_STAMP.at)
    reckon(db, web=one)

    assert {"RING": 9} == numbers(db)


def test_a_changed_kit_has_another_number(db):
    make_kits(db)
    put_stock(db, mug=6, tee=6)
    reckon(db)
    assert 3 == numbers(db)["SET"]
    with transaction(db, "test"):
        db.execute("UPDATE kit_components SET quantity = 3 WHERE sku = 'SET' AND part = 'MUG'")
    reckon(db)
    assert 2 == numbers(db)["SET"]
    with transaction(db, "test"):
        db.execute("DELETE FROM kit_components WHERE sku = 'SET'")
    reckon(db)

    assert 0 == numbers(db)["SET"]


def test_nothing_is_marked_once_the_numbers_are_made(db):
    assert not published.is_changed(db)
    put_stock(db, mug=5)
    assert published.is_changed(db)
    reckon(db)

    assert not published.is_changed(db)


@pytest.fixture
def aliased(db):
    put_stock(db, mug=13, tee=4)
    db.execute("INSERT INTO sku_aliases VALUES ('web', 'MUG-6', 'MUG', 6), ('web', 'B0MUG', 'MUG', 1)")
    return db


def test_a_channel_is_told_in_its_own_skus_and_units(aliased):
    told = [(level.sku, level.quantity) for level in listings.levels(aliased, "web", {"MUG": 13, "TEE": 4})]

    assert [("B0MUG", 13), ("MUG-6", 2), ("TEE", 4)] == told
    assert ("MUG", "TEE") == (listings.ours(aliased, "web", "MUG-6"), listings.ours(aliased, "web", "TEE"))
    assert "MUG-6" == listings.ours(aliased, "market", "MUG-6")


def test_what_a_channel_sells_under_a_name_is_not_told_of_our_sku_of_that_name(aliased):
    aliased.execute("INSERT INTO sku_aliases VALUES ('market', 'TEE', 'MUG', 1)")

    levels = listings.levels(aliased, "market", {"MUG": 13, "TEE": 4})
    assert [("TEE", 13)] == [(level.sku, level.quantity) for level in levels]


def test_a_new_alias_is_told_though_the_number_is_the_same(aliased):
    reckon(aliased)
    tell(aliased)
    aliased.execute("INSERT INTO sku_aliases VALUES ('web', 'TEE-X', 'TEE', 1)")
    assert {"TEE": 4} == due(aliased)
    tell(aliased)
    aliased.execute("UPDATE sku_aliases SET times = 2 WHERE channel_sku = 'TEE-X'")
    assert {"TEE": 4} == due(aliased)
    tell(aliased)
    aliased.execute("DELETE FROM sku_aliases WHERE channel_sku = 'TEE-X'")
    assert {"TEE": 4} == due(aliased)


def test_what_was_sold_since_is_known(db):
    put_stock(db, mug=5)
    reckon(db)
    tell(db)
    with transaction(db, "test"):
        published.told_all(db, "web")
    move(db, -2, "shipped")
    reckon(db)

    assert (5, 3, 2) == published.totals(db, "web", PLACES)
    assert (5, 3, 0) == published.totals(db, "web", ["west"])


def test_what_a_channel_put_back_on_sale_itself_is_told_anew(db):
    put_stock(db, mug=5, tee=2)
    reckon(db)
    tell(db)
    with transaction(db, "test"):
        published.forget(db, "web", ["MUG", "no such"])

    assert {"MUG": 5} == due(db)


def test_a_channel_s_own_name_is_forgotten_under_ours(db):
    put_stock(db, mug=5, tee=2)
    with transaction(db, "test"):
        db.execute("INSERT INTO sku_aliases (channel, channel_sku, sku, times) VALUES ('web', 'WEB-MUG', 'MUG', 1)")
    reckon(db)
    tell(db)
    with transaction(db, "test"):
        published.forget(db, "web", ["WEB-MUG"])
        published.forget(db, "market", ["TEE"])

    assert {"MUG": 5} == due(db)


def test_only_what_was_taken_is_counted(db):
    put_stock(db, mug=5, tee=2)
    reckon(db)
    with transaction(db, "test"):
        published.begin(db, NOW_STAMP, "web", 1, Document("stock-1.csv", b""), due(db))
        receipt = Receipt("accepted", each={"TEE": Receipt("refused", message="no such article")})
        taken = published.settle(db, NOW_STAMP, "web", "stock-1.csv", receipt)

    assert 1 == taken
