"""How a rehearsal reads: what gives way first, then both columns of numbers, then places, carriers, channels, SKUs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from orderctl.cli.answers import Block, Facts, Heading, Lines, Row, Table, filled, table
from orderctl.core.errors import Exit

_COLUMNS = {"what": "", "baseline": ">as things stand", "rehearsal": ">rehearsed"}
#: What is compared: the key, in words, and what stands after a number.
TOTALS = (
    ("orders", "orders", ""),
    ("units", "units wanted", ""),
    ("fill_rate", "fill rate: planned at once", "%"),
    ("planned_units", "units planned", ""),
    ("backordered_units", "units backordered", ""),
    ("cancelled_units", "units cancelled by a rule", ""),
    ("held_units", "units held", ""),
    ("aside_units", "units left to a person", ""),
    ("no_room_units", "units without room anywhere", ""),
    ("filled_later_units", "backordered units that came in", ""),
    ("held_orders", "orders held", ""),
    ("shipments", "shipments", ""),
    ("one_parcel", "orders in one parcel", "%"),
    ("splits", "orders split", ""),
    ("late_shipments", "shipments late", ""),
    ("worst_backlog", "longest backlog of a location", ""),
    ("cost", "cost", " {currency}"),
    ("cost_per_order", "cost per order", " {currency}"),
    ("without_cost", "shipments without a known cost", ""),
)
#: Shown even where both columns have nothing.
_ALWAYS = frozenset({"orders", "units", "fill_rate", "backordered_units", "splits", "late_shipments", "shipments"})
_LOCATIONS = {
    "location": "location",
    "shipments": ">orders",
    "peak": "_peak",
    "capacity": ">capacity",
    "utilization": ">used",
    "turned_away": ">turned away",
    "worst_backlog": ">backlog",
    "late": ">late",
    "clear": ">gone after",
}
_CARRIERS = {
    "carrier": "carrier",
    "location": "location",
    "parcels": ">parcels",
    "peak_day": "peak day",
    "peak_parcels": ">then",
    "pickup": ">pickup",
    "most_left": ">left behind",
}
_CHANNELS = {
    "channel": "channel",
    "quota": "quota",
    "hour": "busiest hour",
    "needed": ">needs",
    "allowed": ">an hour",
    "exceeded_at": "too much from",
    "most_waiting": ">waiting",
}
_SKUS = {"sku": "SKU", "gone_at": "gone at", "short_units": ">units short"}


@dataclass(frozen=True, slots=True)
class RehearsalPage:
    """A rehearsal as an answer; `html` is the page that was written, empty when none was."""

    value: dict[str, Any]
    html: str = ""

    @property
    def exit(self) -> Exit:
        """2 when a line of the file was no order."""
        return Exit.USAGE if self.value["refused_lines"] else Exit.OK

    def document(self) -> Row:
        """The rehearsal itself."""
        return self.value

    def rows(self) -> Table:
        """A number a row, both columns."""
        keys = {"what": "what", "baseline": "baseline", "rehearsal": "rehearsal"}
        both = self.value["baseline"], self.value["rehearsal"]
        return table(keys, [{"what": key, "baseline": both[0][key], "rehearsal": both[1][key]} for key in both[0]])

    def blocks(self) -> Iterator[Block]:
        """The sentence first, then the tables."""
        return _blocks(self.value)

    def unattended(self) -> None:
        """The same for everyone."""

    def warnings(self, *, verbose: bool) -> Sequence[str]:  # noqa: ARG002
        """What was left out, and where the page is."""
        return list(_notes(self.value, self.html))


def _blocks(value: dict[str, Any]) -> Iterator[Block]:
    yield Heading(f"Rehearsal: {value['source']}, {', '.join(value['changes']) or 'as things stand'}")
    moved = f"; moved ahead by {value['moved']}" if value["moved"] else ""
    yield Facts(
        (
            ("time", f"{value['begins_at']} to {value['ends_at']}{moved}"),
            ("first bottleneck", _first(value)),
            ("relief", value["first_bottleneck"]["relief"] if value["first_bottleneck"] else ""),
        )
    )
    yield table(_COLUMNS, totals(value))
    if len(value["bottlenecks"]) > 1:
        yield Heading("What gives way next")
        yield Lines(tuple(f"{number}. {sentence(one)}" for number, one in enumerate(value["bottlenecks"][1:], 2)))
    yield Heading("Locations")
    yield filled(table(_LOCATIONS, [_location(row) for row in value["locations"]]))
    if value["carriers"]:
        yield Heading("Carriers")
        yield filled(table(_CARRIERS, [_carrier(row) for row in value["carriers"]]))
    if value["channels"]:
        yield Heading("Channels")
        yield filled(table(_CHANNELS, [_channel(row) for row in value["channels"]]))
    if value["skus"]:
        yield Heading("SKUs that run out first")
        yield table(_SKUS, [{**row, "short_units": f"{row['short_units']:,}"} for row in value["skus"]])
    yield Heading("Taken for granted")
    yield Lines(tuple(value["assumed"]))


def _first(value: dict[str, Any]) -> str:
    return sentence(value["first_bottleneck"]) if value["first_bottleneck"] else "none: no limit is reached"


def sentence(one: Row) -> str:
    """A limit in words, and that it is reached without any change where that is so."""
    return f"{one['text']}{' (as things stand, too)' if one['in_baseline'] else ''}"


def totals(value: dict[str, Any]) -> list[Row]:
    """Both columns of numbers, as a person reads them; what is nothing in both is left out."""
    both = value["baseline"], value["rehearsal"]
    rows: list[Row] = []
    for key, what, after in TOTALS:
        if key in _ALWAYS or both[0][key] or both[1][key]:
            texts = [_number(one[key], after.format(currency=value["currency"])) for one in both]
            rows.append({"what": what, "baseline": texts[0], "rehearsal": texts[1]})
    return rows


def _number(value: Any, after: str) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, int):
        return f"{value:,}{after}"
    whole, dot, rest = value.partition(".")
    return f"{int(whole):,}{dot}{rest}{after}"


def _location(row: Row) -> Row:
    clear = row["hours_to_clear"]
    return {
        "location": row["location"],
        "shipments": f"{row['shipments']:,}",
        "peak": f"{row['peak_due']:,} due on {row['peak_day']}" if row["peak_day"] else "closed" * row["closed"],
        "capacity": "no limit" if row["capacity"] is None else f"{row['capacity']:,}",
        "utilization": f"{row['utilization']}%" if row["utilization"] else "",
        **{name: f"{row[name]:,}" if row[name] else "" for name in ("turned_away", "worst_backlog", "late")},
        "clear": "never" if clear is None else f"{clear:,} h" if clear else "",
    }


def _carrier(row: Row) -> Row:
    numbers = {name: f"{row[name]:,}" if row[name] else "" for name in ("parcels", "peak_parcels", "most_left")}
    pickup = "" if row["pickup"] is None else f"{row['pickup']:,}"
    return {**row, **numbers, "carrier": row["carrier"] or "none", "pickup": pickup}


def _channel(row: Row) -> Row:
    return {
        **row,
        "hour": row["busiest_hour"],
        "needed": f"{row['needed']:,} {row['unit']}",
        "allowed": "not stated" if row["per_hour"] is None else f"{row['per_hour']:,}",
        "most_waiting": f"{row['most_waiting']:,}" if row["most_waiting"] else "",
    }


def _notes(value: dict[str, Any], html: str) -> Iterator[str]:
    if value["refused_lines"]:
        first = value["refused"][0]
        count = value["refused_lines"]
        words = f"{count:,} line{'s are' if count > 1 else ' is'} no order and left out"
        yield f"orderctl: {words}, the first {first['where']}: {first['message']}"
    if html:
        yield f"orderctl: the page is in {html}"
