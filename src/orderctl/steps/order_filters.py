"""A filter of orders as it is typed, `NAME=VALUE`, made sure of: every name and every value that can be known is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from orderctl.core import codes
from orderctl.core.errors import UsageError
from orderctl.core.order_filters import OrderFilter
from orderctl.core.states import ORDER_STATES
from orderctl.core.text import did_you_mean
from orderctl.steps import since
from orderctl.steps.context import Context
from orderctl.store import orders, shipment_views

#: What can be typed -> the attribute of the filter.
NAMES = {
    "state": "states",
    "channel": "channels",
    "location": "locations",
    "tag": "tags",
    "sku": "skus",
    "exception": "codes",
    "hold": "holds",
    "assigned": "assigned",
    "email": "emails",
    "from": "placed_from",
    "to": "placed_before",
    "age": "age",
}

Stated = Mapping[str, Sequence[str]]


def stated(conditions: Sequence[str]) -> dict[str, list[str]]:
    """`state=new,held` and the like as name -> values. UsageError for what is not `NAME=VALUE`, or an unknown name."""
    found: dict[str, list[str]] = {}
    for text in conditions:
        name, mark, value = text.partition("=")
        if not (mark and value):
            message = f"--where {text} is not NAME=VALUE, such as --where state=held; nothing was done"
            raise UsageError(message, next=f"NAME is one of: {', '.join(NAMES)}")
        if name not in NAMES:
            message = f"orders have no '{name}' to be chosen by{did_you_mean(name, NAMES)}"
            raise UsageError(message, next=f"one of: {', '.join(NAMES)}")
        found.setdefault(name, []).extend(filter(None, value.split(",")))
    return found


def made(ctx: Context, said: Stated) -> OrderFilter:
    """The filter that `said` (a name of `NAMES` -> values) means. UsageError for a value that nothing can have."""
    values: dict[str, tuple[str, ...]] = {}
    for name, chosen in said.items():
        if name in {"from", "to", "age"} or not chosen:
            continue
        if name in _KNOWN:
            _need(name, chosen, _KNOWN[name](ctx))
        values[NAMES[name]] = tuple(chosen)
    placed_from, placed_before = _placed(ctx, said)
    return OrderFilter(**values, placed_from=placed_from, placed_before=placed_before)


_KNOWN: dict[str, Callable[[Context], Iterable[str]]] = {
    "state": lambda _: ORDER_STATES,
    "channel": lambda ctx: _both(ctx.config.channels, lambda: orders.by_channel(ctx.db)),
    "location": lambda ctx: _both(ctx.config.locations, lambda: shipment_views.locations(ctx.db)),
    "exception": lambda _: codes.EXCEPTIONS,
}


def _need(name: str, chosen: Sequence[str], known: Iterable[str]) -> None:
    names: dict[str, None] = {}
    for one in known:
        names[one] = None
        if all(one in names for one in chosen):
            return
    for one in chosen:
        if one not in names:
            noun = "code of exceptions" if name == "exception" else name
            near = did_you_mean(one, names)
            raise UsageError(f"there is no {noun} '{one}'{near}", next=f"one of: {', '.join(names)}")


def _both(configured: Iterable[str], stored: Callable[[], Iterable[str]]) -> Iterator[str]:
    """The names of channels.toml, then those that only the store knows, which takes looking at every order."""
    yield from configured
    yield from stored()


def _placed(ctx: Context, said: Stated) -> tuple[str, str]:
    """From when on and before when the orders were placed; empty where nobody said."""
    begins = [since.moment_of(ctx, text, "from") for text in said.get("from", ())]
    ends = [since.end_of(ctx, text, "to") for text in said.get("to", ())]
    for text in said.get("age", ()):
        younger, span = text.strip().startswith("<"), text.strip().lstrip("<>= ")
        moment = since.span_before(ctx, span, "age")
        (begins if younger else ends).append(moment)
    return max(begins, default=""), min(ends, default="")
