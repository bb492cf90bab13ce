"""Tracking and cancellations for WooCommerce.

Tracking, by the first way that the site has:
1. its own fulfillments: a record per parcel with its lines
2. the Shipment Tracking extension: a number per order; lines stand in our own meta beside it
3. a note to the customer; lines stand in our own meta, too
Each looks first whether the tracking number is there. A corrected package changes its record, takes the place of its
number, or is another note, which says so. With the last parcel the order gets its final status; as long as
something is missing it keeps the one it has. A cancellation is a status, so it is for whole orders only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

from orderctl.channels.woocommerce_carriers import name_in, slug_of
from orderctl.channels.woocommerce_site import CORE, Site, has_no_route
from orderctl.core.carriers import title
from orderctl.core.effects import ACCEPTED, Cancellation, Document, Receipt, Tracking
from orderctl.core.errors import RemoteError, RemoteRefused
from orderctl.core.orders import Order

_META = "_orderctl_packages"
_REFERENCE = "_orderctl_reference"
#: Where a fulfillment says what stands on the parcel.
_LABEL = ("_tracking_number", "_shipment_provider", "_provider_name", "_tracking_url")


@dataclass(frozen=True, slots=True)
class Telling:
    """What writing to orders takes. `read` brings an order as it is now, understood and as it was sent.

    `way` is empty where it is to be found out.
    """

    site: Site
    read: Callable[[str], tuple[Order, Mapping[str, Any]]]
    route: str
    way: str
    carriers: Mapping[str, str]
    note: str
    notify: bool
    complete_status: str
    cancel_status: str


def render_tracking(name: str, packages: Sequence[Tracking]) -> Document:
    """The document of `packages`."""
    units = sum(line.quantity for package in packages for line in package.lines)
    return _document(name, {"packages": [asdict(package) for package in packages]}, len(packages), units)


def render_cancellations(name: str, cancellations: Sequence[Cancellation]) -> Document:
    """The document of `cancellations`."""
    units = sum(line.quantity for one in cancellations for line in one.lines)
    return _document(name, {"cancellations": [asdict(one) for one in cancellations]}, len(cancellations), units)


def _document(name: str, value: Any, rows: int, units: int) -> Document:
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Document(name, content, "application/json", rows, units, kept=True)


def tell_tracking(telling: Telling, asked: Mapping[str, Any]) -> Receipt:
    """Tell of each package what is not there yet, and complete the order with its last one."""
    for package in asked["packages"]:
        there = _Parcels(telling, package)
        there.relabel()
        if not there.has_it():
            there.add()
        there.settle()
    return ACCEPTED


def look_for_tracking(telling: Telling, asked: Mapping[str, Any]) -> Receipt:
    """Whether all packages are there; what is to follow from those that are is done."""
    for package in asked["packages"]:
        there = _Parcels(telling, package)
        if not there.has_it():
            return Receipt("absent", message=f"order {package['order_number']} shows no {there.number}")
        there.settle()
    return ACCEPTED


class _Parcels:
    """The parcels that an order shows, by the way the site has, and the one that is to be there."""

    def __init__(self, telling: Telling, package: Mapping[str, Any]) -> None:
        self._telling = telling
        self._site = telling.site
        self._package = package
        self._route = f"{CORE}/orders/{quote(package['channel_order_id'], safe='')}"
        self._trackings = f"{telling.route}/orders/{quote(package['channel_order_id'], safe='')}/shipment-trackings"
        self.number = package["tracking_number"] or package["reference"]
        self._replaces = package["replaces"]
        self._lines = {line["channel_line_id"]: line["quantity"] for line in package["lines"]}
        self._way, rows = self._look()
        self._rows = [*filter(_is_there, rows)]

    def _look(self) -> tuple[str, list[Mapping[str, Any]]]:
        """By which way the order's parcels are told, and what it shows of them."""
        routes = {
            "fulfillments": f"{self._route}/fulfillments",
            "shipment-tracking": self._trackings,
            "note": f"{self._route}/notes",
        }
        fixed = self._telling.way or self._site.tracking
        for way in [fixed] if fixed else list(routes):
            try:
                value = self._site.get(routes[way]).value
            except RemoteRefused as error:
                if fixed or not has_no_route(error):
                    raise
                continue
            self._site.tracking = way
            return way, _listed(value, routes[way])
        raise AssertionError("every site has notes")

    def has_it(self) -> bool:
        """Whether the parcel is there. Where the way knows lines, lines that are missing under its number are told."""
        if self._way == "fulfillments":
            return not self._missing() and not self._stale()
        if self._way == "shipment-tracking":
            old = self._stale()
            return self.number in {str(row.get("tracking_number")) for row in self._rows if row not in old}
        notes = [str(row.get("note")) for row in self._rows]
        return any(self.number in note and note.endswith(self._is_correction()) for note in notes)

    def relabel(self) -> None:
        """Records of the parcel as it was called before are changed; a number that has to make way, does."""
        for row in self._stale():
            if self._way == "fulfillments":
                meta = _meta(row) | dict.fromkeys(_LABEL, "") | self._label()
                body = {"status": "fulfilled", "is_fulfilled": True, "meta_data": _rows(meta)}
                self._site.write("PUT", f"{self._route}/fulfillments/{row['id']}", body, "keyed")
                self._rows = [{**row, "meta_data": _rows(meta)} if one is row else one for one in self._rows]
            elif self._replaces == self.number:
                self._remove(row)

    def _remove(self, row: Mapping[str, Any]) -> None:
        self._site.write("DELETE", f"{self._trackings}/{row['tracking_id']}", {}, "keyed")
        self._rows = [one for one in self._rows if one is not row]

    def _stale(self) -> list[Mapping[str, Any]]:
        """The records, not notes, that show the parcel as it was called before."""
        if not self._replaces or self._way == "note":
            return []
        in_meta = self._way == "fulfillments"
        name, wanted = ("_shipment_provider", self._label()) if in_meta else ("tracking_provider", self._tracking())
        rows = [(row, _meta(row) if in_meta else row) for row in self._rows]
        is_same = self._replaces == self.number
        number = "_tracking_number" if in_meta else "tracking_number"
        return [
            row
            for row, stated in rows
            if stated.get(number) == self._replaces
            and not (is_same and _provider(stated, name) == _provider(wanted, name))
        ]

    def add(self) -> None:
        """Add the parcel: never sent twice, as nothing on the other side would notice."""
        if self._way == "fulfillments":
            notify = "?notify_customer=true" if self._telling.notify else ""
            self._site.write("POST", f"{self._route}/fulfillments{notify}", self._fulfillment(), "blind")
        elif self._way == "shipment-tracking":
            self._site.write("POST", self._trackings, self._tracking(), "blind")
        else:
            body = {"note": self._note(), "customer_note": self._telling.notify}
            self._site.write("POST", f"{self._route}/notes", body, "blind")

    def settle(self) -> None:
        """Note what is in the parcel where the way itself does not, and complete the order if nothing is missing.

        The number that it had before is taken away, now that the new one is there.
        """
        if self._way == "shipment-tracking":
            for old in self._stale():
                self._remove(old)
        final = self._telling.complete_status
        if self._way == "fulfillments" and not final:
            return
        order, row = self._telling.read(self._package["channel_order_id"])
        shipped, body = self._shipped(row)
        if final and _is_open(order) and _is_whole(order, shipped):
            body["status"] = final
        if body:
            self._site.write("PUT", self._route, body, "keyed")

    def _shipped(self, order: Mapping[str, Any]) -> tuple[Mapping[str, int], dict[str, Any]]:
        """Line -> units in all parcels, and what is to be written down about them."""
        if self._way == "fulfillments":
            return _sum([*map(_items, self._rows), self._missing()]), {}
        stated = _packages(order)
        before = stated.pop(self._replaces, {}) if self._replaces != self.number else {}
        known = before | stated.get(self.number, {})
        if not before and known.items() >= self._lines.items():
            return _sum(stated.values()), {}
        stated[self.number] = known | self._lines
        text = json.dumps(stated, separators=(",", ":"), sort_keys=True)
        return _sum(stated.values()), {"meta_data": [{"key": _META, "value": text}]}

    def _missing(self) -> dict[str, int]:
        """Lines of the parcel that stand under its number in no fulfillment yet."""
        same = [row for row in self._rows if _meta(row).get("_tracking_number") == self.number]
        there = _sum(map(_items, same))
        left = {line: units - there.get(line, 0) for line, units in self._lines.items()}
        return {line: units for line, units in left.items() if units > 0}

    def _fulfillment(self) -> dict[str, Any]:
        items = [{"item_id": int(line), "qty": units} for line, units in self._missing().items()]
        meta = {"_items": items, **self._label(), _REFERENCE: self._package["reference"]}
        return {"status": "fulfilled", "is_fulfilled": True, "meta_data": _rows(meta)}

    def _label(self) -> dict[str, str]:
        carrier = self._package["carrier"]
        slug = slug_of(carrier, self._telling.carriers)
        name = "" if slug else title(carrier)
        return dict(zip(_LABEL, (self.number, slug or "other", name, self._package["url"]), strict=True))

    def _tracking(self) -> dict[str, str]:
        carrier = self._package["carrier"]
        known = name_in(carrier, self._telling.carriers)
        custom = {"custom_tracking_provider": title(carrier) or "Other"}
        if self._package["url"]:
            custom["custom_tracking_link"] = self._package["url"]
        body = {"tracking_provider": known} if known else custom
        return {**body, "tracking_number": self.number, "date_shipped": self._package["shipped_at"][:10]}

    def _note(self) -> str:
        values = {
            "{carrier}": title(self._package["carrier"]),
            "{tracking_number}": self.number,
            "{tracking_url}": self._package["url"],
        }
        text = self._telling.note
        for name, value in values.items():
            text = text.replace(name, value)
        told = (text if self.number in text else f"{text} {self.number}").strip()
        return f"{told} {self._is_correction()}".strip()

    def _is_correction(self) -> str:
        """What ends the note about a corrected package; empty for any other."""
        if not self._replaces:
            return ""
        carrier = title(self._package["carrier"])
        return f"(instead of {self._replaces})" if self._replaces != self.number else f"(now with {carrier})"


def cancel(telling: Telling, asked: Mapping[str, Any]) -> Receipt:
    """Cancel each order, if all that is left of it is to be cancelled."""
    for one in asked["cancellations"]:
        order, _ = telling.read(one["channel_order_id"])
        if order.cancelled_at:
            continue
        stopped = {line["channel_line_id"]: line["quantity"] for line in one["lines"]}
        left = {line.id: line.quantity for line in order.lines if line.requires_shipping and line.quantity}
        if stopped and any(stopped.get(line, 0) < units for line, units in left.items()):
            message = f"WooCommerce cannot cancel a part of order {order.number}; refund its units in the shop"
            return Receipt("refused", message=message)
        route = f"{CORE}/orders/{quote(one['channel_order_id'], safe='')}"
        telling.site.write("PUT", route, {"status": telling.cancel_status}, "keyed")
    return ACCEPTED


def look_for_cancellation(telling: Telling, asked: Mapping[str, Any]) -> Receipt:
    """Whether all orders are cancelled."""
    for one in asked["cancellations"]:
        if not telling.read(one["channel_order_id"])[0].cancelled_at:
            return Receipt("absent", message=f"order {one['order_number']} is not cancelled")
    return ACCEPTED


def _is_open(order: Order) -> bool:
    """Whether the order waits for nothing but its parcels."""
    return not order.cancelled_at and order.fulfilled_by == "merchant" and order.payment != "pending"


def _is_whole(order: Order, shipped: Mapping[str, int]) -> bool:
    return all(shipped.get(line.id, 0) >= line.quantity for line in order.lines if line.requires_shipping)


def _listed(value: Any, route: str) -> list[Mapping[str, Any]]:
    rows = value.get("fulfillments") if isinstance(value, Mapping) else value
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise RemoteError("answers with something that is no list", where=route)
    return rows


def _meta(row: Mapping[str, Any]) -> dict[str, Any]:
    rows = row.get("meta_data")
    return {one["key"]: one.get("value") for one in rows if "key" in one} if isinstance(rows, list) else {}


def _rows(meta: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in meta.items() if value]


def _provider(stated: Mapping[str, Any], name: str) -> tuple[Any, Any]:
    """Who carries it: one of those that the site knows, or another by name."""
    own = stated.get(f"custom_{name}")
    return stated.get(name) or own, stated.get("_provider_name") or ""


def _is_there(row: Mapping[str, Any]) -> bool:
    """Whether a parcel was not taken back."""
    return not row.get("date_deleted") and row.get("is_fulfilled") is not False


def _items(row: Mapping[str, Any]) -> dict[str, int]:
    """Line -> units of a fulfillment."""
    rows = [item for item in _meta(row).get("_items") or [] if isinstance(item, Mapping)]
    return {str(item.get("item_id")): item["qty"] for item in rows if isinstance(item.get("qty"), int)}


def _packages(order: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Our own record of parcels: number -> line -> units. One that was spoiled is begun anew."""
    stated = _meta(order).get(_META)
    try:
        found = json.loads(stated) if isinstance(stated, str) else stated
    except ValueError:
        found = None
    parcels = found.items() if isinstance(found, dict) else ()
    return {number: lines for number, lines in parcels if isinstance(lines, dict)}


def _sum(parcels: Iterable[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for parcel in parcels:
        for line, units in parcel.items():
            found[line] = found.get(line, 0) + units
    return found
