"""What WooCommerce is asked by: addresses, credentials, lists to their end, and its refusals in its own words.

Facts are those of the WooCommerce REST API documentation, version wc/v3.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from orderctl.core.errors import RemoteError, RemoteRefused
from orderctl.core.secrets import Secret
from orderctl.wire import json_slices
from orderctl.wire.http import Answer, Client, Credentials, Request
from orderctl.wire.oauth1 import OneLegged
from orderctl.wire.opening import Opening

CORE = "/wc/v3"
#: The most entries that a list or a batch takes.
MOST = 100
_NO_ROUTE = "rest_no_route"

Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Basic:
    """Key and secret in the header. WordPress looks at them only where it sees TLS itself."""

    key: Secret
    secret: Secret

    def sign(self, request: Request, url: str) -> Request:  # noqa: ARG002 - the same for every address
        """`request` with the header."""
        pair = base64.b64encode(f"{self.key.reveal()}:{self.secret.reveal()}".encode()).decode()
        return replace(request, headers={**request.headers, "authorization": f"Basic {pair}"})

    def renew(self) -> bool:
        """There is nothing to renew."""
        return False

    def close(self) -> None:
        """There is nothing to close."""


@dataclass(frozen=True, slots=True)
class InQuery(Basic):
    """Key and secret as parameters, for hosts that take the header away. Queries never stand in our messages."""

    def sign(self, request: Request, url: str) -> Request:  # noqa: ARG002 - the same for every address
        """`request` with the parameters."""
        pair = (("consumer_key", self.key.reveal()), ("consumer_secret", self.secret.reveal()))
        return replace(request, query=[*request.query, *pair])


@dataclass(frozen=True, slots=True)
class Access:
    """How the site is reached. `home_url` is what it calls itself, for signatures; empty = `base_url`."""

    base_url: str
    key: Secret
    secret: Secret
    auth: Literal["basic", "query", "oauth"]
    home_url: str
    plain_permalinks: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list: the elements, their very bytes, and whether the list goes on."""

    rows: list[Any]
    raws: list[bytes]
    more: bool


@dataclass(slots=True)
class Site:
    """The API of one shop. What was learned of it is kept for the run."""

    client: Client
    plain_permalinks: bool = False
    virtual: dict[int, bool] = field(default_factory=dict)  # product or variation -> whether it is
    tracking: str = ""  # the way tracking is told, once it is known

    def get(self, route: str, query: Query = ()) -> Answer:
        """The answer to a question."""
        return self._send(Request("GET", route, query))

    def write(self, method: str, route: str, body: Any, kind: Literal["read", "keyed", "blind"]) -> Any:
        """What a request that changes something answers. `kind` says whether it may be repeated."""
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = {"content-type": "application/json"}
        return self._send(Request(method, route, (), headers, content, kind)).value

    def page(self, route: str, query: Query, number: int = 1) -> Listed:
        """Page `number` of a list. `X-WP-TotalPages` says where it ends; where it is taken away, an empty page does."""
        answer = self.get(route, [*query, ("page", str(number))])
        if not isinstance(answer.value, list) or not all(isinstance(row, dict) for row in answer.value):
            raise RemoteError("answers with something that is no list", where=f"{self.client.target}: {route}")
        pages = answer.headers.get("x-wp-totalpages", "")
        more = number < int(pages) if pages.isascii() and pages.isdigit() else bool(answer.value)
        return Listed(answer.value, list(json_slices.elements(answer.content)), more)

    def pages(self, route: str, query: Query) -> Iterator[Listed]:
        """Every page of a list."""
        number, more = 1, True
        while more:
            listed = self.page(route, query, number)
            yield listed
            number, more = number + 1, listed.more

    def all(self, route: str, query: Query) -> list[Any]:
        """Every element of a list."""
        return [row for listed in self.pages(route, query) for row in listed.rows]

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def _send(self, request: Request) -> Answer:
        if self.plain_permalinks:
            request = replace(request, path="/", query=[("rest_route", request.path), *request.query])
        else:
            request = replace(request, path="/wp-json" + request.path)
        try:
            return self.client.send(request)
        except RemoteRefused as error:
            raise _in_its_words(error) from None


def site(name: str, access: Access, opening: Opening, ca_file: Any) -> Site:
    """The site that `access` leads to, asked within the limits of `opening`."""
    credentials: Credentials
    if access.auth == "oauth":
        called = access.home_url.rstrip("/")
        credentials = OneLegged(access.key, access.secret, opening.budgets.now, access.base_url, called)
    else:
        credentials = (Basic if access.auth == "basic" else InQuery)(access.key, access.secret)
    client = opening.client(name, access.base_url, credentials, ca_file)
    return Site(client, access.plain_permalinks)


def has_no_route(error: RemoteRefused) -> bool:
    """Whether the site has no such part: a feature is off, or an extension is not installed."""
    return error.status == 404 and code_of(error) == _NO_ROUTE


def code_of(error: RemoteRefused) -> str:
    """WooCommerce's own code of a refusal, empty where it gave none."""
    return str(error.details.get("code") or "") if isinstance(error.details, Mapping) else ""


def _in_its_words(error: RemoteRefused) -> RemoteRefused:
    details = error.details
    if not isinstance(details, Mapping) or not details.get("code"):
        return error
    data = details.get("data")
    params = data.get("params") if isinstance(data, Mapping) else None
    fields = f" ({', '.join(sorted(map(str, params)))[:200]})" if isinstance(params, Mapping) and params else ""
    said = f"refuses (status {error.status}): {details['code']}: {str(details.get('message') or '')[:200]}{fields}"
    return RemoteRefused(said, where=error.where, status=error.status, details=details)
