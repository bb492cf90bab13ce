"""Vendure's admin API: one address that takes GraphQL, and the ways to say who asks.

1. an API key goes with every request; a user logs in when first needed and goes on with the bearer token that the
   shop gives, or with its cookie where it gives no token
2. a login that has ended shows as FORBIDDEN in an answer with status 200: a user logs in once more, then it is a
   denial
3. an answer counts only as a whole: any entry in `errors` makes it an error, in Vendure's own words
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NoReturn

from orderctl.core.errors import RemoteDenied, RemoteError, RemoteRefused
from orderctl.core.secrets import Secret
from orderctl.wire.http import Answer, Client, Request

LOGIN = """mutation orderctlLogin($username: String!, $password: String!) {
  login(username: $username, password: $password, rememberMe: true) {
    __typename
    ... on ErrorResult { errorCode message }
  }
}"""
_DENIED = frozenset({"FORBIDDEN", "UNAUTHORIZED"})
_REFUSED = frozenset(
    ("BAD_USER_INPUT", "CHANNEL_NOT_FOUND", "ENTITY_NOT_FOUND", "GRAPHQL_VALIDATION_FAILED", "USER_INPUT_ERROR")
)
#: One `name=value` of a Set-Cookie header; several come joined by commas, and a date holds one as well.
_COOKIE = re.compile(r"(?:^|,\s*)([!#-'*+.^-z|~-]+)=([^;,]*)")


class KeyCredentials:
    """An API key of Vendure 3.5 or later, in the header that carries it."""

    def __init__(self, key: Secret) -> None:
        self._key = key

    def sign(self, request: Request, url: str) -> Request:  # noqa: ARG002 - a key is the same for every address
        """`request` with the key."""
        return replace(request, headers={**request.headers, "vendure-api-key": self._key.reveal()})

    def renew(self) -> bool:
        """A key that is refused stays so."""
        return False

    def close(self) -> None:
        """Nothing is held open."""


class Login:
    """A user who is logged in when first needed. `client` asks for it; `path` is where the API is."""

    def __init__(self, client: Client, path: str, username: str, password: Secret) -> None:
        self._client = client
        self._path = path
        self._username = username
        self._password = password
        self._proof: Mapping[str, Secret] | None = None

    def sign(self, request: Request, url: str) -> Request:  # noqa: ARG002
        """`request` with what proves the login in its headers. RemoteError when there is none."""
        if self._proof is None:
            self._proof = self._logged_in()
        proof = {name: value.reveal() for name, value in self._proof.items()}
        return replace(request, headers={**request.headers, **proof})

    def renew(self) -> bool:
        """Forget the login; the next request logs in again."""
        self._proof = None
        return True

    def close(self) -> None:
        """Close the connection that logins go by."""
        self._client.close()

    def _logged_in(self) -> Mapping[str, Secret]:
        variables = {"username": self._username, "password": self._password.reveal()}
        answer = self._client.send(_request(self._path, LOGIN, variables, {}, "read"))
        result = whole(answer, self._client.target).get("login")
        if not isinstance(result, dict) or result.get("__typename") != "CurrentUser":
            raise RemoteDenied(f"does not let the user in: {said(result)}", where=self._client.target)
        token = answer.headers.get("vendure-auth-token", "")
        if token:
            Secret("login", token)  # known to redaction without the word before it, too
            return {"authorization": Secret("login", f"Bearer {token}")}
        cookies = [f"{name}={value}" for name, value in _COOKIE.findall(answer.headers.get("set-cookie", ""))]
        if not cookies:
            raise RemoteDenied("lets the user in without a token or a cookie", where=self._client.target)
        return {"cookie": Secret("login", "; ".join(cookies))}


class Api:
    """Asks the admin API at `path`, of the Vendure channel whose token is `channel_token` (empty = the default one)."""

    def __init__(self, client: Client, credentials: KeyCredentials | Login, path: str, channel_token: str) -> None:
        self.client = client
        self._credentials = credentials
        self._path = path
        self._headers = {"vendure-token": channel_token} if channel_token else {}

    def ask(self, text: str, variables: Mapping[str, Any], kind: Any = "read") -> tuple[dict[str, Any], bytes]:
        """The `data` of the answer, and the answer's bytes. RemoteError as `Client.send`, and for what `errors` say."""
        try:
            return self._asked(text, variables, kind)
        except RemoteDenied:
            if not self._credentials.renew():
                raise
        return self._asked(text, variables, kind)

    def _asked(self, text: str, variables: Mapping[str, Any], kind: Any) -> tuple[dict[str, Any], bytes]:
        try:
            answer = self.client.send(_request(self._path, text, variables, self._headers, kind))
        except RemoteRefused as error:
            message = f"{error.message}: {_first_error(error.details)}"
            raise RemoteRefused(message, where=error.where, status=error.status, details=error.details) from None
        return whole(answer, self.client.target), answer.content


def whole(answer: Answer, where: str) -> dict[str, Any]:
    """The `data` of an answer without errors; RemoteError, RemoteRefused or RemoteDenied by the first one's code."""
    value = answer.value
    if not isinstance(value, dict):
        raise RemoteError("answers with JSON that is no GraphQL answer", where=where)
    if value.get("errors"):
        _raise(value["errors"], where)
    data = value.get("data")
    if not isinstance(data, dict):
        raise RemoteError("answers without data", where=where)
    return data


def said(result: Any) -> str:
    """What an error result of a mutation says: its code, its message and the reason behind it."""
    if not isinstance(result, dict):
        return "nothing is answered"
    reasons = [result.get(name) for name in ("message", "transitionError", "fulfillmentHandlerError")]
    words = ". ".join(dict.fromkeys(str(one).rstrip(".") for one in reasons if one))
    return f"{result.get('errorCode') or result.get('__typename')}: {words[:300]}"


def _request(path: str, text: str, variables: Mapping[str, Any], headers: Mapping[str, str], kind: Any) -> Request:
    content = json.dumps({"query": text, "variables": variables}, ensure_ascii=False).encode()
    return Request("POST", path, headers={"content-type": "application/json", **headers}, content=content, kind=kind)


def _raise(errors: Any, where: str) -> NoReturn:
    code = _code(errors)
    message = _first_error({"errors": errors})
    if code in _DENIED:
        raise RemoteDenied(f"does not allow this: {message}", where=where)
    if code in _REFUSED:
        raise RemoteRefused(f"refuses: {message}", where=where)
    raise RemoteError(f"failed: {message}", where=where)


def _code(errors: Any) -> str:
    first = errors[0] if isinstance(errors, list) and errors else None
    extensions = first.get("extensions") if isinstance(first, dict) else None
    return str(extensions.get("code") or "") if isinstance(extensions, dict) else ""


def _first_error(details: Any) -> str:
    """The first error in a body: code, message and the field it belongs to."""
    errors = details.get("errors") if isinstance(details, dict) else None
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], dict):
        message = details.get("message") if isinstance(details, dict) else None
        return str(message)[:300] if message else "it does not say why"
    path = ".".join(map(str, errors[0].get("path") or ()))
    words = ": ".join(filter(None, (_code(errors), str(errors[0].get("message") or "")[:300])))
    return f"{words} (at {path[:100]})" if path else words
