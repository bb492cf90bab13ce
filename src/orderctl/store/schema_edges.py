"""Which state follows which: triggers that refuse every other change of a shipment or an effect."""

from __future__ import annotations

#: The edges of core.states as they were when this version was made.
_SHIPMENT_EDGES = (
    "planned>sending planned>cancelled sending>dispatched sending>planned sending>rejected "
    "sending>uncertain uncertain>dispatched uncertain>planned uncertain>cancel_requested "
    "dispatched>acknowledged dispatched>shipped dispatched>rejected dispatched>cancel_requested "
    "acknowledged>shipped acknowledged>rejected acknowledged>cancel_requested cancel_requested>cancelled "
    "cancel_requested>shipped shipped>delivered cancelled>shipped"
)
_EFFECT_EDGES = (
    "pending>sending pending>superseded sending>accepted sending>refused sending>uncertain "
    "sending>pending uncertain>accepted uncertain>refused uncertain>pending uncertain>superseded"
)


def _along(table: str, one: str, allowed: str) -> str:
    # One text is searched: a list would be built anew for every row that changes.
    return f"""
CREATE TRIGGER {table}_follow_their_edges BEFORE UPDATE OF state ON {table}
WHEN new.state <> old.state AND instr(' {allowed} ', ' ' || old.state || '>' || new.state || ' ') = 0
BEGIN SELECT RAISE(ABORT, '{one} does not change its state like this'); END;
"""


EDGES = _along("shipments", "a shipment", _SHIPMENT_EDGES) + _along("effects", "an effect", _EFFECT_EDGES)
