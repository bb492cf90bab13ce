"""What a decision wants: holds, shipments, backorders, problems. A value; nothing of it has happened yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hold:
    """A named reason why an order waits. `rule` is `stage/name`, or empty when orderctl itself holds it.

    `release_at` and `cancel_at` are moments, empty when the hold has no such end.
    """

    reason: str
    rule: str = ""
    release_at: str = ""
    cancel_at: str = ""
    helpdesk: bool = False


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """Units of one order line."""

    line_id: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class PlannedShipment:
    """What one location is to send. `options` carries package, insure_minor, signature, documents, notes and so on."""

    location: str
    lines: tuple[PlannedLine, ...]
    rules: tuple[str, ...] = ()
    service: str = ""  # "carrier:service", empty when no service rule took it
    not_before: str = ""
    priority: str = "normal"
    tags: tuple[str, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    cost_minor: int | None = None
    components: tuple[PlannedLine, ...] | None = None  # what it reserves where a line is a kit; None = its own lines

    @property
    def promised(self) -> tuple[PlannedLine, ...]:
        """The units of stock it reserves."""
        return self.lines if self.components is None else self.components

    @property
    def units(self) -> int:
        """How many units it holds."""
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class Backorder:
    """Units that wait for stock. `wait_until` is when `after_wait` comes into force, empty for never."""

    line_id: str
    sku: str
    quantity: int
    rule: str
    expected_at: str = ""
    wait_until: str = ""
    after_wait: str = "exception"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about an order that a person should see: an exception's code and its words."""

    code: str
    message: str
    line_id: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one decision wants for one order."""

    holds: tuple[Hold, ...] = ()
    rejected: str | None = None  # the text of the rejection; None = not rejected
    track_only: bool = False
    shipments: tuple[PlannedShipment, ...] = ()
    backorders: tuple[Backorder, ...] = ()
    cancelled: tuple[PlannedLine, ...] = ()
    problems: tuple[Problem, ...] = ()
    rules: tuple[str, ...] = ()  # "stage/name" of every rule that took part, in order
    observed: tuple[str, ...] = ()  # rules in observe mode that would have
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    assigned: str = ""
    priority: str = ""  # of the order's later decisions; empty = unchanged
    events: tuple[str, ...] = ()  # what the order's history should tell and nobody needs to act on
