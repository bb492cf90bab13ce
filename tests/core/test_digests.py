from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core import digests

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), VALUES))
def test_the_order_in_which_names_were_put_in_does_not_matter(value):
    backwards = dict(reversed(value.items()))

    assert digests.canonical(value) == digests.canonical(backwards)


def test_canonical_text_has_no_spaces_and_keeps_letters():
    assert '{"a":["é",null,1],"b":true}' == digests.canonical({"b": True, "a": ["é", None, 1]})


def test_a_number_that_is_none_is_refused():
    with pytest.raises(ValueError, match="Out of range float"):
        digests.canonical({"a": float("nan")})


def test_text_and_its_bytes_have_one_digest():
    assert digests.digest("é") == digests.digest("é".encode())
    assert 64 == len(digests.digest(""))


@given(st.lists(st.text("ab"), min_size=1), st.lists(st.text("ab"), min_size=1))
def test_different_parts_make_different_keys_of_at_most_forty_characters(one, other):
    assert 40 == len(digests.key(*one))
    assert (one == other) == (digests.key(*one) == digests.key(*other))
