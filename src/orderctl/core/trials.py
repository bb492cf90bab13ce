"""What a location in shadow made of the copies it was handed.

1. the answers about a copy are read by the code that reads those of locations that ship (`core.part_answers`)
2. each copy is looked at by itself: whether and when it was answered, shipped, rejected, what was shipped of it
3. `verdict` adds them up and holds them against the targets; a share of nothing is never good enough
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from orderctl.core import carriers, part_answers, tracking_numbers, workdays
from orderctl.core.answers import Answer, Asked
from orderctl.core.confirmations import Confirmation
from orderctl.core.places import Location

#: Problems of an answer that the partner has to mend: it says something about what it was not asked.
_NOT_UNDERSTOOD = ("unknown_line", "contradiction", "partial_kit")
_DONE = ("shipped", "delivered")
#: States of copies that the location surely has, or had.
HANDED = ("dispatched", "acknowledged", "rejected", "shipped")
_LOST = ("uncertain", "sending")


@dataclass(frozen=True, slots=True)
class Said:
    """One answer, and when we read it."""

    at: str
    row: Confirmation


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of a shipment. `handed_at` is empty until it was taken or refused; `planned` is the carrier."""

    copy_id: int
    state: str
    reason: str
    made_at: str
    handed_at: str
    planned: str
    asked: Asked
    answers: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a location is measured. `own` are carriers of the configuration; None = no limit."""

    location: Location
    now: str
    acknowledge_within_s: int | None
    ship_within_s: int
    own: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """One tracking number: `right`, `unknown` (of no form that is known) or `wrong`, and why."""

    reference: str
    carrier: str
    number: str
    verdict: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of a shipment that was shipped otherwise than asked, in units."""

    reference: str
    sku: str
    asked: int
    shipped: int
    short: int


@dataclass(slots=True)
class Share:
    """How many of how many."""

    good: int = 0
    of: int = 0

    def add(self, *, good: bool) -> None:
        """One more."""
        self.of += 1
        self.good += good

    def reaches(self, percent: str) -> bool:
        """Whether it is at least `percent`, a decimal text. A share of nothing is not."""
        return self.of > 0 and self.good * 100 >= Decimal(percent) * self.of

    @property
    def percent(self) -> str:
        """`97.9`, rounded down, so that 100.0 is only said of all; empty for a share of nothing."""
        return f"{self.good * 1000 // self.of // 10}.{self.good * 1000 // self.of % 10}" if self.of else ""


@dataclass(slots=True)
class Trial:
    """All that was seen. `reasons` are why shipments were not taken, `shorts` why units were short, with how many."""

    states: dict[str, int] = field(default_factory=dict)
    days: set[str] = field(default_factory=set)
    taken: Share = field(default_factory=Share)
    acknowledged: Share = field(default_factory=Share)
    shipped: Share = field(default_factory=Share)
    understood: Share = field(default_factory=Share)
    units: Share = field(default_factory=Share)
    tracking: Share = field(default_factory=Share)
    reasons: dict[str, int] = field(default_factory=dict)
    shorts: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


def read(copy: Copy, until: str = "") -> Answer:
    """What the answers about `copy` make of it, all of them or those read up to the moment `until`."""
    return part_answers.read(copy.asked, [said.row for said in copy.answers if not until or said.at <= until])


def state_of(copy: Copy) -> str:
    """The state of `copy` after what was said about it."""
    if copy.state not in HANDED:
        return copy.state
    state = read(copy).state
    return "shipped" if state in _DONE else state


def look(copies: Iterable[Copy], terms: Terms) -> Trial:
    """What was seen of `copies`."""
    trial = Trial()
    for copy in copies:
        trial.states[copy.state] = trial.states.get(copy.state, 0) + 1
        if copy.state == "waiting":
            continue
        is_taken = copy.state in HANDED and copy.state != "rejected"
        trial.taken.add(good=is_taken)
        answer = read(copy)
        if not is_taken:
            why = copy.reason or answer.reason or ("nobody knows whether it has it" if copy.state in _LOST else "")
            _count(trial.reasons, why)
        if copy.handed_at and copy.state in HANDED:
            trial.days.add(workdays.local(terms.location, copy.handed_at).date().isoformat())
            _times(trial, copy, terms)
            _contents(trial, copy, answer, terms)
    return trial


def _times(trial: Trial, copy: Copy, terms: Terms) -> None:
    answered = copy.answers[0].at if copy.answers else ""
    if terms.acknowledge_within_s is not None:
        _in_time(trial.acknowledged, answered, _deadline(copy, terms, terms.acknowledge_within_s), terms.now)
    if copy.state != "rejected":
        moments = dict.fromkeys(said.at for said in copy.answers)
        shipped = next((at for at in moments if read(copy, at).state in _DONE), "")
        _in_time(trial.shipped, shipped, _deadline(copy, terms, terms.ship_within_s), terms.now)


def _deadline(copy: Copy, terms: Terms, seconds: int) -> str:
    return workdays.after(terms.location, copy.handed_at, seconds)


def _in_time(share: Share, done: str, deadline: str, now: str) -> None:
    """Whether something was done by its deadline; what still has time is not counted."""
    if done or deadline <= now:
        share.add(good=bool(done) and done <= deadline)


def _contents(trial: Trial, copy: Copy, answer: Answer, terms: Terms) -> None:
    wrong = [problem.message for problem in answer.problems if problem.code in _NOT_UNDERSTOOD]
    trial.problems += wrong
    trial.understood.of += len(copy.answers)
    trial.understood.good += max(0, len(copy.answers) - len(wrong))
    for said in copy.answers:
        if said.row.kind == "short":
            _count(trial.shorts, said.row.reason)
    for package in answer.packages.values():
        if package.tracking_number:
            one = _number(copy, package.carrier, package.tracking_number, terms)
            trial.numbers.append(one)
            trial.tracking.add(good=one.verdict != "wrong")
    if answer.state in _DONE:
        apart = list(_differences(copy, answer))
        trial.differences += apart
        trial.units.add(good=not apart)


def _number(copy: Copy, stated: str, number: str, terms: Terms) -> Number:
    told = tracking_numbers.carrier_of(stated, number, copy.planned, terms.own).carrier
    why = tracking_numbers.contradiction(told, number)
    verdict = "wrong" if why else "right" if tracking_numbers.fits(told, number) else "unknown"
    return Number(copy.asked.reference, carriers.title(told) if told else "", number, verdict, why)


def _differences(copy: Copy, answer: Answer) -> Iterable[Difference]:
    for line in copy.asked.lines:
        packed = [one.lines[line.line_id] for one in answer.packages.values() if line.line_id in one.lines]
        shipped = sum(one.quantity + one.overshipped for one in packed)
        if shipped != line.quantity:
            short = answer.short.get(line.line_id, 0)
            yield Difference(copy.asked.reference, line.sku, line.quantity, shipped, short)


def _count(found: dict[str, int], why: str) -> None:
    why = why or "no reason was given"
    found[why] = found.get(why, 0) + 1


@dataclass(frozen=True, slots=True)
class Judged:
    """One target: what was wanted and found, and whether that is `ok`, `missed` or `not asked`."""

    target: str
    wanted: str
    found: str
    verdict: str


def verdict(trial: Trial, wanted: Mapping[str, object], stock: Share, *, asks: Callable[[str], bool]) -> list[Judged]:
    """Every target of `wanted` (`[targets]` by its keys) held against what was seen.

    `asks` says of a target whether it can be asked of this location at all: one that never answers is not late.
    """
    handed = sum(trial.states.get(state, 0) for state in HANDED)
    shares = {
        "taken": trial.taken,
        "acknowledged_in_time": trial.acknowledged,
        "shipped_in_time": trial.shipped,
        "answers_understood": trial.understood,
        "units_right": trial.units,
        "tracking_right": trial.tracking,
        "stock_right": stock,
    }
    judged = []
    for name, number in (("min_shipments", handed), ("min_days", len(trial.days))):
        least = wanted[name]
        assert isinstance(least, int)  # noqa: S101 - as the configuration reads it
        judged.append(Judged(name, str(least), str(number), "ok" if number >= least else "missed"))
    for name, share in shares.items():
        percent = wanted[name]
        found = f"{share.percent}% of {share.of}" if share.of else "of none"
        if percent is None or not Decimal(str(percent)) or not asks(name):
            judged.append(Judged(name, f"{percent}%" if percent else "", found, "not asked"))
        else:
            judged.append(Judged(name, f"{percent}%", found, "ok" if share.reaches(str(percent)) else "missed"))
    return judged


@dataclass(frozen=True, slots=True)
class Apart:
    """One SKU of which two locations have different units; None = it does not name it."""

    sku: str
    here: int | None
    there: int | None


def stock_apart(here: Mapping[str, int], there: Mapping[str, int]) -> tuple[Share, Sequence[Apart]]:
    """The share of SKUs that both have alike, and those they do not. `here` has a SKU without units as not at all."""
    share = Share()
    apart = []
    for sku in sorted({sku for sku, units in here.items() if units} | set(there)):
        same = sku in there and here.get(sku, 0) == there[sku]
        share.add(good=same)
        if not same:
            apart.append(Apart(sku, here.get(sku), there.get(sku)))
    return share, apart
