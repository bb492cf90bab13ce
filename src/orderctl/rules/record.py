"""What is kept of a decision, read back: its frozen facts and its plan."""

from __future__ import annotations

import json

from orderctl.core.places import Places
from orderctl.core.plan_json import plan_from_json
from orderctl.core.plans import Plan
from orderctl.rules.facts import Facts, facts_from_json


def decode(record: bytes, places: Places) -> tuple[Facts, Plan]:
    """The facts and the plan that a record froze, with the places it was made with."""
    row = json.loads(record)
    return facts_from_json(row["facts"], places), plan_from_json(row["plan"])
