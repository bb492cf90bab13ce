"""A plan in the making: what the stages have decided so far for one order.

The only value of the rules that changes; it lives for one call of `engine.decide`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from orderctl.core.allocation import Demand, Take
from orderctl.core.making import maker
from orderctl.core.money import divide_half_up
from orderctl.core.orders import Line
from orderctl.core.plans import Backorder, Hold, Plan, PlannedLine, PlannedShipment, Problem
from orderctl.rules.facts import NO_SKU, Facts, line_tags, line_value_minor, lines_to_route, says
from orderctl.rules.lanes import Target
from orderctl.rules.model import Rule

#: Told of each group of lines once it is decided and before its units are taken: the index of its location rule, what
#: it wants, and what is to happen to the whole order instead ("" = nothing).
Watch = Callable[[int, Sequence[Demand], str], None]
_plan = maker(Plan)
_demand = tuple.__new__  # without the call of the tuple's own


@dataclass(slots=True)
class Part:
    """One shipment in the making: units per line, and the rules that had a say in it."""

    location: str
    units: dict[str, int] = field(default_factory=dict)
    rules: dict[str, None] = field(default_factory=dict)
    not_before: str = ""


@dataclass(slots=True)
class Draft:
    """What is decided so far. Dicts without values are sets that keep their order."""

    facts: Facts
    lines: dict[str, Line]  # to route, by id, in the order of the order
    demands: dict[str, Demand]
    target: Target
    line_tags: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of the lines that have any
    hazmat: list[str] = field(default_factory=list)  # lines that only a location accepting hazmat may ship
    holds: dict[str, Hold] = field(default_factory=dict)
    rejected: str | None = None
    track_only: bool = False
    parts: dict[str, Part] = field(default_factory=dict)
    shipments: list[PlannedShipment] = field(default_factory=list)
    taken: dict[str, dict[str, int]] = field(default_factory=dict)  # location -> SKU -> units of this plan
    backorders: list[Backorder] = field(default_factory=list)
    cancelled: list[PlannedLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rules: dict[str, None] = field(default_factory=dict)
    observed: dict[str, None] = field(default_factory=dict)
    tags: dict[str, None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    notify: dict[str, None] = field(default_factory=dict)
    assigned: str = ""
    priority: str = ""
    events: list[str] = field(default_factory=list)
    watch: Watch | None = None

    def tell(self, rule: Rule) -> None:
        """Note that `rule` took part, and whom it tells and gives the order to."""
        self.rules[rule.id] = None
        then = rule.then
        for name in then.get("notify", ()):
            self.notify[name] = None
        for tag in then.get("add_tags", ()):
            self.tags[tag] = None
        if not self.assigned:
            self.assigned = then.get("assign", "")

    def say(self, note: str) -> None:
        """Note something on the order, once."""
        if note not in self.notes:
            self.notes.append(note)

    def unit_weight_g(self, line_id: str) -> int:
        """Grams of one unit of a line to route."""
        demand = self.demands[line_id]
        return demand.weight_g // demand.quantity

    def take(self, rule: Rule, takes: Sequence[Take]) -> None:
        """Give the units of `takes` to their locations; they are gone for whatever is decided later."""
        name, demands = rule.id, self.demands
        for location, line_id, _, quantity in takes:
            part = self.parts.get(location)
            if part is None:
                part = self.parts[location] = Part(location)
            part.units[line_id] = part.units.get(line_id, 0) + quantity
            part.rules[name] = None
            self.reserve(location, demands[line_id], quantity)

    def reserve(self, location: str, demand: Demand, units: int) -> None:
        """Count what `units` of a line, or of a kit's parts, take from the stock of `location`."""
        here = self.taken.get(location)
        if here is None:
            here = self.taken[location] = {}
        if not demand.components:
            here[demand.sku] = here.get(demand.sku, 0) + units
            return
        for sku, each in demand.components:
            here[sku] = here.get(sku, 0) + units * each

    def hold_whole(self, hold: Hold) -> None:
        """The whole order waits: nothing that was planned for it stays."""
        self.parts.clear()
        self.taken.clear()
        self.backorders.clear()
        self.cancelled.clear()
        self.problems = [problem for problem in self.problems if not problem.rule]
        self.rules = {name: None for name in self.rules if name.startswith("hold/")}
        if hold.rule:
            self.rules[hold.rule] = None
        self.holds[hold.reason] = hold

    def components(self, lines: Sequence[PlannedLine]) -> tuple[PlannedLine, ...] | None:
        """What `lines` take from stock when a kit is among them, else None: they take what they say."""
        demands = self.demands
        for line in lines:
            if demands[line.line_id].components:
                break
        else:
            return None
        return tuple(
            PlannedLine(line.line_id, sku, each * line.quantity)
            for line in lines
            for sku, each in self.demands[line.line_id].components or ((line.sku, 1),)
        )

    def plan(self) -> Plan:
        """The finished plan."""
        return _plan(
            holds=tuple(self.holds.values()),
            rejected=self.rejected,
            track_only=self.track_only,
            shipments=tuple(self.shipments),
            backorders=tuple(self.backorders),
            cancelled=tuple(self.cancelled),
            problems=tuple(self.problems),
            rules=tuple(self.rules),
            observed=tuple(self.observed),
            tags=tuple(self.tags),
            notes=tuple(self.notes),
            notify=tuple(self.notify),
            assigned=self.assigned,
            priority=self.priority,
            events=tuple(self.events),
        )


def begin(facts: Facts, target: Target) -> Draft:
    """An empty draft with the lines to route."""
    return Draft(facts, {line.id: line for line in lines_to_route(facts)}, {}, target)


def weigh(draft: Draft, default_weight_g: int) -> None:
    """Work out what each line to route needs, and its tags.

    A line without weight weighs `default_weight_g` a unit and is a problem.
    """
    facts, demands = draft.facts, draft.demands
    for line_id, line in draft.lines.items():
        sku, units = line.sku, facts.open_units[line_id]
        known = facts.skus.get(sku, NO_SKU)
        weight = known.weight_g if line.weight_g is None else line.weight_g
        if weight is None:
            weight = default_weight_g
            message = f"neither the order nor SKU {sku} says a weight"
            draft.problems.append(Problem("missing_weight", message, line_id=line_id))
        parts = tuple(sorted(known.components.items())) if known.components else ()
        value = line.amount_minor - line.discount_minor if units == line.quantity else value_of(line, units)
        demands[line_id] = _demand(Demand, (line_id, sku, units, value, weight * units, parts, ""))
        tags = line_tags(facts, line)
        if tags:
            draft.line_tags[line_id] = tags
            if says(tags, "hazmat"):
                draft.hazmat.append(line_id)


def value_of(line: Line, units: int) -> int:
    """What the customer pays for `units` of `line`, after discount, before tax, in minor units."""
    value = line_value_minor(line)
    return value if units == line.quantity or not line.quantity else divide_half_up(value * units, line.quantity)
