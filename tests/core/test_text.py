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
