"""Access tokens that live for an hour or a day: asked for when first needed, renewed early, and once after a 401.

They are kept in memory only. A token is a secret like the one it was got with, so it is made known to redaction.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from orderctl.core.errors import RemoteDenied
from orderctl.core.secrets import Secret
from orderctl.wire.http import Client, Request

#: A token that lives for less than this any more is renewed before it is used.
EARLY_S = 600


@dataclass(frozen=True, slots=True)
class Grant:
    """How a token is got: where, with which form and headers (secrets in the clear: only ever made to be sent)."""

    url: str
    form: Callable[[], Mapping[str, str]]
    headers: Callable[[], Mapping[str, str]] = dict


class Tokens:
    """Credentials of a partner that gives tokens. `header` makes the headers of a request from a token."""

    def __init__(self, client: Client, grant: Grant, header: Callable[[str], Mapping[str, str]]) -> None:
        self._client = client
        self._grant = grant
        self._header = header
        self._token: Secret | None = None
        self._ends = 0.0

    def sign(self, request: Request, url: str) -> Request:  # noqa: ARG002 - a token is the same for every address
        """`request` with the token in its headers. RemoteError when no token can be got."""
        if self._token is None or time.monotonic() > self._ends:
            self._fetch()
        assert self._token is not None  # noqa: S101 - for the type: _fetch gives one or raises
        return replace(request, headers={**request.headers, **self._header(self._token.reveal())})

    def renew(self) -> bool:
        """Forget the token; the next request gets a new one."""
        self._token = None
        return True

    def close(self) -> None:
        """Close the connection that tokens come by."""
        self._client.close()

    def _fetch(self) -> None:
        body = urlencode(self._grant.form()).encode()
        headers = {"content-type": "application/x-www-form-urlencoded", **self._grant.headers()}
        answer = self._client.send(Request("POST", self._grant.url, headers=headers, content=body, kind="read"))
        token, lives_s = _token(answer.value)
        if not token:
            raise RemoteDenied("gives no access token", where=self._client.target)
        self._token = Secret("access token", token)
        self._ends = time.monotonic() + max(60, lives_s - EARLY_S)


def _token(value: Any) -> tuple[str, int]:
    if not isinstance(value, dict):
        return "", 0
    lives = value.get("expires_in", 3600)
    return str(value.get("access_token") or ""), int(lives) if str(lives).isascii() and str(lives).isdigit() else 3600
