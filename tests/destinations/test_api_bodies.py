"""Bodies of requests: values go in as data, whatever is in them."""

from __future__ import annotations

import json
from decimal import Decimal
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core.text import storable
from orderctl.destinations.api_bodies import Body
from orderctl.destinations.api_words import BadTemplate


def made(form: str, source: str, *, graphql: str = "", keep_empty: bool = False, **data: object) -> str:
    return Body("create", form, source, graphql=graphql, keep_empty=keep_empty).render(data)


@given(st.text())
def test_any_text_comes_back_as_it_was(value):
    value = storable(value)  # no store keeps anything else

    assert {"a": {"b": [value, 1]}} == json.loads(made("json", '{"a": {"b": [{{ x }}, 1]}}', keep_empty=True, x=value))
    assert [("a", value), ("b", "1")] == parse_qsl(made("form", "a={{ x }}&b=1", x=value), keep_blank_values=True)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_xml_stays_xml(value):
    found = ET.fromstring(made("xml", "<o><name>{{ x }}</name><n a='{{ x }}'/></o>", x=value))  # noqa: S314

    name = found.find("name")
    assert name is not None
    assert ["name", "n"] == [one.tag for one in found]
    if value.isprintable():
        assert value == (name.text or "")


def test_numbers_stay_exact_and_texts_stay_texts():
    source = (
        '{"n": {{ price | number }}, "t": {{ zip }}, "k": {{ 1500 | kilograms | number }}, "yes": {{ zip == "007" }}}'
    )

    assert '{"n":19.90,"t":"007","k":1.5,"yes":true}' == made("json", source, price="19.90", zip="007")
    assert '{"n":19.90,"t":"007","k":1.5,"yes":true}' == made("json", source, price=Decimal("19.90"), zip="007")
    with pytest.raises(BadTemplate, match="no number"):
        made("json", source, price="free", zip="007")


def test_moments_are_written_as_partners_want_them():
    source = '{"d": {{ at | day }}, "s": {{ at | seconds }}, "m": {{ at | milliseconds }}, "none": {{ "" | seconds }}}'

    assert '{"d":"2026-11-20","s":1795186800,"m":1795186800000}' == made("json", source, at="2026-11-20T15:00:00Z")


def test_empty_fields_are_left_out_unless_they_are_wanted():
    source = '{"a": {{ x }}, "b": null, "c": {"d": {{ x }}}, "e": [{"f": ""}], "g": 0, "h": false}'

    assert {"e": [{}], "g": 0, "h": False} == json.loads(made("json", source, x=""))
    assert {"a": "", "b": None, "c": {"d": ""}, "e": [{"f": ""}], "g": 0, "h": False} == json.loads(
        made("json", source, x="", keep_empty=True)
    )


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('{"a": "{{ x }}"}', "is not JSON"),
        ('{"a": {{ x }}, "a": 1}', "names 'a' twice"),
        ('{"a": {{ y }}}', "'y' is undefined"),
        ('{"a": {{ x | safe }}}', "safe"),
        ('{"a": {{ x | escape }}}', "escape"),
        ('{"a": NaN}', "NaN"),
        ('{"a": {{ x ', "line 1"),
        ('{% include "x" %}', "reads no other file"),
        ('{"a": {{ x.__class__ }}}', "__class__"),
    ],
)
def test_what_would_not_be_json_is_refused_with_its_place(source, words):
    with pytest.raises(BadTemplate, match="create") as caught:
        made("json", source, x='va"lue')

    assert words in str(caught.value)


def test_json_inside_json_has_to_be_asked_for():
    assert '{"a":{"b":"c"}}' == made("json", '{"a": {{ x }}}', x={"b": "c"})
    assert '{"a":{"b":"c"}}' == made("json", '{"a": {{ x | tojson }}}', x={"b": "c"})
    assert '{"a":"\\"c\\""}' == made("json", '{"a": {{ (x | tojson) ~ "" }}}', x="c")


def test_graphql_is_a_query_and_its_variables():
    query = "mutation ($data: Order!) { order_create(data: $data) { id } }"
    found = json.loads(made("graphql", '{"data": {"n": {{ x }}}}', graphql=query, x='"}'))

    assert {"query": query, "variables": {"data": {"n": '"}'}}} == found


def test_a_form_is_one_line_however_it_is_laid_out():
    assert "To=%2B1+555&Body=a%26b%3Dc" == made("form", "To={{ to }}\n&Body={{ body }}\n", to="+1 555", body="a&b=c")


def test_what_is_no_xml_is_refused():
    with pytest.raises(BadTemplate, match="is no XML"):
        made("xml", "<a><b>{{ x }}</a>", x="1")
