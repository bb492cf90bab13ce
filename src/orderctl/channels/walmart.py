"""Orders from Walmart Marketplace in the United States; acknowledgments, tracking, cancellations and stock back to it.

1. fetch: for each type of ship node a stream of its own, since Walmart lists one type at a time; what was modified in
   one window after the other, each closed by Walmart's own clock and read to its last page
2. a window whose pages together do not have as many orders as Walmart counts has changed while it was read: it is read
   again in parts, until a part fits one page; so is one that has more orders than Walmart gives at once
3. the position of a stream is the end of its last whole window; the next walk starts `overlap` before it
4. tell: read the order as Walmart has it, ask for what of the document is missing there, and look at the answer
5. a lost answer is read back: the order's lines know every parcel by its number, and what was cancelled

An order is shipped only after it was acknowledged; where that has not happened, it is done first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from orderctl.channels import walmart_entries, walmart_orders, walmart_probe, walmart_writes
from orderctl.channels.walmart_api import Access, Api, Listed
from orderctl.channels.walmart_orders import Reading
from orderctl.channels.walmart_tell import Teller, Terms
from orderctl.channels.walmart_writes import CARRIERS, Reason
from orderctl.core import text, times
from orderctl.core.adapters import Page, Payload, Probe
from orderctl.core.channel_map import ChannelMap
from orderctl.core.effects import Acknowledgment, Cancellation, Document, Receipt, StockLevel, Tracking
from orderctl.core.errors import RemoteError, RemoteRefused
from orderctl.core.money_entries import MoneyEntry
from orderctl.core.orders import Order
from orderctl.core.quotas import Quota
from orderctl.wire import settings, strict_json
from orderctl.wire.asked import Asked
from orderctl.wire.opening import Opening
from orderctl.wire.payloads import lists_some, order_of, understood

_WINDOW_S = 7 * 86400
_FIRST_S = 30 * 86400
#: Walmart refuses a search that finds more orders; its documentation has said 20,000, and says 10,000.
_MOST_FOUND = 10_000
_STOCK_AT_ONCE = 50

NodeType = Literal["SellerFulfilled", "WFSFulfilled", "3PLFulfilled"]


def _known_carrier(name: str) -> str:
    if name not in CARRIERS:
        message = f"'{name[:40]}' is no carrier that Walmart knows{text.did_you_mean(name[:40], CARRIERS)}"
        raise ValueError(message)
    return name


def _page_of(url: str) -> str:
    if not url.startswith(("https://", "http://")) or "{number}" not in url:
        raise ValueError("is no address with {number} in it")
    return url


Carrier = Annotated[str, AfterValidator(_known_carrier)]
CarrierPage = Annotated[str, AfterValidator(_page_of)]


class Walmart(Asked):
    """Orders from Walmart Marketplace. Fetch may repeat an order; it never skips one."""

    at_once: ClassVar[Mapping[str, int]] = {"acknowledgments": 1, "tracking": 1, "cancel": 1, "stock": _STOCK_AT_ONCE}
    settle_s: ClassVar[int] = 120
    meanings: ClassVar[ChannelMap] = ChannelMap(
        comes_in={
            "Created, Acknowledged": "payment paid; the units wait",
            "Shipped, Delivered": "a line all of whose units are: fulfilled by the channel",
            "Cancelled": "fewer units; all of them: cancelled, payment voided",
            "Refund": "payment partly_refunded or refunded",
            "intentToCancel": "cancel_requested",
            "WFSFulfilled, 3PLFulfilled": "fulfilled by the channel",
        },
        goes_out={
            "order imported": "acknowledge: Acknowledged",
            "package": "shipping: Shipped",
            "package corrected": "shipping with processMode PARTIAL_UPDATE, for four hours; then by hand",
            "units cancelled": "cancel: Cancelled",
            "stock": "inventory of each SKU at one ship node",
        },
        fields={"total": "Walmart states none: it is what the charges and their taxes add up to"},
    )

    class Settings(settings.Settings):
        """What `[channel.NAME]` may say beside the keys of every channel."""

        client_id: settings.SecretField
        """The client id of the seller's API keys."""
        client_secret: settings.SecretField
        """The client secret that belongs to it."""
        base_url: settings.UrlField = "https://marketplace.walmartapis.com"
        """The address of the API; the sandbox is `https://sandbox.walmartapis.com`."""
        ca_file: settings.PathField | None = None
        """Certificates of an authority that is trusted beside the public ones."""
        headers: Annotated[dict[str, str], Field(default_factory=dict)]
        """Headers sent with every request, e.g. `{ "WM_MARKET" = "us", "WM_GLOBAL_VERSION" = "3.1" }`."""
        ship_nodes: Annotated[tuple[NodeType, ...], Field(min_length=1, strict=False)] = (
            "SellerFulfilled",
            "WFSFulfilled",
            "3PLFulfilled",
        )
        """Whose orders are read. Those of Walmart's own warehouses (`WFSFulfilled`) are only tracked."""
        third_party_ships: bool = True
        """Whether orders of a 3PL's ship node reach that 3PL by Walmart; `false` = orderctl is to ship them."""
        since: date | None = None
        """The first day of which orders are read in the first pass. Default: 30 days back."""
        created_within: settings.DurationField = 179 * 86400
        """Orders placed longer ago are not asked for; Walmart gives at most 180 days, and 7 where nothing is said."""
        overlap: settings.DurationField = 15 * 60
        """How far each walk reaches back before the end of the last one, for changes that show late."""
        page_size: Annotated[int, Field(ge=1, le=200)] = 200
        """Orders on one page."""
        prices: Literal["line", "unit"] = "line"
        """Whether the charges of a line are for all of its units, or for one."""
        acknowledge_path: str = "/acknowledge"
        """What follows an order's address to acknowledge it."""
        carriers: Annotated[dict[str, Carrier], Field(default_factory=dict)]
        """Our name of a carrier -> Walmart's, e.g. `{ fast = "FDX" }`, beside the well-known ones."""
        tracking_urls: Annotated[dict[str, CarrierPage], Field(default_factory=dict)]
        """Our name of a carrier that Walmart does not know -> the address of its page, with {number}."""
        tracking_url: CarrierPage = "https://t.17track.net/en#nums={number}"
        """The page for every other carrier that Walmart does not know: without one it takes no such parcel."""
        ship_cancel_requests: bool = True
        """Whether parcels of lines that the customer asked to cancel are told: they have left."""
        correct_tracking: bool = False
        """Whether a number that Walmart has for just these units is replaced; Walmart takes that for four hours."""
        cancel_reason: Reason = "SELLER_CANCEL_OUT_OF_STOCK"
        """Why units are cancelled when nothing else is known; out of stock also ends the sale of what is left."""
        cancel_reasons: Annotated[dict[str, Reason], Field(default_factory=dict)]
        """Words in our own reason -> Walmart's reason, e.g. `{ price = "SELLER_CANCEL_PRICING_ERROR" }`."""
        ship_node: str = ""
        """The id of the ship node whose stock is told; the account's only one when empty."""

    def __init__(self, name: str, settings: Settings, opening: Opening) -> None:
        self._name = name
        self._settings = settings
        self._opening = opening
        self._opened: Api | None = None
        self._reading = Reading(per_unit=settings.prices == "unit", third_party_ships=settings.third_party_ships)

    @property
    def _api(self) -> Api:
        if self._opened is None:
            one = self._settings
            access = Access(one.client_id, one.client_secret, one.headers)
            self._opened = Api(self._name, one.base_url, access, self._opening, one.ca_file)
        return self._opened

    def close(self) -> None:
        """Nothing more is asked; connections are closed."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @classmethod
    def quotas(cls, settings: Mapping[str, Any]) -> tuple[Quota, ...]:
        """What reading orders and telling packages and stock costs, of which requests allowed."""
        from orderctl.channels.walmart_api import quotas

        return quotas(settings.get("page_size", cls.Settings.model_fields["page_size"].default))

    def fetch(self, positions: Mapping[str, str]) -> Iterator[Page]:
        """Pages of orders modified after `positions`. A position moves with the end of a window, on a page of its own.

        A window of which Walmart does not say itself that it is empty is asked again in the next pass.
        """
        now = self._api.now()
        for node in self._settings.ship_nodes:
            held = positions.get(node, "")
            start, sure = self._start(held, now), True
            while start < now:
                until = min(times.later(start, _WINDOW_S), now)
                for found in self._modified(node, start, until, now):
                    if found is None:
                        sure = False
                    elif found:
                        yield Page(node, held, found)
                held = until if sure else held
                yield Page(node, held, (), closes=sure and until == now)
                start = until

    def positions_at(self, moment: str) -> Mapping[str, str]:
        """Every kind of ship node from `moment` on."""
        return dict.fromkeys(self._settings.ship_nodes, moment)

    def fetch_one(self, order_id: str) -> Payload | None:
        """The purchase order `order_id`, asked for as a list of one: an order alone does not say who ships it."""
        now = self._api.now()
        for node in self._settings.ship_nodes:
            listed = self._api.listed([("purchaseOrderId", order_id), *self._about(node, now)])
            if listed is not None and listed.orders:
                return next(self._payloads(listed, node))
        return None

    def entries_of(self, payload: Payload) -> Sequence[MoneyEntry]:
        """Refunds. Commissions stand in no order."""
        return list(understood(payload, walmart_entries.entries)) if lists_some(payload, "refund") else ()

    def _start(self, held: str, now: str) -> str:
        first = f"{self._settings.since}T00:00:00Z" if self._settings.since else times.later(now, -_FIRST_S)
        start = times.later(held, -self._settings.overlap) if held else first
        oldest = times.later(now, -self._settings.created_within)
        newest = times.later(now, -max(1, self._settings.overlap))
        return min(max(start, oldest), newest)

    def _modified(self, node: str, start: str, until: str, now: str) -> Iterator[list[Payload] | None]:
        """The orders of one window, page by page; None where a 404 does not say that there are none."""
        seen: set[str] = set()
        total, following, whole = 0, "", True
        while whole:
            try:
                listed = self._api.listed(self._query(node, start, until, now) if not following else (), following)
            except RemoteRefused:
                if not following:
                    raise
                whole = False  # the cursor is no longer good
                break
            if listed is None:
                yield None
                return
            if listed.total and not listed.orders and not following:
                raise RemoteError(f"counts {listed.total} orders and lists none", where=self._name)
            yield list(self._payloads(listed, node))
            before = len(seen)
            seen |= {str(order.get("purchaseOrderId")) for order in listed.orders}
            total = max(total, listed.total)
            if not listed.following:
                break
            whole = len(seen) > before and total <= _MOST_FOUND  # else pages go round, or there are too many
            following = listed.following
        width = times.seconds_between(start, until)
        if whole and (len(seen) >= total or not following):
            return
        if width <= 1:
            raise RemoteError(f"changes the list of orders of {start} while it is read", where=self._name)
        middle = times.later(start, width // 2)
        yield from self._modified(node, start, middle, now)
        yield from self._modified(node, middle, until, now)

    def _query(self, node: str, start: str, until: str, now: str) -> list[tuple[str, str]]:
        """One second more at either end: whether the bounds belong to a window is not documented."""
        return [
            ("lastModifiedStartDate", times.later(start, -1)),
            ("lastModifiedEndDate", times.later(until, 1)),
            *self._about(node, now),
        ]

    def _about(self, node: str, now: str) -> list[tuple[str, str]]:
        return [
            ("createdStartDate", times.later(now, -self._settings.created_within)),
            ("limit", str(self._settings.page_size)),
            ("productInfo", "true"),
            ("replacementInfo", "true"),
            ("shipNodeType", node),
        ]

    def _payloads(self, listed: Listed, node: str) -> Iterator[Payload]:
        for raw, order in listed:
            where = f"{self._name} order {str(order.get('purchaseOrderId', ''))[:40]}"
            yield Payload(b'{"order":%s,"shipNodeType":"%s"}' % (raw, node.encode()), where)

    def to_order(self, payload: Payload) -> Order:
        """The order that `payload` states. RecordError names what is wrong with it."""
        return order_of(
            payload,
            lambda value: walmart_orders.neutral(value, self._reading),
            channel=self._name,
            currency=self._opening.currency,
        )

    def render_acknowledgments(self, number: int, orders: Sequence[Acknowledgment]) -> Document:
        """One order of which Walmart is told that we have it."""
        told = [walmart_writes.acknowledgment_told(one) for one in orders]
        return self._document("acknowledgments", number, {"told": told}, len(orders))

    def render_tracking(self, number: int, packages: Sequence[Tracking]) -> Document:
        """One package."""
        told = [walmart_writes.tracking_told(one) for one in packages]
        units = sum(line.quantity for one in packages for line in one.lines)
        return self._document("tracking", number, {"told": told}, len(packages), units)

    def render_cancellations(self, number: int, cancellations: Sequence[Cancellation]) -> Document:
        """Units of one order that are not going to be shipped."""
        told = [walmart_writes.cancellation_told(one) for one in cancellations]
        units = sum(line.quantity for one in cancellations for line in one.lines)
        return self._document("cancel", number, {"told": told}, len(cancellations), units)

    def render_stock(self, number: int, levels: Sequence[StockLevel]) -> Document:
        """What may be sold of each SKU; one request each."""
        units = sum(level.quantity for level in levels)
        return self._document("stock", number, walmart_writes.stock_told(levels), len(levels), units)

    def _document(self, kind: str, number: int, told: Mapping[str, Any], rows: int, units: int = 0) -> Document:
        content = walmart_writes.content(kind, told)
        return Document(f"{self._name}/{kind}-{number:06}", content, "application/json", rows, units, kept=True)

    def deliver(self, document: Document, key: str) -> Receipt:  # noqa: ARG002 - Walmart knows no such keys
        """Tell what Walmart does not know yet. Nothing that may have been processed is asked a second time."""
        return self._teller().deliver(strict_json.loads(document.content))

    def recover(self, document: Document, key: str) -> Receipt:  # noqa: ARG002
        """Whether Walmart knows what `document` says; stock is told anew in any case."""
        if not document.content:
            return Receipt("uncertain", message="nobody knows any more what it said")
        return self._teller().recover(strict_json.loads(document.content))

    def probe(self) -> list[Probe]:
        """Credentials, clock, what the keys may do, and whether orders can be read."""
        return walmart_probe.probe(self._api, self._settings.ship_node)

    def _teller(self) -> Teller:
        one = self._settings
        terms = Terms(
            acknowledge_path=one.acknowledge_path,
            carriers=one.carriers,
            tracking_urls=one.tracking_urls,
            tracking_url=one.tracking_url,
            override=one.ship_cancel_requests,
            correct=one.correct_tracking,
            reason=one.cancel_reason,
            reasons=one.cancel_reasons,
            ship_node=one.ship_node,
        )
        return Teller(self._api, terms)
