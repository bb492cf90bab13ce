from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderctl.core import searching
from orderctl.core.orders import Address, Customer, Order
from orderctl.store import care, orders, search, search_volumes
from orderctl.store.transactions import transaction
from tests.builders import a_line, an_order
from tests.store.shelf import (
    answer,
    as_read,
    from_location,
    hand_over,
    put_stock,
    revise,
    save,
    ship_from,
    shipped,
    stamp,
)

LI = Customer(email="li.wu@example.com", name="Li Wu", phone="+1 555 123 4567")


def indexed(db) -> list[tuple[str, int]]:
    """Every word with the order it stands in."""
    db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab (main, order_search, 'instance')")
    return sorted(db.execute("SELECT DISTINCT term, doc FROM temp.words"))


def assert_as_if_made_anew(db) -> None:
    before = indexed(db)
    with transaction(db, "rebuild"):
        search.rebuild(db)
    assert indexed(db) == before


@pytest.fixture
def two(db):
    """Order 1 is Ana Diaz's in New York, two mugs; order 2 is Li Wu's in London, one lamp."""
    london = Address(name="Li Wu", company="Tea Ltd", postcode="SW1A 1AA", country="GB", phone="020 7946 0958")
    other = an_order(
        a_line("LAMP-2"), number="B-77", channel_order_id="gid://x/9001", ship_to=london, customer=LI, po_number="PO/5"
    )
    put_stock(db, mug=9)
    return save(db, an_order(a_line("MUG", 2)), other)


@pytest.mark.parametrize(
    "typed",
    [
        *("li", "LI WU", "wu li", "tea", "li.wu@example.com", "li.wu@ex", "liwu", "555 123 4567", "(0)20 7946-0958"),
        *("sw1a 1aa", "SW1A1AA", "sw1a", "lamp", "LAMP 2", "b77", "B-77", "9001", "gid://x/9001", "po/5", "PO 5"),
        *("web-b-77", "web/B-77", "wu sw1a 1aa", "lamp tea"),
    ],
)
def test_an_order_is_found_by_whatever_a_person_has_of_it(db, two, typed):
    assert [two[1]] == search.find(db, typed)


@pytest.mark.parametrize("typed", ["li diaz", "lam p2x", "9002", "zebra", "!!", '"; DROP', "NOT AND OR"])
def test_what_an_order_does_not_have_finds_nothing(db, two, typed):
    assert [] == search.find(db, typed)


def test_the_newest_stands_first_after_what_the_text_names(db):
    first, second, third = save(
        db, *(an_order(number=number, channel_order_id=f"id{number}") for number in ("100", "1001", "1002"))
    )

    assert [first, third, second] == search.find(db, "web-100")[:1] + search.find(db, "100", 3)[:2]
    assert [third, second, first] == search.find(db, "ana")
    assert [third] == search.find(db, "ana", limit=1)


def test_parcels_are_found_by_their_numbers_also_the_old_ones(db, two):
    ship_from(db, two[0], from_location(mug=2))
    hand_over(db)
    answer(db, shipped(tracking_number="1Z 999 AA1 01"))
    answer(db, shipped(tracking_number="JD-0001", replaces="1Z 999 AA1 01"), at=stamp(1))

    for typed in ("1Z999AA101", "1z 999 aa1", "jd0001", "WEB-1042-1", "east/1", "diaz jd0001"):
        assert [two[0]] == search.find(db, typed), typed
    assert_as_if_made_anew(db)


def test_what_a_new_version_says_is_found_and_what_it_no_longer_says_is_not(db, order):
    assert [order] == search.find(db, "tee")

    revise(db, order, a_line("MUG", 3), customer=LI)

    assert ([], [order], [order]) == (search.find(db, "tee"), search.find(db, "li wu"), search.find(db, "mug"))
    assert_as_if_made_anew(db)


def test_an_order_that_is_forgotten_is_found_by_its_numbers_alone_also_after_a_change(db, two):
    ship_from(db, two[0], from_location(mug=2))
    hand_over(db)
    answer(db, shipped(tracking_number="1Z999"))

    with transaction(db, "forget"):
        search.forget(db, two[0])
        search.forget(db, two[0])  # once more changes nothing
        read = as_read(an_order(a_line("MUG", 2), a_line("HAT"), customer=LI))
        orders.replace_document(db, stamp(1), two[0], read)

    assert [[], [], [], [two[1]]] == [search.find(db, typed) for typed in ("ana", "10001", "1z999", "li wu")]
    assert [[two[0]], [two[0]], [two[0]]] == [search.find(db, typed) for typed in ("1042", "mug", "hat")]
    assert_as_if_made_anew(db)


def test_of_a_forgotten_order_no_byte_is_left_in_the_index(db, tmp_path):
    canary = an_order(customer=Customer(email="canary7391@example.com", name="Zephyrine Quox", phone="+1 555 987 6543"))
    first, *_ = save(db, canary, *(an_order(number=str(n), channel_order_id=str(n)) for n in range(50)))
    with transaction(db, "forget"):
        search.forget(db, first)
        anyone = dataclasses.replace(canary, customer=Customer(), ship_to=None, bill_to=None)
        orders.replace_document(db, stamp(1), first, as_read(anyone))
        search.settle(db)
        content = b"".join(row[0] for row in db.execute("SELECT block FROM order_search_data"))

    for traces in (b"zephyrine", b"quox", b"canary7391", b"345678955"):
        assert traces not in content


def test_an_order_that_cannot_be_searched_for_is_found_by_the_check(db, two):
    db.execute("DELETE FROM order_search_docsize WHERE id = ?", (two[0],))

    assert ["WEB-1042"] == dict(care.check(db))["every order can be searched for"]
    with transaction(db, "rebuild"):
        assert 2 == search.rebuild(db)


PEOPLE = st.builds(
    Customer, name=st.sampled_from(["Ana", "Li Wu", "Ömer Ç.", ""]), email=st.sampled_from(["a@b.c", "x-y@z.io", ""])
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 2), PEOPLE, st.sampled_from(["MUG", "TEE-1"])), max_size=6))
def test_the_index_is_always_what_it_would_be_if_it_were_made_anew(db, changes):
    known = db.execute("SELECT count(*) FROM orders").fetchone()[0]
    ids = save(db, *(an_order(number=f"{known + n}", channel_order_id=f"c{known + n}") for n in range(3)))
    for nth, customer, sku in changes:
        before = orders.document(db, ids[nth])
        after = dataclasses.replace(before, customer=customer, lines=(a_line(sku),))
        with transaction(db, "change"):
            orders.replace_document(db, stamp(1), ids[nth], as_read(after), new_revision=False)

    assert_as_if_made_anew(db)


NAMES = ["Ana Diaz", "Anatol", "Li Wu", "Diaz-Wu, Li", "Ömer Anadolu", "4you"]
NUMBERS = ["1042", "10425", "A-10", "WU-1", "104"]
ASKED = [
    "ana",
    "anat",
    "wu",
    "diaz wu",
    "li",
    "104",
    "1042",
    "a10",
    "10 42",
    "diaz 104",
    "ana li wu",
    "mug",
    "zebra",
    "4you",
]
#: Orders at the ends of volumes, and in ones that have few.
PLACES = [place + search_volumes.SIZE * volume for volume in (0, 1, 3) for place in (1, 2, search_volumes.SIZE - 1)]


def scanned(among: dict[int, Order], typed: str) -> list[int]:
    """What `typed` finds when every order is looked at, the newest first."""
    word = re.compile(r'"(\w+)"( \*)?')
    question = searching.question(typed)
    assert question is not None

    def meets(order: Order) -> bool:
        tokens = searching.words_of(order)
        stands = word.sub(
            lambda found: str(any(one.startswith(found[1]) if found[2] else one == found[1] for one in tokens)),
            question.whole.written(),
        )
        return bool(eval(stands.replace("AND", "and").replace("OR", "or")))  # noqa: S307 - True and False

    return [order_id for order_id in sorted(among, reverse=True) if meets(among[order_id])]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chosen=st.dictionaries(
        st.sampled_from(PLACES), st.tuples(st.sampled_from(NAMES), st.sampled_from(NUMBERS)), min_size=1
    ),
    limit=st.integers(1, 6),
)
def test_a_search_finds_what_looking_at_every_order_finds_newest_first(db, chosen, limit):
    made = {
        order_id: an_order(number=number, customer=Customer(name=name), ship_to=None, bill_to=None)
        for order_id, (name, number) in sorted(chosen.items())
    }
    db.execute("INSERT INTO order_search (order_search) VALUES ('delete-all')")
    search.add(db, made.items())

    for typed in ASKED:
        assert scanned(made, typed) == search.find(db, typed), typed
        assert scanned(made, typed)[:limit] == search.find(db, typed, limit), typed
