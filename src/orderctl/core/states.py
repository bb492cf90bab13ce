"""The states of orders, shipments and effects, and the edges between them.

One table each; the store applies no other change, and `docs/states.md` is generated from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

ORDER_STATES = (
    *("cancelled", "rejected", "track_only", "closed", "shipped", "partly_shipped", "held"),
    *("dispatched", "routed", "backordered", "new"),
)

SHIPMENT_EDGES: dict[str, tuple[str, ...]] = {
    "planned": ("sending", "cancelled"),
    "sending": ("dispatched", "planned", "rejected", "uncertain"),
    "uncertain": ("dispatched", "planned", "cancel_requested"),
    "dispatched": ("acknowledged", "shipped", "rejected", "cancel_requested"),
    "acknowledged": ("shipped", "rejected", "cancel_requested"),
    "cancel_requested": ("cancelled", "shipped"),
    "shipped": ("delivered",),
    "cancelled": ("shipped",),  # raises shipped_after_cancel
    "rejected": (),
    "delivered": (),
}
#: States in which a shipment holds its reservations.
HOLDING = ("planned", "sending", "uncertain", "dispatched", "acknowledged", "cancel_requested")

#: States in which a location's answer is read; in any other it is kept until it fits.
ANSWERED = ("dispatched", "acknowledged", "cancel_requested", "shipped", "delivered", "cancelled", "rejected")
#: What the receipt of its hand-over makes of a shipment that is `sending` or `uncertain`.
RECEIPTS: dict[str, str] = {
    "accepted": "dispatched",
    "refused": "rejected",
    "retry": "planned",
    "uncertain": "uncertain",
}
#: What becomes of a shipment whose order was cancelled or goes to another address.
CALLED_BACK: dict[str, str] = {
    "planned": "cancelled",
    "dispatched": "cancel_requested",
    "acknowledged": "cancel_requested",
}

EFFECT_EDGES: dict[str, tuple[str, ...]] = {
    "pending": ("sending", "superseded"),
    "sending": ("accepted", "refused", "uncertain", "pending"),
    # pending: asked twice, the other side does not have it; superseded: only numbers of stock, said anew
    "uncertain": ("accepted", "refused", "pending", "superseded"),
    "accepted": (),
    "refused": (),
    "superseded": (),
}
OPEN_EFFECTS = ("pending", "sending", "uncertain")


@dataclass(frozen=True, slots=True)
class LineCounters:
    """How the units of one order line are spread; `ordered` is the sum of the six that follow it."""

    ordered: int
    open: int
    planned: int = 0
    backordered: int = 0
    dispatched: int = 0
    shipped: int = 0
    cancelled: int = 0
    returned: int = 0
    overshipped: int = 0
    to_ship: bool = field(default=True, kw_only=True)  # False: needs no shipping, or the channel ships it itself
    called_back: int = field(default=0, kw_only=True)  # of those planned and dispatched: cancelled, but in hand


def order_state(
    lines: Iterable[LineCounters], *, rejected: bool, track_only: bool, held: bool, effects_open: bool
) -> str:
    """The one state of an order: the first of `ORDER_STATES` that holds."""
    lines = list(lines)
    if all(line.cancelled == line.ordered for line in lines):
        return "cancelled"
    if rejected:
        return "rejected"
    if track_only:
        return "track_only"
    waiting = [line for line in lines if line.to_ship or line.planned or line.dispatched]
    if all(line.shipped + line.cancelled == line.ordered for line in waiting):
        return "shipped" if effects_open else "closed"
    if any(line.shipped for line in waiting):
        return "partly_shipped"
    if held:
        return "held"
    if any(line.dispatched for line in waiting):
        return "dispatched"
    if any(line.planned for line in waiting):
        return "routed"
    if any(line.backordered for line in waiting):
        return "backordered"
    return "new"
