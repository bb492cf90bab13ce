"""Orders in tables: one row per order line, consecutive rows with the same number are one order.

1. the header says which column holds which field: by the configured names, else by our own
2. fields of the order stand in any of its rows, and must not differ between them; fields of the line in each row
3. cells become the JSON of an order, which `core.order_json` then checks; text stays text, byte for byte
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator

from orderctl.core import text
from orderctl.core.errors import RecordError
from orderctl.core.orders import Address
from orderctl.wire import cells

_ADDRESS = tuple(Address.__slots__)
#: How a cell is read -> the fields that are read so.
KINDS: dict[str, tuple[str, ...]] = {
    "text": (
        *("number", "channel_order_id", "currency", "payment", "payment_terms", "source", "pos_location"),
        *("fulfilled_by", "type", "dispute", "requested_service", "priority", "risk", "note", "gift_message"),
        *("po_number", "customer.id", "customer.name", "customer.email", "customer.phone", "customer.type"),
        *(f"{address}.{part}" for address in ("ship_to", "bill_to") for part in _ADDRESS),
        *("line.id", "line.sku", "line.title", "line.fulfilled_by"),
    ),
    "number": (
        *("shipping_price", "discount", "tax", "total", "customer.spent"),
        *("line.amount", "line.unit_price", "line.discount", "line.tax"),
    ),
    "whole": ("customer.orders", "line.quantity", "line.weight_g"),
    "moment": ("placed_at", "updated_at", "cancelled_at", "ship_by", "deliver_by"),
    "boolean": ("cancel_requested", "prices_include_tax", "line.requires_shipping"),
    "tags": ("tags", "customer.tags", "line.tags"),
}
_KIND = {name: kind for kind, names in KINDS.items() for name in names}
#: Shorter names for fields of a line, where no field of the order has that name.
SHORT = {
    name.removeprefix("line."): name
    for name in _KIND
    if name.startswith("line.") and name.removeprefix("line.") not in _KIND
} | {"qty": "line.quantity", "line_id": "line.id"}
SHORT.pop("id")
_ATTRIBUTES = ("attributes.", "line.attributes.")


@dataclass(frozen=True, slots=True)
class OrderColumns:
    """Which columns hold an order: `names` maps our field names to their headers; empty = their headers are ours.

    `dates` is a strptime format, empty for ISO 8601; a moment without offset is read in `zone`.
    """

    names: Mapping[str, str]
    dates: str
    zone: ZoneInfo

    def found_in(self, header: Sequence[str]) -> dict[str, str]:
        """Our field name -> the header as it stands there. RecordError names the column that is missing or unknown."""
        theirs = {name.casefold(): name for name in header}
        found: dict[str, str] = {}
        for ours, name in self.names.items():
            if name.casefold() not in theirs:
                near = text.did_you_mean(name, header)
                raise RecordError(f"there is no column '{name}' (for {ours}){near}", field=name)
            found[full_name(ours)] = theirs.pop(name.casefold())
        for name in theirs.values():
            ours = full_name(name.lower())
            if is_field(ours):
                found.setdefault(ours, name)
            elif not self.names:
                near = text.did_you_mean(name, field_names())
                raise RecordError(f"the column '{name[:40]}' is not a field of an order{near}", field=name)
        if "number" not in found and "channel_order_id" not in found:
            raise RecordError("there is no column for the order number (number or channel_order_id)", field="number")
        for needed in ("placed_at", "line.sku", "line.quantity"):
            if needed not in found:
                short = needed.removeprefix("line.")
                raise RecordError(f"there is no column for {short}; name it in `columns`", field=short)
        return found

    def number_column(self, header: Sequence[str], where: str) -> str:
        """The header of the column by which rows belong together. RecordError, at `where`, as `found_in`."""
        try:
            found = self.found_in(header)
        except RecordError as error:
            error.where = where
            raise
        return found.get("number") or found["channel_order_id"]

    def order_json(self, rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        """The JSON of the order that `rows` (header -> cell) state. RecordError names the field that is wrong."""
        columns = self.found_in(list(rows[0]))
        order: dict[str, Any] = {}
        lines: list[dict[str, Any]] = [{} for _ in rows]
        for ours, theirs in columns.items():
            stated = [row.get(theirs, "") for row in rows]
            if ours.startswith("line."):
                for line, cell in zip(lines, stated, strict=True):
                    self._put(line, ours, ours.removeprefix("line."), cell)
                continue
            different = list(dict.fromkeys(cell for cell in stated if cell))
            if len(different) > 1:
                raise RecordError(f"{ours} differs between the rows of one order", field=ours)
            self._put(order, ours, ours, different[0] if different else "")
        return {**order, "lines": lines}

    def _put(self, into: dict[str, Any], ours: str, path: str, cell: str) -> None:
        if not cell:
            return
        try:
            value = _READ[_KIND.get(ours, "text")](cell, self)
        except ValueError as error:
            raise RecordError(f"{ours} {error}", field=ours) from None
        table, _, name = path.partition(".")
        if name:
            into = into.setdefault(table, {})
        into[name or table] = value


def full_name(name: str) -> str:
    """The field that `name` stands for: `sku` and `line.sku` are the same."""
    return SHORT.get(name, name)


def is_field(name: str) -> bool:
    """Whether `name`, in full, is a field of an order or of a line."""
    return name in _KIND or name.startswith(_ATTRIBUTES)


def field_names() -> list[str]:
    """The names a column can have, for messages."""
    return [*_KIND, *SHORT]


def _flat(value: Any) -> Any:
    """`ship_to.name = "Company"` is a table of tables in TOML; with the key in quotes it is flat already."""
    if not isinstance(value, Mapping):
        return value
    flat: dict[str, Any] = {}
    for name, part in value.items():
        inner = _flat(part)
        flat |= {f"{name}.{rest}": cell for rest, cell in inner.items()} if isinstance(inner, Mapping) else {name: part}
    return flat


def _known(columns: dict[str, str]) -> dict[str, str]:
    for ours, theirs in columns.items():
        if not is_field(full_name(ours)):
            message = f"'{ours[:40]}' is not a field of an order{text.did_you_mean(ours, field_names())}"
            raise ValueError(message)
        if not theirs.strip():
            message = f"'{ours}' names no column"
            raise ValueError(message)
    return columns


#: Our field names -> their headers, as a setting.
Columns = Annotated[
    dict[str, str],
    BeforeValidator(_flat, json_schema_input_type=dict[str, str | dict[str, str]]),
    AfterValidator(_known),
]

_READ: dict[str, Callable[[str, OrderColumns], Any]] = {
    "text": lambda cell, _: cell,
    "number": lambda cell, _: cell.strip(),
    "whole": lambda cell, _: cells.whole(cell),
    "moment": lambda cell, columns: cells.moment(cell, columns.dates, columns.zone),
    "boolean": lambda cell, _: cells.boolean(cell),
    "tags": lambda cell, _: [tag for part in cell.split(",") if (tag := part.strip())],
}
