"""What a rehearsal changes: read from the command line, and laid over configuration, rules and stock.

1. times, places, carriers and stock are checked by name and number before anything is read; one line says what is wrong
2. a closed location is paused, a carrier that is gone has no services; rules that name either still do
3. further locations come from a file of `[location.NAME]` tables; they ship what the rules send there
4. of stock: a share of what a location has, the units of one SKU, or a file of counts as `stock import` reads it
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from orderctl.config.load import further_locations
from orderctl.config.model import Config
from orderctl.core.errors import UsageError
from orderctl.core.places import Location
from orderctl.core.publishing import float_free
from orderctl.core.text import did_you_mean
from orderctl.steps.stock import counts_in

MOST_TIMES = 1000
_MOST_UNITS = 10**9
_MOST_DIGITS = 12
Levels = dict[str, dict[str, int]]
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Asked:
    """The options as they were typed."""

    times: str = "1"
    close: Sequence[str] = ()
    capacity: Sequence[str] = ()
    stock: Sequence[str] = ()
    add: Path | None = None
    without_carrier: Sequence[str] = ()
    pickup: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The options read. `words` say each change; `counts` is what a file of counts says, `counted_in` its name."""

    times: Fraction
    config: Config
    closed: tuple[str, ...] = ()
    pickups: Mapping[str, int] = field(default_factory=dict)
    shares: Mapping[str, Fraction] = field(default_factory=dict)
    units: Mapping[str, int] = field(default_factory=dict)
    counts: Levels = field(default_factory=dict)
    counted_in: str = ""
    words: tuple[str, ...] = ()

    @property
    def times_text(self) -> str:
        """How many times, as decimal text."""
        return str(self.times.numerator) if self.times.denominator == 1 else float_free(self.times)

    def stock(self, levels: Mapping[str, Mapping[str, int]], skus: Iterable[str]) -> Levels:
        """What there is to begin with of `skus`, where `levels` (location -> SKU -> units) is what there is now."""
        wanted = frozenset(skus)
        found = {name: dict(here) for name, here in levels.items()}
        for name, counts in self.counts.items():
            found.setdefault(name, {}).update({sku: units for sku, units in counts.items() if sku in wanted})
        for name, share in self.shares.items():
            found[name] = {sku: int(units * share) for sku, units in found.get(name, {}).items()}
        for sku in wanted.intersection(self.units):
            place = max(found, key=lambda name: found[name].get(sku, 0), default="") or self._first_counted()
            for here in found.values():
                here.pop(sku, None)
            found.setdefault(place, {})[sku] = self.units[sku]
        return found

    def _first_counted(self) -> str:
        return next((name for name, place in self.config.places.locations.items() if place.stock == "counted"), "")


def read(asked: Asked, config: Config) -> WhatIf:
    """`asked` laid over `config`. UsageError or ConfigError says in one line what is wrong with it."""
    count = _times(asked.times)
    words = [f"{asked.times} times the orders"] if count != 1 else []
    locations = dict(config.locations)
    if asked.add is not None:
        added = further_locations(asked.add, config)
        locations |= added
        words += [f"with {name}" for name in added]
    places = {name: one.location for name, one in locations.items()}
    closed = tuple(_known(name, places, "location", "--close") for name in asked.close)
    words += [f"without {name}" for name in closed]
    for name, limit in _pairs(asked.capacity, "--capacity", "LOCATION", places, _capacity):
        places[name] = replace(places[name], capacity=limit)
        words.append(f"{name} takes {'any number of' if limit is None else f'{limit:,}'} orders a day")
    for carrier in asked.without_carrier:
        _known(carrier, config.carriers, "carrier", "--without-carrier")
        words.append(f"without {carrier}")
    pickups = dict(_pairs(asked.pickup, "--pickup", "CARRIER", config.carriers, _whole))
    words += [f"{carrier} takes {takes:,} parcels a day at each location" for carrier, takes in pickups.items()]
    found = WhatIf(count, _changed(config, places, asked.without_carrier), closed, pickups)
    return _with_stock(found, asked.stock, places, words)


def _changed(config: Config, places: Mapping[str, Location], gone: Sequence[str]) -> Config:
    services = {name: one for name, one in config.places.services.items() if one.carrier not in gone}
    return replace(config, places=replace(config.places, locations=dict(places), services=services))


def _with_stock(found: WhatIf, said: Sequence[str], places: Mapping[str, Location], words: list[str]) -> WhatIf:
    shares: dict[str, Fraction] = {}
    units: dict[str, int] = {}
    counts: Levels = {}
    file = ""
    for text in said:
        name, is_pair, value = text.rpartition("=")
        if not is_pair:
            file = text
            counts = {
                where: {one.sku: one.quantity for one in rows} for where, rows in counts_in(Path(text))[0].items()
            }
            for where in counts:
                _known(where, places, "location", f"--stock {text}")
            words.append(f"the stock of {text}")
        elif value.endswith("%"):
            shares[_known(name, places, "location", "--stock")] = _share(value[:-1], text)
            words.append(f"{value} of the stock of {name}")
        else:
            units[name] = _whole(value, f"--stock {text}")
            words.append(f"{units[name]:,} units of {name}")
    return replace(found, shares=shares, units=units, counts=counts, counted_in=file, words=tuple(words))


def _times(text: str) -> Fraction:
    number = _decimal(text)
    if number is None or number <= 0:
        raise UsageError(f"--times is a number above 0 such as 10 or 1.5, not '{text[:40]}'; nothing was done")
    if number > MOST_TIMES:
        raise UsageError(f"--times is at most {MOST_TIMES:,}; nothing was done")
    return number


def _decimal(text: str) -> Fraction | None:
    is_number = text.isascii() and text.replace(".", "", 1).isdigit() and len(text) <= _MOST_DIGITS
    return Fraction(text if not text.endswith(".") else text + "0") if is_number and text[:1] != "." else None


def _share(text: str, option: str) -> Fraction:
    number = _decimal(text)
    if number is None or number > 100 * MOST_TIMES:
        raise UsageError(f"--stock LOCATION=50% wants a percentage, not '{option[:60]}'; nothing was done")
    return number / 100


def _whole(text: str, option: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text) <= _MOST_UNITS):
        raise UsageError(f"{option} wants a whole number, not '{text[:40]}'; nothing was done")
    return int(text)


def _capacity(text: str, option: str) -> int | None:
    return None if text == "none" else _whole(text, option)


def _pairs(
    said: Sequence[str], option: str, noun: str, known: Iterable[str], read_one: Callable[[str, str], _Value]
) -> list[tuple[str, _Value]]:
    """`NAME=N` of each, checked."""
    found = []
    for text in said:
        name, is_pair, value = text.rpartition("=")
        if not is_pair:
            raise UsageError(f"{option} is {noun}=N, not '{text[:60]}'; nothing was done")
        _known(name, known, noun.lower(), option)
        found.append((name, read_one(value, f"{option} {name}=N")))
    return found


def _known(name: str, known: Iterable[str], noun: str, option: str) -> str:
    listed = list(known)
    if name not in listed:
        near = did_you_mean(name, listed) or f"; known: {', '.join(listed) or 'none'}"
        message = f"{option}: there is no {noun} '{name[:60]}'{near}; nothing was done"
        raise UsageError(message, next=f"orderctl {noun}s list" if noun == "location" else "orderctl config show")
    return name
