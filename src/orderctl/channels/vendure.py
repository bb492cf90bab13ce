"""Vendure, a self-hosted shop, through its admin API (GraphQL, Vendure 3).

Which orders changed cannot be asked of Vendure: in 3.7 neither a purchase nor a change of state, of address or of
refunds moves an order's `updatedAt`. So three lists are walked:

1. `placed`: orders in the order of their purchase, from the last one that is stored less `overlap`
2. `open`: those of the last `watch` that still wait there, or were cancelled, all of them in every pass; what is
   unchanged is recognized by its bytes and costs nothing more
3. `updated`: what states a later change than the last that is stored, such as returns on orders that were shipped

Every list is sorted by its moment and walked by it, never by a number of rows to skip: a page asks for what comes
after the last moment of the page before, and for others of that same moment. So nothing is missed when orders come
and go meanwhile. A list has ended when the shop counts no more than it has given.
What is told, and how it is told once: `vendure_writes`. What an order says: `vendure_orders`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field, model_validator

from orderctl.channels import vendure_entries, vendure_orders, vendure_probe
from orderctl.channels.vendure_api import Api, KeyCredentials, Login
from orderctl.channels.vendure_writes import Ways, Writes
from orderctl.core import times
from orderctl.core.adapters import Page, Payload, Probe
from orderctl.core.channel_map import ChannelMap
from orderctl.core.effects import Cancellation, CancelledLine, Document, Receipt, StockLevel, Tracking, TrackingLine
from orderctl.core.errors import RemoteError
from orderctl.core.money_entries import MoneyEntry
from orderctl.core.orders import Order
from orderctl.core.quotas import Price, Quota
from orderctl.wire import json_slices, settings
from orderctl.wire.asked import Asked
from orderctl.wire.opening import Opening
from orderctl.wire.payloads import lists_some, order_of, understood

_LIST = """query orderctlOrders($options: OrderListOptions!) {
  orders(options: $options) {
    items { %s }
    totalItems
  }
}
%s"""
_Counted = TrackingLine | CancelledLine | StockLevel
_DAY_S = 86_400
_FIRST_S = 30 * _DAY_S


class Vendure(Asked):
    """Orders of a Vendure shop. `fetch` may repeat an order; it never skips one."""

    class Settings(settings.Settings):
        """What `[channel.NAME]` may say beside the keys of every channel."""

        base_url: settings.UrlField
        """Where the server is, such as `https://shop.example.com`."""
        admin_path: Annotated[str, Field(pattern=r"^/[\w./-]+$")] = "/admin-api"
        """Where on it the admin API is."""
        api_key: settings.SecretField | None = None
        """An API key of an administrator; the server has to allow the token method `api-key`."""
        username: str = ""
        """An administrator's name, instead of an API key."""
        password: settings.SecretField | None = None
        """The administrator's password."""
        channel_token: str = ""
        """The token of the Vendure channel that is meant; the default channel when empty."""
        ca_file: settings.PathField | None = None
        """Certificates of a private authority that the server's certificate comes from."""
        since: dt.date | None = None
        """The day from which on orders are read at first; 30 days ago when it is not given."""
        overlap: settings.DurationField = 120
        """How much of what was read already is read again, for orders that were stored late."""
        watch: settings.DurationField = _FIRST_S
        """How long after its purchase an order that still waits, or was cancelled, is read again in every pass."""
        open_states: settings.Texts = (
            *("PaymentAuthorized", "PaymentSettled", "PartiallyShipped", "PartiallyDelivered", "Modifying"),
            "ArrangingAdditionalPayment",
        )
        """The states of orders that still wait; add the states that the shop has of its own."""
        done_states: settings.Texts = ("Shipped", "Delivered")
        """The states of orders of which everything has left; what was not sent yet is not sent any more."""
        aggregates: bool = False
        """Whether a shop of many sellers is read by its Aggregate orders; else by its Seller orders."""
        page_size: Annotated[int, Field(ge=1, le=1000)] = 100
        """How many orders are asked for at once; fewer where the server limits how much a query may cost."""
        money_precision: Annotated[int, Field(ge=0, le=6)] = 2
        """How many decimals the server's amounts have, for every currency; `orderctl channels test` compares it."""
        prices_include_tax: bool = True
        """Whether prices are read with tax in them, or without it and the tax beside them."""
        digital_field: Annotated[str, Field(pattern=r"^([A-Za-z_]\w*)?$")] = ""
        """A true-or-false custom field of variants that marks what needs no shipping."""
        on_terms: settings.Texts = ()
        """Codes of payment methods by which customers pay later: authorized by one of them is `on_terms`."""
        handler: Annotated[str, Field(min_length=1)] = "manual-fulfillment"
        """The fulfillment handler; it is given `method` and `trackingCode`."""
        shipped_state: Annotated[str, Field(min_length=1)] = "Shipped"
        """The state of a fulfillment that has left the house."""
        stock_location: str = ""
        """The stock location (its id or name) that is told of stock; needed where the shop has several."""

        @model_validator(mode="after")
        def _one_way_in(self) -> Vendure.Settings:
            if (self.api_key is None) == (self.password is None) or bool(self.username) != (self.password is not None):
                raise ValueError("needs either `api_key`, or `username` and `password`")
            if self.overlap < 1:
                raise ValueError("has an `overlap` of nothing; orders of the same second would be missed")
            return self

    at_once: ClassVar[Mapping[str, int]] = {"tracking": 1, "cancel": 1, "stock": 100}
    settle_s: ClassVar[int] = 60
    meanings: ClassVar[ChannelMap] = ChannelMap(
        comes_in={
            "AddingItems, ArrangingPayment, Draft": "passed over until it is placed",
            "PaymentAuthorized": "payment authorized; on_terms for the methods of `on_terms`",
            "PaymentSettled": "payment paid or partly_paid, by what was settled",
            "Shipped, Delivered": "fulfilled by the channel",
            "Cancelled": "cancelled",
            "Modifying, every other state": "attribute state, for rules",
            "refunds": "payment partly_refunded or refunded",
        },
        goes_out={
            "package": "fulfillment: PartiallyShipped or Shipped",
            "package corrected": "the fulfillment is Cancelled, and another one added",
            "units cancelled": "cancelOrder: fewer units, with the last of them Cancelled",
            "stock": "stockOnHand at one location, with what is allocated there",
        },
        fields=dict.fromkeys(("ship_to", "payment"), "noticed for as long as `watch`, while the order waits there"),
    )

    def __init__(self, name: str, settings: Settings, opening: Opening) -> None:
        self._name = name
        self._settings = settings
        self._opening = opening
        self._api: Api | None = None
        self._terms = vendure_orders.Terms(
            precision=settings.money_precision,
            with_tax=settings.prices_include_tax,
            digital_field=settings.digital_field,
            on_terms=frozenset(settings.on_terms),
            done_states=frozenset(settings.done_states),
        )
        custom = f"customFields {{ {settings.digital_field} }}" if settings.digital_field else ""
        self._list = _LIST % (vendure_orders.FIELDS % custom, vendure_orders.PLACE)

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
        """Pages of what was placed, what waits and what states a change. RemoteError ends the walk."""
        since = self._settings.since
        day = f"{since.isoformat()}T00:00:00Z" if since else times.later(self._opening.now, -_FIRST_S)
        begin = times.later(day, -1)  # what is asked for lies after it
        watched = max(times.later(self._opening.now, -self._settings.watch), begin if since else times.EPOCH)
        states = [*dict.fromkeys((*self._settings.open_states, "Cancelled"))]
        yield from self._moved("placed", "orderPlacedAt", positions, begin)
        for _, payloads, ends in self._walk("orderPlacedAt", watched, {"state": {"in": states}}):
            yield Page("open", self._opening.now if ends else positions.get("open", watched), payloads, ends)
        yield from self._moved("updated", "updatedAt", positions, begin)

    def positions_at(self, moment: str) -> Mapping[str, str]:
        """What was placed or states a change from `moment` on; what waits is read whole in any case."""
        return {"placed": moment, "updated": moment}

    def fetch_one(self, order_id: str) -> Payload | None:
        """The order with the id `order_id`."""
        _, payloads, _ = next(self._walk("orderPlacedAt", times.EPOCH, {"id": {"eq": order_id}}))
        return next(iter(payloads), None)

    def close(self) -> None:
        """Close the connections, if any were made."""
        if self._api is not None:
            self._api.client.close()

    def to_order(self, payload: Payload) -> Order:
        """The order that `payload` states. RecordError names what is wrong with it."""
        return order_of(payload, lambda value: vendure_orders.order_json(value, self._terms), channel=self._name)

    def entries_of(self, payload: Payload) -> Sequence[MoneyEntry]:
        """Refunds of its payments."""
        if not lists_some(payload, "refunds"):
            return ()
        return understood(payload, lambda value: vendure_entries.entries(value, self._terms))

    def render_tracking(self, number: int, packages: Sequence[Tracking]) -> Document:
        """The fulfillments to add; a document that is delivered has one."""
        told = [
            {
                "order_id": one.channel_order_id,
                "carrier": one.carrier,
                "service": one.service,
                "tracking_number": one.tracking_number,
                "replaces": one.replaces,
                "lines": _lines(one.lines),
            }
            for one in packages
        ]
        return self._document("tracking", number, told, [line for one in packages for line in one.lines])

    def render_cancellations(self, number: int, cancellations: Sequence[Cancellation]) -> Document:
        """The units to cancel; a document that is delivered has those of one order."""
        told = [
            {"order_id": one.channel_order_id, "reason": one.reason, "lines": _lines(one.lines)}
            for one in cancellations
        ]
        return self._document("cancel", number, told, [line for one in cancellations for line in one.lines])

    def render_stock(self, number: int, levels: Sequence[StockLevel]) -> Document:
        """What may be sold of each SKU whose number changed."""
        told = [{"sku": level.sku, "quantity": level.quantity} for level in levels]
        return self._document("stock", number, told, levels)

    def deliver(self, document: Document, key: str) -> Receipt:
        """Tell the shop what it does not know yet."""
        return self._writes().deliver(document, key)

    def recover(self, document: Document, key: str) -> Receipt:
        """Ask the shop whether it knows."""
        return self._writes().recover(document, key)

    def probe(self) -> list[Probe]:
        """Who we are there, what we may do, its clock, its money and its stock locations."""
        return vendure_probe.probe(self._opened(), self._settings.money_precision, self._settings.stock_location)

    def _writes(self) -> Writes:
        one = self._settings
        return Writes(self._opened(), Ways(one.handler, one.shipped_state, one.stock_location))

    def _opened(self) -> Api:
        if self._api is None:
            one = self._settings
            client = self._opening.client
            if one.api_key is not None:
                credentials: KeyCredentials | Login = KeyCredentials(one.api_key)
            else:
                assert one.password is not None  # noqa: S101 - the settings have one way in
                asks = client(self._name, one.base_url, None, one.ca_file)
                credentials = Login(asks, one.admin_path, one.username, one.password)
            asked = client(self._name, one.base_url, credentials, one.ca_file)
            self._api = Api(asked, credentials, one.admin_path, one.channel_token)
        return self._api

    def _document(self, kind: str, number: int, told: Any, rows: Sequence[_Counted]) -> Document:
        content = json.dumps({kind: told}, ensure_ascii=False, separators=(",", ":")).encode()
        name, units = f"{self._name}/{kind}-{number:06}", sum(row.quantity for row in rows)
        return Document(name, content, "application/json", rows=len(rows), units=units, kept=True)

    def _moved(self, stream: str, field: str, positions: Mapping[str, str], begin: str) -> Iterator[Page]:
        """Pages of a list whose position is the last moment on a page that is stored."""
        position = positions.get(stream, "")
        after = times.later(position, -self._settings.overlap) if position else begin
        for newest, payloads, ends in self._walk(field, after, {}):
            position = max(position, newest)
            yield Page(stream, position or after, payloads, ends)

    def _walk(self, field: str, after: str, conditions: Mapping[str, Any]) -> Iterator[tuple[str, list[Payload], bool]]:
        """Orders whose `field` lies after `after`: the last moment on each page, its payloads, whether it is the last.

        `seen` are the orders of the last moment that were given already; the next page begins with others of it.
        """
        kinds = ["Regular", "Aggregate" if self._settings.aggregates else "Seller"]
        newest, seen = "", list[str]()
        while True:
            wanted = {"active": {"eq": False}, "type": {"in": kinds}, **conditions, "orderPlacedAt": {"isNull": False}}
            wanted[field] = {"after": after}
            if seen:
                wanted["id"] = {"notIn": seen}
            options = {"take": self._settings.page_size, "sort": {field: "ASC", "id": "ASC"}, "filter": wanted}
            data, content = self._opened().ask(self._list, {"options": options})
            items, ends = self._listed(data, field)
            raws = list(json_slices.elements(content, ("data", "orders", "items")))
            payloads = [
                Payload(raw, f"{self._name} order {item.get('code')}") for item, raw in zip(items, raws, strict=True)
            ]
            last = items[-1][field] if items else newest
            yield last, payloads, ends
            if ends:
                return
            ids = [item["id"] for item in items if item[field] == last]
            if not set(ids) - set(seen):
                raise RemoteError("gives the same orders again and again", where=self._name)
            seen = [*seen, *ids] if last == newest else ids
            newest, after = last, _just_before(last)

    def _listed(self, data: Mapping[str, Any], field: str) -> tuple[list[Any], bool]:
        """The orders of an answer, and whether the shop counts no more than these."""
        listed = data.get("orders")
        items, total = (listed.get("items"), listed.get("totalItems")) if isinstance(listed, dict) else (None, None)
        if not isinstance(items, list) or not isinstance(total, int):
            raise RemoteError("answers without a list of orders", where=self._name)
        if not all(isinstance(one, dict) and isinstance(one.get(field), str) and "id" in one for one in items):
            raise RemoteError(f"lists an order without {field}", where=self._name)
        if total > len(items) and not items:
            raise RemoteError(f"counts {total} orders and lists none", where=self._name)
        return items, total <= len(items)


def _lines(lines: Sequence[TrackingLine | CancelledLine]) -> list[dict[str, Any]]:
    return [{"id": line.channel_line_id, "quantity": line.quantity} for line in lines]


def _just_before(moment: str) -> str:
    """A millisecond before `moment`; Vendure's moments have no more digits."""
    before = times.as_datetime(moment) - dt.timedelta(milliseconds=1)
    return before.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{before.microsecond // 1000:03}Z"
