"""Elements of a list inside JSON, byte for byte."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from orderctl.wire.json_slices import elements

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
