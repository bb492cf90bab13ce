"""Which rules apply, for many orders: the meaning of `rules.interpret`, compiled once per rule set.

1. a rule becomes one entry per block of `any`, each a bit; entries of one rule are neighbors, in file order
2. per field a table says which entries a value leaves possible; the masks of all fields are joined with `and`
3. entries that an `unless` bars are taken out; the lowest bit that is left is the first rule
4. what no table can say (a block of `unless.any`, `unless.all_lines`) is asked of the entries that are left
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orderctl.core.orders import Line
from orderctl.rules import fields, interpret
from orderctl.rules.facts import Facts, ShipmentFacts, lines_to_route
from orderctl.rules.index import Index, Marked, all_of_part, any_of_order, any_of_part, bars, needs
from orderctl.rules.model import STAGES, Block, Condition, Rule, RuleSet


@dataclass(frozen=True, slots=True)
class _Entry:
    """A rule with one block of its `any`."""

    index: int
    rule: Rule
    block: Block


class Matcher:
    """The rules of a rule set, made ready for many orders."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.stages = {
            stage: _Stage(stage, ruleset.stages.get(stage, ()), ruleset.timezone or "UTC") for stage in STAGES
        }

    def all(
        self, stage: str, facts: Facts, line: Line | None = None, shipment: ShipmentFacts | None = None
    ) -> Sequence[Rule]:
        """Every rule of `stage` that applies, in file order, those in observe mode included."""
        rules = self.stages[stage]
        found: list[Rule] = []
        one = rules.first(facts, line, shipment, -1)
        while one is not None:
            found.append(one[1])
            one = rules.first(facts, line, shipment, one[0])
        return found

    def first(
        self,
        stage: str,
        facts: Facts,
        line: Line | None = None,
        shipment: ShipmentFacts | None = None,
        after: int = -1,
    ) -> tuple[int, Rule] | None:
        """The first rule of `stage` after the one with index `after` that applies, with its index."""
        return self.stages[stage].first(facts, line, shipment, after)


def compile_rules(ruleset: RuleSet) -> Matcher:
    """A matcher for `ruleset`."""
    return Matcher(ruleset)


class _Stage:
    """The compiled rules of one stage. It remembers what the last order left possible."""

    def __init__(self, stage: str, rules: Sequence[Rule], timezone: str) -> None:
        self.stage = stage
        self.rules = rules
        self.zone = interpret.zone_of(timezone)
        self.entries = [_Entry(index, rule, block) for index, rule in enumerate(rules) for block in rule.any or ((),)]
        self.found = [(entry.index, entry.rule) for entry in self.entries]
        self.masks = self._masks_after()
        self.everything = self.masks[0]
        self.names = frozenset(condition.field for rule in rules for condition in _conditions(rule))
        self.needs = self._needs("when", "") + self._needs("any", "")
        self.bars = bars(self._marked("unless", ""), self.zone)
        self.some_line = [self._needs(part, "line") for part in ("when", "any")]
        self.all_lines = self._needs("when", "all_lines") + self._needs("any", "all_lines")
        self.line_bars = bars(self._marked("unless", "line"), self.zone)
        for part in ("when", "any"):
            self.line_bars += bars(self._marked(part, "no_line"), self.zone, unknown=True)
        self.asks_lines = any(index.bits for index in (*self.some_line, self.all_lines, self.line_bars))
        self.asks_shipment = any(name.startswith("shipment.") for name in self.names)
        self.uncertain = self._uncertain()
        self.of_lines = stage == "location"
        self.seen: Facts | None = None
        self.special = False
        self.left = 0

    def first(
        self, facts: Facts, line: Line | None, shipment: ShipmentFacts | None, after: int
    ) -> tuple[int, Rule] | None:
        """The first rule after index `after` that applies."""
        if facts is not self.seen:
            self._look_at(facts)
        # The tables cannot be used for a fact that is set instead of computed, or without what they ask about.
        if self.special or (line is not None) is not self.of_lines or (shipment is None and self.asks_shipment):
            return self._plainly(facts, line, shipment, after)
        mask = self.left & self.masks[after + 1]
        if mask and line is not None:
            for read, tested in self.needs.line:
                mask &= tested(read(facts, line))
            if mask and self.bars.line:
                mask &= ~any_of_part(self.bars.line, facts, line)
        elif mask and shipment is not None:
            mask = all_of_part(self.needs.shipment, facts, shipment, mask)
            if mask and self.bars.shipment:
                mask &= ~any_of_part(self.bars.shipment, facts, shipment)
        while mask:
            lowest = mask & -mask
            found = self.found[lowest.bit_length() - 1]
            if not lowest & self.uncertain or not self._is_excluded(found[1], facts, line, shipment):
                return found
            mask ^= lowest
        return None

    def _look_at(self, facts: Facts) -> None:
        """Remember what this order leaves possible, whatever line or shipment."""
        self.special = bool(facts.derived) and not self.names.isdisjoint(facts.derived)
        self.seen, self.left = facts, 0
        if self.special:
            return
        mask = self.everything
        for read, tested in self.needs.order:
            mask &= tested(read(facts))
            if not mask:
                return
        if self.bars.order:
            mask &= ~any_of_order(self.bars.order, facts)
        self.left = self._of_lines(facts, mask) if mask and self.asks_lines else mask

    def _of_lines(self, facts: Facts, mask: int) -> int:
        lines = facts.order.lines if self.stage == "hold" else lines_to_route(facts)
        for index in self.some_line:
            if index.bits:
                some = self.everything & ~index.bits
                for line in lines:
                    some |= all_of_part(index.line, facts, line, mask)
                mask &= some
        if not lines:
            mask &= ~self.all_lines.bits
        for line in lines:
            mask = all_of_part(self.all_lines.line, facts, line, mask)
            mask &= ~any_of_part(self.line_bars.line, facts, line)
        return mask

    def _plainly(
        self, facts: Facts, line: Line | None, shipment: ShipmentFacts | None, after: int
    ) -> tuple[int, Rule] | None:
        about = interpret.Subject(facts, self.stage, self.zone, line, shipment)
        for index in range(after + 1, len(self.rules)):
            if interpret.applies(self.rules[index], about):
                return index, self.rules[index]
        return None

    def _is_excluded(self, rule: Rule, facts: Facts, line: Line | None, shipment: ShipmentFacts | None) -> bool:
        return interpret.excluded(rule, interpret.Subject(facts, self.stage, self.zone, line, shipment))

    def _masks_after(self) -> list[int]:
        """Per rule index the bits of its entries and all later ones; one more for none."""
        masks = [0] * (len(self.rules) + 1)
        for bit in range(len(self.entries) - 1, -1, -1):
            index = self.entries[bit].index
            masks[index] = (masks[index] or masks[index + 1]) | 1 << bit
        return masks

    def _needs(self, part: str, quantifier: str) -> Index:
        return needs(self._marked(part, quantifier), self.everything, self.zone)

    def _marked(self, part: str, quantifier: str) -> Iterator[Marked]:
        """The conditions of one part of the rules with their entries' bits, by how they ask about lines.

        In [[location]] `line.*` asks about the given line, as plain as any other field.
        """
        for bit, entry in enumerate(self.entries):
            for condition in {"when": entry.rule.when, "any": entry.block, "unless": entry.rule.unless}[part]:
                if self._quantifier(condition) == quantifier:
                    yield 1 << bit, condition

    def _quantifier(self, condition: Condition) -> str:
        quantifier = fields.quantifier_of(condition.field)
        return "" if quantifier == "line" and self.stage == "location" else quantifier

    def _uncertain(self) -> int:
        mask = 0
        for bit, entry in enumerate(self.entries):
            odd = any(self._quantifier(condition) in {"all_lines", "no_line"} for condition in entry.rule.unless)
            if odd or entry.rule.unless_any:
                mask |= 1 << bit
        return mask


def _conditions(rule: Rule) -> Iterator[Condition]:
    for block in (rule.when, rule.unless, *rule.any, *rule.unless_any):
        yield from block
