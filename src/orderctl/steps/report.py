"""What a step did, for a person and for a program."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from orderctl.core import money
from orderctl.core.errors import Exit, worst


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that did not go as asked: whom it is about, why, and the command to type next."""

    code: str
    subject: str
    message: str
    next: str = ""
    exit: Exit = Exit.ATTENTION


#: How many rows a report keeps: a pass over a million orders must not hold them all.
MOST_ITEMS = 10_000


@dataclass(slots=True)
class Together:
    """What deciding many orders together came to. Amounts are minor units of `currency`, as batches compare them.

    `orders` were decided, `asked` of them had ways to choose from. `bound_minor` is what no other choice could have
    gone below, None where that is not known; `fell_back` counts orders for which one by one stood after all.
    """

    currency: str
    orders: int = 0
    asked: int = 0
    changed: int = 0
    missed: int = 0
    fell_back: int = 0
    short: int = 0  # units
    short_alone: int = 0
    cost_minor: int = 0
    alone_minor: int = 0
    bound_minor: int | None = 0
    finished: bool = True

    @property
    def gap_percent(self) -> Decimal | None:
        """How far above the bound the cost is at most, in percent with two places; None where nobody knows."""
        if self.bound_minor is None or self.bound_minor <= 0:
            return None
        return (Decimal(self.cost_minor - self.bound_minor) * 100 / self.bound_minor).quantize(Decimal("0.01"))

    def to_json(self) -> dict[str, Any]:
        """The shape of `--json`."""
        gap, bound = self.gap_percent, self.bound_minor
        return {
            "orders": self.orders,
            "asked": self.asked,
            "changed": self.changed,
            "fell_back": self.fell_back,
            "short": self.short,
            "short_one_by_one": self.short_alone,
            "cost": money.to_text(self.cost_minor, self.currency),
            "cost_one_by_one": money.to_text(self.alone_minor, self.currency),
            "bound": None if bound is None else money.to_text(bound, self.currency),
            "gap_percent": None if gap is None else str(gap),
            "currency": self.currency,
            "finished": self.finished,
        }


@dataclass(slots=True)
class Report:
    """One step's outcome. `items` are what it did, one row each; beyond `MOST_ITEMS` orders are only counted."""

    step: str
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[Trouble] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    together: Together | None = None  # of a step that decided many orders together

    def count(self, name: str, number: int = 1) -> None:
        """`number` more of `name`."""
        if number:
            self.counts[name] = self.counts.get(name, 0) + number

    def has_room(self) -> bool:
        """Whether one more row about an order is kept; if not, it is counted."""
        if len(self.items) < MOST_ITEMS:
            return True
        self.count("not listed")
        return False

    def problem(self, code: str, subject: str, message: str, *, next: str = "", exit: Exit = Exit.ATTENTION) -> None:  # noqa: A002
        """Something needs a person, or could not be completed."""
        self.problems.append(Trouble(code, subject, message, next, exit))

    @property
    def exit(self) -> Exit:
        """The code this step alone would exit with."""
        return worst(problem.exit for problem in self.problems)

    def to_json(self) -> dict[str, Any]:
        """The shape of `--json`."""
        return {
            "step": self.step,
            "exit_code": int(self.exit),
            "counts": self.counts,
            "problems": [
                {"code": one.code, "subject": one.subject, "message": one.message, "next": one.next}
                for one in self.problems
            ],
            "items": self.items,
            **({"together": self.together.to_json()} if self.together else {}),
        }
