"""A stock feed that looks wrong is put aside whole until a person confirms it."""

from __future__ import annotations

import os

import pytest

from orderctl.core.errors import Exit
from orderctl.steps.confirm import exception_confirm
from tests.shop import CHANNELS, Shop, a_shop

LEVELS = {f"SKU-{number}": 10 for number in range(1200)}
SAFE = CHANNELS + '[safety]\nmax_stock_drop = "40%"\nmax_stock_rise = "200%"\n'


@pytest.fixture
def shop(tmp_path):
    shop = a_shop(tmp_path, SAFE, stock=False)
    feed(shop, 1, LEVELS)
    assert Exit.OK == shop.run()[0]
    return shop


def feed(shop: Shop, moment: int, levels: dict[str, int]) -> None:
    """What the east counts at a moment of its own."""
    shop.stock(east=levels)
    os.utime(shop.folder / "stock/east.csv", (1_900_000_000 + moment, 1_900_000_000 + moment))


def on_hand(shop: Shop) -> int:
    with shop.context(write=False) as ctx:
        return int(ctx.db.execute("SELECT sum(on_hand) FROM stock_levels WHERE location = 'east'").fetchone()[0])


def waiting(shop: Shop) -> list[tuple[int, str, str]]:
    with shop.context(write=False) as ctx:
        return ctx.db.execute(
            "SELECT exception_id, code, message FROM exceptions WHERE closed_at IS NULL ORDER BY exception_id"
        ).fetchall()


STRANGE = {
    "zeros": dict.fromkeys(LEVELS, 0),
    "nine in ten missing": dict(list(LEVELS.items())[:120]),
    "a hundred times": dict.fromkeys(LEVELS, 1000),
    "half of all": dict.fromkeys(LEVELS, 5),
    "three quarters zero": {sku: 0 if number % 4 else 10 for number, sku in enumerate(LEVELS)},
}


@pytest.mark.parametrize("levels", list(STRANGE.values()), ids=list(STRANGE))
def test_a_strange_feed_is_put_aside_and_nothing_of_it_is_taken(shop, levels):
    feed(shop, 2, levels)

    assert Exit.ATTENTION == shop.run()[0]
    assert 12_000 == on_hand(shop)
    ((_, code, message),) = waiting(shop)
    assert "feed_put_aside" == code
    assert message.startswith("the feed of east counted at 2030-03-17T17:46:42Z is put aside: it ")
    assert Exit.OK == shop.run()[0], "it was told once"


@pytest.mark.parametrize("levels", list(STRANGE.values()), ids=list(STRANGE))
def test_it_goes_on_once_a_person_confirms_it(shop, levels):
    feed(shop, 2, levels)
    shop.run()
    with shop.context() as ctx:
        exception_confirm(ctx, waiting(shop)[0][0], "the flood took it")

    assert Exit.OK == shop.run()[0]

    assert 12_000 + sum(levels[sku] - 10 for sku in levels) == on_hand(shop)
    assert [] == waiting(shop)
    assert Exit.OK == shop.run()[0]


def test_a_consent_is_for_one_feed(shop):
    feed(shop, 2, dict.fromkeys(LEVELS, 0))
    shop.run()
    with shop.context() as ctx:
        exception_confirm(ctx, waiting(shop)[0][0])
    feed(shop, 3, dict.fromkeys(LEVELS, 1))

    assert Exit.ATTENTION == shop.run()[0]
    assert 12_000 == on_hand(shop)


def test_a_right_feed_takes_its_place(shop):
    feed(shop, 2, dict.fromkeys(LEVELS, 0))
    shop.run()
    feed(shop, 3, dict.fromkeys(LEVELS, 9))

    assert Exit.OK == shop.run()[0]

    assert (10_800, []) == (on_hand(shop), waiting(shop))


def test_the_same_broken_feed_again_is_the_same_exception(shop):
    for moment in (2, 3, 4):
        feed(shop, moment, dict.fromkeys(LEVELS, 0))
        shop.run()

    assert 1 == len(waiting(shop))


def test_other_feeds_and_answers_go_on(shop):
    feed(shop, 2, dict.fromkeys(LEVELS, 0))
    shop.stock(west={"MUG": 4})

    shop.run()

    with shop.context(write=False) as ctx:
        assert [("MUG", 4)] == ctx.db.execute(
            "SELECT sku, on_hand FROM stock_levels WHERE location = 'west'"
        ).fetchall()


def test_what_is_counted_as_none_is_known_to_lie_there(shop):
    feed(shop, 2, {**LEVELS, "NEW": 0})
    shop.run()

    with shop.context(write=False) as ctx:
        rows = ctx.db.execute("SELECT location, on_hand FROM stock_levels WHERE sku = 'NEW'").fetchall()
    assert [("east", 0)] == rows
