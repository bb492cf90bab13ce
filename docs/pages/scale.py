"""docs/scale.md: how much a shop can have, where a channel is the limit, and a standby.

What was measured and the standby stand in scale.md and standby.md beside this page; the table of channels is made from
the paces and page sizes that each adapter states.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from docs.pages.channels import TITLES, kind_of
from docs.pages.markdown import page, table
from orderctl.core.quotas import THINGS, Paced, Quota
from orderctl.core.registry import CHANNELS

FOLDER = Path(__file__).parent
_HEAD = ("channel", "orders read", "acknowledged", "parcels told", "SKUs told", "whole orders")
#: What is asked and told of an order that is read once and leaves in one parcel.
_OF_AN_ORDER = ("orders", "acknowledgments", "tracking")


def text() -> str:
    """The page."""
    return page(
        "Scale and standby", _part("scale.md"), table(_HEAD, _rows()), _part("scale_room.md"), _part("standby.md")
    )


def _rows() -> Iterable[list[str]]:
    for name, target in CHANNELS.items():
        kind = kind_of(target)
        if isinstance(kind, Paced):
            buckets = kind.quotas({})
            yield [
                TITLES[name],
                *(_shown(_most(buckets, (thing,))) for thing in THINGS),
                _shown(_most(buckets, _OF_AN_ORDER)),
            ]


def _most(buckets: Iterable[Quota], things: Iterable[str]) -> float | None:
    """How many of each of `things` an hour has room for in all of `buckets`; None: none of them, inf: without limit."""
    room = None
    for bucket in buckets:
        tokens = sum(price.tokens / price.things for price in (bucket.prices.get(thing) for thing in things) if price)
        if tokens:
            most = bucket.per_hour / tokens if bucket.per_hour else math.inf
            room = most if room is None else min(room, most)
    return room


def _shown(most: float | None) -> str:
    if most is None:
        return "-"
    return "no limit stated" if math.isinf(most) else f"{int(most):,}"


def _part(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
