"""A decision laid open, for a person: every rule of each stage, every location of each group, the plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from orderctl.cli.answers import Block, Heading, Lines, Row, Table, table
from orderctl.cli.items import units

#: Preferences whose value for a single location says nothing that the table does not show.
_PLAIN = frozenset({"fewest_shipments", "listed"})
_STAGES = ("hold", "location", "service", "enhance")


def blocks(document: Row) -> Iterable[Block]:
    """The page of a trace as `trace_to_json` gives it: stages, groups after the location stage, the plan."""
    reached = [one["stage"] for one in document["stages"]]
    for one in document["stages"]:
        yield Heading(f"{one['stage']} stage")
        yield table({"rule": "rule", "result": "result"}, [_rule(rule) for rule in one["rules"]], "No rules.")
        if one["stage"] == "location":
            for group in document["groups"]:
                yield from _group(group)
    missing = [stage for stage in _STAGES if stage not in reached]
    if missing and document["ended"]:
        yield Lines((f"Not asked ({document['ended']}): {', '.join(missing)}.",))
    if "together" in document:
        yield Heading("decided together with others")
        yield Lines(tuple(_together(document["together"])))
    yield Heading("plan")
    yield Lines(tuple(plan_lines(document["plan"])))
    if "plan_now" in document:
        yield Heading("plan, decided anew")
        yield Lines(tuple(plan_lines(document["plan_now"])))


def _rule(rule: Row) -> Row:
    said = [f"{one['about']}: {_asked(one)}" if one["about"] else _asked(one) for one in rule["asked"]]
    return {"rule": rule["rule"], "result": "; ".join(said)}


def _asked(one: Row) -> str:
    if not one["matched"]:
        return f"not: {one['reason']}"
    if not one["reason"]:
        return "matched"
    return f"matched: {one['reason']}" if one["took"] else f"matched, but {one['reason']}"


def _group(group: Row) -> Iterator[Block]:
    name = group["rule"].partition("/")[2]
    what = " + ".join(f"{line['quantity']} {line['line']}" for line in group["lines"])
    yield Heading(f"'{name}' for {what}")
    yield _places(group)
    yield Lines(tuple(_choice(group)))


def _places(group: Row) -> Table:
    numbers = dict.fromkeys(name for place in group["locations"] for name in place["numbers"] if name not in _PLAIN)
    columns = {"location": "location", "available": "has", **{name: name for name in numbers}, "result": "result"}
    return table(columns, [_place(place) for place in group["locations"]], "No locations.")


def _place(place: Row) -> Row:
    has = [f"{'all' if count is None else count} {sku}" for sku, count in place["available"].items()]
    ships = " + ".join(f"{count} {sku}" for sku, count in place["ships"].items())
    result = place["refused"] or (f"ships {ships}" if ships else "not chosen")
    return {"location": place["location"], "available": has, **place["numbers"], "result": result}


def _choice(group: Row) -> Iterator[str]:
    chosen = ", ".join(group["chosen"]["locations"])
    yield f"Chosen: {chosen or 'nothing'}{'; ' * bool(group['outcome'])}{group['outcome']}."
    other = group["runner_up"]
    if other:
        margin = f" ({group['margin']})" if group["margin"] else ""
        yield f"Runner-up: {', '.join(other['locations'])}{margin}."
    elif group["margin"]:
        yield f"{group['margin'][:1].upper()}{group['margin'][1:]}."
    yield from (f"{one['words']}." for one in group["wins_if"])
    yield from (f"{one['words'][:1].upper()}{one['words'][1:]}." for one in group["covers_if"])


def _together(left: Row) -> Iterator[str]:
    """What the others kept from the order, and what more of something would be worth to all of them."""
    if left["closed"]:
        yield f"left to others: {', '.join(left['closed'])}"
    for one in left["kept"]:
        if one["location"] in left["closed"]:
            continue
        yield f"kept for others: {one['units']} {one['sku']} in {one['location']}"
    for one in left["worth"]:
        more = f"unit of {one['sku']} in {one['location']}" if one["sku"] else f"order a day in {one['location']}"
        yield f"one more {more} is worth {one['saves']} {one['currency']}"


def plan_lines(plan: Row) -> Iterator[str]:
    """A plan in sentences, one thing a line."""
    if not set(plan) - {"currency", "rules"}:
        yield "nothing to do"
    yield from _stops(plan)
    for shipment in plan.get("shipments", ()):
        yield _shipment(shipment, plan["currency"])
    for wait in plan.get("backorders", ()):
        expected = f", expected {wait['expected_at']}" if wait.get("expected_at") else ""
        yield f"backordered: {wait['quantity']} {wait['sku']}{expected}{_by(wait)}"
    if plan.get("cancelled"):
        yield f"cancelled: {units(plan['cancelled'])}"
    for problem in plan.get("problems", ()):
        yield f"problem: {problem['code']}: {problem['message']}"
    for name, words in _WORDS.items():
        said = plan.get(name)
        if said:
            yield f"{words}: {said if isinstance(said, str) else ', '.join(said)}"


def _stops(plan: Row) -> Iterator[str]:
    """What keeps the order from shipping at all."""
    for hold in plan.get("holds", ()):
        yield f"held: {hold['reason']}{_by(hold)}"
    if plan.get("rejected") is not None:
        yield f"rejected: {plan['rejected']}"
    if plan.get("track_only"):
        yield "only tracked, never shipped by us"


_WORDS = {
    "tags": "tags",
    "assigned": "assigned to",
    "notify": "told",
    "priority": "priority",
    "notes": "note",
    "events": "noted",
    "observed": "only observing",
}


def _by(part: Row) -> str:
    return f" (by {part['rule']})" if part.get("rule") else ""


def _shipment(shipment: Row, currency: str) -> str:
    parts = [f"{shipment['location']} ships {units(shipment['lines'])}"]
    if shipment.get("service"):
        parts[0] += f" by {shipment['service']}"
    if shipment.get("cost"):
        parts.append(f"cost {shipment['cost']} {currency}")
    if shipment.get("not_before"):
        parts.append(f"not before {shipment['not_before']}")
    if shipment.get("priority", "normal") != "normal":
        parts.append(f"priority {shipment['priority']}")
    return ", ".join((*parts, *_options(shipment.get("options", {}))))


def _options(options: Mapping[str, Any]) -> Sequence[str]:
    return [f"{name.replace('_', ' ')} {_value(value)}" for name, value in options.items()]


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return " + ".join(f"{count} {name}" for name, count in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else "yes" if value is True else str(value)
