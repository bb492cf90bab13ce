"""The enhance stage: what else a shipment needs. Every rule that matches a shipment applies.

1. lists are united; of a single value the first rule's stands; signature and priority take the stronger
2. texts are filled in from the order, and keep the places of what only a batch knows
3. a note goes to the shipment and to the order
4. an added item goes into the order's first shipment, once, where that location has it; it changes no other choice
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from orderctl.core import text
from orderctl.core.allocation import Demand
from orderctl.core.orders import PRIORITIES
from orderctl.core.plans import PlannedLine, PlannedShipment
from orderctl.rules import texts
from orderctl.rules.compiled import Compiled
from orderctl.rules.draft import Draft
from orderctl.rules.facts import ShipmentFacts, available, parts_of
from orderctl.rules.model import Rule

SIGNATURES = ("direct", "adult")  # from weak to strong
_TEXTS = ("pack_note", "note")
_SINGLE = ("hide_prices", "batch")


def enhance(draft: Draft, compiled: Compiled, shipments: Sequence[ShipmentFacts]) -> None:
    """Apply the stage to the shipments of `draft`; `shipments` are their facts, in the same order."""
    for index, facts in enumerate(shipments):
        rules = _matching(draft, compiled, facts)
        if not rules:
            continue
        shipment = draft.shipments[index]
        for rule in rules:
            draft.tell(rule)
        tags = [tag for rule in rules for tag in rule.then.get("add_tags", ())]
        options = dict(shipment.options)
        for rule in rules:
            _add_options(options, rule, draft, compiled, facts)
        draft.shipments[index] = replace(
            shipment,
            rules=tuple(dict.fromkeys((*shipment.rules, *(rule.id for rule in rules)))),
            tags=tuple(dict.fromkeys((*shipment.tags, *tags))),
            options=options,
            priority=_priority(draft, shipment, rules),
        )
        if index == 0 and not draft.facts.opened:
            _add_items(draft, rules)


def _matching(draft: Draft, compiled: Compiled, shipment: ShipmentFacts) -> list[Rule]:
    found = []
    for rule in compiled.matcher.all("enhance", draft.facts, shipment=shipment):
        if rule.observe:
            draft.observed[rule.id] = None
        else:
            found.append(rule)
    return found


def _add_options(
    options: dict[str, object], rule: Rule, draft: Draft, compiled: Compiled, shipment: ShipmentFacts
) -> None:
    then = rule.then
    if "insure" in then and "insure_minor" not in options:
        options["insure_minor"] = _insured(then["insure"], draft, compiled, shipment)
    if "signature" in then:
        options["signature"] = _stronger(SIGNATURES, (options.get("signature"), then["signature"]))
    if "documents" in then:
        have: Iterable[Any] = options.get("documents", ())  # type: ignore[assignment]
        options["documents"] = tuple(dict.fromkeys((*have, *then["documents"])))
    for name in _TEXTS:
        if name in then and name not in options:
            known = texts.values(then[name], draft.facts, compiled.ruleset.timezone, shipment)
            options[name] = text.fill_template(then[name], known)
            if name == "note":
                draft.say(text.render_template(then[name], known))
    for name in _SINGLE:
        if then.get(name):
            options.setdefault(name, then[name])


def _insured(amount: int | str, draft: Draft, compiled: Compiled, shipment: ShipmentFacts) -> int:
    """Minor units of the order's currency; the shipment's value where the amount cannot be converted into it."""
    minor = None if isinstance(amount, str) else compiled.amount_in(amount, draft.facts.order.currency)
    return shipment.value_minor if minor is None else minor


def _stronger(ascending: Sequence[str], words: Iterable[Any]) -> str:
    return max((str(word) for word in words if word), key=ascending.index)


def _priority(draft: Draft, shipment: PlannedShipment, rules: Sequence[Rule]) -> str:
    """The most urgent of what the rules say and of what the order states; `normal` states nothing."""
    said: list[str] = [rule.then["priority"] for rule in rules if "priority" in rule.then]
    if not said:
        return shipment.priority
    if draft.facts.order.priority != "normal":
        said.append(draft.facts.order.priority)
    urgent = min(said, key=PRIORITIES.index)
    draft.priority = min((word for word in (draft.priority, urgent) if word), key=PRIORITIES.index)
    return urgent


def _add_items(draft: Draft, rules: Sequence[Rule]) -> None:
    """Put the added items into the first shipment: named in its options, promised with its first line."""
    shipment, added = draft.shipments[0], dict[str, int]()
    line_id = shipment.lines[0].line_id
    for rule in rules:
        item: Mapping[str, Any] | None = rule.then.get("add_item")
        if item is None or item["sku"] in added:
            continue
        sku, units = item["sku"], item["quantity"]
        demand = Demand(line_id=line_id, sku=sku, quantity=units, components=_components(draft, sku))
        if _is_there(draft, shipment.location, demand):
            draft.reserve(shipment.location, demand, units)
            shipment = replace(shipment, components=_with(shipment, demand))
            added[sku] = units
        else:
            draft.events.append(f"{sku} was left out: {shipment.location} does not have {units}")
    if added:
        draft.shipments[0] = replace(shipment, options={**shipment.options, "add_items": added})


def _with(shipment: PlannedShipment, item: Demand) -> tuple[PlannedLine, ...]:
    """What the shipment promises, and the units of an added item under the line the item goes with."""
    wanted = {(line.line_id, line.sku): line.quantity for line in shipment.promised}
    for sku, each in item.components or ((item.sku, 1),):
        wanted[item.line_id, sku] = wanted.get((item.line_id, sku), 0) + each * item.quantity
    return tuple(PlannedLine(line_id, sku, units) for (line_id, sku), units in wanted.items())


def _components(draft: Draft, sku: str) -> tuple[tuple[str, int], ...]:
    parts = parts_of(draft.facts, sku)
    return () if parts == {sku: 1} else tuple(sorted(parts.items()))


def _is_there(draft: Draft, location: str, demand: Demand) -> bool:
    facts = draft.facts
    if available(facts, location, demand.sku) is None:
        return True
    here, taken = facts.stock.get(location, {}), draft.taken.get(location, {})
    return all(
        here.get(sku, 0) - taken.get(sku, 0) >= each * demand.quantity
        for sku, each in demand.components or ((demand.sku, 1),)
    )
