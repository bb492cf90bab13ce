"""How eBay is asked: one application, one refresh token, three doors.

1. an access token lives two hours and is got with the refresh token, which stays the same for about 18 months
2. the Sell APIs take it as `Bearer`, the Post-Order API as `IAF`; disputes and finances live on a host of their own
3. what eBay refuses is told in its own words: number, message and the names of the fields, never their values
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from orderctl.channels.ebay_errors import oauth_words, words
from orderctl.core import times
from orderctl.core.errors import RemoteDenied, RemoteRefused
from orderctl.core.secrets import Secret
from orderctl.wire.http import Answer, Client, Request
from orderctl.wire.opening import Opening
from orderctl.wire.tokens import Grant, Tokens

SCOPES = "https://api.ebay.com/oauth/api_scope/"
_FULFILLMENT = "/sell/fulfillment/v1"
_INVENTORY = "/sell/inventory/v1"
_FINANCES = "/sell/finances/v1"
_POST_ORDER = "/post-order/v2"
_KEYSET = "check client_id, client_secret and refresh_token, all of one keyset, and that its scopes were granted"
_CONSENT = "let the seller consent once more and put the new refresh token where channels.toml says"

Kind = Literal["read", "keyed", "blind"]


@dataclass(frozen=True, slots=True)
class Account:
    """Whose orders these are, and where eBay is asked for them."""

    client_id: Secret
    client_secret: Secret
    refresh_token: Secret
    scopes: Sequence[str]
    marketplace: str
    base_url: str
    disputes_url: str
    ca_file: Path | None


class Api:
    """eBay as one seller sees it. Nothing is asked before the first call."""

    def __init__(self, name: str, account: Account, opening: Opening) -> None:
        self._name = name
        self._account = account
        self._opening = opening
        self._clients: dict[str, Client] = {}
        self._oauth: Client | None = None
        self._tokens: Tokens | None = None

    def orders(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Answer:
        """What `path` of the Fulfillment API answers."""
        return self._ask(self._client(self._account.base_url), "GET", _FULFILLMENT + path, query)

    def ship(self, path: str, body: Any) -> Answer:
        """Tell the Fulfillment API something that must not be told twice."""
        return self._ask(self._client(self._account.base_url), "POST", _FULFILLMENT + path, body=body, kind="blind")

    def inventory(self, method: str, path: str, query: Sequence[tuple[str, str]] = (), body: Any = None) -> Answer:
        """Ask the Inventory API; what is told there is absolute, so that it may be told again."""
        kind: Kind = "read" if method == "GET" else "keyed"
        return self._ask(self._client(self._account.base_url), method, _INVENTORY + path, query, body, kind)

    def disputes(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Answer:
        """What `path` of the payment disputes answers."""
        return self._ask(self._client(self._account.disputes_url), "GET", _FULFILLMENT + path, query)

    def finances(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Answer:
        """What `path` of the Finances API answers."""
        return self._ask(self._client(self._account.disputes_url), "GET", _FINANCES + path, query)

    def post_order(self, path: str, body: Any = None) -> Answer:
        """Tell the Post-Order API something that must not be told twice; None = without a body."""
        client = self._client(self._account.base_url, iaf=True)
        marketplace = {"x-ebay-c-marketplace-id": self._account.marketplace.replace("_", "-")}
        return self._ask(client, "POST", _POST_ORDER + path, body=body, kind="blind", more=marketplace)

    def now(self) -> str:
        """The moment of the pass by eBay's own clock, as the answer that brought the token tells it."""
        self._bearer().sign(Request("GET", ""), "")
        return times.later(self._opening.now, self.skew_s)

    @property
    def skew_s(self) -> int:
        """How far eBay's clock is ahead of ours, once it was asked for anything."""
        return self._oauth.skew_s if self._oauth is not None else 0

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            client.close()
        if self._oauth is not None:
            self._oauth.close()
        self._clients = {}
        self._tokens = self._oauth = None

    def _client(self, base_url: str, *, iaf: bool = False) -> Client:
        door = f"{base_url} {iaf}"
        if door not in self._clients:
            credentials = _Iaf(self._bearer()) if iaf else self._bearer()
            self._clients[door] = self._opening.client(self._name, base_url, credentials, self._account.ca_file)
        return self._clients[door]

    def _bearer(self) -> Tokens:
        if self._tokens is None:
            account = self._account
            self._oauth = self._opening.client(self._name, account.base_url, None, account.ca_file)
            grant = Grant("/identity/v1/oauth2/token", self._form, self._basic)
            self._tokens = _Granted(self._oauth, grant, lambda token: {"authorization": f"Bearer {token}"})
        return self._tokens

    def _form(self) -> dict[str, str]:
        return {
            "grant_type": "refresh_token",
            "refresh_token": self._account.refresh_token.reveal(),
            "scope": " ".join(scope if "://" in scope else SCOPES + scope for scope in self._account.scopes),
        }

    def _basic(self) -> dict[str, str]:
        pair = f"{self._account.client_id.reveal()}:{self._account.client_secret.reveal()}"
        return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def _ask(
        self,
        client: Client,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]] = (),
        body: Any = None,
        kind: Kind = "read",
        more: dict[str, str] | None = None,
    ) -> Answer:
        headers = {"accept": "application/json", "content-language": "en-US", **(more or {})}
        content = b""
        if method == "POST":
            headers["content-type"] = "application/json"
            content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        expects: Literal["json", "bytes"] = "bytes" if kind == "blind" else "json"
        try:
            return client.send(Request(method, path, query, headers, content, kind, expects))
        except RemoteRefused as error:
            said = words(error.details)
            message = f"{error.message}: {said}" if said else error.message
            raise RemoteRefused(message, where=error.where, status=error.status, details=error.details) from None


class _Granted(Tokens):
    """Tokens whose refusal says what a person has to do: eBay answers 400, where others answer 401."""

    def sign(self, request: Request, url: str) -> Request:
        """`request` with the token. RemoteDenied when eBay gives none."""
        try:
            return super().sign(request, url)
        except (RemoteRefused, RemoteDenied) as error:
            said = oauth_words(error.details)
            hint = _CONSENT if "invalid_grant" in said else _KEYSET
            raise RemoteDenied(
                f"gives no access token: {said or error.message}", where=error.where, next=hint
            ) from None


class _Iaf:
    """The same token as the Post-Order API wants it."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def sign(self, request: Request, url: str) -> Request:
        signed = self._tokens.sign(request, url)
        token = signed.headers["authorization"].removeprefix("Bearer ")
        return replace(signed, headers={**signed.headers, "authorization": f"IAF {token}"})

    def renew(self) -> bool:
        return self._tokens.renew()

    def close(self) -> None:
        self._tokens.close()
