from __future__ import annotations

import json
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core import json_text

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=4), some, max_size=3),
    max_leaves=8,
)


@given(plain)
def test_the_text_is_what_the_general_encoder_writes(thing):
    assert json.dumps(thing, ensure_ascii=False, separators=(",", ":")) == json_text.value(thing)


def test_tuples_are_lists_and_frozen_tables_are_tables():
    assert '["a",["b"]]' == json_text.value(("a", ("b",)))
    assert '{"a":1}' == json_text.value(MappingProxyType({"a": 1}))


def test_what_has_its_default_is_not_stated():
    labels = ('"a":', '"b":', '"c":')

    assert ['"b":""', '"c":[]'] == json_text.stated(labels, (1, "", ()), (1, None, ("x",)))
    assert [] == json_text.stated(labels, (1, "", ()), (1, "", ()))


def test_a_float_has_no_text():
    with pytest.raises(TypeError, match="float"):
        json_text.value([0.5])
