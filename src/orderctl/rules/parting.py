"""Where two plans for one order part: the first rule, stage by stage, that had another say under the other rules.

1. rules are matched by stage and name; a rule that only has a new name counts as the same
2. of a stage, a rule parts the plans when it took part in only one of them, or in both with another effect
3. the first stage that has such a rule is where they part; of its rules, one that is new, gone or changed goes before
   one that reads as it did; of those the one that stands first in the new file, where a rule that is gone stands
   before the first of its old successors that is still there
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from orderctl.core.plans import Plan, PlannedShipment
from orderctl.rules.model import STAGES, Condition, Rule, RuleSet

NEW, GONE, CHANGED, SAME = "new", "gone", "changed", "same"
_SERVICE_OPTIONS = ("package", "duties")


class Versions:
    """Two versions of the rules, compared rule by rule."""

    def __init__(self, old: RuleSet, new: RuleSet) -> None:
        was, now = _by_id(old), _by_id(new)
        self._renamed = _renamed(was, now)
        self._states = {name: CHANGED if _changed(was.get(name), rule) else SAME for name, rule in now.items()}
        self._states |= dict.fromkeys(now.keys() - was.keys() - set(self._renamed.values()), NEW)
        self._states |= dict.fromkeys(self._renamed.values(), SAME)
        gone = [name for name in was if name not in now and name not in self._renamed]
        self._states |= dict.fromkeys(gone, GONE)
        order = [self._renamed.get(name, name) for name in was]
        self._place = {name: place for place, name in enumerate(_merged(order, list(now)))}

    def state(self, rule: str) -> str:
        """Whether a rule (`stage/name`) is `new`, `gone`, `changed` or the `same`."""
        return self._states.get(rule, SAME)

    def cause(self, old: Plan, new: Plan) -> str:
        """The rule (`stage/name`) at which two plans for one order part; empty when no rule that took part does."""
        names = {rule: self._renamed.get(rule, rule) for rule in old.rules}
        before = {renamed: _Share(old, rule) for rule, renamed in names.items()}
        after = {rule: _Share(new, rule) for rule in new.rules}
        for stage in STAGES:
            parted = [
                rule
                for rule in dict.fromkeys((*after, *before))
                if rule.startswith(f"{stage}/") and self._parts(rule, before.get(rule), after.get(rule))
            ]
            if parted:
                return min(parted, key=lambda rule: (self.state(rule) == SAME, self._place.get(rule, 0)))
        touched = [rule for rule in after if self.state(rule) != SAME]
        return min(touched, key=lambda rule: self._place[rule], default="")

    def _parts(self, rule: str, before: _Share | None, after: _Share | None) -> bool:
        if before is None or after is None:
            return True
        if before.own() != after.own():
            return True
        return self.state(rule) == CHANGED and before.whole() != after.whole()


def _by_id(ruleset: RuleSet) -> dict[str, Rule]:
    return {rule.id: rule for rules in ruleset.stages.values() for rule in rules}


def _renamed(was: Mapping[str, Rule], now: Mapping[str, Rule]) -> dict[str, str]:
    """Old id -> new id of the rules that are gone and of which exactly one new rule says the same."""
    fresh = [rule for name, rule in now.items() if name not in was]
    found = dict[str, str]()
    for name, rule in was.items():
        if name not in now:
            same = [other for other in fresh if not _changed(rule, other)]
            if len(same) == 1 and same[0].id not in found.values():
                found[name] = same[0].id
    return found


def _changed(old: Rule | None, new: Rule) -> bool:
    """Whether a rule asks or does something else; its name, its place and its `why` are no matter."""
    return old is None or _bare(old) != _bare(new)


def _bare(rule: Rule) -> Rule:
    def plain(block: tuple[Condition, ...]) -> tuple[Condition, ...]:
        return tuple(replace(condition, text="", line=0) for condition in block)

    return replace(
        rule,
        name="",
        why="",
        line=0,
        when=plain(rule.when),
        unless=plain(rule.unless),
        any=tuple(map(plain, rule.any)),
        unless_any=tuple(map(plain, rule.unless_any)),
        then={name: _value(value) for name, value in rule.then.items()},
    )


def _value(value: Any) -> Any:
    if isinstance(value, tuple) and value and isinstance(value[0], Condition):
        return tuple(replace(condition, text="", line=0) for condition in value)
    return value


def _merged(old: list[str], new: list[str]) -> list[str]:
    """Rules in the order of the new file, with those that are gone put before their next successor that is left."""
    before: dict[str, list[str]] = {}
    left, waiting = set(new), list[str]()
    for name in old:
        if name in left:
            before.setdefault(name, []).extend(waiting)
            waiting.clear()
        else:
            waiting.append(name)
    return [one for name in new for one in (*before.get(name, ()), name)] + waiting


class _Share:
    """What one rule has to do with one plan."""

    def __init__(self, plan: Plan, rule: str) -> None:
        self._plan = plan
        self._rule = rule
        self._stage = rule.partition("/")[0]

    def own(self) -> tuple[object, ...]:
        """What the plan says is this rule's."""
        plan, rule = self._plan, self._rule
        return (
            [replace(hold, rule="") for hold in plan.holds if hold.rule == rule],
            [replace(wait, rule="") for wait in plan.backorders if wait.rule == rule],
            [problem.code for problem in plan.problems if problem.rule == rule],
            sorted(self._parcels(), key=repr),
        )

    def whole(self) -> tuple[object, ...]:
        """What the plan does not put down to any one rule, as far as a rule of this stage could have done it."""
        plan = self._plan
        told = (plan.tags, plan.notes, plan.notify, plan.assigned)
        of_stage: Mapping[str, tuple[object, ...]] = {
            "hold": (*told, plan.rejected, plan.track_only),
            "location": (plan.cancelled,),
            "enhance": (*told, plan.priority),
        }
        return of_stage.get(self._stage, ())

    def _parcels(self) -> Iterator[tuple[object, ...]]:
        for shipment in self._plan.shipments:
            if self._rule in shipment.rules:
                yield (shipment.location, *_PARCEL[self._stage](shipment))


def _of_service(shipment: PlannedShipment) -> tuple[object, ...]:
    return shipment.service, shipment.cost_minor, [shipment.options.get(name) for name in _SERVICE_OPTIONS]


_PARCEL: Mapping[str, Any] = {
    "hold": lambda shipment: (),  # noqa: ARG005
    "location": lambda shipment: (shipment.lines, shipment.not_before),
    "service": _of_service,
    "enhance": lambda shipment: (shipment.options, shipment.tags, shipment.priority),
}
