"""The actions of the hold and location stages: whether an order goes on, and where its lines ship from."""

from __future__ import annotations

from typing import Any

from orderctl.core.allocation_values import PREFERENCES
from orderctl.rules import action_registry as read
from orderctl.rules import codes
from orderctl.rules.action_registry import action
from orderctl.rules.blocks import block
from orderctl.rules.kinds import text_of
from orderctl.rules.known import Refused, Setup
from orderctl.rules.model import Block

_IF_SHORT = ("next_rule", "backorder", "exception", "cancel", "hold:REASON")
_IF_FULL = ("next_location", "exceed", "wait:1d")
_AFTER_WAIT = ("exception", "cancel")


@action("hold", "hold", type="a reason", example='"fraud"')
def hold(raw: Any, setup: Setup) -> str:  # noqa: ARG001
    """The order waits under this reason until it is released."""
    return read.reason(raw)


@action("reject", "hold", type="text", example='"we cannot ship to this country"')
def reject(raw: Any, setup: Setup) -> str:  # noqa: ARG001
    """The order is refused with this text; the cancellation goes to a channel whose `push` has `cancel`."""
    return text_of(raw, "a text")


@action("track_only", "hold", type="true or false", example="true")
def track_only(raw: Any, setup: Setup) -> bool:  # noqa: ARG001
    """The order is kept for reports and never routed."""
    return read.flag(raw)


@action("release_when", "hold", type="conditions", example='{ payment = "paid" }', table=True)
def release_when(raw: Any, setup: Setup) -> Block:
    """The hold ends when all these conditions are true."""
    return block(raw, "hold", setup)


@action("release_after", "hold", type="a span of time", example='"30 min"')
def release_after(raw: Any, setup: Setup) -> int:  # noqa: ARG001
    """The hold ends this long after it began."""
    return read.duration(raw)


@action("cancel_after", "hold", type="a span of time", example='"7d"')
def cancel_after(raw: Any, setup: Setup) -> int:  # noqa: ARG001
    """The order is cancelled this long after the hold began, at a channel whose `push` has `cancel`."""
    return read.duration(raw)


@action("helpdesk", "hold", type="true or false", example="true", available=False)
def helpdesk(raw: Any, setup: Setup) -> bool:  # noqa: ARG001
    """A ticket is opened at the helpdesk."""
    return read.flag(raw)


@action("assign", "hold", "enhance", type="text", example='"maria"')
def assign(raw: Any, setup: Setup) -> str:  # noqa: ARG001
    """Who looks after the order."""
    return text_of(raw, "a name")


@action("notify", "hold", "enhance", type="names of [notify.NAME]", available=False, example='["ops"]')
def notify(raw: Any, setup: Setup) -> tuple[str, ...]:
    """Who is told, by the names of [notify.NAME]."""
    return read.named(raw, setup.known.notify, "notify name", codes.UNKNOWN_NOTIFY)


@action("note", "hold", "enhance", type="text", example='"Wholesale {number}: {line_count} lines"')
def note(raw: Any, setup: Setup) -> str:  # noqa: ARG001
    """A note on the order for whoever works on it."""
    return read.template(raw)


@action("add_tags", "hold", "enhance", type="texts", example='["vip"]')
def add_tags(raw: Any, setup: Setup) -> tuple[str, ...]:  # noqa: ARG001
    """Tags the order gets."""
    return read.texts(raw, "a tag")


def _locations(raw: Any, setup: Setup) -> tuple[str, ...]:
    for name in raw if isinstance(raw, list) else [raw]:
        if name in setup.known.shadows:
            message = f"'{name}' runs in shadow beside another location; no order ships from it"
            raise Refused(codes.UNKNOWN_LOCATION, message, f"take `shadow` out of [location.{name}] first")
    return read.named(raw, setup.known.locations, "location", codes.UNKNOWN_LOCATION)


@action("ship_from", "location", type="names of locations", example='["reno", "newark"]')
def ship_from(raw: Any, setup: Setup) -> tuple[str, ...]:
    """The locations that may ship the line, in order."""
    return _locations(raw, setup)


@action("failover_to", "location", type="names of locations", example='["zenith"]')
def failover_to(raw: Any, setup: Setup) -> tuple[str, ...]:
    """The locations that are asked for what `ship_from` leaves short or rejects, in order."""
    return _locations(raw, setup)


@action("prefer", "location", type=f"of {', '.join(PREFERENCES)}", example='["fewest_shipments", "lowest_cost"]')
def prefer(raw: Any, setup: Setup) -> tuple[str, ...]:  # noqa: ARG001
    """By what plans are compared, first things first. Default: fewest_shipments, listed."""
    return tuple(read.one_of(word, PREFERENCES) for word in read.texts(raw, "a preference"))


@action("split.allow", "location", type="true or false", example="true")
def split_allow(raw: Any, setup: Setup) -> bool:  # noqa: ARG001
    """Whether the rule's lines may ship in more than one shipment. Default: false."""
    return read.flag(raw)


@action("split.max_shipments", "location", type="a whole number", example="2")
def split_max_shipments(raw: Any, setup: Setup) -> int:  # noqa: ARG001
    """How many shipments the rule's lines may make at most."""
    return read.count(raw, 1)


@action("split.min_value", "location", type="an amount", example="25")
def split_min_value(raw: Any, setup: Setup) -> int:
    """What every part of a split, and what is left over, must be worth."""
    return read.amount(raw, setup)


@action("split.lines", "location", type="true or false", example="true")
def split_lines(raw: Any, setup: Setup) -> bool:  # noqa: ARG001
    """Whether the units of one line may come from several locations. Default: false."""
    return read.flag(raw)


@action("if_short", "location", type=", ".join(_IF_SHORT), example='"backorder"')
def if_short(raw: Any, setup: Setup) -> str:  # noqa: ARG001
    """What happens to what the locations do not have. Default: exception."""
    text = text_of(raw, "one of " + ", ".join(_IF_SHORT))
    if text.startswith("hold:"):
        return f"hold:{read.reason(text.removeprefix('hold:'))}"
    return read.one_of(text, _IF_SHORT)


@action("if_full", "location", type=", ".join(_IF_FULL), example='"wait:1d"')
def if_full(raw: Any, setup: Setup) -> str:  # noqa: ARG001
    """What happens at a location without capacity left. Default: next_location."""
    text = text_of(raw, "one of " + ", ".join(_IF_FULL))
    if not text.startswith("wait:"):
        return read.one_of(text, _IF_FULL)
    seconds = read.duration(text.removeprefix("wait:"))
    if seconds % 86400:
        raise Refused(codes.WRONG_UNIT, f"'{text}' does not wait whole days", 'write for example "wait:1d"')
    return f"wait:{seconds}"


@action("backorder.ship_available_now", "location", type="true or false", example="true")
def backorder_ship_available_now(raw: Any, setup: Setup) -> bool:  # noqa: ARG001
    """Whether what is there ships at once and only the rest waits. Default: false."""
    return read.flag(raw)


@action("backorder.max_wait", "location", type="a span of time", example='"14d"')
def backorder_max_wait(raw: Any, setup: Setup) -> int:  # noqa: ARG001
    """How long units wait for stock. Default: without end."""
    return read.duration(raw)


@action("backorder.after_wait", "location", type=", ".join(_AFTER_WAIT), example='"exception"')
def backorder_after_wait(raw: Any, setup: Setup) -> str:  # noqa: ARG001
    """What happens to units that waited too long. Default: exception."""
    return read.one_of(raw, _AFTER_WAIT)


@action("keep_stock", "location", type="a whole number", example="2")
def keep_stock(raw: Any, setup: Setup) -> int:  # noqa: ARG001
    """How many units of each SKU stay at a location. Default: 0."""
    return read.count(raw, 0)


@action("before_cutoff_only", "location", type="true or false", example="true")
def before_cutoff_only(raw: Any, setup: Setup) -> bool:  # noqa: ARG001
    """Whether a location past its cut-off is no candidate. Default: false."""
    return read.flag(raw)


@action("keep_together", "location", type="tags", example='["set"]')
def keep_together(raw: Any, setup: Setup) -> tuple[str, ...]:  # noqa: ARG001
    """Tags whose lines ship whole and from one location."""
    return read.texts(raw, "a tag")
