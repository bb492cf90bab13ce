"""WooCommerce by its REST API, version wc/v3: orders in, tracking, cancellations and stock out.

1. fetch: orders by `modified_after`, oldest change first. Pages of a list that changes lose rows, so each full page is
   followed by a new question from its last second on; only within one second pages are turned, and turned again until
   nothing new is on them
2. what an order does not say itself is asked and joined to its payload: refunds line by line, and which products are
   virtual
3. to_order: `woocommerce_orders`; tracking, cancellations and stock: `woocommerce_writes` and `woocommerce_stock`

The position is the largest `date_modified_gmt` on committed pages; a walk starts `overlap` before it. Drafts, and
orders that a payment extension marks as trials, are passed over. `modified_after` is exclusive and counts seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import quote

from pydantic import Field

from orderctl.channels import (
    woocommerce_entries,
    woocommerce_joined,
    woocommerce_probe,
    woocommerce_stock,
    woocommerce_writes,
)
from orderctl.channels import woocommerce_orders as mapping
from orderctl.channels.woocommerce_site import CORE, MOST, Access, Listed, Site, has_no_route, site
from orderctl.channels.woocommerce_writes import Telling
from orderctl.core import times
from orderctl.core.adapters import Page, Payload, Probe
from orderctl.core.channel_map import ChannelMap
from orderctl.core.effects import Cancellation, Document, Receipt, StockLevel, Tracking, receipt_of
from orderctl.core.errors import RecordError, RemoteError, RemoteFailed, RemoteRefused
from orderctl.core.money_entries import MoneyEntry
from orderctl.core.orders import Order
from orderctl.core.quotas import Price, Quota
from orderctl.wire import settings
from orderctl.wire.asked import Asked
from orderctl.wire.budgets import Bucket
from orderctl.wire.opening import Opening
from orderctl.wire.payloads import lists_some, order_of, understood

_STREAM = "orders"
_TRASH = "trash"
_DAY_S = 86400
_FIRST_S = 30 * _DAY_S
#: So many orders are asked for at once of a site that fails or takes too long over more.
_FEW = 20
_NOT_FOUND = 404

#: What a status means that is no payment.
_SAID = {"completed": "payment paid, fulfilled by the channel", "cancelled": "cancelled", "refunded": "cancelled"}

_Mark = tuple[Any, str]
Meaning = Literal["pending", "authorized", "on_terms", "paid", "completed", "cancelled", "refunded"]


class WooCommerce(Asked):
    """Orders of a WooCommerce shop. A key with read and write access is made under Settings, Advanced, REST API."""

    at_once: ClassVar[Mapping[str, int]] = {"tracking": 1, "cancel": 1, "stock": MOST}
    settle_s: ClassVar[int] = 60
    meanings: ClassVar[ChannelMap] = ChannelMap(
        comes_in={
            **{theirs: _SAID.get(meaning, f"payment {meaning}") for theirs, meaning in mapping.STATUSES.items()},
            "drafts, trial payments": "passed over",
            "another status": "what `statuses` says, else payment pending",
            "refunds": "fewer units, payment partly_refunded or refunded",
        },
        goes_out={
            "package": "fulfillment, tracking of an extension, or a note to the customer",
            "package corrected": "the fulfillment is changed, the tracking replaced, or another note written",
            "last package of a paid order": "`complete_status`: completed",
            "whole order cancelled": "`cancel_status`: cancelled",
            "part of an order cancelled": "refused: by hand",
            "stock": "stock_quantity of each product that manages stock",
        },
        fields={"attributes": "private meta only where `meta` names it"},
    )

    class Settings(settings.Settings):
        """What `[channel.NAME]` may say beside the keys of every channel."""

        base_url: settings.UrlField
        """The site's address, `https://shop.example`, with the folder it lies in where there is one."""
        consumer_key: settings.SecretField
        """The key of the REST API, `ck_...`."""
        consumer_secret: settings.SecretField
        """Its secret, `cs_...`."""
        auth: Literal["basic", "query", "oauth"] = "basic"
        """How the key is shown: as a header; in the query, for hosts that take the header away; or by signing every
        request, for sites that do not see TLS themselves."""
        home_url: str = ""
        """What the site calls itself, for signatures, where that is not `base_url`: `http://shop.example`."""
        plain_permalinks: bool = False
        """Whether the site has plain permalinks, so that it is asked by `?rest_route=`."""
        ca_file: settings.PathField | None = None
        """Certificates to trust beside the public ones."""
        since: date | None = None
        """The first import brings orders that changed from this day on; 30 days when nothing is said."""
        overlap: settings.DurationField = 120
        """How far each walk goes back before what was seen last."""
        page_size: Annotated[int, Field(ge=2, le=MOST)] = MOST
        """How many orders are asked for at once; fewer where a site is slow."""
        statuses: Annotated[dict[str, Meaning], Field(default_factory=dict)]
        """What statuses mean, over those that every shop has: `{ shipped = "completed" }`. One that is not named is
        `pending`."""
        trash: bool = True
        """Whether orders in the trash are read too, as cancelled; else they vanish without a word."""
        test_orders: bool = False
        """Whether trial orders come in."""
        test_marks: Annotated[dict[str, str], Field(default={"_wcpay_mode": "test"})]
        """By which meta, and which value of it, an order is known as a trial."""
        pickup: settings.Texts = ("local_pickup", "pickup_location")
        """Shipping methods by which customers collect; such orders have no address to ship to."""
        meta: settings.Texts = ()
        """Private meta (their names begin with `_`) of orders that becomes attributes; public meta always does."""
        fee_meta: Annotated[dict[str, str], Field(default=woocommerce_entries.FEE_META)]
        """In which meta gateways say what they keep of a payment, and in which its currency, empty where it is the
        order's; names joined by points lead into one."""
        virtual_lines: Literal["ask", "ship"] = "ask"
        """Whether products are asked if they are virtual, or every line is taken to need a parcel."""
        tracking: Literal["auto", "fulfillments", "shipment-tracking", "note"] = "auto"
        """How tracking is told: WooCommerce's own fulfillments, the Shipment Tracking extension, or a note to the
        customer; `auto` takes the first that the site has."""
        tracking_route: str = "/wc-shipment-tracking/v3"
        """The namespace of the extension; `/wc-ast/v3` for Advanced Shipment Tracking."""
        notify: bool = True
        """Whether WooCommerce writes to the customer about a parcel."""
        complete: bool = True
        """Whether the order gets `complete_status` with its last parcel."""
        complete_status: str = "completed"
        """The status of an order of which everything is shipped."""
        cancel_status: str = "cancelled"
        """The status of an order that is cancelled."""
        carriers: Annotated[dict[str, str], Field(default_factory=dict)]
        """What WooCommerce calls our carriers, over the names that are known: `{ dhl = "DHL Intraship (DE)" }`."""
        note: str = "Your order has been shipped with {carrier}, tracking number {tracking_number}. {tracking_url}"
        """The note to the customer."""

    def __init__(self, name: str, settings: Settings, opening: Opening) -> None:
        self._name = name
        self._settings = settings
        self._opening = opening
        self._opened: Site | None = None
        statuses = {**mapping.STATUSES, **settings.statuses}
        self._terms = mapping.Terms(statuses, settings.pickup, settings.meta)

    def close(self) -> None:
        """Close the connections, if there are any."""
        if self._opened is not None:
            self._opened.close()

    @classmethod
    def quotas(cls, settings: Mapping[str, Any]) -> tuple[Quota, ...]:
        """How many requests orders, packages and SKUs take; nobody states how many are allowed."""
        told = {"tracking": Price(3), "stock": Price(2, cls.at_once["stock"])}
        return (
            Quota(
                "requests",
                {"orders": Price(1, settings.get("page_size", cls.Settings.model_fields["page_size"].default)), **told},
            ),
        )

    def fetch(self, positions: Mapping[str, str]) -> Iterator[Page]:
        """Pages of orders after `positions`, then of what is in the trash."""
        yield from self._walk(_STREAM, "any", positions.get(_STREAM, ""))
        if self._settings.trash:
            yield from self._walk(_TRASH, "trash", positions.get(_TRASH, ""))

    def positions_at(self, moment: str) -> Mapping[str, str]:
        """Both lists from `moment` on."""
        return {_STREAM: moment, _TRASH: moment}

    def fetch_one(self, order_id: str) -> Payload | None:
        """The order with the id `order_id`, which may lie in the trash."""
        try:
            return self._one(order_id)[0]
        except RemoteRefused as error:
            if error.status != _NOT_FOUND or has_no_route(error):
                raise
            return None

    def to_order(self, payload: Payload) -> Order:
        """The order that `payload` states. RecordError names what is wrong with it."""
        return order_of(payload, lambda value: mapping.neutral(value, self._terms), channel=self._name)

    def entries_of(self, payload: Payload) -> Sequence[MoneyEntry]:
        """Refunds, and what gateways keep."""
        fee_meta = self._settings.fee_meta
        named = any(name.partition(".")[0].encode() in payload.raw for name in fee_meta)
        if not named and not lists_some(payload, "refunds"):
            return ()
        return understood(payload, lambda value: woocommerce_entries.entries(value, fee_meta))

    def render_tracking(self, number: int, packages: Sequence[Tracking]) -> Document:
        """One package as JSON."""
        return woocommerce_writes.render_tracking(f"{self._name}/tracking-{number:06}", packages)

    def render_cancellations(self, number: int, cancellations: Sequence[Cancellation]) -> Document:
        """One cancellation as JSON."""
        return woocommerce_writes.render_cancellations(f"{self._name}/cancel-{number:06}", cancellations)

    def render_stock(self, number: int, levels: Sequence[StockLevel]) -> Document:
        """The numbers as JSON."""
        return woocommerce_stock.render(f"{self._name}/stock-{number:06}", levels)

    def deliver(self, document: Document, key: str) -> Receipt:  # noqa: ARG002 - there are no keys here
        """Look whether it is there, write it if not."""
        asked = json.loads(document.content)
        try:
            if "packages" in asked:
                return woocommerce_writes.tell_tracking(self._telling(), asked)
            if "cancellations" in asked:
                return woocommerce_writes.cancel(self._telling(), asked)
            return woocommerce_stock.tell(self._site(), asked)
        except RemoteError as error:
            return receipt_of(error)

    def recover(self, document: Document, key: str) -> Receipt:  # noqa: ARG002 - there are no keys here
        """What the shop shows of `document` now. What follows from a parcel that is there is done too."""
        if not document.content:
            return Receipt("uncertain", message="what was asked is not kept")
        asked = json.loads(document.content)
        try:
            if "packages" in asked:
                return woocommerce_writes.look_for_tracking(self._telling(), asked)
            if "cancellations" in asked:
                return woocommerce_writes.look_for_cancellation(self._telling(), asked)
            return woocommerce_stock.look(self._site(), asked)
        except RemoteRefused as error:
            return receipt_of(error)

    def probe(self) -> list[Probe]:
        """Who we are there, what the key may do, the clocks, the version, and how tracking can be told."""
        return woocommerce_probe.probe(self._site(), self._settings.tracking_route)

    def _site(self) -> Site:
        if self._opened is None:
            one = self._settings
            access = Access(
                one.base_url, one.consumer_key, one.consumer_secret, one.auth, one.home_url, one.plain_permalinks
            )
            self._opened = site(self._name, access, self._opening, one.ca_file)
        return self._opened

    def _telling(self) -> Telling:
        """What is needed to write to an order."""
        one = self._settings
        return Telling(
            site=self._site(),
            read=self._read,
            route=one.tracking_route,
            way="" if one.tracking == "auto" else one.tracking,
            carriers=one.carriers,
            note=one.note,
            notify=one.notify,
            complete_status=one.complete_status if one.complete else "",
            cancel_status=one.cancel_status,
        )

    def _read(self, identity: str) -> tuple[Order, Mapping[str, Any]]:
        """One order as it is now, understood and as it was sent."""
        payload, value = self._one(identity)
        try:
            return self.to_order(payload), value
        except RecordError as error:
            raise RemoteRefused(f"shows an order that cannot be read: {error.message}", where=error.where) from None

    def _one(self, identity: str) -> tuple[Payload, Mapping[str, Any]]:
        answer = self._site().get(f"{CORE}/orders/{quote(identity, safe='')}")
        if not isinstance(answer.value, dict):
            raise RemoteError("answers with something that is no order", where=self._name)
        return self._joined([answer.value], [answer.content.strip()])[0], answer.value

    def _first(self) -> str:
        since = self._settings.since
        return f"{since.isoformat()}T00:00:00Z" if since else times.later(self._opening.now, -_FIRST_S)

    def _walk(self, stream: str, status: str, position: str) -> Iterator[Page]:
        """Pages of one stream. Positions never go back, and wait while pages are turned within one second.

        Rows can slip away between two pages that are turned. So a second that fills more than a page is read again
        until nothing new of it is found, and what comes after it is asked for anew.
        """
        reached = position or self._first()
        after = times.later(reached, -self._settings.overlap - 1 if position else -1)
        seen: set[_Mark] = set()
        number, quiet, size = 1, True, self._page_size()
        while True:
            try:
                listed = self._list(status, after, number, size)
            except RemoteFailed:
                if size <= _FEW:
                    raise
                self._patience.take(1, self._opening.budgets.now())
                number, quiet, size = 1, True, _FEW
                continue
            second = times.later(after, 1)
            marks = [(row.get("id"), _changed(row)) for row in listed.rows]
            fresh = [at for at, mark in enumerate(marks) if mark not in seen]
            seen.update(marks)
            quiet = quiet and not any(marks[at][1] <= second for at in fresh)
            known, then, closes = "", after, False
            if listed.more and _last(listed) <= second:
                number += 1
            elif number > 1:
                known, then = (second, second) if quiet else ("", after)
                number, quiet = 1, True
            else:
                known = _last(listed)
                then, closes = times.later(known or after, -1), not listed.more
                quiet = True
            reached = max(reached, known)
            yield Page(stream, reached, self._payloads(listed, fresh), closes)
            if closes:
                return
            after, seen = then, {mark for mark in seen if mark[1] > then}

    @property
    def _patience(self) -> Bucket:
        """Empty for a day after the site was too slow for a page of the usual size."""
        return self._opening.budgets.bucket("large pages", 1 / _DAY_S, 1.0)

    def _page_size(self) -> int:
        is_slow = self._patience.wait_s(1, self._opening.budgets.now()) > 0
        return min(_FEW, self._settings.page_size) if is_slow else self._settings.page_size

    def _list(self, status: str, after: str, number: int, size: int) -> Listed:
        query = (
            *(("status", status), ("modified_after", after.removesuffix("Z")), ("dates_are_gmt", "true")),
            *(("orderby", "modified"), ("order", "asc"), ("per_page", str(size))),
        )
        listed = self._site().page(f"{CORE}/orders", query, number)
        if any("" < _changed(row) <= after for row in listed.rows):
            message = "sends orders that changed before the moment asked for; WooCommerce 5.8 or newer is needed"
            raise RemoteError(message, where=self._name)
        return listed

    def _is_wanted(self, row: Mapping[str, Any]) -> bool:
        if mapping.status_of(row) in mapping.DRAFTS:
            return False
        return self._settings.test_orders or not mapping.is_test(row, self._settings.test_marks)

    def _payloads(self, listed: Listed, fresh: Sequence[int]) -> list[Payload]:
        """The payloads of those rows of a page that are wanted."""
        wanted = [at for at in fresh if self._is_wanted(listed.rows[at])]
        return self._joined([listed.rows[at] for at in wanted], [listed.raws[at] for at in wanted])

    def _joined(self, rows: Sequence[Mapping[str, Any]], raws: Sequence[bytes]) -> list[Payload]:
        joined = woocommerce_joined.joined(self._site(), rows, raws, ask_virtual=self._settings.virtual_lines == "ask")
        names = [str(row.get("number") or row.get("id") or "without a number")[:40] for row in rows]
        return [Payload(raw, f"{self._name} order {name}") for raw, name in zip(joined, names, strict=True)]


def _changed(row: Mapping[str, Any]) -> str:
    """When a row changed last, empty when it does not say so clearly."""
    try:
        return times.parse_moment(mapping.modified(row))
    except ValueError:
        return ""


def _last(listed: Listed) -> str:
    """The moment up to which a page is complete, empty when nothing on it has one.

    Of a page in the middle the earlier of its last two rows counts: a row that changed between being found and being
    read shows a moment that lies behind rows which were not sent yet.
    """
    moments = [moment for row in listed.rows if (moment := _changed(row))]
    return min(moments[-2:], default="") if listed.more else max(moments, default="")
