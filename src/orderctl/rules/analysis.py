"""Everything that can be found out about a rules file without running it, as findings with code, line and rule.

1. each rule by itself: can it ever apply, is one of its parts without effect, what looks mistyped (`rules.lint`)
2. each rule among the others: does it get anything, does anything change without it (`rules.proofs`, `rules.effects`)
3. all rules together: is there an order that none takes (`rules.gaps`)
A proof that takes too long, or that no example could be made for, is told as undecided. A rule that can never apply is
an error; the rest are warnings.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence

from orderctl.core import addresses, toml
from orderctl.core.errors import Finding
from orderctl.core.order_document import order_to_json
from orderctl.core.places import Places
from orderctl.rules import codes, contradictions, effects, gaps, lint, serving
from orderctl.rules.boxes import Box, meets
from orderctl.rules.engine import prepare
from orderctl.rules.facts import Facts
from orderctl.rules.model import STAGES, Block, Rule, RuleSet
from orderctl.rules.proofs import Proof, Prover
from orderctl.rules.strings import TooMany

_FIRST_MATCH = ("location", "service")
_USELESS = {
    "location": "which can ship nothing of what the rule gets",
    "service": "which can take nothing of what the rule gets",
}
#: More rules than this are not compared with each other: the time it takes grows with their square.
MOST_COMPARED = 1_000
_MOMENT = "depends on the moment and is left out of the proof"
_ASIDE = "; orders in a currency without a rate left aside"


def analyze(ruleset: RuleSet, places: Places, file: str, skus: Collection[str] | None = None) -> list[Finding]:
    """What is wrong or odd with rules that loaded, by line. `skus` are all SKUs there are, where that is known."""
    number = sum(map(len, ruleset.stages.values()))
    if number > MOST_COMPARED:
        message = f"{number} rules; more than {MOST_COMPARED} are read and obeyed, but not compared with each other"
        hint = "lists, several values in one condition and patterns make one rule of many"
        return [Finding(codes.UNDECIDED, message, file, 1, hint=hint, severity="warning")]
    return sorted(_Analysis(ruleset, places, file).run(skus), key=lambda found: (found.line, found.code, found.message))


class _Analysis:
    def __init__(self, ruleset: RuleSet, places: Places, file: str) -> None:
        self.ruleset = ruleset
        self.places = places
        self.file = file
        self.toml = toml.parse(ruleset.text, file)
        self.compiled = prepare(ruleset, places)
        self.prover = Prover(ruleset, places, serving.asked_of_places(ruleset, places))
        self.broken: set[str] = set()  # rules that can never apply or never get anything
        self.slow: list[Rule] = []

    def run(self, skus: Collection[str] | None) -> Iterator[Finding]:
        for rule in self._rules():
            yield from self._alone(rule)
            yield from self._lint(rule, skus)
        for name in lint.unused_lists(self.ruleset):
            line = self.toml.line_of("lists", name)
            yield self._said(codes.UNUSED_LIST, f"no rule uses the list '{name}'", line, hint=f"@{name} names it")
        for rule in self._rules():
            if rule.id not in self.broken and rule.stage in _FIRST_MATCH:
                yield from self._among(rule)
        for stage in effects.STAGES:
            yield from self._adding(stage)
        yield from self._together()
        yield from self._too_slow()

    def _rules(self) -> Iterator[Rule]:
        for stage in STAGES:
            yield from self.ruleset.stages.get(stage, ())

    # --- how a finding is said

    def _said(self, code: str, message: str, line: int, rule: Rule | None = None, *, hint: str = "") -> Finding:
        severity = "error" if code.startswith("E") else "warning"
        stage, name = (rule.stage, rule.name) if rule else ("", "")
        return Finding(code, message, self.file, line, stage, name, hint, severity)

    def _of(self, rule: Rule, code: str, message: str, *, hint: str = "") -> Finding:
        return self._said(code, message, rule.line, rule, hint=hint)

    def _at(self, rule: Rule, code: str, message: str, *path: str | int, hint: str = "") -> Finding:
        index = self.ruleset.stages[rule.stage].index(rule)
        return self._said(code, message, self.toml.line_of(rule.stage, index, *path), rule, hint=hint)

    def _undecided(self, rule: Rule, question: str, proof: Proof) -> Iterator[Finding]:
        if proof.fields:
            why = f"{_words(proof.fields)} {_MOMENT}"
            yield self._of(rule, codes.UNDECIDED, f"{question} is undecided: {why}")
        else:
            self.slow.append(rule)

    def _too_slow(self) -> Iterator[Finding]:
        rules = list(dict.fromkeys(self.slow_ids()))
        if rules:
            line = min(rule.line for rule in self.slow)
            names = lint.in_words(rules)
            hint = "fewer patterns, lists or blocks of any in one rule are easier to decide"
            message = f"too many combinations, or no example could be made, to decide everything about {names}"
            yield self._said(codes.UNDECIDED, message, line, hint=hint)

    def slow_ids(self) -> list[str]:
        """The rules about which something took too long."""
        return [rule.id for rule in self.slow]

    # --- one rule alone

    def _alone(self, rule: Rule) -> Iterator[Finding]:
        part, proof = contradictions.contradiction(self.prover, rule)
        if proof.holds:
            self.broken.add(rule.id)
            what = "`when` can never be true" if part == "when" else "`unless` excludes all that `when` takes"
            core = contradictions.core(self.prover, rule, part)
            why = "exclude each other" if len(core) > 1 else "never comes in this stage"
            message = f"{what}: {'; '.join(core)} {why}"
            yield self._of(rule, codes.CONTRADICTION, message, hint="the rule never applies to any order")
        elif proof.holds is None:
            yield from self._undecided(rule, "whether the rule can ever apply", proof)
        else:
            yield from self._parts(rule)

    def _parts(self, rule: Rule) -> Iterator[Finding]:
        """Blocks of `any` that can never be true, exceptions that never exclude."""
        space, stage = self.prover.space, rule.stage
        try:
            for at, block in enumerate(rule.any if len(rule.any) > 1 else ()):
                if self._never(rule, block, space.block(rule.when, stage)):
                    message = "this block of `any` can never be true with the rest of `when`"
                    yield self._at(rule, codes.NO_EFFECT, message, "when", "any", at)
            taken = space.taken(rule)
            for condition in rule.unless:
                if self._never(rule, (condition,), taken):
                    message = f"'unless.{condition.field}' never excludes anything that `when` takes"
                    yield self._said(codes.NO_EFFECT, message, condition.line, rule)
            for at, block in enumerate(rule.unless_any):
                if self._never(rule, block, taken):
                    message = "this block of `unless.any` never excludes anything that `when` takes"
                    yield self._at(rule, codes.NO_EFFECT, message, "unless", "any", at)
        except TooMany:
            self.slow.append(rule)

    def _never(self, rule: Rule, block: Block, taken: Sequence[Box]) -> bool:
        """Whether no order in `taken` makes the block true."""
        return not self.prover.any_possible(meets(taken, self.prover.space.block(block, rule.stage)), rule.stage)

    def _lint(self, rule: Rule, skus: Collection[str] | None) -> Iterator[Finding]:
        for condition in lint.equal_amounts(rule):
            message = f"{condition.field} = {condition.text} is true of exactly this amount only"
            hint = f'did you mean ">= {condition.text}"?'
            yield self._said(codes.EQUAL_AMOUNT, message, condition.line, rule, hint=hint)
        for name, why in lint.idle_actions(rule, self.places):
            yield self._at(rule, codes.NO_EFFECT, f"{name} has no effect: {why}", "then", *name.split("."))
        if skus is not None:
            for asked, names in lint.unknown_skus(rule, skus):
                message = f"no SKU is or matches {lint.in_words(names)}"
                if asked is not None:
                    yield self._said(codes.UNKNOWN_SKU, message, asked.line, rule)
                else:
                    yield self._at(rule, codes.UNKNOWN_SKU, message, "then", "add_item")

    # --- one rule among the others

    def _among(self, rule: Rule) -> Iterator[Finding]:
        proof = self.prover.unreachable(rule)
        if proof.holds:
            self.broken.add(rule.id)
            yield self._gets_nothing(rule, proof)
            return
        if proof.holds is None:
            yield from self._undecided(rule, "whether the rules above leave the rule anything", proof)
        if not rule.observe:
            yield from self._useless(rule)
        try:
            what = "ships from" if rule.stage == "location" else "sends by"
            for name in serving.in_vain(self.prover, rule):
                code = codes.CANNOT_SHIP if rule.stage == "location" else codes.CANNOT_SERVE
                message = f"the rule {what} '{name}', {_USELESS[rule.stage]}"
                yield self._at(rule, code, message, *_naming(rule, name), hint=self._why_not(rule, name))
        except TooMany:
            self.slow.append(rule)

    def _gets_nothing(self, rule: Rule, proof: Proof) -> Finding:
        if proof.by:
            why = f"all that it would take is taken before by {_rules(proof.by)}{_aside(proof)}"
            hint = "move it up, or make the rules above ask for more"
        else:  # none is needed for orders in known currencies, so that those in other currencies are what it is for
            why = "it applies to no order in a currency that has a rate"
            hint = "give the currencies of your channels a rate in [rates], or look at its amounts"
        return self._of(rule, codes.UNREACHABLE, f"the rule gets nothing: {why}", hint=hint)

    def _useless(self, rule: Rule) -> Iterator[Finding]:
        proof = self.prover.redundant(rule)
        if proof.holds:
            message = "without the rule nothing changes: what it takes would go the same way by "
            message += f"{_rules(proof.by)}{_aside(proof)}"
            yield self._of(rule, codes.REDUNDANT, message, hint="take it out, or make it do something else")

    def _why_not(self, rule: Rule, name: str) -> str:
        if rule.stage == "location":
            place = self.places.locations[name]
            serves = f"serves {', '.join(place.serves)}" if place.serves else "serves all countries"
            return f"it {serves} and accepts {', '.join(place.accepts) or 'nothing special'}"
        service = self.places.services[name]
        limits = [f"goes to {', '.join(service.countries)}" if service.countries else "goes everywhere"]
        limits += [] if service.po_box else ["not to PO boxes"]
        limits += [f"needs {_words(service.needs)}"] if service.needs else []
        limits += [] if service.max_weight_g is None else [f"carries up to {service.max_weight_g} g"]
        return f"it {', '.join(limits)}"

    # --- rules that add to each other

    def _adding(self, stage: str) -> Iterator[Finding]:
        without: list[tuple[str, str]] = []
        for rule in reversed(self.prover.in_force(stage)):
            if rule.id in self.broken:
                continue
            try:
                found = effects.idle(self.prover, rule, without)
            except TooMany:
                self.slow.append(rule)
                continue
            without += [(rule.id, name) for name in found]
            own = [name for name in rule.then if name not in effects.OF_A_HOLD]
            if found and list(found) == own:
                by = _rules(list({one.id: one for rules in found.values() for one in rules}.values()))
                message = f"without the rule nothing changes: all it does is done by {by}, wherever it applies"
                yield self._of(rule, codes.REDUNDANT, message, hint="take it out, or make it do something else")
                continue
            for name, rules in found.items():
                message = f"{name} has no effect: wherever the rule applies, it is settled by {_rules(rules)}"
                yield self._at(rule, codes.NO_EFFECT, message, "then", *name.split("."))
        yield from self._conflicts(stage, without)

    def _conflicts(self, stage: str, without: Sequence[tuple[str, str]]) -> Iterator[Finding]:
        for earlier, later, name, proof in effects.conflicts(self.prover, self.compiled, stage):
            if (later.id, name) in without or self.broken & {earlier.id, later.id}:
                continue
            if proof.case is not None:
                message = f"both this rule and '{earlier.name}' above set {name}, and the first one counts; "
                message += f"an order that meets both: {example(proof.case.facts)}"
                hint = "let an `unless` keep them apart"
                yield self._at(later, codes.CONFLICT, message, "then", *name.split(" ")[0].split("."), hint=hint)
            elif proof.holds is None:
                message = f"whether an order meets both this rule and '{earlier.name}', which set {name}, is undecided"
                yield self._of(later, codes.UNDECIDED, message)

    # --- all rules together

    def _together(self) -> Iterator[Finding]:
        for stage, found in (
            ("location", gaps.location_gap(self.prover, self.compiled)),
            ("service", gaps.service_gap(self.prover, self.compiled)),
        ):
            if found is not None:
                yield self._gap(stage, found)
        for channel, last in gaps.only_catch_all(self.prover):
            message = f"no order of channel '{channel}' is taken by any other location rule"
            yield self._of(last, codes.ONLY_CATCH_ALL, message, hint="is the channel's name in the rule meant for it?")

    def _gap(self, stage: str, gap: gaps.Gap) -> Finding:
        rules = self.ruleset.stages.get(stage, ())
        line = rules[-1].line if rules else 1
        hint = f"end with a [[{stage}]] rule without conditions"
        if gap.facts is None:
            why = f": {_words(gap.fields)} {_MOMENT}" if gap.fields else ""
            message = f"whether some [[{stage}]] rule takes every order is undecided{why}"
            return Finding(codes.UNDECIDED, message, self.file, line, stage, severity="warning")
        what = "no location rule takes this order, which is held as unrouted"
        if gap.short:
            what = (
                "when the locations have no stock, no location rule is left for this order, which is held as unrouted"
            )
        if stage == "service":
            what = f"no service rule takes this order's shipment from '{gap.location}', which has no service"
        moment = f" at {gap.facts.now}; {_words(gap.fields)} {_MOMENT}" if gap.fields else ""
        message = f"{what}{moment}: {example(gap.facts)}"
        return Finding(codes.GAP, message, self.file, line, stage, "", hint, "warning")


def example(facts: Facts) -> str:
    """The order as JSON, with what is known of it elsewhere in words behind it."""
    more = []
    ship_to = facts.order.ship_to
    if ship_to is not None and facts.address != addresses.verdict(ship_to):
        more.append(f"its address judged '{facts.address}'")
    for sku in facts.skus.values():
        more += [f"{sku.sku} of {name} '{text}'" for name in ("category", "supplier") if (text := getattr(sku, name))]
        more += [f"{sku.sku} a kit"] if sku.components else []
    words = f" ({', '.join(more)})" if more else ""
    return json.dumps(order_to_json(facts.order), ensure_ascii=False) + words


def _naming(rule: Rule, name: str) -> tuple[str | int, ...]:
    """Where in `then` a location or service stands."""
    for action, value in rule.then.items():
        if isinstance(value, tuple) and name in value:
            return ("then", *action.split("."), value.index(name))
        if value == name:
            return ("then", *action.split("."))
    return ("then",)


def _rules(rules: Sequence[Rule]) -> str:
    return " and ".join(", ".join(f"'{rule.name}' (line {rule.line})" for rule in rules).rsplit(", ", 1))


def _words(names: Sequence[str]) -> str:
    return " and ".join(", ".join(names).rsplit(", ", 1))


def _aside(proof: Proof) -> str:
    return _ASIDE if proof.aside else ""
