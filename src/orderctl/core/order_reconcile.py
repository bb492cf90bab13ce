"""What a channel says of its orders against what we have of them.

1. an order that only one side has: missing here, or missing there
2. of an order that both have: another total, another payment, another state, as far as the channel states it
3. counts and totals of both sides, so that a difference is seen even where there are too many to list

Of an order that comes more than once the newest counts. What differs because the channel's version is newer than ours
says so: the next pull brings it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from orderctl.core.money import to_text
from orderctl.core.orders import Order

MISSING_HERE, MISSING_THERE, ASIDE = "missing_here", "missing_there", "put_aside"
_COMPARED = ("total", "payment", "state", "cancel_requested", "dispute", "units")


@dataclass(frozen=True, slots=True)
class Standing:
    """What one side says of one order. `state` is `cancelled`, `fulfilled` (by the channel itself) or `open`."""

    number: str
    placed_at: str
    updated_at: str
    currency: str
    total_minor: int
    payment: str
    state: str
    cancel_requested: bool
    dispute: str
    units: int


@dataclass(frozen=True, slots=True)
class Difference:
    """An order of which the two sides say different things. `kind` is what differs, `there` and `here` what they say.

    `newer`: the channel's version is newer than ours.
    """

    order_id: str
    number: str
    kind: str
    there: str = ""
    here: str = ""
    newer: bool = False


def standing(order: Order) -> Standing:
    """What `order` says, as far as both sides can say it."""
    mine = [line for line in order.lines if line.quantity]
    theirs = order.fulfilled_by == "channel" or (mine and all(line.fulfilled_by == "channel" for line in mine))
    state = "cancelled" if order.cancelled_at else "fulfilled" if theirs else "open"
    return Standing(
        *(order.number, order.placed_at, order.updated_at, order.currency, order.total_minor, order.payment, state),
        *(order.cancel_requested, order.dispute, sum(line.quantity for line in order.lines)),
    )


def differences(there: Mapping[str, Standing], here: Mapping[str, Standing]) -> Iterator[Difference]:
    """What differs between two sides (channel order id -> standing), by order id."""
    for order_id in sorted(there.keys() | here.keys()):
        theirs, ours = there.get(order_id), here.get(order_id)
        if ours is None and theirs is not None:
            yield Difference(order_id, theirs.number, MISSING_HERE, there=theirs.state)
        elif theirs is None and ours is not None:
            yield Difference(order_id, ours.number, MISSING_THERE, here=ours.state)
        elif theirs is not None and ours is not None:
            yield from _of_one(order_id, theirs, ours)


def _of_one(order_id: str, theirs: Standing, ours: Standing) -> Iterator[Difference]:
    for kind in _COMPARED:
        said, have = _said(theirs, kind), _said(ours, kind)
        if said != have:
            yield Difference(order_id, ours.number, kind, said, have, newer=theirs.updated_at > ours.updated_at)


def _said(one: Standing, kind: str) -> str:
    if kind == "total":
        return f"{to_text(one.total_minor, one.currency)} {one.currency}"
    value = getattr(one, kind)
    return str(value).lower() if isinstance(value, bool) else str(value)


def totals(standings: Iterable[Standing]) -> dict[str, int]:
    """Currency -> what all orders come to, in minor units."""
    found: dict[str, int] = defaultdict(int)
    for one in standings:
        found[one.currency] += one.total_minor
    return dict(sorted(found.items()))
