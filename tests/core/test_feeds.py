from __future__ import annotations

import pytest

from orderctl.core.feeds import Limits, doubt

LIMITS = Limits("50", "900")
HAVE = {f"SKU-{number}": 10 for number in range(40)}


def told(counted: dict[str, int], rows: int = 40) -> str:
    return doubt(counted, {sku: HAVE.get(sku, 0) for sku in counted}, lambda: sum(HAVE.values()), rows, LIMITS)


@pytest.mark.parametrize(
    ("why", "counted"),
    [
        ("it would leave 0 of 400 units", dict.fromkeys(HAVE, 0)),
        ("it would raise 400 units to 40,000", dict.fromkeys(HAVE, 1000)),
        ("it counts 4 SKUs, the one before it 40", dict(list(HAVE.items())[:4])),
    ],
)
def test_zeros_a_factor_and_a_cut_off_feed_are_doubted(why, counted):
    assert why == told(counted)


@pytest.mark.parametrize("counted", [HAVE, dict.fromkeys(HAVE, 5), dict.fromkeys(HAVE, 100), {"NEW": 9, **HAVE}])
def test_ordinary_changes_are_believed(counted):
    assert "" == told(counted)


def test_one_article_that_is_gone_is_news():
    assert "" == doubt({"MUG": 0}, {"MUG": 10}, lambda: 10, 1, LIMITS)


def test_the_first_feed_of_a_location_is_believed():
    assert "" == doubt(HAVE, {}, lambda: 0, 0, LIMITS)


def test_what_is_much_of_two_articles_is_little_of_all():
    assert "" == doubt({"SKU-1": 0, "SKU-2": 0}, HAVE, lambda: 400, 2, LIMITS)


def test_an_ordinary_feed_does_not_ask_for_the_sum_of_all():
    assert "" == doubt(dict.fromkeys(HAVE, 6), HAVE, lambda: pytest.fail("asked"), 40, LIMITS)


def test_a_few_rows_prove_nothing():
    assert "" == told({"SKU-1": 9}, rows=4)


def test_a_full_percentage_lets_everything_go():
    assert "" == doubt(dict.fromkeys(HAVE, 0), HAVE, lambda: 400, 40, Limits("100", "900"))
