"""Labels of packages: what stands on one, what stood there before, and what a row may say of it anew.

1. another carrier, service or date under the same number is what holds from then on; the old words are kept
2. what was said before does not come back by being said again
3. a row about a number that a parcel had before only fills what nobody has said since
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from orderctl.core.confirmations import Confirmation
from orderctl.core.plans import Problem


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on a parcel: its number, who carries it and how, when it left. Empty = nobody said."""

    tracking_number: str
    carrier: str = ""
    service: str = ""
    shipped_at: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A parcel's label as it stands, and what it was before, oldest first. `voided` = the label was withdrawn."""

    label: Label
    before: tuple[Label, ...] = ()
    voided: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be written down about a known parcel: its label now, and those that it had meanwhile.

    `absorbed` are packages without contents that turned out to be this one.
    """

    label: Label
    before: tuple[Label, ...] = ()
    voided: bool = False
    absorbed: tuple[str, ...] = ()


class Parcel:
    """One parcel while rows are read. `stored` is the number it was known under, None for one that is new."""

    def __init__(self, known: Known, stored: str | None = None) -> None:
        self.stored = stored
        self.label = known.label
        self.past = list(known.before)
        self.withdrawn: Confirmation | None = None
        self.voided = known.voided
        self.absorbed: list[str] = []
        self._known = known
        self._is_inherited = False  # the label is still that of the number before

    @property
    def number(self) -> str:
        """Its number now."""
        return self.label.tracking_number

    def is_replay(self, number: str, replaces: str) -> bool:
        """Whether it went from `replaces` to `number` once already."""
        numbers = [label.tracking_number for label in (*self.past, self.label)]
        return (replaces, number) in pairwise(numbers)

    @property
    def is_known_long(self) -> bool:
        """Whether it had other labels when it was known already."""
        return bool(self._known.before)

    def rename(self, number: str) -> None:
        """It has another number from now on; whatever else its label said holds until something is said anew."""
        self.past.append(self.label)
        self.label = replace(self.label, tracking_number=number)
        self.voided = False
        self._is_inherited = True

    def say(self, stated: Label) -> None:
        """A row about its number now states this."""
        old = [label for label in self.past if label.tracking_number == self.number]
        if not self._is_inherited and any(_is_of(stated, label) for label in old):
            return
        now = _merged(self.label, stated)
        if not self._is_inherited and _contradicts(now, self.label):
            self.past.append(self.label)
        self.label = now
        self._is_inherited = False

    def fill(self, stated: Label) -> None:
        """A row about a number that it had before states this: what nobody has said since is taken."""
        for at, label in enumerate(self.past):
            if at >= len(self._known.before) and label == Label(stated.tracking_number):
                self.past[at] = stated
        is_same = not (self.label.carrier and stated.carrier) or same(self.label.carrier, stated.carrier)
        self.label = replace(
            self.label,
            carrier=self.label.carrier or stated.carrier,
            service=self.label.service or (stated.service if is_same else ""),
            shipped_at=self.label.shipped_at or stated.shipped_at,
        )

    def change(self) -> Change | None:
        """What is to be written down about it; None when nothing is."""
        before = tuple(self.past[len(self._known.before) :])
        if (self.label, before, self.voided, self.absorbed) == (self._known.label, (), self._known.voided, []):
            return None
        return Change(self.label, before, self.voided, tuple(self.absorbed))

    def withdrawal(self, reference: str) -> Problem | None:
        """What a person has to know, if its label was withdrawn just now."""
        if not self.voided or self.withdrawn is None:
            return None
        said = f"{reference}: the label of package {self.number or 'without number'} was withdrawn"
        why = f": {self.withdrawn.reason}" if self.withdrawn.reason else ""
        return problem("label_voided", said + why, self.withdrawn)


def problem(code: str, message: str, row: Confirmation) -> Problem:
    """A problem of what `row` says."""
    return Problem(code, f"{message} ({row.where})" if row.where else message)


def label_of(row: Confirmation) -> Label:
    """The label that a row states."""
    return Label(row.tracking_number, row.carrier, row.service, row.at)


def same(one: str, other: str) -> bool:
    """Whether two names of a carrier or a service are the same."""
    return one.strip().casefold() == other.strip().casefold()


def _merged(label: Label, stated: Label) -> Label:
    """`label` with what is stated. A service is one of its carrier: another carrier ends it."""
    carrier = label.carrier if not stated.carrier or same(label.carrier, stated.carrier) else stated.carrier
    kept = label.service if carrier == label.carrier or not label.carrier else ""
    service = kept if not stated.service or same(kept, stated.service) else stated.service
    return replace(label, carrier=carrier, service=service, shipped_at=stated.shipped_at or label.shipped_at)


def _contradicts(now: Label, label: Label) -> bool:
    """Whether `now` says something else; what nobody had said before is no other thing."""
    return any(old and not same(new, old) for new, old in _pairs(now, label))


def _is_of(stated: Label, label: Label) -> bool:
    """Whether a row that states this may be of when the parcel had `label`: they agree in all that both say."""
    both = [same(said, had) for said, had in _pairs(stated, label) if said and had]
    return bool(both) and all(both)


def _pairs(one: Label, other: Label) -> Iterator[tuple[str, str]]:
    fields = (one.carrier, other.carrier), (one.service, other.service), (one.shipped_at, other.shipped_at)
    return iter(fields)
