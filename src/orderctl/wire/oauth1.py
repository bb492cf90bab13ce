"""OAuth 1.0a without a user's token ("one-legged"), all of it in the query (RFC 5849, HMAC-SHA256).

1. the base string is the method, the address without its query, and every parameter, sorted and percent-encoded
2. it is signed with the consumer secret and `&`
The secret never travels, and neither the body nor the headers are signed.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from orderctl.core.secrets import Secret
from orderctl.wire.http import Request


@dataclass(frozen=True, slots=True)
class OneLegged:
    """Credentials that sign each request anew. `now` gives seconds since 1970.

    `called` is what the partner calls the start of its addresses, where that is not what it is `reached` by.
    """

    key: Secret
    secret: Secret
    now: Callable[[], float]
    reached: str = ""
    called: str = ""

    def sign(self, request: Request, url: str) -> Request:
        """`request` with its signature in the query. Every attempt has a nonce of its own."""
        if self.called and url.startswith(self.reached):
            url = self.called + url[len(self.reached) :]
        query = [
            *request.query,
            ("oauth_consumer_key", self.key.reveal()),
            ("oauth_nonce", secrets.token_hex(16)),
            ("oauth_signature_method", "HMAC-SHA256"),
            ("oauth_timestamp", str(int(self.now()))),
        ]
        signed = signature(request.method, url, query, self.secret.reveal())
        return replace(request, query=[*query, ("oauth_signature", signed)])

    def renew(self) -> bool:
        """There is nothing to renew."""
        return False

    def close(self) -> None:
        """There is nothing to close."""


def signature(method: str, url: str, query: Sequence[tuple[str, str]], secret: str) -> str:
    """The signature of a request to `url` (without query) with `query`, in Base64."""
    pairs = sorted((_encoded(name), _encoded(value)) for name, value in query)
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join((method.upper(), _encoded(url), _encoded(joined)))
    return base64.b64encode(hmac.digest(f"{_encoded(secret)}&".encode(), base.encode(), "sha256")).decode()


def _encoded(text: str) -> str:
    return quote(text, safe="-._~")
