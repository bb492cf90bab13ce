"""Orders with too many ways to list: the likely ones, and parts that are never dearer than any way.

1. a likely way has every line shipped by the first that has it of a few locations, the cheapest parcel first
2. no way costs less than its parts chosen one by one: the least that parcels for all of it can cost, and per line
   what each place takes for its units, or what its units left short cost
3. that holds for a way that leaves something short too: each unit that is short is counted at what it costs less the
   most that a unit less can save of the parcels
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from orderctl.core.allocation import Candidate, Demand
from orderctl.core.batching_values import Uses, Way
from orderctl.rules import shortage
from orderctl.rules.cover import NONE
from orderctl.rules.draft import Draft
from orderctl.rules.way_values import Group, Prices, Share, Takes, allowed, atoms_of, needs_of

MOST_PLACES = 3  # of one likely way
#: The parts of an order as they are better known where everything ships, and where something is short.
Relaxed = tuple[tuple[tuple[Way, ...], ...], tuple[tuple[Way, ...], ...]]


def likely(draft: Draft, group: Group, prices: Prices) -> list[Share]:
    """One share for every few locations, and the one that ships nothing."""
    found: dict[Takes, Share] = {(): Share((), sum(demand.quantity for demand in group.demands))}
    for places in _sets(draft, group, prices):
        for first in range(len(places)):
            share = _filled(group, (*places[first:], *places[:first]))
            if share is not None:
                found.setdefault(share.takes, share)
    return list(found.values())


def _sets(draft: Draft, group: Group, prices: Prices) -> Iterator[tuple[Candidate, ...]]:
    weight_g = sum(demand.weight_g for demand in group.demands)
    places = sorted(group.places, key=lambda place: prices.parcel(place.name, draft.target, weight_g, 1))
    most = min(group.limits.max_shipments or MOST_PLACES, MOST_PLACES) if group.limits.split else 1
    for size in range(1, most + 1):
        yield from combinations(places, size)


def _filled(group: Group, places: Sequence[Candidate]) -> Share | None:
    """What comes of it when each line goes to the first of `places` that has it; None where the rule forbids that."""
    left = {place.name: dict(group.stock.get(place.name, {})) for place in places}
    by_units = group.limits.lines and len(places) > 1
    takes: list[tuple[str, str, int]] = []
    worth: dict[str, int] = {}
    short = waits = 0
    for atom in atoms_of(group):
        wanted = sum(demand.quantity for demand in atom)
        placed = _placed(atom, places, left, by_units=by_units and len(atom) == 1)
        value = sum(demand.value_minor for demand in atom)
        for place, line_id, units in placed:
            takes.append((place, line_id, units))
            worth[place] = worth.get(place, 0) + value * units // wanted
        lacking = wanted - sum(units for _, _, units in placed)
        short, waits = short + lacking, waits + value * lacking // wanted
    if not takes or (short and shortage.remainder_of(group.policy) == NONE):
        return None
    parts = {**worth, "": waits} if short else worth
    return Share(tuple(sorted(takes)), short) if allowed(group.limits, parts, short=short) else None


def _placed(
    atom: Sequence[Demand], places: Sequence[Candidate], left: dict[str, dict[str, int]], *, by_units: bool
) -> list[tuple[str, str, int]]:
    """Where the lines go, whole or by units, with what they take gone from what is `left`."""
    needs, wanted = needs_of(atom), sum(demand.quantity for demand in atom)
    placed: list[tuple[str, str, int]] = []
    for place in places:
        here = left[place.name]
        most = wanted if place.unlimited else min(here.get(sku, 0) * wanted // units for sku, units in needs.items())
        units = min(most, wanted - sum(one for _, _, one in placed))
        if units == wanted or (by_units and units > 0):
            for sku, all_of_it in needs.items():
                here[sku] = here.get(sku, 0) - all_of_it * units // wanted
            whole = units == wanted
            placed += [(place.name, demand.line_id, demand.quantity if whole else units) for demand in atom]
            if sum(one for _, _, one in placed) >= wanted:
                break
    return placed


def parts_of(draft: Draft, group: Group, prices: Prices, uses: Callable[[Takes], Uses]) -> Relaxed:
    """The parts of an order with one group: each is chosen by itself, and no way of the order costs less than all.

    Twice: as is better known where everything ships, and where something is short.
    """
    open_to = {demand.line_id: _open_to(group, demand) for demand in group.demands}
    within_reach = [demand for demand in group.demands if open_to[demand.line_id]]
    units = sum(demand.quantity for demand in group.demands)
    all_or_nothing = shortage.remainder_of(group.policy) == NONE
    if not within_reach or (all_or_nothing and len(within_reach) < len(group.demands)):
        nothing = ((Way(units * prices.short_minor, ()),),)
        return nothing, nothing
    goes = {
        demand.line_id: [
            Way(0, uses(((one.name, demand.line_id, demand.quantity),))) for one in open_to[demand.line_id]
        ]
        for demand in within_reach
    }

    def parts(parcels: int, saved: int) -> tuple[tuple[Way, ...], ...]:
        found: list[tuple[Way, ...]] = [(Way(parcels, ()),)]
        for demand in group.demands:
            ways = goes.get(demand.line_id, [])
            less = (
                (-(-parcels * demand.quantity // units) if all_or_nothing else saved * demand.quantity) if ways else 0
            )
            found.append((*ways, Way(demand.quantity * prices.short_minor - less, ())))
        return tuple(found)

    whole, lacking = _constants(draft, group, within_reach, prices)
    return parts(*whole), parts(*(whole if all_or_nothing else lacking))


def _open_to(group: Group, demand: Demand) -> list[Candidate]:
    """The places that may ship the line, or some of its units where it may be parted."""
    needs = needs_of([demand._replace(quantity=demand.quantity // _portions(group, demand))])
    return [
        place
        for place in group.places
        if place.unlimited or all(group.stock.get(place.name, {}).get(sku, 0) >= units for sku, units in needs.items())
    ]


def _portions(group: Group, demand: Demand) -> int:
    """In how many portions the line may ship or stay: its units where the rule parts lines, else one."""
    return demand.quantity if group.limits.lines and group.limits.split and not demand.together else 1


def _constants(
    draft: Draft, group: Group, demands: Sequence[Demand], prices: Prices
) -> tuple[tuple[int, int], tuple[int, int]]:
    """What parcels for all of `demands` cost at least, and the most that each unit left out can save of that.

    Twice: with as much as is known of the parcels, and with units left out that count nearly as much as they cost.
    """
    weight_g, units = (sum(getattr(demand, name) for demand in demands) for name in ("weight_g", "quantity"))
    unit_g = max(1, *(-(-demand.weight_g // demand.quantity) for demand in demands))
    by_weight = least_parcels(draft, group, weight_g, prices)
    limits = {limit for place in group.places for limit, _ in prices.steps(place.name, draft.target)}
    #: Units that are left out -> what the parcels for the others cost at least; all of them -> nothing.
    left_out = {-(-(weight_g - limit) // unit_g): limit for limit in sorted(limits, reverse=True) if limit < weight_g}
    others = [(1, by_weight), (units, 0)]
    others += [(count, least_parcels(draft, group, limit, prices)) for count, limit in left_out.items()]

    def constants(parcels: int, most: int) -> tuple[int, int]:
        saved = min(most, max(-(-(parcels - cost) // count) for count, cost in others))
        return min(parcels, *(cost + saved * count for count, cost in others)), saved

    every = _all_of_it(draft, group, demands, prices)
    return constants(every, prices.short_minor // 2), constants(by_weight, prices.short_minor // 8)


def _all_of_it(draft: Draft, group: Group, demands: Sequence[Demand], prices: Prices) -> int:
    """The least that parcels can cost from any places that have all of `demands` between them.

    Each place of a few ships at least what no other of them has; of four or more, each ships something.
    """
    weights = {demand.line_id: demand.weight_g for demand in demands}
    homes = {demand.line_id: {place.name for place in _open_to(group, demand)} for demand in demands}
    names = [place.name for place in group.places]
    least = least_parcels(draft, group, sum(weights.values()), prices)
    most = min(group.limits.max_shipments or len(names), len(names)) if group.limits.split else 1
    lightest = min(prices.parcel(name, draft.target, 0, 0) for name in names)
    found = [(MOST_PLACES + 1) * lightest + MOST_PLACES * prices.split_minor] if most > MOST_PLACES else []
    for size in range(1, min(most, MOST_PLACES) + 1):
        for some in map(set, combinations(names, size)):
            if all(some & home for home in homes.values()):
                own = {
                    name: sum(weights[line] for line, home in homes.items() if some & home == {name}) for name in some
                }
                cost = sum(prices.parcel(name, draft.target, grams, 0) for name, grams in own.items())
                found.append(cost + (size - 1) * prices.split_minor)
    return max(least, min(found, default=least))


def least_parcels(draft: Draft, group: Group, weight_g: int, prices: Prices) -> int:
    """The least that parcels can cost which together carry so much, whatever each of them carries."""
    places = [place.name for place in group.places]
    one = min(prices.parcel(place, draft.target, weight_g, 0) for place in places)
    if not group.limits.split:
        return one
    lightest = min(prices.parcel(place, draft.target, 0, 0) for place in places)
    two = min(
        (
            prices.parcel(place, draft.target, limit, 0)
            + min(prices.parcel(other, draft.target, weight_g - limit, 0) for other in places)
            for place in places
            for limit, _ in prices.steps(place, draft.target)
            if limit < weight_g
        ),
        default=2 * lightest,
    )
    return min(one, two + prices.split_minor, 3 * lightest + 2 * prices.split_minor)
