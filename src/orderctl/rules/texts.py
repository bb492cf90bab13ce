"""The values that a text of a rule, such as a note for the parcel, may mention as `{name}`.

Every field of the rules stands for its value as `explain` shows it; of a line field all values, each once.
`LATE_NAMES` get no value here: their places stay in the text until a batch is made.
"""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from orderctl.core import text
from orderctl.core.orders import Order
from orderctl.rules import registry
from orderctl.rules.facts import Facts, ShipmentFacts, lines_to_route

_OWN: dict[str, Callable[[Order], str]] = {
    "number": lambda order: order.number,
    "gift_message": lambda order: order.gift_message,
    "note": lambda order: order.note,
    "ship_to.name": lambda order: order.ship_to.name if order.ship_to else "",
    "customer.name": lambda order: order.customer.name,
}


def values(template: str, facts: Facts, timezone: str, shipment: ShipmentFacts | None = None) -> dict[str, str]:
    """The values of the names that `template` mentions; `timezone` is the rule set's."""
    found: dict[str, str] = {}
    for name in text.template_names(template):
        own = _OWN.get(name)
        if own is not None:
            found[name] = own(facts.order)
        elif name not in text.LATE_NAMES:
            found[name] = _shown(name, facts, ZoneInfo(timezone), shipment)
    return found


def _shown(name: str, facts: Facts, zone: ZoneInfo, shipment: ShipmentFacts | None) -> str:
    field = registry.find(name)
    lines = lines_to_route(facts) if field.scope == "line" else (None,)
    read = (registry.read(field, name, facts, line, shipment, zone) for line in lines)
    shown = [field.kind.show(value, facts.order.currency) for value in read if value is not None]
    return ", ".join(dict.fromkeys(shown))
