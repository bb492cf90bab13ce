"""What leaves for another customs territory needs HS code, origin and value; without them the order is held.

Asked once the location stage is done: only then it is known what crosses a border. What waits is asked when it leaves.
"""

from __future__ import annotations

from orderctl.core.customs import is_border
from orderctl.core.plans import Hold, Problem
from orderctl.rules.compiled import Compiled
from orderctl.rules.draft import Draft

REASON = "missing_customs"


def hold(draft: Draft, compiled: Compiled) -> bool:
    """Hold the whole order when a line of `facts.no_customs` would cross a customs border; whether it is held."""
    missing = draft.facts.no_customs
    if not missing or REASON in draft.facts.released:
        return False
    leaving = {
        line_id: part.location
        for part in draft.parts.values()
        if is_border(compiled.places.locations[part.location].country, draft.target.country)
        for line_id in part.units
        if line_id in missing
    }
    if not leaving:
        return False
    draft.hold_whole(Hold(REASON))
    for line_id, line in draft.lines.items():
        if line_id in leaving:
            message = f"{line.sku} would leave {leaving[line_id]} for {draft.target.country} without"
            draft.problems.append(Problem(REASON, f"{message} {missing[line_id]}", line_id))
    return True
