"""What a new version of an order changes, line by line.

Units once ordered are never forgotten: a smaller quantity cancels units, a larger one adds open ones. Units that were
cancelled here already are not cancelled once more when the channel says so, too.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from orderctl.core.orders import Address, Customer, Line, Order
from orderctl.core.states import LineCounters

_Personal = TypeVar("_Personal", Address, Customer)


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


def given_back(old: Order | None, new: Order) -> set[str]:
    """The channel's SKUs of which it asks for fewer units than in version `old`: it has put them back on sale there.

    Without `old` it cancelled them before we ever read the order.
    """
    wish = {line.id: wanted(new, line) for line in new.lines}
    before = ((line, wanted(old, line)) for line in old.lines) if old else ((line, line.quantity) for line in new.lines)
    return {line.sku for line, units in before if wish.get(line.id, 0) < units}


def to_ship(order: Order, line: Line) -> bool:
    """Whether this line is ours to ship: physical, not fulfilled by the channel itself, not taken in the shop."""
    ours = line.requires_shipping and line.fulfilled_by == "merchant" and order.fulfilled_by == "merchant"
    return ours and not taken_in_shop(order)


def taken_in_shop(order: Order) -> bool:
    """Whether the customer left the shop with the goods: sold at a till, with no address to send anything to."""
    return order.source == "pos" and order.ship_to is None


def taken_over(old: Order, new: Order) -> set[str]:
    """The ids of lines that were ours to ship, are wanted still, and were fulfilled at the channel itself meanwhile."""
    ours = {line.id for line in old.lines if to_ship(old, line)}
    by_order = new.fulfilled_by == "channel"
    theirs = (line for line in new.lines if by_order or line.fulfilled_by == "channel")
    return {line.id for line in theirs if line.id in ours and wanted(new, line)}


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


def same_wish(old: Order, new: Order, gone: Container[str] = ()) -> bool:
    """Whether two versions differ only in when they were updated: nothing has to be decided again.

    Of lines that are `gone` (nothing of them is left to send) it makes no difference who is said to have sent them: a
    channel that was told of our own parcels says that they were fulfilled there.
    """
    lines = tuple(
        replace(was, fulfilled_by=now.fulfilled_by) if was.id in gone else was
        for was, now in zip(old.lines, new.lines, strict=False)
    )
    by = new.fulfilled_by if all(line.id in gone for line in old.lines) else old.fulfilled_by
    same_lines = lines if len(old.lines) == len(new.lines) else old.lines
    return replace(old, updated_at=new.updated_at, lines=same_lines, fulfilled_by=by) == new


def never_emptier(old: Order, new: Order) -> Order:
    """`new` with what it only leaves out of the person: channels forget names and streets after some weeks.

    An address that states a name and a street is taken as it is, also where it says less than before.
    """
    ship_to, customer = new.ship_to, new.customer
    if ship_to is None and new.source != "pos":  # at a till, goods without an address were carried out
        ship_to = old.ship_to
    elif ship_to is not None and old.ship_to is not None and _is_cut(ship_to, old.ship_to):
        ship_to = _filled(ship_to, old.ship_to)
    if not customer.email and customer.id in {"", old.customer.id}:
        customer = _filled(customer, old.customer)
    same = ship_to == new.ship_to and customer == new.customer
    return new if same else replace(new, ship_to=ship_to, customer=customer)


def _is_cut(address: Address, before: Address) -> bool:
    """Whether an address names the place that it named before, but not who lives there, or in which street."""
    if address.name.strip() and address.line1.strip():
        return False
    stated = [(getattr(address, part), getattr(before, part)) for part in ("country", "region", "postcode", "city")]
    return all(not now or now == was for now, was in stated)


def _filled(value: _Personal, before: _Personal) -> _Personal:
    texts = (one.name for one in fields(value) if isinstance(getattr(value, one.name), str))
    return replace(value, **{name: getattr(before, name) for name in texts if not getattr(value, name)})


def other_address(old: Order, new: Order) -> bool:
    """Whether the goods would go somewhere else."""
    return old.ship_to != new.ship_to
