"""A person says where an order ships from: their units go there, whatever the rules say.

The units leave with the service the person named, else with the one the rules choose; the enhance stage applies. What
the location does not have stays where it is and becomes a problem.
"""

from __future__ import annotations

from orderctl.core.allocation import Take
from orderctl.core.plans import Problem
from orderctl.rules.compiled import Compiled
from orderctl.rules.draft import Draft
from orderctl.rules.facts import available
from orderctl.rules.model import Rule

#: Stands where a rule's name stands in a plan that a person made.
BY_HAND = Rule("location", "by hand", {})


def obey(draft: Draft, compiled: Compiled) -> bool:
    """Give the units that `facts.given` names to its location; False when it takes none of them."""
    location = str(draft.facts.given["location"])
    if location not in compiled.places.locations:
        draft.problems.append(Problem("given_location", f"there is no location '{location}' any more"))
        return False
    takes, short = [], []
    for line_id, wanted in draft.facts.given["lines"].items():
        demand = draft.demands.get(line_id)
        if demand is None:
            continue
        units = min(int(wanted), demand.quantity)
        if _is_there(draft, location, line_id, units):
            take = Take(location, line_id, demand.sku, units)
            draft.take(BY_HAND, [take])
            takes.append(take)
        else:
            short.append(f"{units} x {demand.sku}")
    if short:
        draft.problems.append(Problem("given_short", f"{location} does not have {', '.join(short)}"))
    if takes:
        draft.rules[BY_HAND.id] = None
    return bool(takes)


def _is_there(draft: Draft, location: str, line_id: str, units: int) -> bool:
    demand = draft.demands[line_id]
    taken = draft.taken.get(location, {})
    for sku, each in demand.components or ((demand.sku, 1),):
        have = available(draft.facts, location, sku)
        if have is not None and have - taken.get(sku, 0) < units * each:
            return False
    return True
