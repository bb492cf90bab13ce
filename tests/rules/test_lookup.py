from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.rules import kinds, numbers
from orderctl.rules.lookup import MOST_REMEMBERED, lookup
from orderctl.rules.values import Kind, Range, Test

FREE = 1 << 40
_ends = st.none() | st.integers(-3, 8)
_numbers = st.builds(
    Test,
    exact=st.frozensets(st.integers(-3, 8), max_size=2),
    ranges=st.lists(st.builds(Range, _ends, _ends), max_size=2).map(tuple),
)
_codes = st.sampled_from(["1", "10", "2", "20000", "10001", "30"])
_texts = st.builds(
    Test,
    exact=st.frozensets(st.text("ab12", max_size=3), max_size=2),
    patterns=st.lists(
        st.text("ab1*?", min_size=1, max_size=4).filter(lambda text: set(text) & set("*?")), max_size=3
    ).map(tuple),
    ranges=st.lists(
        st.tuples(_codes, _codes).filter(lambda ends: len(ends[0]) == len(ends[1])).map(lambda ends: Range(*ends)),
        max_size=2,
    ).map(tuple),
)


def plainly(kind: Kind, tests: list[Test], value: object) -> int:
    return FREE | sum(1 << bit for bit, test in enumerate(tests) if test.has(kind.key(value)))


@given(st.lists(_numbers, min_size=1, max_size=5), st.integers(-5, 10))
@settings(max_examples=300, deadline=None)
def test_numbers_find_every_test_that_holds(tests: list[Test], value: int):
    found = lookup(numbers.Count, [(1 << bit, test) for bit, test in enumerate(tests)], FREE, 0)

    assert plainly(numbers.Count, tests, value) == found(value)


@given(st.lists(_texts, min_size=1, max_size=5), st.text("ab12", max_size=4) | _codes | st.just("10001-1234"))
@settings(max_examples=500, deadline=None)
def test_texts_find_every_test_that_holds(tests: list[Test], value: str):
    found = lookup(kinds.SkuCode, [(1 << bit, test) for bit, test in enumerate(tests)], FREE, 0)

    assert plainly(kinds.SkuCode, tests, value) == found(value) == found(value)


def test_what_is_missing_has_its_own_answer():
    marked = [(1, Test(exact=frozenset({"a"})))]

    assert [6, 3, 2] == [lookup(kinds.Text, marked, 2, 6)(value) for value in (None, "A", "b")]


def test_of_several_values_any_is_enough():
    marked = [(1, Test(exact=frozenset({"a"}))), (2, Test(patterns=("b*",)))]
    found = lookup(kinds.Tags, marked, 4, 0)

    assert [4, 5, 7] == [found(value) for value in ((), ("x", "A"), ("bee", "a"))]


def test_memory_for_values_stays_bounded_and_answers_stay_right():
    found = lookup(kinds.Text, [(1, Test(patterns=("7*",)))], 0, 8)
    numbers_seen = range(MOST_REMEMBERED + 50)

    assert [int(str(number).startswith("7")) for number in numbers_seen] == [
        found(str(number)) for number in numbers_seen
    ]
    assert 8 == found(None)
