"""What the rules of the hold and enhance stages add to each other, where every rule that matches applies.

1. lists are united, the stronger of signatures and priorities counts, of single values the first rule's
2. an action adds nothing when wherever its rule applies, rules that give as much apply too
3. two rules that give one single value differently are in each other's way where both can apply
A rule whose hold is over has no say any more: only a rule with no hold or with the very same hold stands in for it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from orderctl.core.orders import PRIORITIES
from orderctl.rules.actions_shipment import SIGNATURES
from orderctl.rules.boxes import Box, meets
from orderctl.rules.compiled import Compiled
from orderctl.rules.engine import decide
from orderctl.rules.gaps import holding, only_at, shipping
from orderctl.rules.model import Rule
from orderctl.rules.proofs import MOST_TRIES_EACH, UNDECIDED, Proof, Prover
from orderctl.rules.strings import TooMany
from orderctl.rules.witness import Case

STAGES = ("hold", "enhance")
_UNITED = ("add_tags", "notify", "documents")
_FIRST = {"hold": ("assign", "reject"), "enhance": ("assign", "insure", "pack_note", "note")}
#: What says more of a hold and is no action of its own.
OF_A_HOLD = ("release_when", "release_after", "cancel_after")


def idle(prover: Prover, rule: Rule, without: Sequence[tuple[str, str]]) -> dict[str, tuple[Rule, ...]]:
    """The actions of `rule` that add nothing, each with the rules that make it so: they have a say wherever it has.

    `without` are (rule id, action) that count as taken out. TooMany when that takes too long to find out.
    """
    boxes = prover.some[rule.id]
    if boxes is None:
        raise TooMany
    held = _held(rule)
    others = [other for other in prover.in_force(rule.stage) if other is not rule]
    found: dict[str, tuple[Rule, ...]] = {}
    for name in rule.then:
        if name in OF_A_HOLD:
            continue
        having = (other for other in others if name in other.then and (other.id, name) not in without)
        kept = [other for other in having if "hold" not in other.then or _held(other) == held]
        by = _covering(prover, rule, name, kept, boxes)
        if by:
            found[name] = by
    return found


def _covering(prover: Prover, rule: Rule, name: str, others: Sequence[Rule], boxes: Sequence[Box]) -> tuple[Rule, ...]:
    """Those of `others` that between them give all that the action of `rule` gives; none when they don't."""
    takers, found = prover.always(), dict[str, Rule]()
    for part in rule.then[name] if name in _UNITED else (rule.then[name],):
        using = takers.of(other for other in others if _gives(rule, other, name, part))
        by = prover.covered_by(takers, boxes, using, rule.stage, foreign=True) if using else None
        if not by:
            return ()
        found |= {one.id: one for one in by}
    return tuple(found.values())


def _held(rule: Rule) -> Hashable:
    """The hold of a rule with all that ends it."""
    until = rule.then.get("release_when")
    conditions = frozenset((one.field, one.test) for one in until) if until else None
    return (rule.then.get("hold"), conditions, *(rule.then.get(name) for name in OF_A_HOLD[1:]))


def _gives(rule: Rule, other: Rule, name: str, part: Any) -> bool:
    """Whether with `other` applying too, `part` of the action `name` of `rule` adds nothing."""
    theirs = other.then.get(name)
    if theirs is None:
        return False
    if name in _UNITED:
        return part in theirs
    if name == "hold":
        return _held(other) == _held(rule)
    if name == "signature":
        return SIGNATURES.index(theirs) >= SIGNATURES.index(part)
    if name == "priority":
        return PRIORITIES.index(theirs) <= PRIORITIES.index(part)
    earlier = other.line < rule.line
    if name in _FIRST[rule.stage] and (rule.stage, name) != ("hold", "note"):
        return earlier
    return bool(theirs == part) and (earlier or name in {"note", "hide_prices", "track_only"})


# --- two rules that say different things


def singles(rule: Rule) -> dict[str, Hashable]:
    """What `rule` sets that an order or a shipment can have only one of."""
    found: dict[str, Hashable] = {name: rule.then[name] for name in _FIRST[rule.stage] if name in rule.then}
    if rule.then.get("hold"):
        found[f"hold '{rule.then['hold']}'"] = _held(rule)
    return found


def conflicts(prover: Prover, compiled: Compiled, stage: str) -> Iterator[tuple[Rule, Rule, str, Proof]]:
    """Pairs of rules, the earlier first, that set one thing differently; the proof has an order that both take."""
    rules = [(rule, singles(rule)) for rule in prover.in_force(stage)]
    for at, (later, theirs) in enumerate(rules):
        for earlier, ours in rules[:at]:
            for name in theirs:
                if name in ours and ours[name] != theirs[name]:
                    yield earlier, later, name, _meeting(prover, compiled, earlier, later)


def _meeting(prover: Prover, compiled: Compiled, one: Rule, other: Rule) -> Proof:
    """Whether some order gets to both rules, with such an order."""
    first, second = prover.written[one.id], prover.written[other.id]
    if first is None or second is None:
        return UNDECIDED
    try:
        both = meets(first, second)
        if one.stage == "hold":
            pieces = prover.pieces(prover.as_written(), both, 0, "hold")
            return prover.find(pieces, "hold", lambda case: _applied(prover, compiled, case, one, other))
        return _shipped_together(prover, compiled, both, one, other)
    except TooMany:
        return UNDECIDED


def _applied(prover: Prover, compiled: Compiled, case: Case, one: Rule, other: Rule) -> bool:
    """Whether both hold rules take part in deciding the order."""
    return prover.applies(one, case) and {one.id, other.id} <= set(decide(case.facts, compiled).rules)


def _shipped_together(prover: Prover, compiled: Compiled, both: Sequence[Box], one: Rule, other: Rule) -> Proof:
    """Whether one shipment that location rules make gets both rules."""
    takers = prover.as_written()
    using = takers.of(holding(prover))
    if prover.is_covered(takers, both, using, "enhance"):
        return Proof(holds=False)
    open_ = Proof(holds=False)
    for _, location, boxes in shipping(prover):

        def tried(case: Case, *, location: str = location) -> bool:
            plan = decide(only_at(case.facts, location), compiled)
            return any({one.id, other.id} <= set(shipment.rules) for shipment in plan.shipments)

        pieces = prover.pieces(takers, meets(boxes, both), using, "enhance")
        proof = prover.find(pieces, "enhance", tried, most=MOST_TRIES_EACH)
        if proof.case is not None:
            return proof
        open_ = open_ if proof.holds is False else proof
    return open_
