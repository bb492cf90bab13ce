"""What is looked for in the benchmark is there to be found."""

from __future__ import annotations

from contextlib import closing

from benchmarks import searching
from orderctl.store import connection, search


def test_everything_that_is_asked_for_finds_orders_and_the_index_is_measured_on_them(tmp_path):
    shop, spent = searching._shop(tmp_path / "shop", 30)

    with closing(connection.open_for_reading(shop / "orderctl.db")) as db:
        found = {text: len(search.find(db, text)) for text in searching._asked(30)[:-2]}
    assert {} == {text: count for text, count in found.items() if not count}
    assert spent > 0
    assert searching._index(tmp_path, shop) > 0
