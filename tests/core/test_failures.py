from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.failures import Failure, Recovered, Told, to_tell
from orderctl.core.times import later

NOON = "2026-11-20T12:00:00Z"
STEPS = ("pull", "collect", "dispatch")
FULL = Failure("dispatch", "remote", "east", "the disk is full")
DENIED = Failure("dispatch", "remote", "east", "permission denied")
SHOP = Failure("pull", "remote", "web", "answered 503")


def test_a_failure_is_told_when_it_starts_and_then_once_a_day():
    first = to_tell([FULL], (), STEPS, NOON)
    soon = to_tell([FULL], first.memory, STEPS, later(NOON, 300))
    next_day = to_tell([FULL], soon.memory, STEPS, later(NOON, 24 * 3600))
    after_that = to_tell([FULL], next_day.memory, STEPS, later(NOON, 24 * 3600 + 300))

    assert [(FULL,), (), (FULL,), ()] == [one.failures for one in (first, soon, next_day, after_that)]
    assert NOON == after_that.memory[0].since


def test_what_no_longer_fails_is_told_once_with_since_when_it_did():
    first = to_tell([FULL, SHOP], (), STEPS, NOON)
    over = to_tell([SHOP], first.memory, STEPS, later(NOON, 300))
    later_on = to_tell([SHOP], over.memory, STEPS, later(NOON, 600))

    assert (Recovered("dispatch", "east", NOON),) == over.recovered
    assert ((), ()) == (later_on.failures, later_on.recovered)


def test_a_pass_without_the_step_says_nothing_about_it():
    first = to_tell([FULL], (), STEPS, NOON)
    pulled_only = to_tell([], first.memory, ["pull"], later(NOON, 300))
    again = to_tell([FULL], pulled_only.memory, STEPS, later(NOON, 600))

    assert ((), ()) == (pulled_only.failures, pulled_only.recovered)
    assert () == again.failures


def test_other_words_about_the_same_place_are_news_but_no_end():
    first = to_tell([FULL], (), STEPS, NOON)
    other = to_tell([DENIED], first.memory, STEPS, later(NOON, 300))

    assert ((DENIED,), ()) == (other.failures, other.recovered)


def test_two_failures_that_take_turns_are_told_once_each():
    memory: tuple[Told, ...] = ()
    told: list[Failure] = []
    for turn in range(6):
        telling = to_tell([FULL if turn % 2 else DENIED], memory, STEPS, later(NOON, 300 * turn))
        memory = telling.memory
        told += telling.failures

    assert [DENIED, FULL] == told


def test_two_failures_of_one_place_end_together():
    first = to_tell([FULL, DENIED], (), STEPS, NOON)
    one_left = to_tell([DENIED], first.memory, STEPS, later(NOON, 300))
    over = to_tell([], one_left.memory, STEPS, later(NOON, 600))

    assert () == one_left.recovered
    assert (Recovered("dispatch", "east", NOON),) == over.recovered


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sets(st.sampled_from([FULL, DENIED, SHOP])), st.integers(60, 100_000)), max_size=12))
def test_whatever_fails_when_nothing_is_told_twice_a_day_and_memory_is_only_of_what_fails(passes):
    memory: tuple[Told, ...] = ()
    now = NOON
    told: dict[Failure, str] = {}
    for failing, gap in passes:
        now = later(now, gap)
        telling = to_tell(sorted(failing, key=str), memory, STEPS, now)
        memory = telling.memory
        for one in telling.recovered:
            told = {failure: at for failure, at in told.items() if failure.subject != one.subject}
        for failure in telling.failures:
            assert failure not in told or later(told[failure], 24 * 3600) <= now
            told[failure] = now
        assert {one.subject for one in failing} == {one.failure.subject for one in memory}


def test_another_request_number_and_another_wait_are_the_same_failure():
    """A partner numbers every request, and says a shorter wait each time: no mail for that every five minutes."""
    numbered = [
        Failure("pull", "remote", "web", f"GET /orders: asks for time (status 429): {90 - turn:,} s [request a-{turn}]")
        for turn in range(3)
    ]
    first = to_tell([numbered[0]], (), STEPS, NOON)
    second = to_tell([numbered[1]], first.memory, STEPS, later(NOON, 300))
    third = to_tell([numbered[2], SHOP], second.memory, STEPS, later(NOON, 600))

    assert [(numbered[0],), (), (SHOP,)] == [one.failures for one in (first, second, third)]
