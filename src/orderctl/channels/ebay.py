"""Orders from eBay, and tracking, cancellations and stock back to it.

1. fetch: windows of `lastmodifieddate`, from `overlap` before the newest order that is stored up to `delay` ago by
   eBay's clock, each paged by offset to eBay's own end mark (`ebay_windows`)
2. an order with a cancellation state is asked for by itself, since the list leaves its requests out; with `disputes`,
   so is an order whose payment is disputed, whether or not the window holds it
3. to_order: `ebay_orders`; what is told: `ebay_writes`; how eBay is asked: `ebay_api`
4. fees and refunds stand in orders; with `finances`, what no order states comes from the Finances API (`ebay_entries`)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NamedTuple
from urllib.parse import quote

from pydantic import Field, StringConstraints

from orderctl.channels import ebay_entries, ebay_orders, ebay_windows, ebay_writes
from orderctl.channels.ebay_windows import Part
from orderctl.core import times
from orderctl.core.adapters import MoneyPage, Page, Payload, Probe
from orderctl.core.channel_map import ChannelMap, payments
from orderctl.core.effects import Cancellation, Document, Receipt, StockLevel, Tracking
from orderctl.core.errors import RemoteError, RemoteRefused
from orderctl.core.money_entries import MoneyEntry
from orderctl.core.orders import Order
from orderctl.core.quotas import Price, Quota
from orderctl.wire import probes, settings
from orderctl.wire.asked import Asked
from orderctl.wire.opening import Opening
from orderctl.wire.payloads import order_of, understood
from orderctl.wire.statements import money_page

if TYPE_CHECKING:
    from orderctl.channels.ebay_api import Api

_ORDERS, _DISPUTES = "orders", "disputes"
_DISPUTE_SCOPE, _FINANCES_SCOPE = "sell.payment.dispute", "sell.finances"
_PAGE = 200
#: Without it the total leaves out the taxes that eBay collects.
_TAXES = (("fieldGroups", "TAX_BREAKDOWN"),)
_ONE = (("limit", "1"),)
_DAY_S = 86_400
#: eBay lists orders of two years; a day less, so that no clock makes it more.
_HORIZON_S = 729 * _DAY_S
_FIRST_S = 30 * _DAY_S
_SCOPE = "grant the application the scope, or take it out of `scopes`"
_NO_CONTENT = 204


class Ebay(Asked):
    """Orders of one eBay seller. Fetch may repeat an order; it never skips one."""

    class Settings(settings.Settings):
        """What `[channel.NAME]` may say beside the keys of every channel."""

        client_id: settings.SecretField
        """App ID of the application's production keys."""
        client_secret: settings.SecretField
        """Cert ID of the application's production keys."""
        refresh_token: settings.SecretField
        """What the seller's consent gave; it lives about 18 months, and ends when the seller changes the password."""
        marketplace: Annotated[str, StringConstraints(pattern="^EBAY_[A-Z_]{2,20}$")] = "EBAY_US"
        """The seller's own site, for cancellations."""
        scopes: settings.Texts = ("sell.fulfillment", "sell.inventory")
        """What the seller has consented to, all of it asked for; `disputes` asks for `sell.payment.dispute`, too, and
        `finances` for `sell.finances`."""
        since: dt.date | None = None
        """The day (UTC) from which on changed orders are read at first; 30 days ago without it, 729 at most."""
        overlap: settings.DurationField = 900
        """How far before the newest order that is stored the next pull begins."""
        delay: settings.DurationField = 120
        """How long eBay may take to list a change; a pull reads up to so long ago."""
        disputes: bool = False
        """Whether payment disputes are read: an order has `dispute` = open, won or lost then."""
        finances: bool = False
        """Whether labels, disputes, credits and charges of orders are read. Not for sellers in the EU and the UK, whom
        eBay asks for signatures."""
        finances_overlap: settings.DurationField = 2 * _DAY_S
        """How much of what was booked already is read again."""
        carriers: dict[str, str] = Field(default_factory=dict)
        """A carrier by any of its names = the name eBay knows it by. The well-known ones need no entry."""
        reject_cancellations: bool = False
        """Whether telling a package also rejects a cancellation that the buyer has asked for meanwhile."""
        seller_cancel: bool = False
        """Whether eBay is asked to cancel orders whose buyer has not asked for it. Not tried against eBay yet."""
        cancel_reason: str = "OUT_OF_STOCK_OR_CANNOT_FULFILL"
        """The reason eBay is told for such a cancellation."""
        base_url: settings.UrlField = "https://api.ebay.com"
        """Where eBay is asked; `https://api.sandbox.ebay.com` for the sandbox."""
        disputes_url: settings.UrlField = "https://apiz.ebay.com"
        """Where payment disputes and finances are asked for."""
        ca_file: settings.PathField | None = None
        """A private certificate authority that is trusted, too."""

    at_once: ClassVar[Mapping[str, int]] = {"tracking": 1, "cancel": 1, "stock": ebay_writes.STOCK_ROWS}
    settle_s: ClassVar[int] = 120
    meanings: ClassVar[ChannelMap] = ChannelMap(
        comes_in={
            **payments(ebay_orders.PAYMENTS),
            "cancelState IN_PROGRESS": "cancel_requested",
            "cancelState CANCELED": "cancelled",
            "payment dispute": "dispute open, won or lost",
            "lineItemFulfillmentStatus FULFILLED": "line fulfilled by the channel",
            "FULFILLED_BY_EBAY": "fulfilled by the channel",
        },
        goes_out={
            "package": "shipping fulfillment: IN_PROGRESS or FULFILLED",
            "package corrected": "refused: by hand",
            "whole order cancelled": "what the buyer asked for is approved: CANCELED",
            "part of an order cancelled": "refused: by hand",
            "stock": "shipToLocationAvailability of each inventory item",
        },
        fields={"lines": "refunds name no units: they change the payment alone"},
    )

    def __init__(self, name: str, settings: Settings, opening: Opening) -> None:
        self._name = name
        self._settings = settings
        self._opening = opening
        self._asked: Api | None = None

    @classmethod
    def quotas(cls, settings: Mapping[str, Any]) -> tuple[Quota, ...]:  # noqa: ARG003 - its pages have one size
        """How many requests orders, packages and SKUs take; nobody states how many are allowed."""
        told = {"tracking": Price(2), "stock": Price(1, ebay_writes.STOCK_ROWS)}
        return (Quota("requests", {"orders": Price(1, _PAGE), **told}),)

    def fetch(self, positions: Mapping[str, str]) -> Iterator[Page]:
        """Pages of orders changed since `positions`, then those whose dispute changed. RemoteError ends the walk."""
        now = self._api.now()
        disputed = self._disputed() if self._settings.disputes else {}
        rest = dict(disputed)
        for read in self._windows(positions.get(_ORDERS, ""), now, disputed):
            yield read.page
            for identity in read.orders:
                rest.pop(identity, None)
        payloads = [self._joined(identity, disputes) for identity, disputes in rest.items()]
        if payloads:
            yield Page(_DISPUTES, now, [payload for payload in payloads if payload], closes=True)

    def positions_at(self, moment: str) -> Mapping[str, str]:
        """Orders that changed from `moment` on; disputes are read whole in any case."""
        return {_ORDERS: moment}

    def entries_of(self, payload: Payload) -> Sequence[MoneyEntry]:
        """Fees, refunds and taxes that eBay collects."""
        return understood(payload, ebay_entries.entries)

    def fetch_entries(self, position: str) -> Iterator[MoneyPage]:
        """What was booked after `position` and stands in no order; none without `finances`."""
        if not self._settings.finances:
            return
        now = self._api.now()
        end = times.later(now, -self._settings.delay)
        start = times.later(position, -self._settings.finances_overlap) if position else self._start("", now)
        reached = position or start
        for part, until in ebay_windows.walk(self._booked, start, end, self._name):
            reached = max(reached, until)
            yield money_page(reached, part.values, ebay_entries.transaction, ebay_entries.reference)

    def fetch_one(self, order_id: str) -> Payload | None:
        """The order with eBay's id `order_id`, asked for as a list of one, so that it has the same bytes."""
        part = ebay_windows.part_of(self._api.orders("/order", [("orderIds", order_id), *_TAXES]), "orders", self._name)
        disputed = self._disputed() if self._settings.disputes else {}
        found = zip(part.raw, part.values, strict=True)
        return next((self._payload(raw, order, disputed) for raw, order in found if _id_of(order) == order_id), None)

    def close(self) -> None:
        """Close the connections."""
        if self._asked is not None:
            self._asked.close()
            self._asked = None

    def to_order(self, payload: Payload) -> Order:
        """The order that `payload` states. RecordError names what is wrong with it."""
        return order_of(payload, ebay_orders.order_row, channel=self._name)

    def render_tracking(self, number: int, packages: Sequence[Tracking]) -> Document:
        """What eBay is asked for `packages`, as push `number`: carriers by eBay's names, numbers without spaces."""
        return ebay_writes.tracking_document(f"{self._name}/tracking-{number:06}", packages, self._settings.carriers)

    def render_cancellations(self, number: int, cancellations: Sequence[Cancellation]) -> Document:
        """What eBay is told will not be shipped, as push `number`."""
        return ebay_writes.cancel_document(f"{self._name}/cancel-{number:06}", cancellations)

    def render_stock(self, number: int, levels: Sequence[StockLevel]) -> Document:
        """The quantities eBay is told, as push `number`."""
        return ebay_writes.stock_document(f"{self._name}/stock-{number:06}", levels)

    def deliver(self, document: Document, key: str) -> Receipt:  # noqa: ARG002 - eBay takes no key; it is read back
        """Tell eBay what it does not know already."""
        return self._writes.deliver(document)

    def recover(self, document: Document, key: str) -> Receipt:  # noqa: ARG002
        """Whether eBay has what `document` said. Stock is told again: its numbers are absolute."""
        return self._writes.recover(document)

    def probe(self) -> list[Probe]:
        """Whether eBay lets us in, with which rights, and how its clock goes."""
        found = [self._probed("credentials", "the token is taken", self._api.now)]
        if found[0].verdict == "fail":
            return found
        asks = [("orders", "can be read", partial(self._api.orders, "/order", _ONE))]
        if any("sell.inventory" in scope for scope in self._settings.scopes):
            ask = partial(self._api.inventory, "GET", "/inventory_item", _ONE)
            asks.append(("stock", "can be told, for listings made with the Inventory API", ask))
        if self._settings.finances:
            asks.append(("finances", "can be read", partial(self._api.finances, "/transaction", _ONE)))
        if self._settings.disputes:
            asks.append(("disputes", "can be read", partial(self._api.disputes, "/payment_dispute_summary", _ONE)))
        found += [self._probed(*one) for one in asks]
        return [*found, probes.clock(self._api.skew_s)]

    def _probed(self, what: str, well: str, ask: Callable[[], object], denied: str = _SCOPE) -> Probe:
        try:
            ask()
        except RemoteError as error:
            return probes.failed(what, error, denied)
        return Probe(what, "ok", well)

    @property
    def _api(self) -> Api:
        if self._asked is None:
            from orderctl.channels.ebay_api import Account, Api

            mine = self._settings
            asked = {_DISPUTE_SCOPE: mine.disputes, _FINANCES_SCOPE: mine.finances}
            scopes = tuple(dict.fromkeys((*mine.scopes, *(scope for scope, needed in asked.items() if needed))))
            account = Account(
                *(mine.client_id, mine.client_secret, mine.refresh_token, scopes, mine.marketplace),
                *(mine.base_url, mine.disputes_url, mine.ca_file),
            )
            self._asked = Api(self._name, account, self._opening)
        return self._asked

    @property
    def _writes(self) -> ebay_writes.Writes:
        mine = self._settings
        return ebay_writes.Writes(
            self._api,
            reject=mine.reject_cancellations,
            cancel_reason=mine.cancel_reason if mine.seller_cancel else "",
        )

    def _windows(self, position: str, now: str, disputed: Mapping[str, Sequence[bytes]]) -> Iterator[_Read]:
        """The pages of one window after the other, and which orders they hold.

        The position stays where it was until a window is read to its end. Of the last one the newest change counts, not
        its end, which is by a clock.
        """
        end = times.later(now, -self._settings.delay)
        start = max(self._start(position, now), times.later(now, -_HORIZON_S))
        held = newest = position or start
        for part, until in ebay_windows.walk(self._listed, start, end, self._name):
            newest = max([newest, *[min(moment, end) for moment in map(_changed_at, part.values) if moment]])
            payloads = [self._payload(raw, order, disputed) for raw, order in zip(part.raw, part.values, strict=True)]
            if until:
                held = until if until < end else max(held, newest)
            yield _Read(Page(_ORDERS, held, payloads, closes=bool(until)), [_id_of(order) for order in part.values])

    def _start(self, position: str, now: str) -> str:
        if position:
            return times.later(position, -self._settings.overlap)
        since = self._settings.since
        return f"{since.isoformat()}T00:00:00Z" if since else times.later(now, -_FIRST_S)

    def _listed(self, start: str, until: str, offset: int) -> Part:
        """One page of the orders changed from `start` to just before `until`."""
        last = times.later(until, -1).removesuffix("Z")
        window = f"lastmodifieddate:[{start.removesuffix('Z')}.000Z..{last}.999Z]"
        query = [("filter", window), *_TAXES, ("limit", str(_PAGE)), ("offset", str(offset))]
        return ebay_windows.part_of(self._api.orders("/order", query), "orders", self._name)

    def _booked(self, start: str, until: str, offset: int) -> Part:
        """One page of the transactions booked from `start` to just before `until`."""
        last = times.later(until, -1).removesuffix("Z")
        window = f"transactionDate:[{start.removesuffix('Z')}.000Z..{last}.999Z]"
        answer = self._api.finances("/transaction", [("filter", window), ("limit", "200"), ("offset", str(offset))])
        if answer.status == _NO_CONTENT:
            return Part((), (), 0, has_next=False)
        return ebay_windows.part_of(answer, "transactions", self._name)

    def _payload(self, raw: bytes, order: Any, disputed: Mapping[str, Sequence[bytes]]) -> Payload:
        """One order of the list, with what has to be asked for besides."""
        identity = _id_of(order)
        status = order.get("cancelStatus") if isinstance(order, dict) else None
        state = status.get("cancelState") if isinstance(status, dict) else None
        if identity and (identity in disputed or state not in {None, "NONE_REQUESTED"}):
            return self._joined(identity, disputed.get(identity, ()), raw) or Payload(raw, self._where(identity))
        return Payload(raw, self._where(identity))

    def _joined(self, identity: str, disputes: Sequence[bytes], listed: bytes = b"") -> Payload | None:
        """The order as eBay tells it when it is asked for alone, beside what the list said; None if it is gone."""
        try:
            answer = self._api.orders(f"/order/{quote(identity, safe='')}", _TAXES)
        except RemoteRefused as error:
            if error.status == 404:  # too old to be told, or never there
                return None
            raise
        parts = [b'"order": ' + listed] if listed else []
        parts.append(b'"more": ' + answer.content.strip())
        if disputes:
            parts.append(b'"disputes": [' + b", ".join(disputes) + b"]")
        return Payload(b"{" + b", ".join(parts) + b"}", self._where(identity))

    def _disputed(self) -> dict[str, list[bytes]]:
        """Order -> the disputes about it, open and recently closed; of a closed one its details, with the outcome."""
        found: dict[str, list[bytes]] = {}
        offset, has_next = 0, True
        while has_next:
            query = [("limit", str(_PAGE)), ("offset", str(offset))]
            answer = self._api.disputes("/payment_dispute_summary", query)
            part = ebay_windows.part_of(answer, "paymentDisputeSummaries", self._name)
            for raw, dispute in zip(part.raw, part.values, strict=True):
                if order := _id_of(dispute):
                    found.setdefault(order, []).append(self._dispute(raw, dispute))
            offset, has_next = offset + len(part.raw), part.has_next
            if has_next and (not part.raw or offset >= part.total):
                raise RemoteError("names a page of disputes after the last one", where=self._name)
        return found

    def _dispute(self, raw: bytes, dispute: Mapping[str, Any]) -> bytes:
        identity = str(dispute.get("paymentDisputeId") or "")
        if dispute.get("paymentDisputeStatus") in ebay_orders.OPEN_DISPUTES or not identity:
            return raw
        return self._api.disputes(f"/payment_dispute/{quote(identity, safe='')}").content.strip()

    def _where(self, identity: str) -> str:
        return f"{self._name} order {identity}"


class _Read(NamedTuple):
    page: Page
    orders: list[str]


def _id_of(order: Any) -> str:
    identity = order.get("orderId") if isinstance(order, dict) else None
    return identity if isinstance(identity, str) else ""


def _changed_at(order: Any) -> str:
    """When an order changed by eBay's clock; empty when it does not say so properly (`to_order` will tell)."""
    stated = order.get("lastModifiedDate") if isinstance(order, dict) else None
    try:
        return times.parse_moment(stated) if isinstance(stated, str) else ""
    except ValueError:
        return ""
