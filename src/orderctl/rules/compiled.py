"""What is the same for every order of a pass, worked out once: the rules' actions as values, and what was computed.

The tables here only remember what pure functions gave; the same rule set and places always give the same decisions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from orderctl.core.allocation import Candidate, Field, Limits
from orderctl.core.orders import NEEDS
from orderctl.core.places import Places
from orderctl.rules import exchange
from orderctl.rules.lanes import Steps, Target, goes_to, promised_days, rate_steps
from orderctl.rules.matching import Matcher, compile_rules
from orderctl.rules.model import Rule, RuleSet

DEFAULT_PREFER = ("fewest_shipments", "listed")
#: How many remembered results are kept before the table starts anew.
MOST_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class LocationPolicy:
    """The actions of one location rule with every default in place. Durations are seconds, None = for ever."""

    rule: Rule
    ship_from: tuple[str, ...]
    failover_to: tuple[str, ...]
    prefer: tuple[str, ...]
    limits: Limits  # amounts in the currency of the rule set
    if_short: str
    if_full: str
    available_now: bool
    max_wait_s: int | None
    after_wait: str
    keep_stock: int
    before_cutoff_only: bool
    keep_together: tuple[str, ...]

    @property
    def locations(self) -> tuple[str, ...]:
        """Every location the rule names, in order of position."""
        return self.ship_from + self.failover_to


class Lasting(tuple[Candidate, ...]):
    """Candidates that come again for other orders: what is worked out for them is kept."""

    __slots__ = ()


class Offer(NamedTuple):
    """A service as one location can use it for one target. None = no limit, no promise."""

    service: str
    max_weight_g: int | None
    days: int | None
    rates: Steps


@dataclass(slots=True)
class Compiled:
    """A rule set made ready for many orders at the same places. Made by `prepare`."""

    ruleset: RuleSet
    places: Places
    matcher: Matcher
    policies: tuple[LocationPolicy, ...]  # of the location rules, by their index
    limited: frozenset[str]  # locations with a daily capacity
    by_kind: bool  # whether any location or service does not serve PO boxes
    needs: tuple[str, ...]  # what some carrier has to know of an order
    by_distance: bool  # whether kilometers between a location and an address may decide
    added_skus: tuple[str, ...]  # SKUs that `add_item` may put into a shipment: facts need their stock
    candidates: dict[tuple[Any, ...], tuple[Candidate, ...]] = field(default_factory=dict)
    offers: dict[tuple[str, str, Target], tuple[Offer, ...]] = field(default_factory=dict)
    limits: dict[tuple[str, str, bool], Limits] = field(default_factory=dict)
    fields: dict[tuple[int, int, int], Field] = field(default_factory=dict)
    subsets: dict[tuple[int, int], tuple[tuple[Candidate, ...], Lasting]] = field(default_factory=dict)

    def offers_of(self, rule: Rule, location: str, target: Target) -> tuple[Offer, ...]:
        """The services `rule` names that go from `location` to `target`, in its order."""
        key = (rule.name, location, target)
        offers = self.offers.get(key)
        if offers is None:
            make_room(self.offers)
            place, services = self.places.locations[location], self.places.services
            offers = self.offers[key] = tuple(
                Offer(name, service.max_weight_g, promised_days(service), rate_steps(service, place, target))
                for name in named_services(rule)
                if (service := services.get(name)) is not None and goes_to(service, target)
            )
        return offers

    def field_of(self, candidates: Sequence[Candidate], prefer: tuple[str, ...], limits: Limits) -> Field:
        """What is chosen from; for lasting candidates the one that was prepared before."""
        key = id(candidates), id(prefer), id(limits)
        found = self.fields.get(key)  # it keeps the three alive, so that nothing else can have their identities
        if found is None:
            found = Field(candidates, prefer, limits)
            if isinstance(candidates, Lasting):
                make_room(self.fields)
                self.fields[key] = found
        return found

    def some_of(self, candidates: tuple[Candidate, ...], left: int) -> Lasting:
        """Those of `candidates` whose bits are in `left`; the same value when they come again."""
        key = id(candidates), left
        found = self.subsets.get(key)
        if found is None or found[0] is not candidates:
            make_room(self.subsets)
            some = Lasting(one for at, one in enumerate(candidates) if left >> at & 1)
            found = self.subsets[key] = candidates, some
        return found[1]

    def amount_in(self, minor: int, currency: str) -> int | None:
        """An amount of the rules file in another currency; None without a rate for it."""
        return exchange.converted(minor, self.ruleset.currency, currency, self.places)

    def limits_of(self, policy: LocationPolicy, currency: str, *, partial: bool) -> Limits:
        """How far `policy` lets an order in `currency` split; `partial` = units may stay short."""
        key = (policy.rule.name, currency, partial)
        limits = self.limits.get(key)
        if limits is None:
            smallest = self.amount_in(policy.limits.min_value_minor, currency)
            # Without an exchange rate nothing can be said to be worth enough: such an order does not split.
            limits = replace(policy.limits, partial=partial, min_value_minor=smallest or 0)
            if smallest is None:
                limits = replace(limits, split=False, partial=False)
            self.limits[key] = limits
        return limits


def named_services(rule: Rule) -> tuple[str, ...]:
    """The services a service rule names, in its order."""
    one = rule.then.get("service")
    return rule.then.get("cheapest_of") or rule.then.get("fastest_of") or ((one,) if one else ())


def make_room(table: dict[Any, Any]) -> None:
    """Empty `table` when it has grown too large; what it held is computed again when it is needed."""
    if len(table) >= MOST_REMEMBERED:
        table.clear()


def prepare(ruleset: RuleSet, places: Places) -> Compiled:
    """`ruleset` made ready to decide orders at `places`."""
    items = [rule.then["add_item"] for rule in ruleset.stages.get("enhance", ()) if "add_item" in rule.then]
    policies = tuple(location_policy(rule, places) for rule in ruleset.stages.get("location", ()))
    return Compiled(
        ruleset=ruleset,
        places=places,
        matcher=compile_rules(ruleset),
        policies=policies,
        limited=frozenset(name for name, location in places.locations.items() if location.capacity is not None),
        by_kind=any("po_box" not in location.accepts for location in places.locations.values())
        or any(not service.po_box for service in places.services.values()),
        needs=tuple(need for need in NEEDS if any(need in service.needs for service in places.services.values())),
        by_distance=any("nearest" in policy.prefer for policy in policies)
        and any(location.coordinates for location in places.locations.values()),
        added_skus=tuple(dict.fromkeys(item["sku"] for item in items)),
    )


def location_policy(rule: Rule, places: Places) -> LocationPolicy:
    """What `rule` does, with the defaults of the language for what it leaves out."""
    then: Mapping[str, Any] = rule.then
    return LocationPolicy(
        rule=rule,
        ship_from=tuple(then.get("ship_from", ())),
        failover_to=tuple(then.get("failover_to", ())),
        prefer=tuple(then.get("prefer", DEFAULT_PREFER)),
        limits=Limits(
            split=then.get("split.allow", False),
            max_shipments=then.get("split.max_shipments"),
            min_value_minor=then.get("split.min_value", 0),
            lines=then.get("split.lines", False),
            split_cost_minor=places.split_cost_minor,
        ),
        if_short=then.get("if_short", "exception"),
        if_full=then.get("if_full", "next_location"),
        available_now=then.get("backorder.ship_available_now", False),
        max_wait_s=then.get("backorder.max_wait"),
        after_wait=then.get("backorder.after_wait", "exception"),
        keep_stock=then.get("keep_stock", 0),
        before_cutoff_only=then.get("before_cutoff_only", False),
        keep_together=tuple(then.get("keep_together", ())),
    )
