from __future__ import annotations

from contextlib import closing

import pytest

from tests.store.shelf import a_store, assert_sound


@pytest.fixture
def db(tmp_path):
    """An empty store, which is sound again when the test is over."""
    with closing(a_store(tmp_path)) as db:
        yield db
        assert_sound(db)
