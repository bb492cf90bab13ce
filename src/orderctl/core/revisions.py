"""What a new version of an order changes, line by line.

Units once ordered are never forgotten: a smaller quantity cancels units, a larger one adds open ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from orderctl.core.orders import Line, Order
from orderctl.core.states import LineCounters


@dataclass(frozen=True, slots=True)
class LineChange:
    """What happens to one line: units added as open, cancelled where they wait, and still to be called back.

    `callback` units are at a location already; only its confirmation cancels them.
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
    """Whether this line is ours to ship: physical, and not fulfilled by the channel itself."""
    return line.requires_shipping and line.fulfilled_by == "merchant" and order.fulfilled_by == "merchant"


def line_changes(old: Order, new: Order, have: Mapping[str, LineCounters]) -> tuple[LineChange, ...]:
    """What the difference between two versions does to the lines as they stand (`have`, nothing planned any more).

    Only the difference counts: units that a person or a rule cancelled stay cancelled when the channel changes a note.
    """
    before = {line.id: wanted(old, line) for line in old.lines}
    lines = {line.id: line for line in new.lines}
    changes = []
    for line_id in dict.fromkeys((*lines, *before)):
        line = lines.get(line_id)
        more = (wanted(new, line) if line else 0) - before.get(line_id, 0)
        changes.append(_change(line_id, line, have.get(line_id, LineCounters(ordered=0, open=0)), more))
    return tuple(changes)


def _change(line_id: str, line: Line | None, counters: LineCounters, more: int) -> LineChange:
    if more >= 0:
        return LineChange(line_id, line, added=more)
    waiting = min(-more, counters.open + counters.backordered)
    return LineChange(line_id, line, cancelled=waiting, callback=min(-more - waiting, counters.dispatched))


def same_wish(old: Order, new: Order) -> bool:
    """Whether two versions differ only in when they were updated: nothing has to be decided again."""
    return replace(old, updated_at=new.updated_at) == new


def other_address(old: Order, new: Order) -> bool:
    """Whether the goods would go somewhere else."""
    return old.ship_to != new.ship_to
