"""Where the orders of a rehearsal come from, and how one becomes several.

1. from the store: what was placed within a span of now, as it stands, moved ahead by whole weeks until its first day
   lies ahead, so that weekdays stay what they were; what was cancelled since was no demand
2. from a file: every order that a `file` channel would read, at its own moment; the file may be in any order
3. N times: order number n comes floor((n + 1) x N) - floor(n x N) times within the minute, each under an id of its own
"""

from __future__ import annotations

import contextlib
import heapq
import math
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from fractions import Fraction
from operator import attrgetter
from pathlib import Path
from typing import IO, NamedTuple

from orderctl.config.model import Config
from orderctl.core import revisions, times
from orderctl.core.checks import money_checks
from orderctl.core.making import new_order
from orderctl.core.orders import Order
from orderctl.steps.context import Context
from orderctl.steps.rule_orders import Refuse, orders_in
from orderctl.store import arrivals, order_documents
from orderctl.store.waiting import WaitingLine, WaitingOrder
from orderctl.wire.addresses import judged

BATCH = 1000
_WEEK_S = 7 * 86_400
_SPREAD_S = 60
_IN_MEMORY = 64 * 1024 * 1024
_NAMES = tuple(one.name for one in fields(Order))
_AT = {name: at for at, name in enumerate(_NAMES)}
_values = attrgetter(*_NAMES)


class Arrival(NamedTuple):
    """An order that comes at a moment."""

    moment: str
    order: WaitingOrder


class History(NamedTuple):
    """Orders in batches, in order of time; `orders` may count some that are left out on the way."""

    batches: Callable[[], Iterator[list[Arrival]]]
    orders: int
    moved_s: int = 0


def of_store(ctx: Context, since: str) -> History:
    """The orders placed at the moment `since` or later, moved ahead of now."""
    first, _, count = arrivals.first_and_last(ctx.db, since)
    moved_s = 0
    if first:
        moved_s = max(0, -(-times.seconds_between(first, ctx.now) // _WEEK_S)) * _WEEK_S

    def batches() -> Iterator[list[Arrival]]:
        number = 0
        for some in arrivals.since(ctx.db, since):
            batch = []
            for one in some:
                order = _moved(order_documents.read(one.document), moved_s)
                if not order.cancelled_at:
                    number += 1
                    batch.append(Arrival(order.placed_at, _waiting(order, number, one.stem, one.address, one.checks)))
            yield batch

    return History(batches, count, moved_s)


@contextlib.contextmanager
def of_file(file: Path, config: Config, refuse: Refuse) -> Iterator[History]:
    """The orders of a file. They are read once, and kept outside memory when there are many."""
    index: list[tuple[str, int, int]] = []
    end = 0
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as kept:
        for order in orders_in(file, config, refuse):
            if not order.cancelled_at:
                document = order_documents.written(order).encode()
                index.append((order.placed_at, end, len(document)))
                end += kept.write(document)
        index.sort()
        yield History(lambda: _read_again(kept, index), len(index))


def _read_again(kept: IO[bytes], index: Sequence[tuple[str, int, int]]) -> Iterator[list[Arrival]]:
    for start in range(0, len(index), BATCH):
        batch = []
        for number, (moment, first, length) in enumerate(index[start : start + BATCH], start + 1):
            kept.seek(first)
            order = order_documents.read(kept.read(length).decode())
            address = judged(order.ship_to).verdict if order.ship_to else "ok"
            checks = ",".join(money_checks(order))
            batch.append(Arrival(moment, _waiting(order, number, "", address, checks)))
        yield batch


def several(arriving: Iterable[Arrival], count: Fraction) -> Iterator[Arrival]:
    """Each of `arriving` so many times on average, in order of time."""
    waiting: list[tuple[str, int, int, WaitingOrder]] = []
    before = made = 0
    for number, (moment, one) in enumerate(arriving, 1):
        while waiting and waiting[0][0] <= moment:
            at, _, copy, other = heapq.heappop(waiting)
            yield _copied(at, copy, other)
        until = math.floor(number * count)
        for copy in range(until - before):
            at = times.later(moment, copy * _SPREAD_S // (until - before)) if copy else moment
            heapq.heappush(waiting, (at, made, copy, one))
            made += 1
        before = until
    while waiting:
        at, _, copy, other = heapq.heappop(waiting)
        yield _copied(at, copy, other)


def _copied(moment: str, copy: int, one: WaitingOrder) -> Arrival:
    if not copy:
        return Arrival(moment, one)
    values = list(_values(one.order))
    for name in ("channel_order_id", "number"):
        values[_AT[name]] += f"~{copy + 1}"
    return Arrival(moment, replace(one, order=new_order(*values), order_id=one.order_id + copy))


def _moved(order: Order, seconds: int) -> Order:
    if not seconds:
        return order
    values = list(_values(order))
    for name in ("placed_at", "updated_at", "ship_by", "deliver_by"):
        moment = values[_AT[name]]
        values[_AT[name]] = times.later(moment, seconds) if moment else moment
    return new_order(*values)


def _waiting(order: Order, number: int, stem: str, address: str, checks: str) -> WaitingOrder:
    """An order as if it had just come: every unit of ours is open, nobody has said anything of it."""
    units = {line.id: revisions.wanted(order, line) for line in order.lines if revisions.to_ship(order, line)}
    return WaitingOrder(
        order_id=number * 10_000,
        stem=stem,
        state="new",
        order=order,
        document="",
        address=address,
        checks=checks,
        watched=False,
        decisions=0,
        parts=0,
        tags=(),
        rank=0,
        lines={line_id: WaitingLine(0, count, 0, "") for line_id, count in units.items()},
    )
