"""The first import of a large Shopify store, by one bulk operation ("Perform bulk operations with the Admin API").

1. a store with many orders is asked to write all of them into a file; one that a former pass asked for, whose answer
   was lost, is taken instead of a second
2. the operation's id is the position from then on, so that a later pass waits for the same one
3. its file lies on another host, which gets no credentials; it is read as it comes, object by object, each order with
   what follows it and names it as its parent ("groupObjects"), and from where it was read to
4. the file is whole when as many orders and objects came as the operation counted. What is not whole, failed, expired,
   or is not put together as announced counts for nothing: the orders are walked through window by window
   (`shopify_pull`). `partialDataUrl` is not even asked for
5. what changed since the operation was begun is for the walk that follows
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from orderctl.channels.shopify_api import Api, part
from orderctl.channels.shopify_documents import bulk_query
from orderctl.channels.shopify_shapes import Entry, Head, entry, head, joined
from orderctl.channels.shopify_terms import Terms
from orderctl.core import times
from orderctl.core.adapters import Page, Payload
from orderctl.core.errors import RecordError, RemoteBusy, RemoteDenied, RemoteDown, RemoteRefused
from orderctl.wire import strict_json

if TYPE_CHECKING:
    from orderctl.wire.http import Client

BULK = "bulk"
READING, READ, GIVEN_UP = "reading", "read", "given-up"
_POLLS = 12
#: Orders on a page.
_PAGE = 250
#: An operation that was begun this long ago, and is not known, is somebody else's.
_RECENT_S = 86400
_BOUND = re.compile(r"updated_at:>='([0-9TZ:-]+)'")
_LISTS = {
    "ShippingLine": "shippingLines",
    "LineItem": "lines",
    "FulfillmentOrder": "fulfillmentOrders",
    "FulfillmentOrderLineItem": "fulfillmentOrderLines",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an operation is: begun when, and read up to which byte, so many objects and orders of it."""

    state: str
    operation: str
    begun_at: str
    offset: int = 0
    objects: int = 0
    orders: int = 0

    @property
    def text(self) -> str:
        """As the position of the stream."""
        return f"{self.state} {self.operation} {self.begun_at} {self.offset} {self.objects} {self.orders}"


def standing(position: str) -> Standing | None:
    """What `text` gave; None when it is nothing of ours."""
    words = position.split(" ")
    if len(words) != 6 or not all(word.isascii() and word.isdigit() for word in words[3:]):
        return None
    return Standing(words[0], words[1], words[2], *map(int, words[3:]))


class _Broken(Exception):
    """The file of an operation is not what it should be."""


@dataclass(slots=True)
class _Gathered:
    """An order and what followed it."""

    head: Head
    raw: bytes
    more: dict[str, list[bytes]] = field(default_factory=lambda: {"shippingLines": [], "lines": []})
    place_lines: dict[str, list[bytes]] = field(default_factory=dict)
    units_gone: bool = False

    def add(self, one: Entry, raw: bytes) -> None:
        """One object that belongs to it. _Broken when it does not."""
        name = _LISTS.get((one.id or "gid://shopify/ShippingLine/").removeprefix("gid://shopify/").partition("/")[0])
        if name == "fulfillmentOrderLines":
            if one.parent_id not in self.place_lines:
                raise _Broken
            self.place_lines[one.parent_id].append(raw)
            return
        if name is None or one.parent_id != self.head.id:
            raise _Broken
        if name == "fulfillmentOrders" and one.id:
            self.place_lines[one.id] = []
        if name == "lines":
            if not isinstance(one.quantity, int) or not isinstance(one.current_quantity, int):
                raise _Broken
            self.units_gone |= one.current_quantity < one.quantity
        self.more.setdefault(name, []).append(raw)

    def payload(self, name: str, came_back: Callable[[Head], Mapping[str, Sequence[bytes]]]) -> Payload:
        """The order with all that belongs to it, as one payload."""
        more: dict[str, Sequence[bytes]] = {key: raws for key, raws in self.more.items() if raws or key == "lines"}
        beyond = [
            b'{"id":"%s","nodes":[%s]}' % (key.encode(), b",".join(raws)) for key, raws in self.place_lines.items()
        ]
        if beyond:
            more["fulfillmentOrderLines"] = beyond
        if self.units_gone:
            more |= came_back(self.head)
        return Payload(joined(self.raw, more), f"{name} order {str(self.head.name)[:40]}")


class Bulk:
    """The bulk operation of one store. `elsewhere` opens a client for the host of an address, without credentials."""

    def __init__(
        self,
        api: Api,
        terms: Terms,
        elsewhere: Callable[[str], Client],
        came_back: Callable[[Head], Mapping[str, Sequence[bytes]]],
    ) -> None:
        self._api = api
        self._terms = terms
        self._elsewhere = elsewhere
        self._came_back = came_back

    def pages(self, position: str) -> Generator[Page, None, str]:
        """Every order of the store, from `position` on; gives back the moment from which to walk on.

        It is empty when all orders are to be walked through. RemoteBusy while the store is still at it.
        """
        at = standing(position)
        if at is None:
            at = self._begun() if self._is_worth_it() else None
            if at is None:
                return ""
            yield Page(BULK, at.text, ())
        if at.state == READING:
            operation = self._ended(at)
            try:
                yield from self._read(operation, at)
            except (_Broken, RecordError, ValueError):
                yield Page(BULK, replace(at, state=GIVEN_UP).text, ())
                return ""
        return "" if at.state == GIVEN_UP else at.begun_at

    def _is_worth_it(self) -> bool:
        asked = {"query": self._condition(), "limit": self._terms.bulk_over + 1}
        try:
            count = (self._api.ask("OrdersCount", asked).value.get("ordersCount") or {}).get("count")
        except RemoteRefused:
            return False
        return isinstance(count, int) and count > self._terms.bulk_over

    def _condition(self) -> str:
        return f"updated_at:>='{self._terms.since}'"

    def _begun(self) -> Standing | None:
        """The operation, begun now or by a former pass; None when the store does not begin one."""
        query = bulk_query(self._condition(), personal=self._terms.personal)
        found = next(filter(self._is_ours(query), self._known()), None)
        if found is None:
            try:
                told = self._api.change("BulkRun", {"query": query}, "blind")
            except RemoteRefused:
                return None
            found = part(told, self._api.client.target, "bulkOperation")
        where = self._api.client.target
        return Standing(READING, str(part(found, where, "id")), _moment(part(found, where, "createdAt")))

    def _known(self) -> list[dict[str, Any]]:
        try:
            return list(part(self._api.ask("Bulks", {}).value, self._api.client.target, "bulkOperations", "nodes"))
        except RemoteRefused:
            return []

    def _is_ours(self, query: str) -> Callable[[Mapping[str, Any]], bool]:
        """Whether an operation gathers what `query` asks for, or more, and is not given up."""
        earliest = times.later(self._terms.now, self._api.client.skew_s - _RECENT_S)

        def ours(operation: Mapping[str, Any]) -> bool:
            asked = str(operation.get("query"))
            bound = _BOUND.search(asked)
            return (
                operation.get("status") in {"CREATED", "RUNNING", "COMPLETED"}
                and bound is not None
                and bound[1] <= self._terms.since
                and asked.replace(bound[0], self._condition()) == query
                and _moment(operation.get("createdAt")) >= earliest
            )

        return ours

    def _ended(self, at: Standing) -> Mapping[str, Any]:
        """The operation once it has ended. RemoteBusy when that takes longer."""
        so_far = "nothing"
        for _ in range(_POLLS):
            try:
                found = self._api.ask("Bulk", {"id": at.operation}).value.get("node") or {}
            except RemoteBusy:
                break
            if found.get("status") not in {"CREATED", "RUNNING", "CANCELING"}:
                return dict(found)
            so_far = f"{found.get('rootObjectCount')} orders"
        message = f"is still gathering its orders in a bulk operation, {so_far} so far; the next pass goes on with it"
        raise RemoteBusy(message, where=self._api.client.target)

    def _read(self, operation: Mapping[str, Any], at: Standing) -> Iterator[Page]:
        """The orders of an operation that ended. _Broken when its file is not whole."""
        if operation.get("status") != "COMPLETED":
            raise _Broken
        expected = int(str(operation.get("rootObjectCount"))), int(str(operation.get("objectCount")))
        if operation.get("url") is not None:
            bound = _BOUND.search(str(operation.get("query")))
            for now_at, payloads in self._paged(str(operation["url"]), at, bound[1] if bound else ""):
                at = now_at
                yield Page(BULK, at.text, payloads)
        if (at.orders, at.objects) != expected:
            raise _Broken
        yield Page(BULK, replace(at, state=READ).text, (), closes=True)

    def _paged(self, url: str, at: Standing, since: str) -> Iterator[tuple[Standing, list[Payload]]]:
        """Orders, and how far the file was read with them."""
        payloads: list[Payload] = []
        order: _Gathered | None = None
        objects, end = at.objects, at.offset
        for raw, begins in self._lines(url, at.offset):
            one = entry(raw)
            if one.parent_id:
                if order is None:
                    raise _Broken
                order.add(one, raw)
            else:
                if order is not None:
                    payloads += self._payload(order)
                    at = replace(at, offset=begins, objects=objects, orders=at.orders + 1)
                if len(payloads) >= _PAGE:
                    yield at, payloads
                    payloads = []
                order = _Gathered(head(raw), raw)
                if _moment(order.head.updated_at) < since:
                    raise _Broken  # what was asked is not what was gathered
            objects, end = objects + 1, begins + len(raw) + 1
        if order is not None:
            payloads += self._payload(order)
            at = replace(at, offset=end, objects=objects, orders=at.orders + 1)
        yield at, payloads

    def _payload(self, order: _Gathered) -> list[Payload]:
        """The order, unless it is one for trying out."""
        if order.head.test is True and not self._terms.tests:
            return []
        return [order.payload(self._terms.name, self._came_back)]

    def _lines(self, url: str, begin: int) -> Iterator[tuple[bytes, int]]:
        """The lines of a file, and where they begin. _Broken when it is not there or cannot be asked for."""
        with contextlib.closing(self._elsewhere(url)) as client:
            rest = b""
            try:
                for came in client.download(url, begin):
                    *lines, rest = (rest + came).split(b"\n")
                    for line in lines:
                        yield line, begin
                        begin += len(line) + 1
                    if len(rest) > strict_json.LARGEST:
                        raise _Broken
            except (RemoteRefused, RemoteDenied):
                raise _Broken from None
            except RemoteDown:  # a network that lets nobody out but to the store would never let the import end
                if begin == 0:
                    raise _Broken from None
                raise
            if rest:
                yield rest, begin


def _moment(stated: Any) -> str:
    return times.parse_moment(str(stated))
