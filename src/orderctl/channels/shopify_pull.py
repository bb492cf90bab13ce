"""Reads the orders of a Shopify store that changed, ascending by when they changed.

1. a walk begins `overlap` before its position, for orders that become findable late; the list is paged by a cursor that
   keeps to (time, id), so that orders which change meanwhile move to its end and none is passed over
2. a page that asks for too much is asked for again, half as long; a cursor that is refused begins a new walk
3. what does not fit into an order's part of the list is asked for by itself: more lines, more fulfillment orders, and
   how many of the units that are gone had been shipped before, and what was refunded
4. the position after a page is the largest update time on it that the search index surely knew: an order that changed
   within `overlap` before the pass may stand where it stood before. After the last page it is the largest of all
5. a list ends after 25,000 entries, so that a long walk begins anew from its position now and then
6. the first pull of a large store goes by a bulk operation (`shopify_bulk`), and the walk begins where that was begun
7. holds and moves do not always touch their order: open fulfillment orders that changed are a second stream
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orderctl.channels.shopify_api import Api, code_of, next_page, part
from orderctl.channels.shopify_bulk import BULK, Bulk
from orderctl.channels.shopify_shapes import Head, head, joined
from orderctl.channels.shopify_terms import Terms
from orderctl.core import times
from orderctl.core.adapters import Page, Payload
from orderctl.core.errors import RecordError, RemoteError, RemoteRefused
from orderctl.wire import json_slices

if TYPE_CHECKING:
    from orderctl.wire.http import Client

ORDERS, MOVEMENTS = "orders", "fulfillment_orders"
_RESTARTS = 3
_GLOBAL = "gid://shopify/Order/"
#: A query by ids is charged for each of them.
_AGAIN = 5
#: Nothing of the order was shipped yet.
_UNSHIPPED = frozenset({"UNFULFILLED", "ON_HOLD", "SCHEDULED", "OPEN"})
#: Money went back.
_REFUNDED = frozenset({"PARTIALLY_REFUNDED", "REFUNDED"})


@dataclass(slots=True)
class _Walk:
    """How far one walk is: where it began, its newest order, its cursor, the position that is safe to keep."""

    start: str
    position: str
    newest: str = ""
    after: str | None = None
    read: int = 0


class Pull:
    """One pull of one store."""

    def __init__(self, api: Api, terms: Terms, elsewhere: Callable[[str], Client] | None = None) -> None:
        """`elsewhere` opens the host that a bulk operation's file lies on; without, there are no bulk operations."""
        self._api = api
        self._terms = terms
        self._elsewhere = elsewhere
        self._first = terms.page_size
        self._read: set[str] = set()  # orders of this pull

    def pages(self, positions: Mapping[str, str]) -> Iterator[Page]:
        """Orders after `positions`, then those whose fulfillment orders changed."""
        if ORDERS in positions:
            yield from self._walked(ORDERS, positions, self._orders)
            yield from self._walked(MOVEMENTS, {MOVEMENTS: positions[ORDERS], **positions}, self._moved)
            return
        begin = ""
        if self._elsewhere is not None:
            bulk = Bulk(self._api, self._terms, self._elsewhere, self._came_back)
            begin = yield from bulk.pages(positions.get(BULK, ""))
        if begin:
            yield Page(MOVEMENTS, begin, ())
        # Without bulk every order is read just now, and the next pass begins with what moved since.
        yield from self._walked(ORDERS, {ORDERS: begin} if begin else {}, self._orders)

    def one(self, order: str) -> Payload | None:
        """The order with this id; None when the store has none."""
        if not order.startswith(_GLOBAL):  # anything else is refused as an id
            order = _GLOBAL + order
        return next(iter(self._again([order])), None)

    def _walked(
        self, stream: str, positions: Mapping[str, str], ask: Callable[[_Walk], tuple[Any, list[str], list[Payload]]]
    ) -> Iterator[Page]:
        begin = positions.get(stream) or self._terms.since
        walk = _Walk(self._before(begin) if stream in positions else begin, begin)
        restarts = 0
        while True:
            try:
                connection, changed, payloads = ask(walk)
            except RemoteRefused as refused:
                if walk.after is None or "cursor" not in refused.message.lower() or restarts >= _RESTARTS:
                    raise
                restarts += 1
                walk = _Walk(self._before(walk.position), walk.position)
                continue
            walk.after = next_page(connection, self._api.client.target)
            self._advance(walk, changed)
            yield Page(stream, walk.position, payloads, closes=walk.after is None)
            if walk.after is None:
                return
            if walk.read >= self._terms.walk and self._before(walk.position) > walk.start:
                walk = _Walk(self._before(walk.position), walk.position)

    def _advance(self, walk: _Walk, changed: Sequence[str]) -> None:
        """The position that counts once this page is stored. RemoteError when the list does not keep to its filter."""
        if walk.read == 0 and changed and changed[0] < walk.start:
            raise RemoteError(f"ignores what was asked: a change of {changed[0]}", where=self._api.client.target)
        walk.read += len(changed)
        walk.newest = max([walk.newest, *changed])
        if walk.after is None:
            walk.position = max(walk.position, walk.newest)
            return
        settled = self._terms.settled(self._api.client.skew_s)
        walk.position = max([walk.position, *(moment for moment in changed if moment <= settled)])

    def _before(self, position: str) -> str:
        return times.later(position, -self._terms.overlap_s)

    def _orders(self, walk: _Walk) -> tuple[Any, list[str], list[Payload]]:
        variables = {"query": f"updated_at:>='{walk.start}'", "after": walk.after, "personal": self._terms.personal}
        while True:
            try:
                answer = self._api.ask("Orders", {**variables, "first": self._first})
                break
            except RemoteRefused as refused:
                if code_of(refused) != "MAX_COST_EXCEEDED" or self._first == 1:
                    raise
                self._first //= 2
        connection = part(answer.value, self._api.client.target, "orders")
        part(connection, self._api.client.target, "nodes")
        heads = [self._head(raw) for raw in answer.elements]
        return connection, self._moments(one.updated_at for one in heads), self._payloads(heads, answer.elements)

    def _moved(self, walk: _Walk) -> tuple[Any, list[str], list[Payload]]:
        variables = {"query": f"updated_at:>='{walk.start}'", "after": walk.after, "first": 100}
        answer = self._api.ask("Movements", variables)
        connection = part(answer.value, self._api.client.target, "fulfillmentOrders")
        places = part(connection, self._api.client.target, "nodes")
        changed = self._moments(str(one.get("updatedAt")) for one in places)
        ids, payloads = self._unread(places), list[Payload]()
        for first in range(0, len(ids), _AGAIN):
            payloads += self._again(ids[first : first + _AGAIN])
        return connection, changed, payloads

    def _again(self, ids: Sequence[str]) -> list[Payload]:
        again = self._api.ask("OrdersAgain", {"ids": ids, "personal": self._terms.personal})
        part(again.value, self._api.client.target, "nodes")
        raws = [raw for raw in again.elements if raw != b"null"]
        return self._payloads([self._head(raw) for raw in raws], raws)

    def _head(self, raw: bytes) -> Head:
        try:
            return head(raw)
        except (RecordError, ValueError) as error:
            raise RemoteError(f"answers with an order that is none: {error}", where=self._api.client.target) from None

    def _moments(self, stated: Iterable[str]) -> list[str]:
        try:
            return [times.parse_moment(moment) for moment in stated]
        except ValueError:
            raise RemoteError("answers without `updatedAt`", where=self._api.client.target) from None

    def _unread(self, places: Sequence[Mapping[str, Any]]) -> list[str]:
        """The orders of these fulfillment orders, without those that were read after the last change of theirs."""
        began = times.later(self._terms.now, self._api.client.skew_s)
        late = {str(one["orderId"]) for one in places if times.parse_moment(str(one["updatedAt"])) >= began}
        every = dict.fromkeys(str(one["orderId"]) for one in places)
        return [order for order in every if order in late or order not in self._read]

    def _payloads(self, heads: Sequence[Head], raws: Sequence[bytes]) -> list[Payload]:
        return [
            Payload(self._complete(one, raw), f"{self._terms.name} order {str(one.name)[:40]}")
            for one, raw in zip(heads, raws, strict=True)
            if self._terms.tests or one.test is not True
        ]

    def _complete(self, order: Head, raw: bytes) -> bytes:
        """The order's own bytes, with those of what had to be asked for besides."""
        more = dict[str, list[bytes]]()
        self._read.add(order.id)
        lines = order.line_items
        if not lines:
            raise RemoteError("answers without `lineItems`", where=self._api.client.target)
        goes_on = lines.page_info.has_next_page is not False
        if goes_on:
            rest = {"id": order.id, "after": lines.page_info.end_cursor or None}
            more["lines"] = self._raws("OrderLines", rest, "order", "lineItems")
        if _overflows(order):
            more |= self._places(order.id)
        refunded = order.display_financial_status in _REFUNDED
        if refunded or goes_on or any(line.current_quantity < line.quantity for line in lines.nodes):
            more |= self._came_back(order)
        return joined(raw, more)

    def _came_back(self, order: Head) -> dict[str, list[bytes]]:
        """What was refunded and what had left of an order of which units are gone; nothing where it cannot matter."""
        refunded = order.display_financial_status in _REFUNDED
        if not refunded and (order.cancelled_at or order.display_fulfillment_status in _UNSHIPPED):
            return {}
        content = self._api.ask("Returns", {"id": order.id}).content
        names = ("refunds", "fulfillments")
        return {name: list(json_slices.elements(content, ("data", "order", name))) for name in names}

    def _places(self, order: str) -> dict[str, list[bytes]]:
        """All fulfillment orders of an order, and the lines of theirs that did not fit."""
        places, beyond = list[bytes](), list[bytes]()
        for content, nodes in self._api.nodes("FulfillmentOrders", {"id": order}, "order", "fulfillmentOrders"):
            places += json_slices.elements(content, ("data", "order", "fulfillmentOrders", "nodes"))
            for place in nodes:
                after = next_page(place["lineItems"], self._api.client.target)
                if after is not None:
                    asked = {"id": place["id"], "after": after}
                    rows = self._raws("FulfillmentOrderLines", asked, "fulfillmentOrder", "lineItems")
                    beyond.append(b'{"id":"%s","nodes":[%s]}' % (str(place["id"]).encode(), b",".join(rows)))
        return {"fulfillmentOrders": places, "fulfillmentOrderLines": beyond}

    def _raws(self, operation: str, variables: Mapping[str, Any], *path: str) -> list[bytes]:
        found: list[bytes] = []
        for content, _ in self._api.nodes(operation, variables, *path):
            found += json_slices.elements(content, ("data", *path, "nodes"))
        return found


def _overflows(order: Head) -> bool:
    """Whether the order has more fulfillment orders, or one of them more lines, than came along."""
    places = order.fulfillment_orders
    if not places:
        return False
    infos = [places.page_info, *(one.line_items.page_info for one in places.nodes or () if one.line_items)]
    return any(info.has_next_page is True for info in infos if info)
