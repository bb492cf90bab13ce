"""The requests that Walmart Marketplace understands: its tokens and headers, what an answer has to look like.

1. a token lives for 15 minutes and is got with the client's id and secret; it goes along in a header of Walmart's own
2. every attempt has a correlation id that was never used before
3. what is left of a quota is said by headers, and believed
4. a refusal is told in Walmart's words: code and description
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from orderctl.channels.walmart_writes import errors, said
from orderctl.core import times
from orderctl.core.errors import RemoteError, RemoteRefused
from orderctl.core.quotas import Price, Quota, hourly
from orderctl.core.secrets import Secret
from orderctl.wire import json_slices
from orderctl.wire.budgets import Bucket
from orderctl.wire.http import Answer, Client, Request
from orderctl.wire.opening import Opening
from orderctl.wire.tokens import Grant, Tokens
from orderctl.wire.waits import WaitHeader, wait_s

ORDERS = "/v3/orders"
#: Beside `Retry-After`: the moment from which Walmart has time again, in milliseconds since 1970.
WAITS = (WaitHeader("X-Next-Replenishment-Time", "moment"),)
_BURST, _PER_S = 100.0, 20.0  # until Walmart says what is left
_NOT_FOUND = 404


def quotas(page_size: int) -> tuple[Quota, ...]:
    """What orders, packages and SKUs cost; each order is read before anything is told of it."""
    one = Price(1)
    prices = {
        "reading": {"orders": Price(1, page_size), "acknowledgments": one, "tracking": one},
        "writing": {"acknowledgments": one, "tracking": one},
        "stock": {"stock": one},
    }
    return tuple(Quota(name, price, *hourly(_PER_S, _BURST)) for name, price in prices.items())


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks, and where: the client's id and secret, and headers beside those that are always sent."""

    client_id: Secret
    client_secret: Secret
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list: each order's bytes and value, how many all pages have, and the query of the next page."""

    raw: Sequence[bytes]
    orders: Sequence[Mapping[str, Any]]
    total: int
    following: str

    def __iter__(self) -> Iterator[tuple[bytes, Mapping[str, Any]]]:
        return iter(zip(self.raw, self.orders, strict=True))


class Api:
    """One account of Walmart Marketplace."""

    def __init__(self, name: str, base_url: str, access: Access, opening: Opening, ca_file: Any = None) -> None:
        self.name = name
        self._opening = opening
        self._access = access
        self._gate = opening.client(name, base_url, None, ca_file, WAITS)
        self._tokens = Tokens(self._gate, _grant(base_url, access), _header(access))
        self.client: Client = opening.client(name, base_url, self._tokens, ca_file, WAITS)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def now(self) -> str:
        """The moment of the pass by Walmart's clock, which every new token tells."""
        self._tokens.sign(Request("GET", ORDERS), "")
        return times.later(self._opening.now, self.skew_s)

    @property
    def skew_s(self) -> int:
        """How far Walmart's clock is ahead of ours."""
        return self._gate.skew_s or self.client.skew_s

    def listed(self, query: Sequence[tuple[str, str]] = (), following: str = "") -> Listed | None:
        """A page of orders; `following` is Walmart's own query for the next one, used as it is. None: nothing is said.

        Walmart answers 404 when there are no orders. With its error it says so; without one it may be anybody's 404.
        """
        try:
            answer = self._send(Request("GET", ORDERS + following, query))
        except RemoteRefused as error:
            if error.status != _NOT_FOUND or following:
                raise
            return Listed((), (), 0, "") if errors(error.details) else None
        return _page(answer, self.name)

    def order(self, identity: str) -> Mapping[str, Any]:
        """One order as Walmart has it now."""
        answer = self._send(Request("GET", _path(identity), (("replacementInfo", "true"),)))
        return self._order_in(answer)

    def acknowledge(self, identity: str, path: str) -> Mapping[str, Any]:
        """Say that we have the order; repeated it changes nothing."""
        return self._order_in(self._send(Request("POST", _path(identity) + path, kind="keyed"), "writing"))

    def write(self, identity: str, path: str, body: bytes) -> Mapping[str, Any]:
        """Ship or cancel units of an order; the order as it is afterwards."""
        headers = {"content-type": "application/json"}
        request = Request("POST", _path(identity) + path, headers=headers, content=body, kind="blind")
        return self._order_in(self._send(request, "writing"))

    def put_stock(self, sku: str, node: str, body: bytes) -> None:
        """What may be sold of one SKU from now on."""
        query = (("sku", sku), *((("shipNode", node),) if node else ()))
        headers = {"content-type": "application/json"}
        answer = self._send(Request("PUT", "/v3/inventory", query, headers, body, kind="keyed"), "stock")
        if errors(answer.value):
            raise RemoteRefused(said(answer.value), where=self.name, status=answer.status, details=answer.value)

    def scopes(self) -> Mapping[str, Any]:
        """What the token may do: area -> `full_access`, `view_only` or `no_access`."""
        headers = {"content-type": "application/json", "authorization": _basic(self._access)}
        value = self._send(Request("GET", "/v3/token/detail", headers=headers)).value
        scopes = value.get("scopes") if isinstance(value, Mapping) else None
        return scopes if isinstance(scopes, Mapping) else {}

    def _send(self, request: Request, quota: Literal["reading", "writing", "stock"] = "reading") -> Answer:
        bucket = self._opening.budgets.bucket(quota, _PER_S, _BURST)
        try:
            answer = self.client.send(request, bucket)
        except RemoteRefused as error:
            if words := said(error.details):
                error = RemoteRefused(words, where=error.where, status=error.status, details=error.details)
            raise error from None
        _learn(bucket, answer.headers, self._opening.budgets.now())
        return answer

    def _order_in(self, answer: Answer) -> Mapping[str, Any]:
        order = answer.value.get("order") if isinstance(answer.value, Mapping) else None
        if not isinstance(order, Mapping):
            message = f"answers without the order{_aside(answer.value)}"
            raise RemoteError(message, where=self.name)
        return order


def _path(identity: str) -> str:
    return f"{ORDERS}/{quote(identity, safe='')}"


def _grant(base_url: str, access: Access) -> Grant:
    form = {"grant_type": "client_credentials"}
    return Grant(f"{base_url}/v3/token", lambda: form, lambda: {"authorization": _basic(access), **_always(access)})


def _basic(access: Access) -> str:
    pair = f"{access.client_id.reveal()}:{access.client_secret.reveal()}".encode()
    return f"Basic {base64.b64encode(pair).decode()}"


def _header(access: Access) -> Callable[[str], Mapping[str, str]]:
    return lambda token: {"WM_SEC.ACCESS_TOKEN": token, **_always(access)}


def _always(access: Access) -> dict[str, str]:
    return {
        "WM_SVC.NAME": "Walmart Marketplace",
        "WM_QOS.CORRELATION_ID": str(uuid.uuid4()),
        "accept": "application/json",  # else some answers are XML
        **access.headers,
    }


def _page(answer: Answer, target: str) -> Listed:
    """The list in `answer`. RemoteError when it is no such list: an error is never the end of one."""
    value = answer.value.get("list") if isinstance(answer.value, Mapping) else None
    meta = value.get("meta") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(meta, Mapping) or errors(value):
        message = f"answers without a list of orders{_aside(value or answer.value)}"
        raise RemoteError(message, where=target)
    elements = value.get("elements") or {}
    rows = elements.get("order") or [] if isinstance(elements, Mapping) else None
    raw = list(json_slices.elements(answer.content, ("list", "elements", "order")))
    total, following = meta.get("totalCount") or 0, meta.get("nextCursor") or ""
    if not isinstance(rows, list) or len(raw) != len(rows) or not all(isinstance(row, Mapping) for row in rows):
        raise RemoteError("answers with a list of orders that cannot be read", where=target)
    if not isinstance(total, int) or not isinstance(following, str):
        raise RemoteError("answers with a count or a cursor that cannot be read", where=target)
    if following and not following.startswith("?"):
        raise RemoteError("answers with a cursor that is no query", where=target)
    return Listed(raw, rows, total, following)


def _aside(value: object) -> str:
    words = said(value)
    return f": {words}" if words else ""


def _learn(bucket: Bucket, headers: Mapping[str, str], now: float) -> None:
    """Believe Walmart: how many requests are left, and when there are more."""
    left = headers.get("x-current-token-count", "")
    if not (left.isascii() and left.isdigit()) or len(left) > 9:
        return
    again = wait_s(headers, WAITS, now) if left == "0" else None
    bucket.learn(float(left), now, per_s=_PER_S if again is None else 1 / min(max(again, 1 / _PER_S), 3600))
