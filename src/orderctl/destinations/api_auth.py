"""Who we are, as partners want to see it: a key in a header or in the query, a user and a password, or a token."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from orderctl.core.secrets import Secret
from orderctl.destinations.api_settings import Auth
from orderctl.wire.http import Credentials, Request
from orderctl.wire.opening import Opening
from orderctl.wire.tokens import Grant, Tokens


class Key:
    """Credentials that stay the same: headers, or fields of the query."""

    def __init__(self, headers: Mapping[str, str], query: tuple[tuple[str, str], ...] = ()) -> None:
        self._headers = headers
        self._query = query

    def sign(self, request: Request, url: str) -> Request:  # noqa: ARG002 - it is the same for every address
        """`request` with the key."""
        query = (*request.query, *self._query)
        return replace(request, headers={**request.headers, **self._headers}, query=query)

    def renew(self) -> bool:
        """There is only this one."""
        return False

    def close(self) -> None:
        """Nothing is held open."""


def credentials(location: str, auth: Auth, opening: Opening, ca_file: Path | None) -> Credentials | None:
    """What `auth` says, which is complete; None for a partner that asks for nothing."""
    if auth.kind == "none":
        return None
    if auth.kind == "bearer":
        return Key({"authorization": f"Bearer {_told(auth.token)}"})
    if auth.kind == "header":
        return Key({auth.name.lower(): auth.prefix + _told(auth.token)})
    if auth.kind == "query":
        return Key({}, ((auth.name, _told(auth.token)),))
    if auth.kind == "basic":
        return Key(_basic(auth.user, auth.password))
    client = opening.client(location, auth.token_url, None, ca_file)
    in_header = auth.client == "basic"
    headers = (lambda: _basic(auth.client_id, auth.client_secret)) if in_header else dict
    grant = Grant(auth.token_url, lambda: _form(auth), headers)
    return Tokens(client, grant, lambda token: {"authorization": f"Bearer {token}"})


def _form(auth: Auth) -> dict[str, str]:
    form = {"grant_type": auth.kind, **auth.form}
    if auth.kind == "refresh_token":
        form["refresh_token"] = _told(auth.refresh_token)
    if auth.client == "form":
        form |= {"client_id": _told(auth.client_id), "client_secret": _told(auth.client_secret)}
    return form


def _basic(user: Secret | None, password: Secret | None) -> dict[str, str]:
    pair = f"{_told(user)}:{_told(password)}"
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _told(secret: Secret | None) -> str:
    return secret.reveal() if secret is not None else ""
