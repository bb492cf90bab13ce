"""Elements of a list inside JSON, byte for byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.wire import strict_json
from orderctl.wire.json_slices import apart, elements

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False).map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def test_an_element_keeps_its_own_spelling():
    content = b' {"other": [9], "orders" : { "nodes": [ {"total": 10.50,"a" :1e2} ,\n{"b":"\\u00e9, ]"} ] } } '

    assert [b'{"total": 10.50,"a" :1e2}', b'{"b":"\\u00e9, ]"}'] == list(elements(content, ["orders", "nodes"]))


def test_what_is_not_there_has_no_elements():
    for content in (b"{}", b'{"orders": null}', b'{"orders": {"nodes": []}}', b"[]", b'{"data": null}'):
        assert [] == list(elements(content, ["orders", "nodes"]))


@given(st.lists(VALUES, max_size=5), st.sampled_from([None, 1]), st.booleans())
def test_elements_read_one_by_one_are_the_list_read_whole(values, indent, ascii_only):
    content = json.dumps({"a": {"b": values, "c": values}, "b": 1}, indent=indent, ensure_ascii=ascii_only).encode(
        "utf-8", "surrogatepass" if ascii_only else "strict"
    )

    assert values == [json.loads(part) for part in elements(content, ["a", "b"])]


@given(st.lists(VALUES, max_size=5), VALUES, st.sampled_from([None, 1]), st.sampled_from([(",", ":"), (" , ", " : ")]))
def test_a_document_without_its_list_and_the_list_are_the_document(values, other, indent, between):
    whole = {"a": {"before": other, "b": values, "after": values}, "c": [values, other]}
    content = json.dumps(whole, indent=indent, separators=between).encode()

    value, parts = apart(content, ["a", "b"])

    assert list(elements(content, ["a", "b"])) == parts
    assert strict_json.loads(content) == {**value, "a": {**value["a"], "b": [strict_json.loads(one) for one in parts]}}


@pytest.mark.parametrize(
    "content",
    [b"{}", b"null", b"[1]", b'{"a":null}', b'{"a":[]}', b'{"a":{"b":{}}}', b'{"a":{"b":"x"}}', b'{"a":{"b":[]}}'],
)
def test_a_document_without_such_a_list_has_no_elements(content):
    assert (json.loads(content), []) == apart(content, ["a", "b"])


@pytest.mark.parametrize(
    "content",
    [
        b'{"a":[{"x":1}],"a":[{"x":1}]}',
        b'{"a":[{"x":1}],"b":[{"x":1}],"a":[{"x":1}]}',
        b'{"b":{"a":1,"a":2},"a":[{"x":1}]}',
        b'{"a":[{"x":1}],"b":{"c":1,"c":2}}',
        b'{"a":[],"a":[{"x":1}]}',
        b'{"a":[{"x":1}],"a":[]}',
    ],
)
def test_a_name_twice_outside_of_the_elements_is_refused_at_once(content):
    with pytest.raises(ValueError, match="twice"):
        apart(content, ["a"])


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_document_that_was_cut_is_never_taken_for_whole(cut):
    content = b'{"data":{"a":[{"x":1},{"y":"]"}],"b":null}}'
    with pytest.raises(ValueError, match="JSON"):
        apart(content[:cut], ["data", "a"])


def test_a_list_that_looks_like_another_is_not_mistaken_for_it():
    content = b'{"b":[{"x":1}],"a":[{"x":1}]}'

    assert ({"b": [{"x": 1}], "a": []}, [b'{"x":1}']) == apart(content, ["a"])


def test_a_document_beyond_its_bound_is_refused():
    with pytest.raises(ValueError, match="larger than 9 bytes"):
        apart(b'{"a":[1,2,3]}', ["a"], largest=9)
