"""What a group of lines may see of the stock: available units less what is kept back, taken or not theirs to use.

1. units that earlier groups of the same order took are gone
2. `keep_stock` units of each SKU stay at their location
3. hazmat is not there for it where the location may not ship hazmat
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from orderctl.core.allocation import ENDLESS, Candidate, Demand
from orderctl.rules.compiled import LocationPolicy
from orderctl.rules.draft import Draft

Stock = Mapping[str, Mapping[str, int]]


def visible(
    draft: Draft, policy: LocationPolicy, candidates: Sequence[Candidate], demands: Sequence[Demand], gone: Stock
) -> tuple[Sequence[Candidate], Stock]:
    """The candidates and the stock that `choose` may use for `demands`, where `gone` units are taken already."""
    facts, keep_stock = draft.facts, policy.keep_stock
    dangerous = _hazmat(draft, demands) if draft.hazmat else None
    if not dangerous and not keep_stock and not gone:
        return candidates, facts.stock
    stock: dict[str, dict[str, int]] = {}
    chosen = []
    for candidate in candidates:
        name = candidate.name
        if candidate.unlimited:
            here = dict.fromkeys(_wanted(demands), ENDLESS)
        else:
            taken = gone.get(name, {})
            here = {
                sku: left
                for sku, units in facts.stock.get(name, {}).items()
                if (left := units - taken.get(sku, 0) - keep_stock) > 0
            }
        if dangerous and "hazmat" not in facts.places.locations[name].accepts:
            here = {sku: units for sku, units in here.items() if sku not in dangerous}
            if candidate.unlimited:
                candidate = replace(candidate, unlimited=False)  # noqa: PLW2901
        stock[name] = here
        chosen.append(candidate)
    return chosen, stock


def _wanted(demands: Sequence[Demand]) -> set[str]:
    """All that the demands take from stock, kits by their components."""
    return {sku for demand in demands for sku, _ in demand.components or ((demand.sku, 1),)}


def _hazmat(draft: Draft, demands: Sequence[Demand]) -> frozenset[str]:
    """The SKUs that only a location accepting hazmat may ship; of a marked kit, its marked components, else all."""
    facts = draft.facts
    found: set[str] = set()
    for demand in demands:
        if demand.line_id in draft.hazmat:
            parts = [part for part, _ in demand.components]
            marked = [part for part in parts if part in facts.skus and facts.skus[part].hazmat]
            found.update(marked or parts or (demand.sku,))
    return frozenset(found)
