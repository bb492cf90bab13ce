"""`[carrier.NAME]` and `[package]`: what rules may name of how a parcel travels, and where it can be followed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from orderctl.config.findings import WRONG_VALUE, Refusal
from orderctl.config.keys import TABLES
from orderctl.config.model import Package
from orderctl.config.rates import read_rates
from orderctl.config.reading import Reader
from orderctl.core.places import Rate, Service


def read_carriers(reader: Reader, written: Any) -> dict[str, dict[str, Any]]:
    """The values of every carrier under its name."""
    carriers = {}
    for name, table in reader.named(written, ("carrier",), TABLES["carrier"].title).items():
        _refuse_colon(reader, name, ("carrier", name))
        carriers[name] = reader.table("carrier", table, ("carrier", name))
    return carriers


def read_services(
    reader: Reader, carriers: Mapping[str, Mapping[str, Any]], locations: Collection[str]
) -> dict[str, Service]:
    """Every service of `carriers` under its id, `carrier:service`, with its rates."""
    services: dict[str, Service] = {}
    for carrier, values in carriers.items():
        place = ("carrier", carrier)
        named = reader.named(values["services"], (*place, "services"), TABLES["service"].title)
        for name, row in named.items():
            here = (*place, "services", name)
            _refuse_colon(reader, name, here)
            service = _service(reader, carrier, name, reader.table("service", row, here), locations, values["needs"])
            services[service.id] = service
    return services


def read_packages(reader: Reader, written: Any) -> dict[str, Package]:
    """Every package under its name."""
    packages = {}
    for name, table in reader.named(written, ("package",), TABLES["package"].title).items():
        values = reader.table("package", table, ("package", name))
        packages[name] = Package(name, values["length"], values["width"], values["height"], values["tare"])
    return packages


def _service(
    reader: Reader,
    carrier: str,
    name: str,
    values: dict[str, Any],
    locations: Collection[str],
    needs: tuple[str, ...],
) -> Service:
    first, last = values["days"] or (None, None)
    return Service(
        carrier=carrier,
        name=name,
        days_min=first,
        days_max=last,
        max_weight_g=values["max_weight"],
        countries=values["countries"],
        po_box=values["po_box"],
        needs=needs,
        rates=_rates(reader, values["rates"], ("carrier", carrier, "services", name, "rates"), locations),
    )


def _rates(reader: Reader, path: Path | None, place: tuple[str, ...], locations: Collection[str]) -> tuple[Rate, ...]:
    if path is None:
        return ()
    try:
        rates, findings = read_rates(path, reader.scope.currency, locations)
    except Refusal as refusal:
        reader.refuse(refusal.code, str(refusal), place)
        return ()
    reader.findings.extend(findings)
    return rates


def _refuse_colon(reader: Reader, name: str, place: tuple[str, ...]) -> None:
    if ":" in name:
        reader.refuse(WRONG_VALUE, "has a ':' in its name; rules write carrier:service", place)
