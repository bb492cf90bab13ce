"""Paths into what partners answer."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.wire import json_path
from orderctl.wire.json_path import parsed

ANSWER = {
    "data": {"id": 7, "a.b": "dotted", "none": None},
    "items": [{"n": "1", "tags": ["x", "y"]}, {"n": "2", "tags": []}, "text"],
    "errors": {"name": ["is missing"], "city": ["is wrong"]},
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", [ANSWER]),
        ("", [ANSWER]),
        ("data.id", [7]),
        ("$.data.id", [7]),
        ("data['a.b']", ["dotted"]),
        ("items[0].n", ["1"]),
        ("items[7].n", []),
        ("items[*].n", ["1", "2"]),
        ("items[*].tags[*]", ["x", "y"]),
        ("errors[*][*]", ["is missing", "is wrong"]),
        ("data.none", []),
        ("data.nothing.at.all", []),
        ("data.id.more", []),
        ("data[0]", []),
    ],
)
def test_a_path_leads_to_everything_that_stands_there(path, found):
    assert found == parsed(path).all(ANSWER)


@pytest.mark.parametrize("path", ["a..b", "a[", "a[x]", "a[-1]", "a b", "[*", "a['x]", "a.[", "..a", "a[?(@.x)]"])
def test_what_is_no_path_is_refused_with_an_example(path):
    with pytest.raises(ValueError, match="is no path; write for example"):
        parsed(path)


def test_the_first_path_that_leads_somewhere_counts():
    paths = (parsed("data.none"), parsed("items[*].n"), parsed("data.id"))

    assert ["1", "2"] == json_path.texts(paths, ANSWER)
    assert "1" == json_path.text(paths, ANSWER)
    assert "" == json_path.text((), ANSWER)


@pytest.mark.parametrize(
    ("value", "text"),
    [(" a ", "a"), (7, "7"), (Decimal("7.10"), "7.10"), (True, "true"), (None, ""), ([1], ""), ({"a": 1}, "")],
)
def test_plain_values_are_told_as_text_and_nothing_else_is(value, text):
    assert text == json_path.plain(value)


@pytest.mark.parametrize(
    ("path", "value", "there"),
    [
        ("items[*]", {"items": []}, True),
        ("items[*]", {"items": None}, True),
        ("items[*]", {"error": "later"}, False),
        ("items[*]", {"items": "a text"}, False),
        ("data.order", {"data": {"order": None}}, True),
        ("data.order", {"data": None}, False),
        ("[*]", [], True),
        ("[*]", {"error": "later"}, False),
    ],
)
def test_an_empty_list_is_told_from_an_answer_that_has_no_such_place(path, value, there):
    assert there is parsed(path).stands(value)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_no_answer_breaks_a_path(value):
    for path in ("a.b", "[*]", "[0][*].a", "a[*].b[*]", "x"):
        assert isinstance(parsed(path).all(value), list)
        assert isinstance(parsed(path).stands(value), bool)
