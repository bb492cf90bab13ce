from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core import text


def test_a_template_names_its_places_in_order():
    assert ("ship_to.name", "number") == text.template_names("For {ship_to.name}: {{{number}}}")


@pytest.mark.parametrize("template", ["{number", "number}", "a } b", "{a{b}}"])
def test_a_brace_without_a_partner_is_refused(template):
    with pytest.raises(ValueError, match="no partner"):
        text.template_names(template)
    assert "no partner" in text.template_problem(template, ())


def test_an_unknown_name_is_a_problem_with_a_suggestion():
    assert "'{ship_to.citi}' is not known; did you mean 'ship_to.city'?" == text.template_problem(
        "{number} {ship_to.citi}", ["ship_to.city"]
    )
    assert "" == text.template_problem("{number} {gift_message} {shipment.reference} {city}", ["city"])


def test_rendering_fills_names_in_and_undoubles_braces():
    assert "1042 {x} " == text.render_template("{number} {{x}} {batch}", {"number": "1042"})


def test_filling_leaves_the_other_names_for_later():
    filled = text.fill_template("{number} in {batch}, {{so}}", {"number": "1042"})

    assert "1042 in 7, {so}" == text.render_template(filled, {"batch": "7"})


@given(st.text(), st.text())
def test_what_a_customer_wrote_is_never_taken_for_a_place(message, batch):
    filled = text.fill_template("{gift_message}|{batch}", {"gift_message": message})

    assert f"{message}|{batch}" == text.render_template(filled, {"batch": batch})


@given(st.text())
def test_what_is_stored_can_be_stored_and_is_otherwise_as_it_was_sent(value):
    kept = text.storable(value)
    assert text.is_storable(kept)
    assert text.is_storable(value) == (kept == value)

    assert "\x00" not in kept
    kept.encode()
    assert kept == value or "\ufffd" in kept
    assert len(kept) == len(value)


@pytest.mark.parametrize("value", ["שלום \u200f!", "👩\u200d👩", "e\u0301", "a\u200bb", "ﷺ"])
def test_letters_of_every_script_are_kept_as_they_were_sent(value):
    assert value == text.storable(value)


@given(st.text())
def test_nothing_that_is_shown_can_steer_a_terminal(value):
    shown = text.printable(value)

    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in shown)
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029").intersection(shown)


def test_control_characters_are_shown_by_their_number():
    assert "a\\x1b[31mb\\u202ec" == text.printable("a\x1b[31mb\u202ec")


@given(st.text())
def test_a_cell_for_a_spreadsheet_runs_nothing_and_can_be_read_back(value):
    cell = text.spreadsheet_text(value)

    assert value == (cell.removeprefix("'"))
    assert not cell.startswith(("=", "@", "+", "\t", "\r"))
    assert not cell.startswith("-") or cell[1:].replace(".", "", 1).isdigit()


def test_the_nearest_known_word_is_offered_and_nothing_when_none_is_near():
    assert "; did you mean 'ship_to.country'?" == text.did_you_mean("ship_to.contry", ["ship_to.country", "total"])
    assert "" == text.did_you_mean("xyzzy", ["ship_to.country"])


@pytest.mark.parametrize(
    ("part", "number"),
    [("1042", "1042"), ("A-1", "#a--1"), ("1042", " 1042 "), ("", "###"), ("R-1", "r/1"), ("SS", "ß"), ("1", "-1-")],
)
def test_a_number_in_a_reference_is_made_of_capitals_digits_and_single_hyphens(part, number):
    assert part == text.reference_part(number)
