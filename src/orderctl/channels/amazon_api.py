"""How the Selling Partner API is asked: one application, one seller, one region.

1. an access token lives an hour and is got from Login with Amazon with the refresh token, which stays the same
2. every operation has a budget of its own, kept between runs; Amazon says in `x-amzn-RateLimit-Limit` how fast it
   fills, and after a 429 it is known to be empty. Nobody waits minutes for it, the next pass goes on instead
3. what Amazon refuses is told in its own words: code, message and details
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from orderctl.core import times
from orderctl.core.errors import RemoteBusy, RemoteDenied, RemoteError, RemoteRefused
from orderctl.core.secrets import Secret
from orderctl.wire import json_slices
from orderctl.wire.budgets import Bucket
from orderctl.wire.http import Answer, Client, Request
from orderctl.wire.opening import Opening
from orderctl.wire.tokens import Grant, Tokens

ORDERS = "/orders/2026-01-01/orders"
_ORDERS_V0 = "/orders/v0/orders"
_LISTINGS = "/listings/2021-08-01/items"
#: Operation -> requests a second and how many at once, as its reference states them.
RATES = {
    "searchOrders": (0.0056, 20.0),
    "getOrder": (0.5, 30.0),
    "confirmShipment": (2.0, 10.0),
    "getListingsItem": (5.0, 10.0),
    "patchListingsItem": (5.0, 5.0),
}
#: Who has to wait longer leaves it to the next pass.
_LONGEST_WAIT_S = 20
_LIMIT = "x-amzn-ratelimit-limit"
_CONSENT = "authorize the application once more and put the new refresh token where channels.toml says"
_NOT_FOUND = 404

Kind = Literal["read", "keyed", "blind"]


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks, and where."""

    client_id: Secret
    client_secret: Secret
    refresh_token: Secret
    base_url: str
    token_url: str
    ca_file: Path | None


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of orders: each one's bytes and value, the token of the next page, and up to when Amazon has looked."""

    raw: Sequence[bytes]
    values: Sequence[Any]
    token: str
    applied: str


class Api:
    """Amazon as one seller sees it. Nothing is asked before the first call."""

    def __init__(self, name: str, account: Account, opening: Opening) -> None:
        self._name = name
        self._opening = opening
        self._gate = opening.client(name, account.token_url, None, account.ca_file)
        self._tokens = _Granted(self._gate, _grant(account), lambda token: {"x-amz-access-token": token})
        self._client: Client = opening.client(name, account.base_url, self._tokens, account.ca_file)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def now(self) -> str:
        """The moment of the pass by Amazon's clock, as the answer that brought the token tells it."""
        self._tokens.sign(Request("GET", ""), "")
        return times.later(self._opening.now, self.skew_s)

    @property
    def skew_s(self) -> int:
        """How far Amazon's clock is ahead of ours, once it was asked for anything."""
        return self._gate.skew_s

    def search(self, query: Sequence[tuple[str, str]]) -> Listed:
        """A page of orders. RemoteError when the answer is no such page: an error is never the end of a list."""
        answer = self._send("searchOrders", Request("GET", ORDERS, query))
        value = answer.value if isinstance(answer.value, dict) else {}
        rows = value.get("orders")
        page = value.get("pagination") or {}
        token = (page.get("nextToken") or "") if isinstance(page, dict) else None
        if not isinstance(rows, list) or not isinstance(token, str):
            said = words(answer.value)
            message = f"answers without a list of orders{': ' if said else ''}{said}"
            raise RemoteError(message, where=self._name)
        raw = list(json_slices.elements(answer.content, ["orders"]))
        return Listed(raw, rows, token, self._moment(value.get("lastUpdatedBefore")))

    def order(self, identity: str) -> Mapping[str, Any]:
        """One order as Amazon has it now, with its packages and without anyone's data. RemoteRefused: none such."""
        return self.whole(identity, "FULFILLMENT,PACKAGES,CANCELLATION")[0]

    def whole(self, identity: str, data: str) -> tuple[Mapping[str, Any], bytes]:
        """One order with these data sets, and its very bytes. RemoteRefused: there is none."""
        request = Request("GET", f"{ORDERS}/{quote(identity, safe='')}", (("includedData", data),))
        answer = self._send("getOrder", request)
        order = answer.value.get("order") if isinstance(answer.value, dict) else None
        if not isinstance(order, dict) or not isinstance(order.get("orderItems"), list):
            raise RemoteError("answers without the order", where=self._name)
        return order, json_slices.member(answer.content, "order")

    def confirm(self, identity: str, body: Mapping[str, Any]) -> None:
        """Tell of one package of an order. Not repeated by itself: whoever asks reads back first."""
        path = f"{_ORDERS_V0}/{quote(identity, safe='')}/shipmentConfirmation"
        self._send("confirmShipment", _json_request("POST", path, (), body, "blind"))

    def listing(self, seller: str, sku: str, marketplace: str) -> Mapping[str, Any] | None:
        """What Amazon knows of a SKU: who ships it and its product type; None when it has no such listing."""
        query = (("marketplaceIds", marketplace), ("includedData", "fulfillmentAvailability,productTypes"))
        try:
            answer = self._send("getListingsItem", Request("GET", _listing_path(seller, sku), query))
        except RemoteRefused as error:
            if error.status != _NOT_FOUND:
                raise
            return None
        return answer.value if isinstance(answer.value, dict) else {}

    def patch(self, seller: str, sku: str, marketplace: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Change a listing; the same change again changes nothing. What Amazon says of the submission."""
        query = (("marketplaceIds", marketplace),)
        request = _json_request("PATCH", _listing_path(seller, sku), query, body, "keyed")
        answer = self._send("patchListingsItem", request)
        return answer.value if isinstance(answer.value, dict) else {}

    def _send(self, operation: str, request: Request) -> Answer:
        bucket = self._bucket(operation)
        now = self._opening.budgets.now
        if (wait_s := bucket.wait_s(1, now())) > _LONGEST_WAIT_S:
            message = f"allows the next {operation} in {wait_s:.0f} s"
            raise RemoteBusy(message, where=self._name)
        before = bucket.left
        try:
            answer = self._client.send(request, bucket)
        except RemoteBusy:
            if bucket.left < before:  # it was asked, and it was too much
                bucket.learn(0, now())
            raise
        except (RemoteRefused, RemoteDenied) as error:
            said = words(error.details)
            message = f"{error.message}: {said}" if said else error.message
            raise type(error)(message, where=error.where, status=error.status, details=error.details) from None
        _learn_rate(bucket, answer.headers.get(_LIMIT, ""))
        return answer

    def _bucket(self, operation: str) -> Bucket:
        return self._opening.budgets.bucket(operation, *RATES[operation])

    def _moment(self, stated: Any) -> str:
        if not stated:
            return ""
        try:
            return times.parse_moment(stated)
        except (TypeError, ValueError):
            raise RemoteError("answers with `lastUpdatedBefore` that is no moment", where=self._name) from None


class _Granted(Tokens):
    """Tokens whose refusal says what a person has to do: Amazon answers 400 or 401 to a grant that has ended."""

    def sign(self, request: Request, url: str) -> Request:
        """`request` with the token. RemoteDenied when Amazon gives none."""
        try:
            return super().sign(request, url)
        except (RemoteRefused, RemoteDenied) as error:
            said = _oauth_words(error.details)
            hint = _CONSENT if "invalid_grant" in said else "check client_id, client_secret and refresh_token"
            message = f"gives no access token: {said or error.message}"
            raise RemoteDenied(message, where=error.where, next=hint) from None


def words(details: Any) -> str:
    """What Amazon says against a request: code, message and details of each error."""
    errors = details.get("errors") if isinstance(details, dict) else None
    rows = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    return "; ".join(
        ": ".join(str(one[name])[:200] for name in ("code", "message", "details") if one.get(name)) for one in rows[:5]
    )


def _grant(account: Account) -> Grant:
    def form() -> Mapping[str, str]:
        return {
            "grant_type": "refresh_token",
            "refresh_token": account.refresh_token.reveal(),
            "client_id": account.client_id.reveal(),
            "client_secret": account.client_secret.reveal(),
        }

    return Grant(account.token_url, form)


def _oauth_words(details: Any) -> str:
    if not isinstance(details, dict):
        return ""
    return ": ".join(str(details[name])[:200] for name in ("error", "error_description") if details.get(name))


def _json_request(method: str, path: str, query: Sequence[tuple[str, str]], body: Any, kind: Kind) -> Request:
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    expects: Literal["json", "bytes"] = "bytes" if kind == "blind" else "json"
    return Request(method, path, query, {"content-type": "application/json"}, content, kind, expects)


def _listing_path(seller: str, sku: str) -> str:
    return f"{_LISTINGS}/{quote(seller, safe='')}/{quote(sku, safe='')}"


def _learn_rate(bucket: Bucket, stated: str) -> None:
    try:
        per_s = float(stated)
    except ValueError:
        return
    if 0 < per_s < float("inf"):
        bucket.learn(bucket.left, bucket.at, per_s=per_s)
