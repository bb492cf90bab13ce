from __future__ import annotations

from pathlib import Path

import pytest

from orderctl.config.key import Key
from orderctl.config.keys import TABLES
from orderctl.config.kinds import KINDS, Scope

KEYS = [(name, key) for name, table in TABLES.items() for key in table.keys]
SCOPE = Scope(Path("/shop"))


def test_every_table_is_reached_from_the_file():
    named = {key.table for _, key in KEYS if key.table}

    assert {"file"} == set(TABLES) - named
    assert named <= set(TABLES)


@pytest.mark.parametrize(("table", "key"), KEYS, ids=lambda value: value.name if isinstance(value, Key) else value)
def test_every_key_has_a_kind_words_and_a_default_that_its_own_kind_accepts(table, key):
    assert key.doc.endswith(".")
    if key.table:
        assert key.kind in {"named", "table"}
        return
    assert key.kind in KINDS
    assert not (key.required and key.default is not None)
    if key.default is not None:
        scope = Scope(SCOPE.base, choices=key.choices)
        assert KINDS[key.kind].parse(key.default, scope) is not None


def test_no_key_stands_twice_in_a_table():
    for table in TABLES.values():
        names = [key.name for key in table.keys]
        assert len(set(names)) == len(names)
