"""Corrections of packages: which rows give a parcel another number or carrier, and which withdraw its label.

1. a row that names the number it `replaces` gives that parcel its own number, whichever of the two came first
2. of a shipment that has left whole in one parcel, the very same units under one other number are that parcel again
3. another carrier, service or date under the same number is what holds from then on
4. what was said before does not come back by being said again: a number, carrier or date that a parcel once had is old
5. the rows are handed on as if they had always spoken of each parcel by the label it has now
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from orderctl.core.confirmations import Confirmation
from orderctl.core.labels import Change, Known, Label, Parcel, label_of, problem, same
from orderctl.core.plans import Problem

if TYPE_CHECKING:
    from orderctl.core.answers import Asked


@dataclass(frozen=True, slots=True)
class Settled:
    """What corrections leave to be read: the shipment with its parcels by their numbers now, and rows that use those.

    `changes` are of known parcels, by the number they were known under; `new` of new ones, by their number now.
    """

    asked: Asked
    rows: Sequence[Confirmation]
    changes: Mapping[str, Change] = field(default_factory=dict)
    new: Mapping[str, Change] = field(default_factory=dict)
    problems: Sequence[Problem] = ()


def settle(asked: Asked, rows: Sequence[Confirmation]) -> Settled:
    """What `rows`, all about one shipment, correct, and what is left of them to be read. Pure."""
    if not asked.packages and _is_plain(rows):
        return Settled(asked, rows)
    reading = _Parcels(asked)
    shipped = [row for row in rows if row.kind == "shipped" and row.tracking_number]
    for row in shipped:
        if row.replaces not in {"", row.tracking_number}:
            reading.rename(row)
    for row in rows:
        if row.kind == "voided":
            reading.withdraw(row, shipped)
    rows = reading.same_again(rows, shipped)
    for is_old in (False, True):
        for row in shipped:
            parcel = reading.named(row.tracking_number)
            if is_old is (parcel.number != row.tracking_number):
                (parcel.fill if is_old else parcel.say)(label_of(row))
    return reading.settled(rows)


def _is_plain(rows: Sequence[Confirmation]) -> bool:
    """Whether nothing can be corrected: every number comes with one label, and no row speaks of another number."""
    labels: dict[str, Label] = {}
    return all(
        row.kind != "voided"
        and not row.replaces
        and labels.setdefault(row.tracking_number, label_of(row)) == label_of(row)
        for row in rows
    )


class _Parcels:
    """The parcels of one shipment while rows are read, by every number that they have or had."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._by: dict[str, Parcel] = {}
        self._problems: list[Problem] = []
        known = {number: asked.labels.get(number) or Known(Label(number)) for number in asked.packages}
        parcels = {number: Parcel(one, number) for number, one in known.items()}
        for number, one in known.items():
            self._by |= {label.tracking_number: parcels[number] for label in one.before}
        self._by |= parcels

    def named(self, number: str) -> Parcel:
        """The parcel that has or had this number; a new one if there is none."""
        if number not in self._by:
            self._by[number] = Parcel(Known(Label(number)))
        return self._by[number]

    def rename(self, row: Confirmation) -> None:
        """A row says which number its own one replaces."""
        number, replaces = row.tracking_number, row.replaces
        parcel, old = self._by.get(number), self._by.get(replaces)
        if old is None:
            parcel = self.named(number)
            parcel.past.append(Label(replaces))
            self._by[replaces] = parcel
        elif parcel is None:
            old.rename(number)
            self._by[number] = old
        elif old is parcel:
            if parcel.number == replaces and not parcel.is_replay(number, replaces):
                parcel.rename(number)
        elif self._is_bare(parcel):
            self._absorb(old, parcel)
            old.rename(number)
        elif self._is_bare(old):
            self._absorb(parcel, old)
            parcel.past.append(old.label)
        else:
            said = f"{row.reference}: {number} is to replace {replaces}, and both are known with units of their own"
            self._problems.append(problem("package_changed", said, row))

    def withdraw(self, row: Confirmation, shipped: Sequence[Confirmation]) -> None:
        """The label of a parcel does not hold any more, and there is no other one yet."""
        if any(one.tracking_number == row.tracking_number for one in shipped):
            self.named(row.tracking_number)
        parcels = list(self._every())
        parcel = self._by.get(row.tracking_number)
        if not row.tracking_number and len(parcels) == 1:
            parcel = parcels[0]
        if parcel is None:
            said = f"{row.reference}: the label {row.tracking_number or 'of no number'} is void, and no package has it"
            self._problems.append(problem("contradiction", said, row))
        elif not parcel.voided and row.tracking_number in {"", parcel.number}:
            parcel.voided, parcel.withdrawn = True, row

    def same_again(self, rows: Sequence[Confirmation], shipped: list[Confirmation]) -> Sequence[Confirmation]:
        """`rows` once the one unknown number under which the same units come again was understood, if there is one.

        `shipped` are the rows among them that have a number.
        """
        parcel = self._left_whole()
        unknown = {row.tracking_number for row in shipped if row.tracking_number not in self._by}
        its_rows = [row for row in shipped if row.tracking_number in unknown]
        if len(unknown) != 1 or parcel is None or not self._are(its_rows, self._units(parcel)):
            return rows
        stated = max(row.at for row in its_rows)
        if stated and stated < parcel.label.shipped_at:  # said later, but it left earlier: nobody can know which holds
            others = [row for row in rows if row not in its_rows]
            return [*others, replace(its_rows[0], line_id="", sku="", quantity=0)]
        (number,) = unknown
        parcel.rename(number)
        self._by[number] = parcel
        return rows

    def settled(self, rows: Sequence[Confirmation]) -> Settled:
        """What is left to be read."""
        changes: dict[str, Change] = {}
        new: dict[str, Change] = {}
        packages: dict[str, Mapping[int, int]] = {}
        for parcel in self._every():
            change, problem = parcel.change(), parcel.withdrawal(self._asked.reference)
            self._problems += [problem] if problem else []
            if parcel.stored is not None:
                packages[parcel.number] = self._units(parcel)
                changes |= {parcel.stored: change} if change else {}
            elif change:
                new[parcel.number] = change
        arrived = frozenset(one.number for one in self._every() if one.stored in self._asked.delivered)
        asked = replace(self._asked, packages=packages, delivered=arrived)
        return Settled(asked, list(self._rewritten(rows)), changes, new, self._problems)

    def _rewritten(self, rows: Iterable[Confirmation]) -> Iterator[Confirmation]:
        """Rows about parcels as they are called now; what is only said again of the same lines is left out."""
        spoken: dict[tuple[Parcel, int], Confirmation] = {}
        for row in rows:
            parcel = self._by.get(row.tracking_number)
            if row.kind == "voided":
                continue
            if parcel is None or not row.tracking_number:
                yield row
                continue
            about = parcel.label
            told = replace(row, tracking_number=about.tracking_number, replaces="")
            if row.kind != "shipped":
                yield told
                continue
            is_whole = not (row.line_id or row.sku) and row.quantity is None
            lines = {(parcel, line.line_id) for line in self._asked.lines_of(row)}
            again = any(_is_otherwise(row, spoken[line]) for line in lines if line in spoken)
            if again or (row.replaces and is_whole and parcel.stored is not None):
                continue
            spoken |= dict.fromkeys(lines, row)
            yield replace(told, carrier=about.carrier, service=about.service, at=about.shipped_at)

    def _left_whole(self) -> Parcel | None:
        """The one parcel in which everything has left; of several the one whose label was withdrawn."""
        lines = self._asked.lines
        if self._asked.state != "shipped" or any(line.packed + line.short != line.quantity for line in lines):
            return None
        parcels = [one for one in self._every() if self._units(one)]
        voided = [one for one in parcels if one.voided]
        if voided:
            return voided[0] if len(voided) == 1 else None
        packed = {line.line_id: line.packed for line in lines if line.packed}
        return parcels[0] if len(parcels) == 1 and dict(self._units(parcels[0])) == packed else None

    def _are(self, rows: Sequence[Confirmation], units: Mapping[int, int]) -> bool:
        """Whether `rows` speak of just these units; rows that come twice may be the same ones."""
        rows = [row for row in rows if row.line_id or row.sku not in self._asked.added or self._asked.lines_of(row)]
        once = list(dict.fromkeys(replace(row, where="") for row in rows))
        return self._is_sum(rows, units) or self._is_sum(once, units)

    def _is_sum(self, rows: Sequence[Confirmation], units: Mapping[int, int]) -> bool:
        left = dict(units)
        for row in rows:
            lines = [line.line_id for line in self._asked.lines_of(row) if line.line_id in units]
            wanted = sum(left[line] for line in lines) if row.quantity is None else row.quantity
            for line in lines:
                part = min(wanted, left[line])
                left[line] -= part
                wanted -= part
            if wanted or not lines:
                return False
        return bool(rows) and not any(left.values())

    def _absorb(self, parcel: Parcel, other: Parcel) -> None:
        """`other` has nothing but a number: it is the same parcel."""
        parcel.past += other.past
        parcel.absorbed += [*other.absorbed, *([other.stored] if other.stored is not None else [])]
        self._by |= {number: parcel for number, one in self._by.items() if one is other}

    def _is_bare(self, parcel: Parcel) -> bool:
        """Whether it is a number and nothing else."""
        return not self._units(parcel) and not parcel.is_known_long

    def _units(self, parcel: Parcel) -> Mapping[int, int]:
        return {} if parcel.stored is None else self._asked.packages[parcel.stored]

    def _every(self) -> Iterable[Parcel]:
        return dict.fromkeys(self._by.values())


def _is_otherwise(row: Confirmation, other: Confirmation) -> bool:
    """Whether two rows about one line of one parcel give it another number or carrier: the later says it again."""
    carriers = row.carrier and other.carrier and not same(row.carrier, other.carrier)
    return bool(carriers) or row.tracking_number != other.tracking_number
