"""A peer has a number only when it did its part of the work."""

from __future__ import annotations

import math
import sys

import pytest

from benchmarks import generate
from benchmarks.measured import report
from benchmarks.peers import Peer, against

LOADS = """
import json, sqlite3, sys
rows = [json.loads(line)["channel_order_id"] for line in open(sys.argv[1])]
sum(i * i for i in range(20_000 * len(rows)))
db = sqlite3.connect(sys.argv[2])
db.execute("CREATE TABLE orders (channel_order_id)")
db.executemany("INSERT INTO orders VALUES (?)", [(row,) for row in rows][int(sys.argv[3]):])
db.commit()
"""


def a_peer(*command: str, tables: tuple[str, ...] = ()) -> Peer:
    return Peer("peer", (), ("{python}", *command), tables, 0.5, 0.33)


@pytest.fixture
def measured(tmp_path):
    (tmp_path / "loads.py").write_text(LOADS)
    sources = {orders: tmp_path / f"{orders}.jsonl" for orders in (20, 60)}
    for orders, path in sources.items():
        generate.write_orders(path, orders)
    return lambda peer: against(peer, 0.001, tmp_path, sources, lambda _: sys.executable)


def test_a_peer_that_loads_every_order_is_compared_with(measured):
    number = measured(a_peer("loads.py", "{source}", "{database}", "0"))

    assert 0 < number.value
    assert "peer" in number.said


@pytest.mark.parametrize(
    ("peer", "why"),
    [
        (a_peer("-c", "raise SystemExit('no such destination')"), "no such destination"),
        (a_peer("-c", "pass"), "cannot be read"),
        (a_peer("loads.py", "{source}", "{database}", "1"), '"orders": 20'),
        (a_peer("loads.py", "{source}", "{database}", "0", tables=("orders__lines",)), "orders__lines"),
    ],
)
def test_a_peer_that_does_not_says_so_and_has_no_number(measured, peer, why):
    number = measured(peer)

    assert math.isnan(number.value)
    assert not number.kept
    assert why in number.said
    assert ["-", "0.50", "0.33", "FAILED"] == report([number]).splitlines()[1].split("peer", 1)[1].split()[:4]
