from __future__ import annotations

from contextlib import closing

import pytest

from tests.builders import a_line, an_order
from tests.store.shelf import a_store, assert_sound, from_location, hand_over, put_stock, save, ship_from


@pytest.fixture
def db(tmp_path):
    """An empty store, which is sound again when the test is over."""
    with closing(a_store(tmp_path)) as db:
        yield db
        assert_sound(db)


@pytest.fixture
def order(db):
    """Three mugs and a tee, nothing decided."""
    put_stock(db, mug=9, tee=9)
    return save(db, an_order(a_line("MUG", 3), a_line("TEE")))[0]


@pytest.fixture
def planned(db, order):
    ship_from(db, order, from_location(mug=3, tee=1))
    return order


@pytest.fixture
def in_hand(db, planned):
    hand_over(db)
    return planned
