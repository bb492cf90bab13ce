"""Fulfillment orders: made of one shipment alone, so that they stay the same whenever they are made.

1. our reference is the seller's id of the order, which Amazon takes once and never again; it is the key
2. an item is named by the line it is of. Where a line has no name, one that is too long, or several items (a kit),
   the name ends in `~` and its place; what stands before that is the line's
3. what Amazon has under our reference is compared item by item, and by who gets it and where: what it leaves out or
   writes in another way of spelling says nothing
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from orderctl.core.effects import Batch, BatchLine, BatchShipment, CallBack, Document
from orderctl.core.text import printable, storable
from orderctl.destinations.amazon_mcf_settings import USUAL, Settings
from orderctl.destinations.amazon_mcf_skus import Skus
from orderctl.wire.json_parts import part, rows, whole

CREATE, CANCEL = "create", "cancel"
_MOST_ITEMS, _MOST_UNITS = 100, 250
_LONGEST_ID, _LONGEST_SKU, _LONGEST_ITEM, _LONGEST_COMMENT = 40, 50, 50, 750
_MARK = "~"
_NEEDED = ("name", "line1", "postcode", "country")
_JAPAN = "JP"
_PLACE = {
    "name": "name",
    "line1": "addressLine1",
    "line2": "addressLine2",
    "line3": "addressLine3",
    "city": "city",
    "region": "stateOrRegion",
    "postcode": "postalCode",
    "country": "countryCode",
    "phone": "phone",
}
_LINES = ("line1", "line2", "line3")


class Orders:
    """Makes the orders of one location."""

    def __init__(self, location: str, own: Settings, skus: Skus, marketplace: str, address: str) -> None:
        self._location = location
        self._own = own
        self._skus = skus
        self._marketplace = marketplace
        self._address = address  # where Amazon is asked, for people

    def problem(self, shipment: BatchShipment) -> str:
        """Why Amazon cannot be handed `shipment` like this; empty when it can."""
        if not self.speed(shipment):
            return f"`speed` has no word for '{_service(shipment) or 'no service'}'"
        if shipment.options.get("signature") == "adult":
            return "Amazon cannot ask for the signature of an adult"
        needed = _NEEDED if shipment.ship_to.get("country") == _JAPAN else (*_NEEDED, "city")
        for name in needed:
            if not shipment.ship_to.get(name, "").strip():
                return f"it states no ship_to.{name}"
        if len(shipment.lines) > _MOST_ITEMS or sum(line.quantity for line in shipment.lines) > _MOST_UNITS:
            return f"Amazon takes at most {_MOST_ITEMS} lines and {_MOST_UNITS} units in an order"
        for line in shipment.lines:
            seller_sku = self._skus.theirs(line.sku)
            if not seller_sku:
                return f"{line.sku[:60]} is mapped to no seller SKU"
            if len(seller_sku) > _LONGEST_SKU:
                return f"{line.sku[:60]} is longer than the {_LONGEST_SKU} characters of a seller SKU; map it in `skus`"
        return ""

    def speed(self, shipment: BatchShipment) -> str:
        """The speed that `shipment` goes at; empty where the settings have none for its service."""
        ways = (_service(shipment), shipment.carrier, shipment.service, USUAL)
        return next((self._own.speed[way] for way in ways if way and way in self._own.speed), "")

    def speeds(self) -> list[str]:
        """Every speed that the settings name."""
        return sorted(set(self._own.speed.values()))

    def document(self, batch: Batch) -> Document:
        """The order of the one shipment of `batch`."""
        shipment = batch.shipments[0]
        body = self._body(shipment)
        units = sum(line.quantity for line in shipment.lines)
        kept = {"do": CREATE, "reference": shipment.reference, "body": body}
        return self._kept(f"{self._location}/{shipment.reference}", kept, len(shipment.lines), units)

    def call_back(self, wish: CallBack) -> Document:
        """The wish to stop a shipment."""
        kept = {"do": CANCEL, "reference": wish.reference}
        return self._kept(f"{self._location}/{wish.reference}-cancel", kept)

    def preview(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The question whether an order with this body could be shipped, and what that costs at each speed."""
        asked = ("sellerSku", "quantity", "sellerFulfillmentOrderItemId")
        question = {
            "marketplaceId": body["marketplaceId"],
            "address": body["destinationAddress"],
            "items": [{name: item[name] for name in asked} for item in body["items"]],
            "shippingSpeedCategories": sorted({*self.speeds(), body["shippingSpeedCategory"]}),
        }
        features = body.get("featureConstraints")
        return question | ({"featureConstraints": features} if features else {})

    def _body(self, shipment: BatchShipment) -> dict[str, Any]:
        body: dict[str, Any] = {
            "marketplaceId": self._marketplace,
            "sellerFulfillmentOrderId": shipment.reference,
            "displayableOrderId": _shown(shipment.order_number, _LONGEST_ID) or shipment.reference,
            "displayableOrderDate": shipment.placed_at,
            "displayableOrderComment": self._comment(shipment),
            "shippingSpeedCategory": self.speed(shipment),
            "fulfillmentAction": "Ship",
            "fulfillmentPolicy": self._own.policy,
            "destinationAddress": _address(shipment.ship_to),
            "items": list(self._items(shipment.lines)),
        }
        if features := list(self._features(shipment)):
            required = [{"featureName": name, "featureFulfillmentPolicy": "Required"} for name in features]
            body["featureConstraints"] = required
        if self._own.notify and shipment.email:
            body["notificationEmails"] = [shipment.email]
        return body

    def _items(self, lines: Sequence[BatchLine]) -> Iterator[dict[str, Any]]:
        for line, name in zip(lines, _item_names([line.line_id for line in lines]), strict=True):
            yield {
                "sellerSku": self._skus.theirs(line.sku),
                "sellerFulfillmentOrderItemId": name,
                "quantity": line.quantity,
            }

    def _features(self, shipment: BatchShipment) -> Iterator[str]:
        if self._own.blank_box:
            yield "BLANK_BOX"
        if any(fnmatchcase(shipment.channel, pattern) for pattern in self._own.block_amzl):
            yield "BLOCK_AMZL"
        if self._own.packing_slip:
            yield "PACKING_SLIP"
        if shipment.options.get("signature"):
            yield "SIGNATURE_CONFIRMATION"

    def _comment(self, shipment: BatchShipment) -> str:
        said = (shipment.gift_message, str(shipment.options.get("pack_note") or ""))
        return _shown(" ".join(said), _LONGEST_COMMENT) or self._own.comment

    def _kept(self, name: str, kept: Mapping[str, Any], lines: int = 0, units: int = 0) -> Document:
        content = json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()
        return Document(name, content, "application/json", lines, units, kept=True, to=self._address)


def line_of(item: str) -> str:
    """The line that an item is of, by the item's name; empty where the name does not say."""
    return item.partition(_MARK)[0]


def difference(body: Mapping[str, Any], held: Mapping[str, Any]) -> str:
    """What of the order `held`, as Amazon shows it, is not what `body` asked for, in words; empty when it is the same.

    RecordError for an order that cannot be read.
    """
    asked = {(item["sellerSku"], item["sellerFulfillmentOrderItemId"]): item["quantity"] for item in body["items"]}
    theirs: dict[tuple[str, str], int] = {}
    for item in rows(held, "fulfillmentOrderItems"):
        about = (str(item.get("sellerSku")), str(item.get("sellerFulfillmentOrderItemId")))
        theirs[about] = theirs.get(about, 0) + (whole(item, "quantity", "fulfillmentOrderItems.") or 0)
    if theirs != asked:
        shown = ", ".join(f"{units} x {printable(sku)[:40]}" for (sku, _), units in theirs.items())
        return f"other contents: {shown or 'nothing'}"
    place = part(held, "fulfillmentOrder.destinationAddress") or {}
    for name in ("postalCode", "countryCode", "name", "addressLine1"):
        mine, stated = _bare(body["destinationAddress"].get(name)), _bare(part(place, name))
        is_longer = name == "postalCode" and stated.startswith(mine)  # Amazon adds the last four of a ZIP code
        if stated and mine != stated and not is_longer:
            return f"another {name}"
    return ""


def _item_names(lines: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for position, line in enumerate(lines, 1):
        end = f"{_MARK}{position}"
        fits = len(line) + len(end) <= _LONGEST_ITEM and _MARK not in line
        yield line if fits and line and line not in seen else f"{line if fits else ''}{end}"
        seen.add(line)


def _address(ship_to: Mapping[str, str]) -> dict[str, str]:
    """An address as Amazon takes it: without a company of its own, and in Japan without a city."""
    stated = {name: " ".join(storable(text).split()) for name, text in ship_to.items() if text.strip()}
    before = [stated.pop("city")] if stated.get("country") == _JAPAN and "city" in stated else []
    company = stated.get("company", "")
    lines = [*before, *(stated[name] for name in _LINES if name in stated)]
    if company and company != stated["name"]:
        lines.append(company)
    if len(lines) > len(_LINES):
        lines = [*lines[:2], ", ".join(lines[2:])]
    stated |= dict(zip(_LINES, lines, strict=False))
    return {theirs: stated[ours] for ours, theirs in _PLACE.items() if ours in stated}


def _shown(text: str, longest: int) -> str:
    """`text` as papers in a box may show it: what Latin-1 has, without two spaces in a row."""
    composed = unicodedata.normalize("NFC", text)
    latin = composed.encode("latin-1", "ignore").decode("latin-1")
    clean = "".join(character if character.isprintable() else " " for character in latin)
    return " ".join(clean.split())[:longest].strip()


def _service(shipment: BatchShipment) -> str:
    return f"{shipment.carrier}:{shipment.service}".removesuffix(":") if shipment.carrier else ""


def _bare(text: Any) -> str:
    folded = unicodedata.normalize("NFKC", str(text or "")).casefold()
    return "".join(character for character in folded if character.isalnum())
