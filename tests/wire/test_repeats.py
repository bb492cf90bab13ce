from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.wire.repeats import SHORT, repeats


@pytest.mark.parametrize("size", [1, SHORT, SHORT + 1, SHORT * 64])
@given(st.lists(st.one_of(st.sampled_from("abc"), st.text(max_size=3))))
def test_what_comes_more_than_once_is_counted_however_long_the_stream_is(size, texts):
    expected = {text: times for text, times in Counter(texts).items() if times > 1}

    assert expected == repeats(lambda: iter(texts), size)


def test_texts_that_leave_their_mark_at_the_same_place_do_not_count_as_the_same():
    texts = [str(number) for number in range(30_000)]

    assert {"7": 2} == repeats(lambda: iter([*texts, "7"]), SHORT + 1)
