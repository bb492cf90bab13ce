"""The service stage: by which carrier each shipment goes. The first rule that matches a shipment decides.

1. of the services a rule names, those that go to the destination, carry the weight and serve PO boxes where needed
2. with `deliver_by = "promised"` those that arrive in time come first, then those that do not say, then the quickest
3. the cheapest or the quickest of them, ties to the one named first; none left: the shipment has no service
"""

from __future__ import annotations

from orderctl.core import workdays
from orderctl.core.making import maker
from orderctl.core.plans import PlannedLine, PlannedShipment, Problem
from orderctl.rules import lanes
from orderctl.rules.candidates import is_international, promised_day
from orderctl.rules.compiled import Compiled, Offer, named_services
from orderctl.rules.draft import Draft, Part, value_of
from orderctl.rules.facts import ShipmentFacts
from orderctl.rules.model import Rule

_FAR = 10**15  # dearer and slower than anything
_LATE = 2
_line, _planned, _facts = maker(PlannedLine), maker(PlannedShipment), maker(ShipmentFacts)


def serve(draft: Draft, compiled: Compiled) -> list[ShipmentFacts]:
    """Turn the parts of `draft` into shipments with a service each; the facts of each, in the same order."""
    facts = []
    for part in draft.parts.values():
        shipment = shipment_facts(draft, compiled, part)
        facts.append(shipment)
        draft.shipments.append(_shipment(draft, compiled, part, shipment))
    return facts


def shipment_facts(draft: Draft, compiled: Compiled, part: Part) -> ShipmentFacts:
    """What rules may know of a shipment."""
    late, count, weight, value = draft.facts.backordered_at, 0, 0, 0
    tags: list[str] = []
    for line_id, units in part.units.items():
        demand = draft.demands[line_id]
        count += units
        if units == demand.quantity:
            weight += demand.weight_g
            value += demand.value_minor
        else:
            weight += draft.unit_weight_g(line_id) * units
            value += value_of(draft.lines[line_id], units)
        tags += draft.line_tags.get(line_id, ())
    location = compiled.places.locations[part.location]
    return _facts(
        location=part.location,
        weight_g=weight,
        value_minor=value,
        units=count,
        tags=tuple(dict.fromkeys(tags)),
        international=is_international(location, draft.target),
        backordered=bool(late) and any(line_id in late for line_id in part.units),
    )


def _shipment(draft: Draft, compiled: Compiled, part: Part, shipment: ShipmentFacts) -> PlannedShipment:
    rule = _rule_for(draft, compiled, shipment)
    offer = _offer(draft, compiled, rule, shipment) if rule else None
    options: dict[str, object] = {}
    if rule is not None:
        draft.rules[rule.id] = None
        part.rules[rule.id] = None
        options = {name: rule.then[name] for name in ("package", "duties") if name in rule.then}
    units = part.units
    lines = tuple([_line(name, line.sku, units[name]) for name, line in draft.lines.items() if name in units])
    return _planned(
        location=part.location,
        lines=lines,
        components=draft.components(lines),
        rules=tuple(part.rules),
        service=offer.service if offer else "",
        not_before=part.not_before,
        priority=draft.facts.order.priority,
        tags=shipment.tags,
        options=options,
        cost_minor=_cost(draft, compiled, shipment, offer) if offer else None,
    )


def _rule_for(draft: Draft, compiled: Compiled, shipment: ShipmentFacts) -> Rule | None:
    after = -1
    while (found := compiled.matcher.first("service", draft.facts, shipment=shipment, after=after)) is not None:
        after, rule = found
        if not rule.observe:
            return rule
        draft.observed[rule.id] = None
    return None


def _offer(draft: Draft, compiled: Compiled, rule: Rule, shipment: ShipmentFacts) -> Offer | None:
    """The service that `rule` chooses, or None and a problem when none that it names can be used."""
    weight = shipment.weight_g
    offers = [
        offer
        for offer in compiled.offers_of(rule, shipment.location, draft.target)
        if offer.max_weight_g is None or weight <= offer.max_weight_g
    ]
    if not offers:
        named = named_services(rule)
        if named:
            lacks = f"; the order has no {' and no '.join(draft.target.lacks)}" if draft.target.lacks else ""
            message = f"none of {', '.join(named)} can take the shipment from {shipment.location}{lacks}"
            draft.problems.append(Problem("no_service", message, rule=rule.id))
        return None
    promised = draft.facts.order.deliver_by if "deliver_by" in rule.then else ""
    if len(offers) == 1 and not promised:
        return offers[0]
    days_left = _days_left(compiled, shipment.location, draft.facts.now, promised) if promised else None
    quickest = "fastest_of" in rule.then
    lateness, _, position = min(
        (_lateness(offer.days, days_left), _rank(offer, weight, days_left, quickest=quickest), position)
        for position, offer in enumerate(offers)
    )
    if lateness == _LATE:
        message = f"no service arrives by {promised}; {offers[position].service} comes nearest"
        draft.problems.append(Problem("late_delivery", message, rule=rule.id))
    return offers[position]


def _rank(offer: Offer, weight_g: int, days_left: int | None, *, quickest: bool) -> tuple[int, int]:
    """Cost and days, or days and cost where speed counts: what comes late anyway should at least come soon."""
    rate = lanes.cost_at(offer.rates, weight_g)
    cost, days = (_FAR if rate is None else rate), (_FAR if offer.days is None else offer.days)
    return (days, cost) if quickest or _lateness(offer.days, days_left) == _LATE else (cost, days)


def _lateness(days: int | None, days_left: int | None) -> int:
    """0 = arrives in time, or nothing was promised; 1 = the service does not say; 2 = too late."""
    if days_left is None:
        return 0
    if days is None:
        return 1
    return 0 if days <= days_left else _LATE


def _days_left(compiled: Compiled, location: str, now: str, promised: str) -> int | None:
    """How many days a carrier may take at most to arrive on the promised day; -1 when it is too late already."""
    left = workdays.ship_day(compiled.places.locations[location], now)
    if left is None:
        return -1
    day = promised_day(promised, compiled.places.timezone)
    days = -1
    while workdays.arrival(left, days + 1).toordinal() <= day and days < workdays.HORIZON_DAYS:
        days += 1
    return days


def _cost(draft: Draft, compiled: Compiled, shipment: ShipmentFacts, offer: Offer) -> int | None:
    """The rate, and what the location takes per order and per unit; None where the service has no rate."""
    rate = lanes.cost_at(offer.rates, shipment.weight_g)
    if rate is None:
        return None
    location = compiled.places.locations[shipment.location]
    handling = 0 if shipment.location in draft.facts.opened else location.pick_cost_minor
    return rate + handling + location.unit_cost_minor * shipment.units
