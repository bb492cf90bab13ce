"""What a new version of an order changes, line by line.

Units once ordered are never forgotten: a smaller quantity cancels units, a larger one adds open ones. Units that were
cancelled here already are not cancelled once more when the channel says so, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from orderctl.core.orders import Line, Order
from orderctl.core.states import LineCounters


@dataclass(frozen=True, slots=True)
class LineChange:
    """What happens to one line: units added as open, cancelled where they wait, and still to be called back.

    `callback` units are at a location already, or may be; only its word cancels them.
    """

    line_id: str
    line: Line | None  # None = the channel no longer lists it
    added: int = 0
    cancelled: int = 0
    callback: int = 0


def wanted(order: Order, line: Line) -> int:
    """How many units of `line` the channel asks for: none of a cancelled order."""
    return 0 if order.cancelled_at else line.quantity


def to_ship(order: Order, line: Line) -> bool:
    """Whether this line is ours to ship: physical, not fulfilled by the channel itself, not taken in the shop."""
    ours = line.requires_shipping and line.fulfilled_by == "merchant" and order.fulfilled_by == "merchant"
    return ours and not taken_in_shop(order)


def taken_in_shop(order: Order) -> bool:
    """Whether the customer left the shop with the goods: sold at a till, with no address to send anything to."""
    return order.source == "pos" and order.ship_to is None


def line_changes(old: Order, new: Order, have: Mapping[str, LineCounters]) -> tuple[LineChange, ...]:
    """What the difference between two versions does to the lines as they stand (`have`, nothing planned any more).

    Only the difference counts: units that a person or a rule cancelled stay cancelled when the channel changes a note.
    """
    before = {line.id: wanted(old, line) for line in old.lines}
    lines = {line.id: line for line in new.lines}
    changes = []
    for line_id in dict.fromkeys((*lines, *before)):
        line = lines.get(line_id)
        was, wish = before.get(line_id, 0), wanted(new, line) if line else 0
        changes.append(_change(line_id, line, have.get(line_id, LineCounters(ordered=0, open=0)), was, wish))
    return tuple(changes)


def _change(line_id: str, line: Line | None, counters: LineCounters, was: int, wish: int) -> LineChange:
    alive = counters.ordered - counters.cancelled - counters.called_back
    if wish >= was:  # what left although it was cancelled is what is wanted again
        return LineChange(line_id, line, added=max(0, wish - max(was, alive)))
    less = max(0, min(was, alive) - wish)
    waiting = min(less, counters.open + counters.backordered)
    in_hand = counters.planned + counters.dispatched - counters.called_back
    return LineChange(line_id, line, cancelled=waiting, callback=min(less - waiting, in_hand))


def same_wish(old: Order, new: Order) -> bool:
    """Whether two versions differ only in when they were updated: nothing has to be decided again."""
    return replace(old, updated_at=new.updated_at) == new


def other_address(old: Order, new: Order) -> bool:
    """Whether the goods would go somewhere else."""
    return old.ship_to != new.ship_to
