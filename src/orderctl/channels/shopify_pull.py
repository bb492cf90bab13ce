"""Reads the orders of a Shopify store that changed, ascending by when they changed.

1. a walk begins `overlap` before its position, for orders that become findable late; the list is paged by a cursor that
   keeps to (time, id), so that orders which change meanwhile move to its end and none is passed over
2. a page that asks for too much is asked for again, half as long; a cursor that is refused begins a new walk
3. what does not fit into an order's part of the list is asked for by itself: more lines, more fulfillment orders, and
   how many of the units that are gone had been shipped before
4. the position after a page is the largest update time on it that the search index surely knew: an order that changed
   within `overlap` before the pass may stand where it stood before. After the last page it is the largest of all
5. a list ends after 25,000 entries, so that a long walk begins anew from its position now and then
6. holds and moves do not always touch their order: open fulfillment orders that changed are a second stream
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderctl.channels.shopify_api import Api, code_of, next_page, part
from orderctl.core import times
from orderctl.core.adapters import Page, Payload
from orderctl.core.errors import RemoteError, RemoteRefused
from orderctl.wire import json_slices

ORDERS, MOVEMENTS = "orders", "fulfillment_orders"
_RESTARTS = 3
_GLOBAL = "gid://shopify/Order/"
#: A query by ids is charged for each of them.
_AGAIN = 5
#: Nothing of the order was shipped yet.
_UNSHIPPED = frozenset({"UNFULFILLED", "ON_HOLD", "SCHEDULED", "OPEN"})


@dataclass(frozen=True, slots=True)
class Terms:
    """What is read: `since` when nothing was yet, `settled` = by then the index knows what changed before it."""

    name: str
    since: str
    overlap_s: int
    page_size: int
    personal: bool
    tests: bool
    now: str
    walk: int = 20_000  # orders in one walk, a good deal below the 25,000 that a list has at most

    def settled(self, skew_s: int) -> str:
        """Whatever changed before this moment stands in the index as it is. `skew_s`: how far their clock is ahead."""
        return times.later(self.now, skew_s - self.overlap_s)


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

    def __init__(self, api: Api, terms: Terms) -> None:
        self._api = api
        self._terms = terms
        self._first = terms.page_size
        self._read: set[str] = set()  # orders of this pull

    def pages(self, positions: Mapping[str, str]) -> Iterator[Page]:
        """Orders after `positions`, then those whose fulfillment orders changed."""
        yield from self._walked(ORDERS, positions, self._orders)
        if ORDERS in positions:  # else every order was just read, and the next pass begins with what moved since
            yield from self._walked(MOVEMENTS, {MOVEMENTS: positions[ORDERS], **positions}, self._moved)

    def one(self, order: str) -> Payload | None:
        """The order with this id; None when the store has none."""
        if not order.startswith(_GLOBAL):  # anything else is refused as an id
            order = _GLOBAL + order
        return next(iter(self._again([order])), None)

    def _walked(
        self, stream: str, positions: Mapping[str, str], ask: Callable[[_Walk], tuple[Any, list[Payload]]]
    ) -> Iterator[Page]:
        begin = positions.get(stream) or self._terms.since
        walk = _Walk(self._before(begin) if stream in positions else begin, begin)
        restarts = 0
        while True:
            try:
                connection, payloads = ask(walk)
            except RemoteRefused as refused:
                if walk.after is None or "cursor" not in refused.message.lower() or restarts >= _RESTARTS:
                    raise
                restarts += 1
                walk = _Walk(self._before(walk.position), walk.position)
                continue
            where = self._api.client.target
            changed = [
                times.parse_moment(str(part(node, where, "updatedAt"))) for node in part(connection, where, "nodes")
            ]
            walk.after = next_page(connection, where)
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

    def _orders(self, walk: _Walk) -> tuple[Any, list[Payload]]:
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
        raws = list(json_slices.elements(answer.content, ("data", "orders", "nodes")))
        return connection, self._payloads(part(connection, self._api.client.target, "nodes"), raws)

    def _moved(self, walk: _Walk) -> tuple[Any, list[Payload]]:
        variables = {"query": f"updated_at:>='{walk.start}'", "after": walk.after, "first": 100}
        answer = self._api.ask("Movements", variables)
        connection = part(answer.value, self._api.client.target, "fulfillmentOrders")
        ids = self._unread(part(connection, self._api.client.target, "nodes"))
        payloads = []
        for first in range(0, len(ids), _AGAIN):
            payloads += self._again(ids[first : first + _AGAIN])
        return connection, payloads

    def _again(self, ids: Sequence[str]) -> list[Payload]:
        again = self._api.ask("OrdersAgain", {"ids": ids, "personal": self._terms.personal})
        nodes = part(again.value, self._api.client.target, "nodes")
        raws = list(json_slices.elements(again.content, ("data", "nodes")))
        seen = [at for at, node in enumerate(nodes) if node]
        return self._payloads([nodes[at] for at in seen], [raws[at] for at in seen])

    def _unread(self, places: Sequence[Mapping[str, Any]]) -> list[str]:
        """The orders of these fulfillment orders, without those that were read after the last change of theirs."""
        began = times.later(self._terms.now, self._api.client.skew_s)
        late = {str(one["orderId"]) for one in places if times.parse_moment(str(one["updatedAt"])) >= began}
        every = dict.fromkeys(str(one["orderId"]) for one in places)
        return [order for order in every if order in late or order not in self._read]

    def _payloads(self, nodes: Sequence[Any], raws: Sequence[bytes]) -> list[Payload]:
        return [
            Payload(self._complete(node, raw), f"{self._terms.name} order {str(node.get('name'))[:40]}")
            for node, raw in zip(nodes, raws, strict=True)
            if self._terms.tests or node.get("test") is not True
        ]

    def _complete(self, node: Mapping[str, Any], raw: bytes) -> bytes:
        """The order's own bytes, with those of what had to be asked for besides."""
        order, more = str(part(node, self._api.client.target, "id")), dict[str, list[bytes]]()
        self._read.add(order)
        lines = part(node, self._api.client.target, "lineItems")
        rest = next_page(lines, self._api.client.target)
        if rest is not None:
            more["lines"] = self._raws("OrderLines", {"id": order, "after": rest}, "order", "lineItems")
        if _overflows(node):
            more |= self._places(order)
        gone = any(line["currentQuantity"] < line["quantity"] for line in lines["nodes"]) or rest is not None
        if gone and node.get("cancelledAt") is None and node.get("displayFulfillmentStatus") not in _UNSHIPPED:
            content = self._api.ask("Returns", {"id": order}).content
            for name in ("refunds", "fulfillments"):
                more[name] = list(json_slices.elements(content, ("data", "order", name)))
        if not more:
            return raw
        parts = [b'"%s": [%s]' % (name.encode(), b", ".join(pieces)) for name, pieces in more.items()]
        return b'{"order": %s, %s}' % (raw, b", ".join(parts))

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
                    beyond.append(b'{"id": "%s", "nodes": [%s]}' % (str(place["id"]).encode(), b", ".join(rows)))
        return {"fulfillmentOrders": places, "fulfillmentOrderLines": beyond}

    def _raws(self, operation: str, variables: Mapping[str, Any], *path: str) -> list[bytes]:
        found: list[bytes] = []
        for content, _ in self._api.nodes(operation, variables, *path):
            found += json_slices.elements(content, ("data", *path, "nodes"))
        return found


def _overflows(node: Mapping[str, Any]) -> bool:
    """Whether the order has more fulfillment orders, or one of them more lines, than came along."""
    places = node.get("fulfillmentOrders") or {}
    lists = [places, *(place.get("lineItems") or {} for place in places.get("nodes") or ())]
    return any((one.get("pageInfo") or {}).get("hasNextPage") is True for one in lists)
