"""What a location's answers make of a shipment: packages, units packed and short, its next state, what a person sees.

1. rows about one shipment are taken in their order
2. a row that says what is known already changes nothing
3. units beyond what was asked are `overshipped` and an exception, never silently more
4. what cannot be shipped goes back to be routed elsewhere
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orderctl.core.confirmations import Confirmation
from orderctl.core.plans import Problem


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One line of a shipment as it stands: units asked, packed so far, reported short so far."""

    line_id: int
    channel_line_id: str
    sku: str
    quantity: int
    packed: int = 0
    short: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """One shipment as it stands when an answer comes. `packages` is tracking number -> line_id -> units."""

    shipment_id: int
    order_id: int
    reference: str
    location: str
    state: str
    lines: tuple[AskedLine, ...]
    packages: Mapping[str, Mapping[int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class PackedUnits:
    """Units of one line in one package: `quantity` as asked, `overshipped` beyond that."""

    quantity: int = 0
    overshipped: int = 0


@dataclass(slots=True)
class NewPackage:
    """A package to record, or lines to add to one that is known. `lines` is line_id -> units."""

    tracking_number: str
    carrier: str
    service: str
    shipped_at: str
    lines: dict[int, PackedUnits] = field(default_factory=dict)


@dataclass(slots=True)
class Answer:
    """What to write down for one shipment. `state` is the state after it, the old one when nothing changed."""

    state: str
    packages: dict[str, NewPackage] = field(default_factory=dict)
    short: dict[int, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    reason: str = ""
    acknowledged: bool = False
    delivered: bool = False


_AWAITED = ("dispatched", "acknowledged", "cancel_requested")


class _Reading:
    """The running sums while rows are read."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.answer = Answer(asked.state)
        self.left = {line.line_id: line.quantity - line.packed - line.short for line in asked.lines}

    def problem(self, code: str, message: str, row: Confirmation) -> None:
        self.answer.problems.append(Problem(code, f"{message} ({row.where})" if row.where else message))

    def lines_of(self, row: Confirmation) -> list[AskedLine]:
        """The lines a row speaks of; empty when it names one that was not asked for."""
        if row.line_id:
            named = [line for line in self.asked.lines if line.channel_line_id == row.line_id]
            if named and (not row.sku or named[0].sku == row.sku):
                return named
        if row.sku:
            named = [line for line in self.asked.lines if line.sku == row.sku]
            with_units = [line for line in named if self.left[line.line_id] > 0]
            return (with_units or named)[:1]
        return [] if row.line_id else list(self.asked.lines)


def read(asked: Asked, rows: Sequence[Confirmation]) -> Answer:
    """What `rows`, all about this shipment, make of it. Pure."""
    reading = _Reading(asked)
    for row in rows:
        if row.kind == "shipped":
            _shipped(reading, row)
        elif row.kind == "short" or (row.kind == "rejected" and (row.line_id or row.sku)):
            _short(reading, row)
        else:
            _whole(reading, row)
    return _concluded(reading)


def _whole(reading: _Reading, row: Confirmation) -> None:
    answer = reading.answer
    if row.kind == "acknowledged":
        if answer.state == "dispatched":
            answer.state = "acknowledged"
        answer.acknowledged = True
    elif row.kind == "delivered":
        answer.delivered = True
    elif answer.state not in {"cancelled", "rejected"}:
        _stopped(reading, row)


def _stopped(reading: _Reading, row: Confirmation) -> None:
    """The location will not ship: by itself, or because it was asked not to."""
    answer = reading.answer
    if answer.state == "cancel_requested":
        answer.state, answer.reason = "cancelled", row.reason
    elif answer.state in {"dispatched", "acknowledged"} and not _anything_packed(reading):
        answer.state = "rejected"
        answer.reason = row.reason or ("cancelled by the location" if row.kind == "cancelled" else "")
    else:
        reading.problem("contradiction", f"{row.reference} is {row.kind} but it is {answer.state}", row)


def _anything_packed(reading: _Reading) -> bool:
    return bool(reading.answer.packages) or any(line.packed for line in reading.asked.lines)


def _short(reading: _Reading, row: Confirmation) -> None:
    if reading.answer.state not in _AWAITED:
        return
    lines = reading.lines_of(row)
    if not lines:
        reading.problem("unknown_line", f"{row.reference} has no line '{row.line_id or row.sku}'", row)
    wanted = row.quantity
    for line in lines:
        units = reading.left[line.line_id] if wanted is None else min(wanted, reading.left[line.line_id])
        if units > 0:
            reading.left[line.line_id] -= units
            reading.answer.short[line.line_id] = reading.answer.short.get(line.line_id, 0) + units
            why = f": {row.reason}" if row.reason else ""
            reading.problem("short_shipment", f"{row.reference} ships {units} of {line.sku} less{why}", row)


def _shipped(reading: _Reading, row: Confirmation) -> None:
    lines = reading.lines_of(row)
    if not lines:
        reading.problem("unknown_line", f"{row.reference} has no line '{row.line_id or row.sku}'", row)
        return
    known = reading.asked.packages.get(row.tracking_number, {})
    for line in lines:
        if line.line_id in known:
            if row.quantity is not None and row.quantity != known[line.line_id]:
                message = (
                    f"{row.reference}: package {row.tracking_number} was reported with {known[line.line_id]} of "
                    f"{line.sku}, now with {row.quantity}"
                )
                reading.problem("package_changed", message, row)
            continue
        left = reading.left[line.line_id]
        units = left if row.quantity is None else row.quantity
        if units > 0:
            _pack(reading, row, line, units, left)


def _pack(reading: _Reading, row: Confirmation, line: AskedLine, units: int, left: int) -> None:
    package = reading.answer.packages.setdefault(
        row.tracking_number, NewPackage(row.tracking_number, row.carrier, row.service, row.at)
    )
    packed = package.lines.setdefault(line.line_id, PackedUnits())
    expected = min(units, left) if reading.answer.state in _AWAITED else 0
    packed.quantity += expected
    packed.overshipped += units - expected
    reading.left[line.line_id] -= expected
    if units > expected and reading.answer.state in _AWAITED:
        reading.problem("overshipped", f"{row.reference} ships {units - expected} of {line.sku} more than asked", row)


def _concluded(reading: _Reading) -> Answer:
    answer = reading.answer
    if answer.packages and answer.state in {"cancelled", "rejected", "cancel_requested"}:
        code = "shipped_after_cancel" if answer.state != "rejected" else "shipped_after_rejection"
        message = f"{reading.asked.reference} was {answer.state} and has shipped all the same"
        answer.problems.append(Problem(code, message))
    if answer.state == "cancelled" and answer.packages:
        answer.state = "shipped"
    elif answer.state in _AWAITED and (answer.packages or answer.short) and not any(reading.left.values()):
        answer.state = "shipped" if _anything_packed(reading) else "rejected"
    if answer.delivered and answer.state == "shipped":
        answer.state = "delivered"
    return answer
