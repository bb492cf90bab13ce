"""What looks like a mistake in a rule by itself, without asking which orders there are.

An amount that must be met exactly, a list nobody uses, a SKU that does not exist, an action that nothing comes of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from orderctl.core.places import Places
from orderctl.rules import fields
from orderctl.rules.compiled import DEFAULT_PREFER, LocationPolicy, location_policy
from orderctl.rules.model import STAGES, Block, Condition, Rule, RuleSet
from orderctl.rules.moments import conditions
from orderctl.rules.values import pattern

#: Amounts that an order seldom has to the cent; a price may be asked for exactly.
_AMOUNTS = ("total", "customer.spent", "line.value", "shipment.value")
_MOST_NAMED = 5
Idle = tuple[str, str]  # an action, and why nothing comes of it


def equal_amounts(rule: Rule) -> Iterator[Condition]:
    """The conditions that ask for one exact amount of money other than zero."""
    for condition in conditions(rule):
        test = condition.test
        if _plain(condition) in _AMOUNTS and any(test.exact) and not test.ranges:
            yield condition


def unused_lists(ruleset: RuleSet) -> Iterator[str]:
    """The names of lists that no rule mentions."""
    written = [condition.text for rule in _rules(ruleset) for condition in _mentioning(rule)]
    words = {word for text in written for word in (text, *text.split(", "))}
    for name in ruleset.lists:
        if f"@{name}" not in words and not any(f"@{name}, " in text or f", @{name}" in text for text in written):
            yield name


def unknown_skus(rule: Rule, skus: Collection[str]) -> Iterator[tuple[Condition | None, list[str]]]:
    """The SKUs and patterns of `rule` that nothing in `skus` is, by condition; None for the item that it adds."""
    for condition in conditions(rule):
        if _plain(condition) == "line.sku":
            names = [str(key) for key in sorted(condition.test.exact) if key not in skus]
            for text in condition.test.patterns:
                matches = pattern(text).fullmatch
                names += [] if any(map(matches, skus)) else [text]
            if names:
                yield condition, names
    item = rule.then.get("add_item")
    if item is not None and item["sku"] not in skus:
        yield None, [item["sku"]]


def in_words(names: list[str]) -> str:
    """The first few names in quotes."""
    shown = ", ".join(f"'{name}'" for name in names[:_MOST_NAMED])
    return f"{shown} and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else shown


def idle_actions(rule: Rule, places: Places) -> Iterator[Idle]:
    """The actions of `rule` that nothing can come of, whatever the order."""
    for name in ("track_only", "hide_prices"):
        if rule.then.get(name) is False:
            yield name, "false is how it is without the rule"
    if rule.stage == "location":
        policy = location_policy(rule, places)
        yield from _idle_splits(rule, policy)
        yield from _idle_waits(rule, policy)
        yield from _idle_at_places(rule, policy, places)


def _idle_splits(rule: Rule, policy: LocationPolicy) -> Iterator[Idle]:
    then = rule.then
    if len(policy.locations) == 1:
        if then.get("split.allow"):
            yield "split.allow", "the rule names one location, so nothing can be split"
        if then.get("prefer", DEFAULT_PREFER) != DEFAULT_PREFER:
            yield "prefer", "the rule names one location, so there is nothing to compare"
    elif not then.get("split.allow"):
        why = "without split.allow nothing is split"
        if "split.max_shipments" in then:
            yield "split.max_shipments", why
        if then.get("split.lines"):
            yield "split.lines", why
        if then.get("split.min_value") and not policy.available_now:
            yield "split.min_value", why


def _idle_waits(rule: Rule, policy: LocationPolicy) -> Iterator[Idle]:
    if policy.available_now and policy.if_short not in {"backorder", "exception"}:
        yield "backorder.ship_available_now", f"with if_short = {policy.if_short} nothing waits for the rest"
    if "backorder.after_wait" in rule.then and policy.max_wait_s is None:
        yield "backorder.after_wait", "without backorder.max_wait the wait has no end"


def _idle_at_places(rule: Rule, policy: LocationPolicy, places: Places) -> Iterator[Idle]:
    named = [places.locations[name] for name in policy.locations]
    if policy.if_full != "next_location" and all(place.capacity is None for place in named):
        yield "if_full", "no location that the rule names has a capacity"
    if policy.before_cutoff_only and not any(place.cutoffs for place in named):
        yield "before_cutoff_only", "no location that the rule names has a cut-off"
    if "nearest" in rule.then.get("prefer", ()) and not any(place.zones or place.coordinates for place in named):
        yield "prefer", "'nearest' knows no distances: no location that the rule names has zones or coordinates"


def _plain(condition: Condition) -> str:
    quantifier, _, rest = condition.field.partition(".")
    return f"line.{rest}" if quantifier in fields.QUANTIFIERS else condition.field


def _mentioning(rule: Rule) -> Iterator[Condition]:
    yield from conditions(rule)
    until: Block = rule.then.get("release_when", ())
    yield from until


def _rules(ruleset: RuleSet) -> Iterator[Rule]:
    for stage in STAGES:
        yield from ruleset.stages.get(stage, ())
