from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.rules.strings import Alphabet, TooMany, examples
from orderctl.rules.values import Range, Test

TEXT = Alphabet(lambda letter: letter.casefold() == letter)
POSTCODE = Alphabet(lambda letter: letter.upper() == letter and not letter.isspace())


def answers(tests: Sequence[Test], text: str) -> int:
    return sum(1 << at for at, test in enumerate(tests) if test.has(text))


def seen(tests: Sequence[Test], alphabet: Alphabet) -> set[int]:
    return {answers(tests, text) for text in examples(tests, lambda text: answers(tests, text), alphabet)}


_words = st.text("ab?*", min_size=1, max_size=5)


def _test(words: list[str]) -> Test:
    patterns = tuple(dict.fromkeys(word for word in words if "*" in word or "?" in word))
    return Test(exact=frozenset(word for word in words if word not in patterns), patterns=patterns)


@given(st.lists(st.lists(_words, min_size=1, max_size=3).map(_test), min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_every_combination_of_patterns_that_a_string_can_meet_has_an_example(tests: list[Test]):
    tried = {answers(tests, "".join(text)) for size in range(1, 7) for text in itertools.product("abz", repeat=size)}

    assert tried <= seen(tests, TEXT)


_codes = st.text("019A", min_size=3, max_size=5)
_ranges = st.sampled_from((3, 5)).flatmap(
    lambda size: st.tuples(*(st.text("0159", min_size=size, max_size=size) for _ in "ab")).map(
        lambda ends: Range(min(ends), max(ends))
    )
)


@given(
    st.lists(
        st.builds(
            lambda words, heads, ranges: Test(
                frozenset(words), tuple(dict.fromkeys(heads)), tuple(dict.fromkeys(ranges))
            ),
            st.lists(_codes, max_size=2),
            st.lists(st.text("01?", min_size=1, max_size=3).map(lambda head: head + "*"), max_size=1),
            st.lists(_ranges, max_size=2),
        ),
        min_size=1,
        max_size=3,
    )
)
@settings(max_examples=40, deadline=None)
def test_every_combination_of_ranges_and_patterns_of_postcodes_has_an_example(tests: list[Test]):
    short = ("".join(text) for size in range(1, 6) for text in itertools.product("0159A", repeat=size))
    long = ("".join(text) + end for text in itertools.product("0159", repeat=5) for end in ("-0000", "1111", "-1A11"))
    tried = {answers(tests, text) for text in itertools.chain(short, long)}

    assert tried <= seen(tests, POSTCODE)


def test_a_combination_that_no_string_meets_has_no_example():
    tests = [Test(patterns=("a*",)), Test(patterns=("?b*",)), Test(patterns=("*a",)), Test(exact=frozenset(("ab",)))]

    assert not any(found & 0b1000 and found & 0b0100 for found in seen(tests, TEXT))


def test_too_many_combinations_are_refused_instead_of_tried():
    tests = [
        Test(patterns=(f"*{one}{other}*",)) for one, other in zip("abcdefghijklmnop", "ponmlkjihgfedcba", strict=True)
    ]

    with pytest.raises(TooMany):
        examples(tests, lambda text: answers(tests, text), TEXT)


def test_an_empty_string_counts_only_where_there_can_be_one():
    test = [Test(patterns=("?*",))]

    assert {1} == seen(test, TEXT)
    assert {0, 1} == seen(test, TEXT._replace(empty=True))
