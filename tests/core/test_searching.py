from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core import searching
from orderctl.core.orders import Address, Customer
from tests.builders import NEW_YORK, a_line, an_order


def asked(text: str) -> str:
    """A search as the index is asked for it."""
    question = searching.question(text)
    return question.whole.written() if question else ""


def words(order) -> set[str]:
    """The words that the index makes of an order: what is no ASCII letter or digit stands between them."""
    return set(searching.words_of(order))


def test_an_order_is_indexed_by_names_as_words_and_by_everything_else_squeezed():
    order = an_order(
        a_line("MUG-BLUE"),
        channel_order_id="gid://shop/Order/77",
        po_number="PO 12/3",
        ship_to=Address(name="Anne-Marie O'Brien", company="Tea & Co", postcode="SW1A 1AA", country="GB"),
        customer=Customer(email="ana.diaz@example.com", name="Ana Diaz", phone="+44 20 7946 0958"),
    )

    assert {"anne", "marie", "obrien", "tea", "co", "ana", "diaz"} <= words(order)
    assert {"mugblue", "77", "1042", "po123", "sw1a1aa", "anadiazexamplecom"} <= words(order)
    assert searching.phone("020 7946 0958") in words(order)


def test_accents_and_capitals_do_not_matter():
    order = an_order(ship_to=Address(name="José Müller-Łukasz", company="Straße", postcode="Ü-1"))

    assert {"jose", "muller", "lukasz", "strasse", "u1"} <= words(order)
    assert searching.question("JOSÉ") == searching.question("jose")


def test_a_tag_cannot_be_typed_into_a_search():
    assert {searching.tag("Gift wrap")} <= words(an_order(tags=("gift-wrap",)))
    assert searching.tag("gift")[0] not in asked(searching.tag("gift"))


@pytest.mark.parametrize("text", ["", "  ", "!!", "'", "\x00", "§"])
def test_a_search_without_letters_or_digits_is_none(text):
    assert searching.question(text) is None


def test_only_words_of_three_letters_may_be_beginnings():
    assert '"li"' == asked("Li")
    assert '"lia" *' == asked("Lia")


@pytest.mark.parametrize("typed", ["5551234567", "+1 (555) 123-4567", "0555 123 4567", "001-555-1234567", "1234567"])
def test_a_phone_number_is_the_same_however_it_is_typed(typed):
    stored = searching.phone("+1 555 123-4567")
    ends = [part for part in asked(typed).split('"') if part.startswith(stored[0])]

    assert [one for one in ends if stored.startswith(one)]


def test_what_an_order_was_found_by_is_said():
    order = an_order(customer=Customer(email="diaz@example.com", name="Ana Diaz", phone="+1 555 123 4567"))

    assert ["name", "email"] == searching.found_by(order, "diaz")
    assert ["phone"] == searching.found_by(order, "555 123 4567")
    assert ["sku"] == searching.found_by(order, "mug")
    assert [] == searching.found_by(order, "zebra")


def test_without_persons_an_order_is_its_numbers_and_skus():
    order = an_order(tags=("gift",), ship_to=NEW_YORK, po_number="PO 7")

    assert {"1042", "mug"} == set(searching.words_without_persons(order))


@given(st.text(max_size=40))
def test_any_text_can_be_indexed_and_searched(text):
    order = an_order(ship_to=Address(name=text, postcode=text), customer=Customer(email=text, phone=text))

    for word in searching.words_of(order):
        assert word
        assert not set(word) & set(string.punctuation + string.whitespace)
    assert asked(text).count('"') % 2 == 0
    assert isinstance(searching.found_by(order, text), list)
