"""What the way from a location to a destination costs and how long it takes, by every configured service.

1. a service goes to a destination when its countries and, for PO boxes and military addresses, the carrier allow it,
   and the order has what the carrier needs
2. of its rates those for the country, the location or the zone come before those for everywhere
3. the rate for a weight is the lightest one that is not too light
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from orderctl.core.places import Location, Rate, Service

#: (up to grams, minor units) by weight; what is heavier than the last entry has no rate.
Steps = tuple[tuple[int, int], ...]


class Target(NamedTuple):
    """Where something goes, as far as services and locations care.

    `po_box` = PO box or military address; `lacks` = what carriers need of the order and it does not have.
    """

    country: str
    region: str = ""
    po_box: bool = False
    coordinates: tuple[int, int] | None = None  # latitude, longitude in millionths of a degree
    lacks: tuple[str, ...] = ()


def goes_to(service: Service, target: Target) -> bool:
    """Whether the service delivers there at all, whatever the weight."""
    if service.countries and target.country not in service.countries:
        return False
    if target.lacks and not set(target.lacks).isdisjoint(service.needs):
        return False
    return service.po_box or not target.po_box


def zone_number(location: Location, target: Target) -> int | None:
    """The zone the destination lies in as seen from the location, None when it is not known."""
    zone = location.zones.get(f"{target.country}-{target.region}") if target.region else None
    return location.zones.get(target.country) if zone is None else zone


def rate_steps(service: Service, location: Location, target: Target) -> Steps:
    """What the service costs from `location` to `target` by weight; empty when it has no rate for that way."""
    if not goes_to(service, target):
        return ()
    zone = zone_number(location, target)
    rates = [rate for rate in service.rates if _applies(rate, location, target, zone)]
    heaviest = service.max_weight_g
    limits = {rate.max_weight_g if heaviest is None else min(rate.max_weight_g, heaviest) for rate in rates}
    return _joined((limit, _rate_at(rates, limit)) for limit in sorted(limits))


def cheapest_steps(services: Iterable[Service], location: Location, target: Target) -> Steps:
    """The cheapest of the services by weight."""
    tables = [steps for service in services if (steps := rate_steps(service, location, target))]
    if len(tables) == 1:
        return tables[0]
    limits = sorted({limit for steps in tables for limit, _ in steps})
    return _joined(
        (limit, min(cost for steps in tables if (cost := cost_at(steps, limit)) is not None)) for limit in limits
    )


def cost_at(steps: Steps, weight_g: int) -> int | None:
    """Minor units for a weight, None when nothing carries it."""
    index = bisect_left(steps, (weight_g,))
    return steps[index][1] if index < len(steps) else None


def transit_days(services: Iterable[Service], target: Target) -> int | None:
    """How many days the quickest service that goes there promises, None when no service says."""
    days = [promised_days(service) for service in services if goes_to(service, target)]
    return min((promised for promised in days if promised is not None), default=None)


def promised_days(service: Service) -> int | None:
    """The days a service promises at most, None when it promises none."""
    return service.days_min if service.days_max is None else service.days_max


def _applies(rate: Rate, location: Location, target: Target, zone: int | None) -> bool:
    return (
        rate.country in {"", target.country}
        and rate.origin in {"", location.name}
        and (rate.zone is None or rate.zone == zone)
    )


def _rate_at(rates: Iterable[Rate], weight_g: int) -> int:
    """The cost of the most particular rate that carries the weight; there is one."""
    heavy_enough = [rate for rate in rates if rate.max_weight_g >= weight_g]
    return min(heavy_enough, key=_particular).cost_minor


def _particular(rate: Rate) -> tuple[bool, bool, bool, int, int]:
    return (not rate.country, not rate.origin, rate.zone is None, rate.max_weight_g, rate.cost_minor)


def _joined(steps: Iterable[tuple[int, int]]) -> Steps:
    """Steps of the same cost made one: only the heaviest of them says anything."""
    joined: list[tuple[int, int]] = []
    for limit, cost in steps:
        if joined and joined[-1][1] == cost:
            joined.pop()
        joined.append((limit, cost))
    return tuple(joined)
