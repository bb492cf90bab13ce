from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.rules.boxes import Box, Budget, Cover, meets, without
from orderctl.rules.strings import TooMany

SIZES = (2, 3, 4)
FULL = [(1 << size) - 1 for size in SIZES]
POINTS = [*itertools.product(*map(range, SIZES))]

_boxes = st.dictionaries(st.integers(0, 2), st.integers(1, 15), max_size=3).map(
    lambda box: {at: mask & FULL[at] or FULL[at] for at, mask in box.items()}
)


def points(*boxes: Box) -> set[tuple[int, ...]]:
    return {point for point in POINTS for box in boxes if all(mask >> point[at] & 1 for at, mask in box.items())}


@given(_boxes, st.lists(_boxes, max_size=7), st.integers(0, 127))
@settings(max_examples=400)
def test_what_is_free_is_every_point_that_no_box_has_each_once(box: Box, boxes: list[Box], using: int):
    using &= (1 << len(boxes)) - 1
    taking = [one for at, one in enumerate(boxes) if using >> at & 1]
    *free, (last, used) = Cover(boxes, FULL).free(box, using, Budget(1000))
    pieces = [piece for piece, _ in free if piece is not None]

    assert last is None
    assert points(box) - points(*taking) == points(*pieces)
    assert sum(len(points(piece)) for piece in pieces) == len(points(*pieces))
    assert points(box) & points(*taking) <= points(*(one for at, one in enumerate(boxes) if used >> at & 1))


@given(st.lists(_boxes, max_size=4), _boxes)
def test_less_a_box_and_with_a_box_make_the_whole(ones: list[Box], box: Box):
    assert points(*ones) - points(box) == points(*without(ones, box, FULL))
    assert points(*ones) & points(box) == points(*meets(ones, [box]))


def test_work_ends_with_the_budget_of_the_question_or_of_all():
    whole = Budget(2)
    Budget(5, whole).spend()
    Budget(5, whole).spend()

    with pytest.raises(TooMany):
        Budget(5, whole).spend()
    with pytest.raises(TooMany):
        Budget(0).spend()
