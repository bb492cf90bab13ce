from __future__ import annotations

import contextlib
import threading
from typing import Any

from orderctl.core.errors import RemoteError
from orderctl.steps.side_by_side import WAITING, Ended, read


def told(sources):
    """What comes of each source, in its order; errors by their message."""
    found: dict[str, list[Any]] = {}
    for name, item in read(sources):
        found.setdefault(name, []).append(
            (str(item.error) if item.error else "end") if isinstance(item, Ended) else item
        )
    return found


def test_each_source_comes_whole_and_in_its_own_order():
    sources = {name: lambda name=name: iter([f"{name}{nth}" for nth in range(50)]) for name in "abc"}

    assert {name: [*(f"{name}{nth}" for nth in range(50)), "end"] for name in "abc"} == told(sources)


def test_what_one_raises_does_not_stop_the_others():
    def failing():
        yield 1
        raise RemoteError("gone")

    assert {"a": [1, "gone"], "b": [1, 2, "end"]} == told({"a": failing, "b": lambda: iter([1, 2])})


def test_a_source_that_waits_does_not_hold_up_the_others():
    gate = threading.Event()

    def slow():
        gate.wait(10)
        yield "late"

    order = []
    for name, item in read({"slow": slow, "quick": lambda: iter(["early"])}):
        order.append((name, "end" if isinstance(item, Ended) else item))
        if name == "quick" and isinstance(item, Ended):
            gate.set()

    assert [("quick", "early"), ("quick", "end"), ("slow", "late"), ("slow", "end")] == order


def test_a_source_runs_only_a_few_items_ahead_and_stops_when_nobody_listens():
    made = []

    def endless():
        nth = 0
        while True:
            made.append(nth)
            yield nth
            nth += 1

    with contextlib.closing(read({"a": endless})) as listening:
        for _ in range(3):
            next(listening)
        assert len(made) <= WAITING + 5
    before = threading.active_count()
    for thread in threading.enumerate():
        if thread.name == "a":
            thread.join(5)

    assert threading.active_count() < before or not any(thread.name == "a" for thread in threading.enumerate())


def test_nothing_to_read_ends_at_once():
    assert [] == list(read({}))


def test_a_bug_in_a_source_is_not_swallowed():
    def broken():
        raise ZeroDivisionError
        yield

    [(_, last)] = read({"a": broken})

    assert isinstance(last, Ended)
    assert isinstance(last.error, ZeroDivisionError)


def add(first: int, second: int) -> int | None:
    return first + second if first + second <= 100 else None


def test_what_waits_of_one_source_may_come_as_one_and_never_out_of_order():
    """Numbers of a source come as they are or added up: never later than one that follows, never more than 100."""
    sources = {name: lambda: iter(range(20)) for name in "ab"}
    found: dict[str, list[int]] = {"a": [], "b": []}
    for name, item in read(sources, add):
        if not isinstance(item, Ended):
            found[name].append(item)

    for came in found.values():
        assert sum(range(20)) == sum(came)
        assert all(item <= 100 for item in came)
        following = iter(range(20))
        for item in came:
            while item:
                item -= next(following) or 0  # noqa: PLW2901
                assert item >= 0


def test_what_comes_before_an_error_is_handed_on_before_it():
    def failing():
        yield from (1, 2, 3)
        raise RemoteError("gone")

    *came, (_, last) = read({"a": failing}, add)

    assert 6 == sum(item for _, item in came if not isinstance(item, Ended))
    assert isinstance(last, Ended)
    assert "gone" == str(last.error)
