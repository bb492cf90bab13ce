"""What can be proven about the rules of one stage: which can never apply, which never get anything, which do nothing.

1. a rule that is to be shown dead is taken as large as it becomes at some moment, one that takes from it as small as it
   is at every moment; so what is proven holds whenever it is asked
2. what is left of the rule's boxes without those above is looked through piece by piece: a piece that no order can lie
   in is passed over, for any other an order is made and tried by `rules.interpret`
3. nothing left: dead. An order that reaches it: alive. Else it is undecided, and that is said
Orders in a currency without a rate are left aside, and where that made the difference it is said, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from orderctl.core.orders import Line
from orderctl.core.places import Places
from orderctl.rules import interpret
from orderctl.rules.boxes import MOST_STEPS, Box, Budget, Cover, meet, meets
from orderctl.rules.compiled import location_policy
from orderctl.rules.facts import ShipmentFacts
from orderctl.rules.line_sets import is_possible
from orderctl.rules.matching import Matcher, compile_rules
from orderctl.rules.model import STAGES, Rule, RuleSet
from orderctl.rules.moments import at_every_moment, at_some_moment, moments
from orderctl.rules.shortage import NEXT_RULE
from orderctl.rules.spaces import Space
from orderctl.rules.strings import TooMany
from orderctl.rules.values import Test
from orderctl.rules.witness import Case, cases

#: How much work all questions about one file may cost together.
MOST_WORK = 60_000
_FEW_STEPS = 100
#: How many pieces are tried with real orders before a question is left open.
MOST_TRIES = 40
#: The same for each way in which a shipment can be made.
MOST_TRIES_EACH = 8


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found out: `holds` is None when it could not be decided.

    `by` are the rules it follows from. `fields` are fields that depend on the moment and made the difference.
    `aside` = it leaves aside orders in a currency without a rate.
    """

    holds: bool | None
    by: tuple[Rule, ...] = ()
    fields: tuple[str, ...] = ()
    aside: bool = False
    case: Case | None = None


UNDECIDED = Proof(None)


class Takers:
    """The boxes of many rules, ready to be taken away from others."""

    def __init__(self, rules: Iterable[tuple[Rule, Sequence[Box]]], full: Sequence[int]) -> None:
        self.owners: list[Rule] = []
        self.bits: dict[str, int] = {}
        boxes: list[Box] = []
        for rule, ours in rules:
            self.bits[rule.id] = ((1 << len(ours)) - 1) << len(boxes)
            boxes += ours
            self.owners += [rule] * len(ours)
        self.cover = Cover(boxes, full)

    def of(self, rules: Iterable[Rule]) -> int:
        """The boxes of `rules`, as bits."""
        found = 0
        for rule in rules:
            found |= self.bits.get(rule.id, 0)
        return found

    def named(self, bits: int) -> tuple[Rule, ...]:
        """Whose boxes these are."""
        found = {rule.id: rule for at, rule in enumerate(self.owners) if bits >> at & 1}
        return tuple(found.values())


class Prover:
    """Answers questions about one rule set at its places."""

    def __init__(self, ruleset: RuleSet, places: Places, extra: Iterable[tuple[str, Test]] = ()) -> None:
        self.ruleset = ruleset
        self.places = places
        self.space = Space(ruleset, places, extra)
        self.work = Budget(MOST_WORK)
        self.zone = interpret.zone_of(ruleset.timezone)
        self.written: dict[str, list[Box] | None] = {}
        self.some: dict[str, list[Box] | None] = {}
        self.every: dict[str, list[Box] | None] = {}
        for stage in STAGES:
            for rule in self.rules(stage):
                self._measure(rule)
        self._certain = self._matcher()
        self._as_written = self._takers(self.written)
        timed = self.some != self.written or self.every != self.written
        self._always = self._takers(self.every) if timed else self._as_written
        self._ever = self._takers(self.some) if timed else self._as_written

    def _measure(self, rule: Rule) -> None:
        small = at_every_moment(rule)
        self.written[rule.id] = self._boxes(rule)
        timed = bool(moments(rule))
        self.some[rule.id] = self._boxes(at_some_moment(rule)) if timed else self.written[rule.id]
        self.every[rule.id] = [] if small is None else self._boxes(small) if timed else self.written[rule.id]

    def _matcher(self) -> Matcher:
        """The rules that surely keep what they take, whatever the moment."""
        taking = {"hold": self.stops()} | {
            stage: [rule for rule in self.rules(stage) if self.hides(rule)] for stage in ("location", "service")
        }
        small = {stage: [at_every_moment(rule) for rule in rules] for stage, rules in taking.items()}
        stages = {stage: tuple(rule for rule in rules if rule is not None) for stage, rules in small.items()}
        return compile_rules(replace(self.ruleset, stages=stages))

    def _boxes(self, rule: Rule) -> list[Box] | None:
        try:
            return self.space.rule(rule)
        except TooMany:
            return None

    def _takers(self, boxes: dict[str, list[Box] | None]) -> Takers:
        rules = [rule for stage in STAGES for rule in self.rules(stage)]
        return Takers([(rule, boxes[rule.id] or []) for rule in rules], self.space.full)

    def rules(self, stage: str) -> tuple[Rule, ...]:
        """The rules of a stage, in file order."""
        return self.ruleset.stages.get(stage, ())

    def in_force(self, stage: str) -> list[Rule]:
        """The rules of a stage that do more than observe."""
        return [rule for rule in self.rules(stage) if not rule.observe]

    def start(self, stage: str, *, foreign: bool = False) -> Box:
        """All orders of `stage`; without `foreign` only those in a currency that has a rate or is named."""
        known = dict(self.space.box_of(stage))
        currency = self.space.axes.known("currency")
        if currency is not None and not foreign:
            known[currency.index] = currency.full >> 1
        return known

    def budget(self) -> Budget:
        """Work for one question; little once that for all is used up, which is enough for the simple ones."""
        return Budget(MOST_STEPS, self.work) if self.work.left > 0 else Budget(_FEW_STEPS)

    def any_possible(self, boxes: Sequence[Box], stage: str) -> bool:
        """Whether some order of `stage` may lie in `boxes`."""
        start = [self.start(stage, foreign=True)]
        return any(is_possible(self.space, box, stage) for box in meets(start, boxes))

    # --- one rule among those above it

    def stops(self) -> list[Rule]:
        """The hold rules after which an order never goes on: no release undoes them."""
        ends = ("reject", "track_only")
        return [rule for rule in self.in_force("hold") if any(rule.then.get(name) for name in ends)]

    def hides(self, rule: Rule) -> bool:
        """Whether what `rule` takes never gets to a rule below it."""
        return not rule.observe and rule.then.get("if_short") != NEXT_RULE

    def before(self, rule: Rule) -> list[Rule]:
        """The rules that keep what they take from ever getting to `rule`."""
        above = self.rules(rule.stage)[: self.rules(rule.stage).index(rule)]
        return [*self.stops(), *(one for one in above if self.hides(one))]

    def unreachable(self, rule: Rule) -> Proof:
        """Whether the rules above `rule` take everything that it would take."""
        takers = self.before(rule)
        boxes = self.some[rule.id]
        if boxes is None:
            return UNDECIDED
        try:
            proof = self._dead(rule, boxes, takers)
        except TooMany:
            return UNDECIDED
        timed = [*takers, rule]
        if proof.holds is False and any(map(moments, timed)) and self._dead_as_written(rule, takers):
            return Proof(None, fields=tuple(dict.fromkeys(name for one in timed for name in moments(one))))
        return proof

    def _dead(self, rule: Rule, boxes: Sequence[Box], takers: Sequence[Rule]) -> Proof:
        using, used, open_ = self._always.of(takers), 0, 0
        for piece, used_here in self.pieces(self._always, boxes, using, rule.stage):
            used |= used_here
            if piece is None:
                continue
            open_ += 1
            if open_ > MOST_TRIES:
                break
            for case in cases(self.space, piece, rule.stage):
                if self._reaches(rule, case):
                    return Proof(holds=False, case=case)
        if open_:
            return UNDECIDED
        by = self._fewest(rule, boxes, self._always.named(used))
        foreign = self.pieces(self._always, boxes, using, rule.stage, foreign=True)
        aside = self.space.axes.known("currency") is not None and any(piece is not None for piece, _ in foreign)
        return Proof(holds=True, by=by, aside=aside)

    def pieces(
        self, takers: Takers, boxes: Sequence[Box], using: int, stage: str, *, foreign: bool = False
    ) -> Iterator[tuple[Box | None, int]]:
        """What is left of `boxes` in `stage` that an order can lie in, with the boxes used; None ends a box."""
        start, budget = self.start(stage, foreign=foreign), self.budget()
        for box in boxes:
            ours = meet(box, start)
            if ours is None:
                continue
            for piece, used in takers.cover.free(ours, using, budget):
                if piece is None or is_possible(self.space, piece, stage):
                    yield piece, used

    def covered_by(
        self, takers: Takers, boxes: Sequence[Box], using: int, stage: str, *, foreign: bool = False
    ) -> tuple[Rule, ...] | None:
        """The rules that leave nothing of `boxes` that an order can lie in; None when something is left."""
        all_used = 0
        for piece, used in self.pieces(takers, boxes, using, stage, foreign=foreign):
            if piece is not None:
                return None
            all_used |= used
        return takers.named(all_used)

    def is_covered(
        self, takers: Takers, boxes: Sequence[Box], using: int, stage: str, *, foreign: bool = False
    ) -> bool:
        """Whether nothing is left of `boxes` that an order can lie in."""
        return self.covered_by(takers, boxes, using, stage, foreign=foreign) is not None

    def _dead_as_written(self, rule: Rule, takers: Sequence[Rule]) -> bool:
        """Whether the rule would be dead if a moment were a field like any other."""
        boxes = self.written[rule.id]
        try:
            return boxes is not None and self.is_covered(
                self._as_written, boxes, self._as_written.of(takers), rule.stage
            )
        except TooMany:
            return False

    def _fewest(self, rule: Rule, boxes: Sequence[Box], by: tuple[Rule, ...]) -> tuple[Rule, ...]:
        """Those of `by` that are needed, where there are few enough to try."""
        kept = list(by)
        for one in by if len(by) <= MOST_TRIES else ():
            rest = [other for other in kept if other is not one]
            if self.is_covered(self._always, boxes, self._always.of(rest), rule.stage):
                kept = rest
        return tuple(kept)

    def _reaches(self, rule: Rule, case: Case) -> bool:
        """Whether the order of `case` really gets to `rule` and is taken by it."""
        line, shipment = self._asked(rule.stage, case)
        if not self.applies(at_some_moment(rule), case) or self._certain.all("hold", case.facts):
            return False
        first = self._certain.first(rule.stage, case.facts, line=line, shipment=shipment)
        names = [one.name for one in self.rules(rule.stage)]
        return first is None or names.index(first[1].name) >= names.index(rule.name)

    def _asked(self, stage: str, case: Case) -> tuple[Line | None, ShipmentFacts | None]:
        """The line or the shipment that a rule of `stage` is asked about."""
        return (
            case.line if stage == "location" else None,
            case.shipment if stage in {"service", "enhance"} else None,
        )

    def applies(self, rule: Rule, case: Case) -> bool:
        """Whether `rule` applies to the case, by the plain meaning of the language."""
        line, shipment = self._asked(rule.stage, case)
        if rule.stage == "location" and line is None:
            return False
        return interpret.applies(rule, interpret.Subject(case.facts, rule.stage, self.zone, line, shipment))

    # --- one rule and those below it

    def redundant(self, rule: Rule) -> Proof:
        """Whether without `rule` all that it takes would go the same way, by the rules below it."""
        boxes = self.some[rule.id]
        if boxes is None or not self._for_whole_orders(rule):
            return UNDECIDED
        try:
            same = self._alike(rule, boxes)
            known = self.space.axes.known("currency") is not None
            aside = same is not None and known and self._alike(rule, boxes, foreign=True) is None
        except TooMany:
            return UNDECIDED
        if same is None:
            return Proof(holds=False)
        return Proof(holds=True, by=tuple(one for one in same if self._touches(boxes, one)), aside=aside)

    def _alike(self, rule: Rule, boxes: Sequence[Box], *, foreign: bool = False) -> list[Rule] | None:
        """The rules below `rule` that do the same and get to all its orders first; None when they do not."""
        rules = self.rules(rule.stage)
        using = self._always.of(self.before(rule))
        same = []
        for other in rules[rules.index(rule) + 1 :]:
            if other.observe:
                continue
            theirs = self.some[other.id]
            if theirs is None:
                raise TooMany
            if self._for_whole_orders(other) and self._outcome(other) == self._outcome(rule):
                same.append(other)
                using |= self._always.of([other])
            elif not self.is_covered(self._always, meets(boxes, theirs), using, rule.stage, foreign=foreign):
                return None
        covered = bool(same) and self.is_covered(self._always, boxes, using, rule.stage, foreign=foreign)
        return same if covered else None

    def _touches(self, boxes: Sequence[Box], other: Rule) -> bool:
        theirs = self.every[other.id] or []
        return any(meet(one, box) is not None for one in boxes for box in theirs)

    def _for_whole_orders(self, rule: Rule) -> bool:
        """Whether a rule takes all lines of an order or none: then lines are not grouped otherwise without it."""
        return rule.stage != "location" or not any(
            condition.field.startswith("line.")
            for block in (rule.when, rule.unless, *rule.any, *rule.unless_any)
            for condition in block
        )

    def _outcome(self, rule: Rule) -> object:
        if rule.stage != "location":
            return dict(rule.then)
        policy = location_policy(rule, self.places)
        return tuple(getattr(policy, name) for name in policy.__slots__ if name != "rule")

    # --- what several questions need

    def ever(self) -> Takers:
        """All rules, as large as they are at some moment."""
        return self._ever

    def as_written(self) -> Takers:
        """All rules, with a moment as a field like any other."""
        return self._as_written

    def always(self) -> Takers:
        """All rules, as small as they are at every moment."""
        return self._always

    def find(
        self,
        pieces: Iterable[tuple[Box | None, int]],
        stage: str,
        tried: Callable[[Case], bool],
        *,
        most: int = MOST_TRIES,
    ) -> Proof:
        """Whether some order lies in `pieces`; it is made, and counts only when `tried` says that it is one.

        At most `most` pieces are tried.
        """
        open_ = 0
        for piece, _ in pieces:
            if piece is None:
                continue
            open_ += 1
            if open_ > most:
                break
            for case in cases(self.space, piece, stage):
                if tried(case):
                    return Proof(holds=True, case=case)
        return UNDECIDED if open_ else Proof(holds=False)
