"""Compare what a decision came to with what a rule test expects, in words a person can act on.

Some lists must be contained (rules, tags, notify, problems, documents), everything else is equal; an empty list or
table expects none at all. Shipments are compared as a whole set, in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderctl.core import money, text
from orderctl.core.plans import Plan, PlannedLine, PlannedShipment
from orderctl.core.revisions import to_ship, wanted
from orderctl.core.states import LineCounters, order_state
from orderctl.rules.expect import Units
from orderctl.rules.facts import Facts
from orderctl.rules.model import RuleSet

_LATE = {name: f"{{{name}}}" for name in text.LATE_NAMES}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One decided order: its facts, its plan, and the rules it was decided by."""

    facts: Facts
    plan: Plan
    ruleset: RuleSet


def differences(expected: Mapping[str, Any], outcome: Outcome) -> list[str]:
    """One sentence for each thing that did not come as `expected`."""
    return [words for name, value in expected.items() for words in _COMPARE[name](value, outcome)]


def state_of(facts: Facts, plan: Plan) -> str:
    """The state that `plan` brings its order to."""
    return order_state(
        _counters(facts, plan),
        rejected=plan.rejected is not None,
        track_only=plan.track_only,
        held=bool(plan.holds),
        effects_open=False,
    )


def _counters(facts: Facts, plan: Plan) -> Iterator[LineCounters]:
    planned = _per_line(line for shipment in plan.shipments for line in shipment.lines)
    cancelled = _per_line(plan.cancelled)
    waits = {wait.line_id: wait.quantity for wait in plan.backorders}
    for line in facts.order.lines:
        ordered, units = line.quantity, wanted(facts.order, line)
        gone = planned.get(line.id, 0) + waits.get(line.id, 0) + cancelled.get(line.id, 0)
        yield LineCounters(
            ordered=ordered,
            open=units - gone,
            planned=planned.get(line.id, 0),
            backordered=waits.get(line.id, 0),
            cancelled=ordered - units + cancelled.get(line.id, 0),
            to_ship=to_ship(facts.order, line),
        )


def _per_line(lines: Iterable[PlannedLine]) -> Units:
    found: Units = {}
    for line in lines:
        found[line.line_id] = found.get(line.line_id, 0) + line.quantity
    return found


def units_of(lines: Iterable[Any]) -> Units:
    """Units per SKU of anything with `sku` and `quantity`."""
    found: Units = {}
    for line in lines:
        found[line.sku] = found.get(line.sku, 0) + line.quantity
    return found


def _equal(name: str, expected: Any, actual: Any) -> Iterator[str]:
    if expected != actual:
        yield f"{name}: expected {said(expected)}, got {said(actual)}"


def _contained(name: str, expected: Sequence[str], actual: Iterable[str]) -> Iterator[str]:
    actual = tuple(actual)
    missing = [one for one in expected if one not in actual]
    if missing or (not expected and actual):
        yield f"{name}: expected {said(expected)}, got {said(actual)}"


def said(value: Any) -> str:
    """A value as a person writes it: `2 MUG + 1 LAMP`, `a, b`, `none`."""
    if isinstance(value, dict):
        return " + ".join(f"{quantity} {sku}" for sku, quantity in sorted(value.items())) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return f"'{value}'" if value != "" else "none"


def _state(expected: str, outcome: Outcome) -> Iterator[str]:
    return _equal("state", expected, state_of(outcome.facts, outcome.plan))


def _holds(expected: Sequence[str], outcome: Outcome) -> Iterator[str]:
    return _equal("holds", sorted(set(expected)), sorted(hold.reason for hold in outcome.plan.holds))


def _backorder(expected: Units, outcome: Outcome) -> Iterator[str]:
    return _equal("backorder", expected, units_of(outcome.plan.backorders))


def _cancelled(expected: Units, outcome: Outcome) -> Iterator[str]:
    return _equal("cancelled", expected, units_of(outcome.plan.cancelled))


def _reserved(expected: Mapping[str, Units], outcome: Outcome) -> Iterator[str]:
    actual = {shipment.location: units_of(shipment.promised) for shipment in outcome.plan.shipments}
    if not expected and actual:
        yield f"reserved: expected nothing, got {'; '.join(f'{said(here)} at {name}' for name, here in actual.items())}"
    for location, units in expected.items():
        yield from _equal(f"reserved.{location}", units, actual.get(location, {}))


def _rules(expected: Sequence[str], outcome: Outcome) -> Iterator[str]:
    yield from _contained("rules", expected, outcome.plan.rules)
    yield from _no_such_rule("rules", expected, outcome)


def _not_rules(expected: Sequence[str], outcome: Outcome) -> Iterator[str]:
    yield from (f"not_rules: '{rule}' took part" for rule in expected if rule in outcome.plan.rules)
    yield from _no_such_rule("not_rules", expected, outcome)


def _no_such_rule(name: str, expected: Sequence[str], outcome: Outcome) -> Iterator[str]:
    """A name that no rule has is told of: a rule may have been renamed, and then `not_rules` would prove nothing."""
    known = [rule.id for rules in outcome.ruleset.stages.values() for rule in rules]
    for rule in expected:
        if rule not in known:
            yield f"{name}: there is no rule '{rule}'{text.did_you_mean(rule, known)}"


def _tags(expected: Sequence[str], outcome: Outcome) -> Iterator[str]:
    return _contained("tags", expected, dict.fromkeys((*outcome.facts.order.tags, *outcome.plan.tags)))


def _assigned(expected: str, outcome: Outcome) -> Iterator[str]:
    return _equal("assigned", expected, outcome.plan.assigned)


def _notify(expected: Sequence[str], outcome: Outcome) -> Iterator[str]:
    return _contained("notify", expected, outcome.plan.notify)


def _problems(expected: Sequence[str], outcome: Outcome) -> Iterator[str]:
    plan = outcome.plan
    unrouted = ["unrouted"] if any(hold.reason == "unrouted" and not hold.rule for hold in plan.holds) else []
    return _contained("problems", expected, dict.fromkeys((*(one.code for one in plan.problems), *unrouted)))


def _cost(expected: int, outcome: Outcome) -> Iterator[str]:
    currency = outcome.facts.places.currency
    unknown = [shipment.location for shipment in outcome.plan.shipments if shipment.cost_minor is None]
    if unknown:
        yield f"cost: expected {money.to_text(expected, currency)}, but nothing says what {unknown[0]} costs"
        return
    actual = sum(shipment.cost_minor or 0 for shipment in outcome.plan.shipments)
    if actual != expected:
        yield f"cost: expected {money.to_text(expected, currency)}, got {money.to_text(actual, currency)}"


# --- shipments


def _ship(expected: Sequence[Mapping[str, Any]], outcome: Outcome) -> Iterator[str]:
    left = list(outcome.plan.shipments)
    currency = outcome.facts.order.currency
    for wish in sorted(expected, key=lambda wish: "from" not in wish):
        there = [shipment for shipment in left if wish.get("from", shipment.location) == shipment.location]
        if not there:
            yield f"ship: expected {_wish_words(wish)}, got no such shipment"
            continue
        best = min(there, key=lambda shipment: len(list(_shipment(wish, shipment, currency))))
        left.remove(best)
        yield from _shipment(wish, best, currency)
    for shipment in left:
        yield f"ship: got one more shipment, {said(units_of(shipment.lines))} from {shipment.location}"


def _wish_words(wish: Mapping[str, Any]) -> str:
    what = said(wish["lines"]) if "lines" in wish else ", ".join(wish.get("skus", ())) or "a shipment"
    return f"{what} from {wish['from']}" if "from" in wish else what


def _shipment(wish: Mapping[str, Any], shipment: PlannedShipment, currency: str) -> Iterator[str]:
    for name, value in wish.items():
        if name != "from":
            yield from _SHIPMENT[name](f"ship from {shipment.location}: {name}", value, shipment, currency)


def _insure(name: str, expected: str, shipment: PlannedShipment, currency: str) -> Iterator[str]:
    minor = shipment.options.get("insure_minor")
    actual = money.to_text(minor, currency) if isinstance(minor, int) else ""
    try:
        wanted_text = money.to_text(money.to_minor(expected, currency), currency) if expected else ""
    except ValueError:
        wanted_text = expected
    return _equal(name, wanted_text, actual)


def _note(name: str, expected: str, shipment: PlannedShipment, currency: str) -> Iterator[str]:  # noqa: ARG001
    """Either of the two texts that a shipment may carry; what only a batch knows stays as `{shipment.reference}`."""
    notes = [str(shipment.options[key]) for key in ("note", "pack_note") if key in shipment.options]
    found = [text.render_template(note, _LATE) for note in notes]
    if expected not in (found or [""]):
        yield from _equal(name, expected, found[0] if len(found) == 1 else found)


def _option(name: str, expected: str, shipment: PlannedShipment, currency: str) -> Iterator[str]:  # noqa: ARG001
    return _equal(name, expected, shipment.options.get(name.rpartition(" ")[2], ""))


def _documents(name: str, expected: Sequence[str], shipment: PlannedShipment, currency: str) -> Iterator[str]:  # noqa: ARG001
    documents: Any = shipment.options.get("documents", ())
    return _contained(name, expected, documents)


_Compare = Callable[[Any, Outcome], Iterator[str]]
_SHIPMENT: Mapping[str, Callable[[str, Any, PlannedShipment, str], Iterator[str]]] = {
    "lines": lambda name, expected, shipment, _: _equal(name, expected, units_of(shipment.lines)),
    "skus": lambda name, expected, shipment, _: _equal(name, sorted(set(expected)), sorted(units_of(shipment.lines))),
    "service": lambda name, expected, shipment, _: _equal(name, expected, shipment.service),
    "package": _option,
    "insure": _insure,
    "signature": _option,
    "documents": _documents,
    "tags": lambda name, expected, shipment, _: _contained(name, expected, shipment.tags),
    "note": _note,
}
_COMPARE: Mapping[str, _Compare] = {
    "state": _state,
    "holds": _holds,
    "ship": _ship,
    "backorder": _backorder,
    "cancelled": _cancelled,
    "reserved": _reserved,
    "rules": _rules,
    "not_rules": _not_rules,
    "tags": _tags,
    "assigned": _assigned,
    "notify": _notify,
    "problems": _problems,
    "cost": _cost,
}
