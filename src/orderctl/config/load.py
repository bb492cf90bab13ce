"""Reads channels.toml.

1. currency and time zone first: other values mean something only with them
2. every table by its keys; what is wrong is collected and told at once
3. locations before what names them: channels, services, rates
4. the keys of adapters stay raw; `steps` opens adapters and has them check their own
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orderctl.config.carriers import read_carriers, read_packages, read_services
from orderctl.config.channels import read_channels
from orderctl.config.findings import LITERAL_SECRET, NO_FILE, UNKNOWN_KEY, WRONG_VALUE
from orderctl.config.keys import TABLES
from orderctl.config.kinds import Scope
from orderctl.config.locations import address_of, read_locations
from orderctl.config.model import ChannelConfig, Config, LocationConfig, Privacy, Routing, Safety, Shop, Targets
from orderctl.config.reading import Reader
from orderctl.config.secrets import HOW_TO_WRITE, literals
from orderctl.config.shadows import apart, refuse_like_copies
from orderctl.core import stock
from orderctl.core.errors import ConfigError, Finding
from orderctl.core.places import ChannelFacts, Places
from orderctl.core.toml import LARGEST_FILE, Toml, parse


def load(path: Path, *, adapters: bool = True) -> Config:
    """The configuration in the file at `path`.

    With `adapters` false, a channel or way of a type that is not installed is taken as it is: for commands that open
    none. ConfigError holds everything that is wrong, in the order of the file.
    """
    toml = parse(_content(path), str(path))
    reader = Reader(toml, _scope(toml, path.parent))
    config = _config(reader, path, adapters=adapters)
    for place in literals(toml.data):
        reader.refuse(LITERAL_SECRET, "holds a secret itself", place, HOW_TO_WRITE)
    if reader.findings:
        raise ConfigError(
            sorted(reader.findings, key=lambda finding: (finding.file != toml.file, finding.file, finding.line))
        )
    return config


def further_locations(path: Path, config: Config) -> dict[str, LocationConfig]:
    """The `[location.NAME]` tables of another file, read as those of `config`; their adapters are not looked at.

    ConfigError when the file holds anything else, nothing at all, or a location that `config` has.
    """
    toml = parse(_content(path), str(path))
    reader = Reader(toml, Scope(path.parent, config.places.currency, config.places.timezone))
    for name in toml.data:
        if name != "location":
            reader.refuse(UNKNOWN_KEY, "has no place here", (name,), "the file holds [location.NAME] tables only")
    found = read_locations(reader, toml.data.get("location", {}), adapters=False)
    for name in found:
        if name in config.partners:
            words = "is in channels.toml already"
            reader.refuse(WRONG_VALUE, words, ("location", name), "give it another name")
    if not found and not reader.findings:
        raise ConfigError([Finding(WRONG_VALUE, "names no location", str(path), hint="write [location.NAME]")])
    if reader.findings:
        raise ConfigError(reader.findings)
    return found


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        finding = Finding(
            NO_FILE,
            "there is no such file",
            str(path),
            hint="name it with -c FILE, go to its folder, or make one: orderctl init",
        )
        raise ConfigError([finding]) from None
    except OSError as error:
        raise ConfigError([Finding(NO_FILE, f"cannot be read: {error.strerror}", str(path))]) from None


def _scope(toml: Toml, base: Path) -> Scope:
    """What other values are read by; what is wrong with it is told when the file is read."""
    first = {name: toml.data[name] for name in ("currency", "timezone") if name in toml.data}
    values = Reader(toml, Scope(base)).table("file", first, ())
    return Scope(base, values["currency"], values["timezone"])


def _config(reader: Reader, path: Path, *, adapters: bool) -> Config:
    values = reader.table("file", reader.toml.data, ())
    locations, shadows = apart(reader, read_locations(reader, values["location"], adapters=adapters))
    known = {name: config.location for name, config in locations.items()}
    channels = read_channels(reader, values["channel"], known, adapters=adapters)
    if shadows:
        refuse_like_copies(reader, channels)
    carriers = read_carriers(reader, values["carrier"])
    services = read_services(reader, carriers, known)
    packages = read_packages(reader, values["package"])
    notify = reader.named(values["notify"], ("notify",), TABLES["notify"].title)
    routing = _routing(values["routing"])
    safety = values["safety"]
    return Config(
        file=path,
        database=values["database"],
        rules=values["rules"],
        places=Places(
            currency=values["currency"],
            timezone=values["timezone"],
            channels={name: _facts(channel) for name, channel in channels.items()},
            locations=known,
            services=services,
            packages=tuple(packages),
            notify=tuple(notify),
            rates=_rates(reader),
            split_cost_minor=routing.split_cost_minor,
            duplicate_window_s=routing.duplicate_window_s,
        ),
        channels=channels,
        locations=locations,
        carriers={name: table["tracking_url"] or "" for name, table in carriers.items()},
        packages=packages,
        routing=routing,
        safety=Safety(
            *(safety["max_push_per_run"], safety["max_stock_drop"], safety["max_stock_rise"]),
            *(safety["max_time"], safety["max_time_each"], safety["late_after"], safety["network_store"]),
        ),
        stock_reasons=_reasons(reader, values["stock"]["reasons"]),
        notify=notify,
        **{name: _raw(reader, name) for name in ("smtp", "helpdesk", "heartbeat")},
        targets=Targets(**values["targets"]),
        source=reader.toml,
        shop=_shop(values["shop"]),
        privacy=Privacy(values["privacy"]["keep"], values["privacy"]["raw_payloads"]),
        shadows=shadows,
    )


def _facts(channel: ChannelConfig) -> ChannelFacts:
    return ChannelFacts(channel.name, channel.type, channel.short, channel.live_from, channel.push)


def _routing(values: Mapping[str, Any]) -> Routing:
    names = ("strategy", "max_age", "duplicate_window", "split_cost", "hold_missing_customs", "short_cost", "max_time")
    return Routing(*(values[name] for name in names))


def _shop(values: Mapping[str, Any]) -> Shop:
    stated = {name: values[name] or "" for name in ("name", "email", "tax_id")}
    return Shop(address=address_of(values["address"]), **stated)


def _raw(reader: Reader, name: str) -> Mapping[str, Any]:
    written = reader.toml.data.get(name)
    return written if isinstance(written, dict) else {}


def _rates(reader: Reader) -> dict[str, str]:
    """Exchange rates into the file's currency, by currency."""
    rates = {}
    for currency, written in _raw(reader, "rates").items():
        place = ("rates", currency)
        code = reader.value("currency", currency, place)
        if code == reader.scope.currency:
            reader.refuse(WRONG_VALUE, "is the currency of the file; it is worth 1", place)
        rate = reader.value("rate", written, place)
        if code and rate:
            rates[code] = rate
    return rates


def _reasons(reader: Reader, written: tuple[str, ...]) -> tuple[str, ...]:
    for index, reason in enumerate(written):
        if reason in stock.REASONS or reason in written[:index]:
            words = f"'{reason[:40]}' is a reason already"
            reader.refuse(WRONG_VALUE, words, ("stock", "reasons", index))
    return written
