"""What a location's answers make of a shipment: packages, units packed and short, its next state, what a person sees.

1. rows about one shipment are taken in their order, once they are settled of corrections (`core.corrections`)
2. a row that says what is known already changes nothing
3. units beyond what was asked are `overshipped` and an exception, never silently more
4. what cannot be shipped goes back to be routed elsewhere
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from orderctl.core import corrections
from orderctl.core.confirmations import Confirmation
from orderctl.core.labels import Change, Known, Label
from orderctl.core.plans import Problem


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One line of a shipment as it stands: units asked, packed so far, reported short so far.

    `parts` is what one unit of it takes from stock, empty where that is itself.
    """

    line_id: int
    channel_line_id: str
    sku: str
    quantity: int
    packed: int = 0
    short: int = 0
    parts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One shipment as it stands when an answer comes.

    `packages` is tracking number -> line_id -> units; `labels` is what stands on each of them, `delivered` the
    numbers of those that have arrived.
    """

    shipment_id: int
    order_id: int
    reference: str
    location: str
    state: str
    lines: tuple[AskedLine, ...]
    packages: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    added: frozenset[str] = frozenset()  # SKUs that rules put in beside what was ordered; they follow the first line
    labels: Mapping[str, Known] = field(default_factory=dict)
    delivered: frozenset[str] = frozenset()

    def lines_of(self, row: Confirmation) -> list[AskedLine]:
        """The lines a row speaks of; empty when it names one that was not asked for."""
        if row.line_id:
            named = [line for line in self.lines if line.channel_line_id == row.line_id]
            if named and (not row.sku or named[0].sku == row.sku):
                return named
        if row.sku:
            return [line for line in self.lines if line.sku == row.sku]
        return [] if row.line_id else list(self.lines)

    def knows(self, number: str) -> bool:
        """Whether a package has or had this number."""
        return number in self.packages or any(
            number == label.tracking_number for known in self.labels.values() for label in known.before
        )


@dataclass(slots=True)
class PackedUnits:
    """Units of one line in one package: `quantity` as asked, `overshipped` beyond that."""

    quantity: int = 0
    overshipped: int = 0


@dataclass(slots=True)
class NewPackage:
    """A package to record, or lines to add to one that is known. `lines` is line_id -> units, empty when unsaid.

    `before` is what its label said until now, oldest first; `voided` = it was withdrawn at once.
    """

    tracking_number: str
    carrier: str
    service: str
    shipped_at: str
    lines: dict[int, PackedUnits] = field(default_factory=dict)
    before: tuple[Label, ...] = ()
    voided: bool = False


@dataclass(slots=True)
class Answer:
    """What to write down for one shipment. `state` is the state after it, the old one when nothing changed.

    `changes` are of packages that are known, by the number they are known under. `delivered` are numbers, as they are
    after the changes, of packages that have arrived.
    """

    state: str
    changes: Mapping[str, Change] = field(default_factory=dict)
    packages: dict[str, NewPackage] = field(default_factory=dict)
    short: dict[int, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    reason: str = ""
    acknowledged: bool = False
    delivered: set[str] = field(default_factory=set)


_AWAITED = ("dispatched", "acknowledged", "cancel_requested")


class _Reading:
    """The running sums while rows are read."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.answer = Answer(asked.state)
        self.left = {line.line_id: _left(asked, line) for line in asked.lines}
        self.seen: set[Confirmation] = set()
        self.repeated: dict[tuple[str, tuple[int, ...]], list[Confirmation]] = {}
        self.said_short: dict[tuple[int, ...], int] = {}

    @property
    def is_awaited(self) -> bool:
        return self.answer.state in _AWAITED

    def problem(self, code: str, message: str, row: Confirmation) -> None:
        self.answer.problems.append(Problem(code, f"{message} ({row.where})" if row.where else message))

    def spread(self, lines: Sequence[AskedLine], units: int | None) -> dict[int, int]:
        """`units` (None = all) over what is left of `lines`, in their order: line_id -> units."""
        parts: dict[int, int] = {}
        for line in lines:
            left = self.left[line.line_id]
            part = left if units is None else min(units, left)
            if part > 0:
                parts[line.line_id] = part
                units = None if units is None else units - part
        return parts

    def package(self, row: Confirmation) -> NewPackage:
        """The package a row is about, as it is to be recorded."""
        number = row.tracking_number
        return self.answer.packages.setdefault(number, NewPackage(number, row.carrier, row.service, row.at))


def _left(asked: Asked, line: AskedLine) -> int:
    """Units of a line that no answer has spoken of yet; what was shipped after a cancellation counts, too."""
    told = sum(lines.get(line.line_id, 0) for lines in asked.packages.values())
    return max(0, line.quantity - line.short - max(line.packed, told))


def read(asked: Asked, rows: Sequence[Confirmation]) -> Answer:
    """What `rows`, all about this shipment, make of it. Pure."""
    settled = corrections.settle(asked, rows)
    reading = _Reading(settled.asked)
    for row in sorted(settled.rows, key=lambda row: row.kind == "delivered"):  # what has arrived has left before
        if row.sku in asked.added and not row.line_id and not reading.asked.lines_of(row):
            continue
        if row.kind == "shipped":
            _shipped(reading, row)
        elif row.kind == "short" or (row.kind in {"rejected", "cancelled"} and (row.line_id or row.sku)):
            _short(reading, row)
        else:
            _whole(reading, row)
        reading.seen.add(replace(row, where=""))
    answer = _concluded(reading)
    answer.changes = settled.changes
    for number, change in settled.new.items():
        if number in answer.packages:
            answer.packages[number].before, answer.packages[number].voided = change.before, change.voided
    answer.problems += settled.problems
    return answer


def _whole(reading: _Reading, row: Confirmation) -> None:
    answer = reading.answer
    if row.kind == "acknowledged":
        if answer.state == "dispatched":
            answer.state = "acknowledged"
        answer.acknowledged = True
    elif row.kind == "delivered":
        _delivered(reading, row)
    elif answer.state not in {"cancelled", "rejected"}:
        _stopped(reading, row)


def _delivered(reading: _Reading, row: Confirmation) -> None:
    """A package has arrived; all of them where no number is stated."""
    number = row.tracking_number
    if reading.is_awaited and not _anything_packed(reading):  # nobody said that it has left, but it has
        _shipped(reading, row)
    if number and number not in {*reading.asked.packages, *reading.answer.packages}:
        reading.problem("contradiction", f"{row.reference}: {number} has arrived, and no package has this number", row)
    else:
        reading.answer.delivered.add(number)


def _stopped(reading: _Reading, row: Confirmation) -> None:
    """The location will not ship: by itself, or because it was asked not to."""
    answer = reading.answer
    packed = _anything_packed(reading)
    if packed and reading.is_awaited and any(reading.left.values()):
        _short(reading, replace(row, kind="short", quantity=None))  # the rest of it will not come
    elif answer.state == "cancel_requested":
        answer.state, answer.reason = "cancelled", row.reason
    elif answer.state in {"dispatched", "acknowledged"} and not packed:
        answer.state = "rejected"
        answer.reason = row.reason or ("cancelled by the location" if row.kind == "cancelled" else "")
    else:
        reading.problem("contradiction", f"{row.reference} is {row.kind} but it is {answer.state}", row)


def _anything_packed(reading: _Reading) -> bool:
    now = any(package.lines for package in reading.answer.packages.values())
    return now or any(reading.asked.packages.values()) or any(line.packed for line in reading.asked.lines)


def _short(reading: _Reading, row: Confirmation) -> None:
    """A number is how many units of these lines are short in all: what is said again is not short once more."""
    if not reading.is_awaited:
        return
    lines = reading.asked.lines_of(row)
    if not lines:
        reading.problem("unknown_line", f"{row.reference} has no line '{row.line_id or row.sku}'", row)
    units = row.quantity
    if units is not None:
        about = tuple(line.line_id for line in lines)
        said = reading.said_short[about] = reading.said_short.get(about, 0) + units
        units = max(0, min(units, said - sum(line.short for line in lines)))
    parts = reading.spread(lines, units)
    _mark_short(reading, parts)
    if reading.answer.state == "cancel_requested":
        return  # as it was asked to
    why = f": {row.reason}" if row.reason else ""
    for line in lines:
        if line.line_id in parts:
            message = f"{row.reference} ships {parts[line.line_id]} of {line.sku} less{why}"
            reading.problem("short_shipment", message, row)


def _mark_short(reading: _Reading, parts: Mapping[int, int]) -> None:
    for line_id, units in parts.items():
        reading.left[line_id] -= units
        reading.answer.short[line_id] = reading.answer.short.get(line_id, 0) + units


def _shipped(reading: _Reading, row: Confirmation) -> None:
    known = reading.asked.packages.get(row.tracking_number)
    lines = reading.asked.lines_of(row)
    if not lines:
        _unknown(reading, row, known)
        return
    again = [line for line in lines if line.line_id in (known or ())]
    if again:
        about = (row.tracking_number, tuple(line.line_id for line in again))
        reading.repeated.setdefault(about, []).append(row)
        if row.line_id or row.sku or row.quantity is not None:
            return
        lines = [line for line in lines if line not in again]
    parts = reading.spread(lines, row.quantity)
    more = 0 if row.quantity is None else row.quantity - sum(parts.values())
    if more and not parts and replace(row, where="") in reading.seen:
        return  # the same row once more
    for line_id, units in parts.items():
        _pack(reading, row, line_id, units)
    if more:
        _pack(reading, row, lines[0].line_id, more, beyond=True)
    if not parts and not more and row.tracking_number and known is None:
        _without_units(reading, row)


def _unknown(reading: _Reading, row: Confirmation, known: Mapping[int, int] | None) -> None:
    """A line that was not asked for; its parcel's number is kept all the same."""
    if known is None:
        if row.tracking_number:
            reading.package(row)
        name, number = row.line_id or row.sku, row.tracking_number or "none"
        reading.problem("unknown_line", f"{row.reference} has no line '{name}'; tracking number: {number}", row)


def _without_units(reading: _Reading, row: Confirmation) -> None:
    """One more parcel, and all units are in others already: its number is kept, whatever it means."""
    if row.tracking_number not in reading.answer.packages:
        reading.package(row)
        message = f"{row.reference}: package {row.tracking_number} comes after all units were packed in others"
        reading.problem("extra_package", message, row)


def _pack(reading: _Reading, row: Confirmation, line_id: int, units: int, *, beyond: bool = False) -> None:
    packed = reading.package(row).lines.setdefault(line_id, PackedUnits())
    if not beyond:
        reading.left[line_id] -= units
    if reading.is_awaited and not beyond:
        packed.quantity += units
        return
    packed.overshipped += units
    if reading.answer.state not in {"cancelled", "rejected"}:
        sku = next(line.sku for line in reading.asked.lines if line.line_id == line_id)
        reading.problem("overshipped", f"{row.reference} ships {units} of {sku} more than asked", row)


def _concluded(reading: _Reading) -> Answer:
    answer = reading.answer
    for (number, line_ids), rows in reading.repeated.items():
        _compare(reading, rows, sum(reading.asked.packages[number][line_id] for line_id in line_ids))
    shipped = any(package.lines for package in answer.packages.values())
    if shipped and answer.state in {"cancelled", "rejected", "cancel_requested"}:
        code = "shipped_after_cancel" if answer.state != "rejected" else "shipped_after_rejection"
        message = f"{reading.asked.reference} was {answer.state} and has shipped all the same"
        answer.problems.append(Problem(code, message))
    if answer.state == "cancelled" and shipped:
        answer.state = "shipped"
    elif reading.is_awaited and (shipped or answer.short) and not any(reading.left.values()):
        without = "cancelled" if answer.state == "cancel_requested" else "rejected"
        answer.state = "shipped" if _anything_packed(reading) else without
    _arrived(reading)
    return answer


def _arrived(reading: _Reading) -> None:
    """A shipment is delivered once all packages that hold something of it are."""
    answer, asked = reading.answer, reading.asked
    is_said = bool(answer.delivered)
    if "" in answer.delivered:
        answer.delivered = {*asked.packages, *answer.packages}
    holding = {number for number, lines in asked.packages.items() if lines}
    holding |= {number for number, package in answer.packages.items() if package.lines}
    if answer.state == "shipped" and (holding <= answer.delivered | asked.delivered if holding else is_said):
        answer.state = "delivered"
    answer.delivered -= asked.delivered


def _compare(reading: _Reading, rows: Sequence[Confirmation], units: int) -> None:
    """Rows about lines that stand in a package already: they should say what it holds, each or together."""
    stated = [row.quantity for row in rows if row.quantity is not None]
    if stated and sum(stated) != units and any(quantity != units for quantity in stated):
        row = rows[-1]
        skus = sorted({line.sku for line in reading.asked.lines_of(row)})
        message = (
            f"{row.reference}: package {row.tracking_number} was reported with {units} of {', '.join(skus)}, "
            f"now with {sum(stated)}"
        )
        reading.problem("package_changed", message, row)
