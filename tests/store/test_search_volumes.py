from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderctl.core import searching
from orderctl.store import search_volumes
from orderctl.store.search_volumes import SIZE

#: So many orders of each volume have a word: enough to rather look at those that have another.
COMMON = 400


def filled(db, words: dict[int, str]) -> None:
    db.execute("INSERT INTO order_search (order_search) VALUES ('delete-all')")
    db.executemany(
        "INSERT INTO order_search (rowid, words) VALUES (?, ?)",
        [
            (order, searching.marked(text.split(), search_volumes.mark_of(order)))
            for order, text in sorted(words.items())
        ],
    )


def found(db, typed: str, words: dict[int, str]) -> tuple[list[int], list[int]]:
    """What a search finds, and the orders that were looked at one by one for it."""
    looked_at: list[int] = []

    def words_of(order: int) -> list[str]:
        looked_at.append(order)
        return words[order].split()

    question = searching.question(typed)
    assert question is not None
    return list(search_volumes.matching(db, question, words_of)), looked_at


RARE = st.lists(st.tuples(st.integers(0, 3), st.integers(0, COMMON - 1), st.sampled_from(["ana", "anatol", "lamp"])))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rare=RARE, without=st.sets(st.integers(0, 3)))
def test_a_rare_word_leads_to_the_same_orders_as_every_word_at_once(db, rare, without):
    """Volumes in `without` do not have the common word at all."""
    words = {
        volume * SIZE + at: "other" if volume in without else "common other"
        for volume in range(4)
        for at in range(1, COMMON + 1)
    }
    for volume, at, word in rare:
        words[volume * SIZE + at + 1] += f" {word}"
    filled(db, words)

    for typed, all_of in (
        ("common ana", ("common", "ana")),
        ("anat comm", ("anat", "comm")),
        ("comm-lam", ("comm", "lam")),
    ):
        expected = [
            order
            for order in sorted(words, reverse=True)
            if all(any(one.startswith(begin) for one in words[order].split()) for begin in all_of)
        ]
        assert expected == found(db, typed, words)[0]


def test_of_a_common_and_a_rare_word_only_orders_that_have_the_rare_one_are_looked_at(db):
    words = {volume * SIZE + at: "common" for volume in range(3) for at in range(COMMON)}
    words[7] += " rare"
    words[SIZE + 7] += " rare"
    words[2 * SIZE + 7] += " rare"
    filled(db, words)

    assert ([2 * SIZE + 7, SIZE + 7, 7], [SIZE + 7, 7]) == found(db, "common rare", words)


@pytest.mark.parametrize(("order", "volume"), [(1, 0), (SIZE - 1, 0), (SIZE, 1), (3 * SIZE + 1, 3)])
def test_a_volume_has_orders_that_follow_each_other(order: int, volume: int):
    assert chr(0x100 + volume) == search_volumes.mark_of(order)
