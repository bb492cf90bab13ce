"""SKUs as they are kept, and what a line of an order takes from stock.

1. a SKU is itself; a kit is its parts, always or only when it runs short of assembled units
2. a channel may sell it under a name of its own, some units at a time: a pack of 6 takes six
3. a pack and a kit stay whole: nothing here ever makes a fraction of one
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from orderctl.core.stock import Sku

#: When a kit is taken apart: `always`, or `if_short` of assembled units.
EXPLODE = ("always", "if_short")
_KNOWN_TO_RULES = ("weight_g", "category", "supplier", "hazmat", "oversize", "preorder")
#: One unit of a channel's SKU cannot be more units of ours than this.
MOST_TIMES = 100_000


@dataclass(frozen=True, slots=True)
class Alias:
    """What a channel calls a SKU of ours: one unit of `channel_sku` is `times` units of `sku`."""

    channel: str
    channel_sku: str
    sku: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class SkuRow:
    """What one row of a file says about a SKU.

    `data` holds what it states, None for what it empties; `parts` is None when it says nothing about a kit, empty when
    the SKU is to be a kit no longer.
    """

    sku: str
    data: Mapping[str, Any]
    aliases: Sequence[Alias] = ()
    parts: Mapping[str, int] | None = None
    line: int = 0


def known(sku: str, data: Mapping[str, Any], parts: Mapping[str, int], weights: Mapping[str, int | None]) -> Sku:
    """The SKU that rules see, from what is kept of it. A kit without a weight weighs what its `parts` do.

    `weights` are the grams of the parts, None where one is not known.
    """
    stated = {name: data[name] for name in _KNOWN_TO_RULES if name in data}
    if parts and "weight_g" not in stated:
        grams = [(weights.get(part), each) for part, each in parts.items()]
        stated["weight_g"] = None if any(one is None for one, _ in grams) else sum((one or 0) * n for one, n in grams)
    kept_assembled = data.get("explode") == "if_short"
    return Sku(
        sku=sku,
        tags=tuple(data.get("tags", ())),
        components={} if kept_assembled else dict(parts),
        assembled_from=dict(parts) if kept_assembled else {},
        **stated,
    )


def as_sold(own: Sku, times: int) -> Sku:
    """What one unit of a channel's SKU is: `times` units of `own`, from whose stock it is taken."""
    return replace(
        own,
        weight_g=None if own.weight_g is None else own.weight_g * times,
        components=_times(own.components or {own.sku: 1}, times),
        assembled_from=_times(own.assembled_from, times),
    )


def taken_apart(sku: Sku) -> Sku:
    """A kit that is kept assembled, taken from its parts instead."""
    return replace(sku, components=sku.assembled_from, assembled_from={})


def is_kit(sku: Sku) -> bool:
    """Whether it is made of other SKUs; a pack of one SKU is none."""
    return bool(sku.assembled_from) or bool(sku.components.keys() - {sku.sku})


def _times(parts: Mapping[str, int], times: int) -> dict[str, int]:
    return {part: each * times for part, each in parts.items()}
