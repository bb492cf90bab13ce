"""Where an order goes, as far as locations and carriers care."""

from __future__ import annotations

from orderctl.core import addresses
from orderctl.core.orders import reachable_by
from orderctl.rules.facts import Facts
from orderctl.rules.lanes import Target

_NOWHERE = Target("")
_BOXES = ("po_box", "military")


def target_of(facts: Facts, *, by_kind: bool, needs: tuple[str, ...] = ()) -> Target:
    """The target of the order's `ship_to`; one without a country when it has none.

    `by_kind` = some location or service does not serve PO boxes, so that the words of the address matter. `needs` is
    what some carrier has to know of the order.

    A derived fact `coordinates` (latitude, longitude in millionths of a degree) lets `nearest` count kilometers.
    """
    ship_to = facts.order.ship_to
    if ship_to is None:
        return _NOWHERE
    derived = facts.derived
    point = derived.get("coordinates")
    return Target(
        country=ship_to.country.upper(),
        region=ship_to.region.upper(),
        po_box=by_kind and (derived.get("ship_to.kind") or addresses.kind(ship_to)) in _BOXES,
        coordinates=(point[0], point[1]) if point else None,
        lacks=tuple([need for need in needs if not reachable_by(facts.order, need)]) if needs else (),
    )
