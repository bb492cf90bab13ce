"""Tracking: who carries a parcel, whether its number can be one of theirs, and where it can be followed.

1. a carrier that a location states gets its id; what nobody knows stays as it was written
2. where it states none, the plan says it if the number fits, else the number itself, else the plan
3. a number that its carrier cannot have given, or that parcels of two orders have, is told to a person and goes on
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from orderctl.config.model import Config
from orderctl.core import answers, carriers, part_answers, tracking_numbers
from orderctl.core.answers import Answer, Asked
from orderctl.core.confirmations import Confirmation
from orderctl.core.effects import Tracking
from orderctl.steps.context import Context
from orderctl.store import exceptions
from orderctl.store import tracking as labels
from orderctl.store.exceptions import Trouble

MISMATCH = "carrier_mismatch"
REUSED = "tracking_number_reused"


def read(ctx: Context, shipment: Asked, rows: Sequence[Confirmation], *, by_shelf: bool = True) -> Answer:
    """What `rows` make of a shipment, every parcel with its carrier.

    `by_shelf`: they speak of what was taken from the shelves, not of units of the order's lines.
    """
    understand = part_answers.read if by_shelf else answers.read
    answer = understand(shipment, [_with_id(ctx, row) for row in rows])
    unsaid = [package for package in answer.packages.values() if not package.carrier]
    if unsaid:
        planned = labels.planned(ctx.db, [shipment.shipment_id])[shipment.shipment_id]
        for package in unsaid:
            package.carrier = tracking_numbers.carrier_of("", package.tracking_number, planned).carrier
    return answer


def _with_id(ctx: Context, row: Confirmation) -> Confirmation:
    if not row.carrier:
        return row
    told = tracking_numbers.carrier_of(row.carrier, row.tracking_number, "", ctx.config.carriers)
    return replace(row, carrier=told.carrier, service=row.service or told.service)


def review(ctx: Context, settled: Iterable[tuple[Asked, Answer]]) -> None:
    """Tell of numbers that came with these answers and look wrong, inside the transaction that wrote them down."""
    touched = {shipment.shipment_id: shipment for shipment, _ in settled}
    stored = labels.labels(ctx.db, touched)
    fresh = [one for one in stored if one.tracking_number not in touched[one.shipment_id].packages]
    troubles = _mismatches(fresh)
    for number, references in labels.of_several_orders(ctx.db, [one.tracking_number for one in fresh]).items():
        message = f"tracking number {number} stands on parcels of different orders: {', '.join(sorted(references))}"
        newest = next(one for one in reversed(fresh) if one.tracking_number == number)
        troubles.append(Trouble(REUSED, number, message, newest.order_id))
    exceptions.raise_all(ctx.db, ctx.stamp, troubles)
    still = {trouble.subject for trouble in _mismatches(stored)}
    for reference in exceptions.open_subjects(ctx.db, MISMATCH, "") & {one.reference for one in touched.values()}:
        if reference not in still:
            exceptions.settle(ctx.db, ctx.stamp, MISMATCH, reference)


def _mismatches(found: Iterable[labels.Labeled]) -> list[Trouble]:
    """One for each shipment of which a number cannot be its carrier's."""
    troubles: dict[str, Trouble] = {}
    for one in found:
        why = tracking_numbers.contradiction(one.carrier, one.tracking_number)
        if why:
            trouble = Trouble(MISMATCH, one.reference, f"{one.reference}: {why}", one.order_id)
            troubles.setdefault(one.reference, trouble)
    return list(troubles.values())


def url(config: Config, carrier: str, number: str) -> str:
    """Where a parcel can be followed; empty when that is not known."""
    own = {carriers.canonical(name): page for name, page in config.carriers.items() if page}
    return carriers.tracking_url(carrier, number, own)


def to_follow(config: Config, packages: Iterable[Tracking]) -> list[Tracking]:
    """Packages as channels are told of them, each with the page where it can be followed."""
    return [replace(one, url=url(config, one.carrier, one.tracking_number)) for one in packages]


def with_pages(config: Config, shipments: Iterable[Mapping[str, Any]]) -> None:
    """Put into the packages of shipments, as they are shown, where each can be followed."""
    for shipment in shipments:
        for package in shipment["packages"]:
            package["url"] = url(config, package["carrier"], package["tracking_number"])
