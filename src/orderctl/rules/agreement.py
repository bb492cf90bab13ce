"""What the actions of one rule must agree on, beyond each being right by itself."""

from __future__ import annotations

from collections.abc import Iterator

from orderctl.core.allocation import MOST_CANDIDATES
from orderctl.rules import codes
from orderctl.rules.known import Refused
from orderctl.rules.model import Rule

_PICKS = ("service", "cheapest_of", "fastest_of")
_OF_A_HOLD = ("release_when", "release_after", "cancel_after")
_OF_A_SPLIT = ("split.max_shipments", "split.min_value", "split.lines")


def disagreements(rule: Rule) -> Iterator[tuple[Refused, str]]:
    """Each thing that is wrong between the actions of `rule`, with the action whose line shows it."""
    checks = {"hold": _hold, "location": _location, "service": _service}
    if rule.stage in checks:
        yield from checks[rule.stage](rule)


def _hold(rule: Rule) -> Iterator[tuple[Refused, str]]:
    then = rule.then
    if "hold" not in then:
        for name in _OF_A_HOLD:
            if name in then:
                yield Refused(codes.ACTIONS_DISAGREE, f"{name} needs a hold in the same rule", "add then.hold"), name
    ends = [name for name in ("hold", "reject", "track_only") if then.get(name)]
    if len(ends) > 1:
        yield Refused(codes.ACTIONS_DISAGREE, f"{' and '.join(ends)} exclude each other"), ends[1]


def _location(rule: Rule) -> Iterator[tuple[Refused, str]]:
    then = rule.then
    first, later = then.get("ship_from", ()), then.get("failover_to", ())
    if then and not first:
        yield Refused(codes.NO_THEN, "the rule names no location", "add then.ship_from"), "ship_from"
    for name in later:
        if name in first:
            message = f"location '{name}' stands in ship_from and in failover_to"
            yield Refused(codes.TWICE, message), "failover_to"
    if len(first) + len(later) > MOST_CANDIDATES:
        message = f"{len(first) + len(later)} locations; a rule may have at most {MOST_CANDIDATES}"
        yield Refused(codes.TOO_MANY, message), "ship_from"


def _service(rule: Rule) -> Iterator[tuple[Refused, str]]:
    picks = [name for name in _PICKS if name in rule.then]
    if len(picks) > 1:
        yield Refused(codes.ACTIONS_DISAGREE, f"{' and '.join(picks)} exclude each other"), picks[1]
