"""What a step did, for a person and for a program."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

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
class Report:
    """One step's outcome. `items` are what it did, one row each; beyond `MOST_ITEMS` orders are only counted."""

    step: str
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[Trouble] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)

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
        }
