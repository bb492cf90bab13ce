"""How the Selling Partner API is asked: one application, one seller, one region.

1. an access token lives an hour and is got from Login with Amazon with the refresh token, which stays the same
2. every operation has a budget of its own, kept between runs; Amazon says in `x-amzn-RateLimit-Limit` how fast it
   fills, and after a 429 it is known to be empty. Nobody waits minutes for it, the next pass goes on instead
3. what Amazon refuses is told in its own words: code, message and details

Which operations there are, and how fast each may be asked, is said by who asks them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from orderctl.core import times
from orderctl.core.errors import RemoteBusy, RemoteDenied, RemoteRefused
from orderctl.core.secrets import Secret
from orderctl.core.text import printable
from orderctl.wire.budgets import Bucket
from orderctl.wire.http import Answer, Client, Request
from orderctl.wire.opening import Opening
from orderctl.wire.tokens import Grant, Tokens

#: Who has to wait longer leaves it to the next pass.
_LONGEST_WAIT_S = 20
_LIMIT = "x-amzn-ratelimit-limit"
_CONSENT = "authorize the application once more and put the new refresh token where channels.toml says"

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


class SellingPartner:
    """Amazon as one seller sees it. Nothing is asked before the first call."""

    #: Operation -> requests a second and how many at once, as its reference states them.
    rates: ClassVar[Mapping[str, tuple[float, float]]] = {}

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

    def send(self, operation: str, request: Request) -> Answer:
        """The answer to one request, within the budget of its operation. RemoteError in Amazon's own words."""
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
        return self._opening.budgets.bucket(operation, *self.rates[operation])


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
        ": ".join(printable(str(one[name]))[:200] for name in ("code", "message", "details") if one.get(name))
        for one in rows[:5]
    )


def json_request(method: str, path: str, query: Sequence[tuple[str, str]], body: Any, kind: Kind) -> Request:
    """A request with `body` as JSON; a blind one expects no answer that has to be read."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    expects: Literal["json", "bytes"] = "bytes" if kind == "blind" else "json"
    return Request(method, path, query, {"content-type": "application/json"}, content, kind, expects)


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


def _learn_rate(bucket: Bucket, stated: str) -> None:
    try:
        per_s = float(stated)
    except ValueError:
        return
    if 0 < per_s < float("inf"):
        bucket.learn(bucket.left, bucket.at, per_s=per_s)
