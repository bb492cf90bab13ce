"""Who we are, as partners want to see it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.destinations.api_fake import Warehouse
from tests.destinations.api_opened import opened, sent, served
from tests.destinations.contract import a_batch
from tests.partner import Reply, partner, saying

CREDENTIALS: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "bearer", "token": "env:T"}, "authorization", "Bearer tok-12345"),
    ({"kind": "header", "token": "env:T", "name": "api-key"}, "api-key", "tok-12345"),
    ({"kind": "header", "token": "env:T", "name": "X-Auth", "prefix": "Token "}, "x-auth", "Token tok-12345"),
    ({"kind": "basic", "user": "env:T"}, "authorization", "Basic dG9rLTEyMzQ1Og=="),
    ({"kind": "basic", "user": "env:T", "password": "env:T"}, "authorization", "Basic dG9rLTEyMzQ1OnRvay0xMjM0NQ=="),
]


@pytest.mark.parametrize(("auth", "header", "value"), CREDENTIALS)
def test_we_say_who_we_are_and_it_is_kept_nowhere(auth, header, value):
    with served() as (_, server):
        destination = opened(server.url, auth=auth)
        document = destination.render(a_batch())
        destination.deliver(document, "k")
        destination.close()

    assert value == server.asked[0].headers[header]
    assert b"tok-12345" not in document.content


def test_a_key_in_the_query_is_not_in_the_document():
    with served() as (_, server):
        destination = opened(server.url, auth={"kind": "query", "token": "env:T", "name": "APIKey"})
        document = destination.render(a_batch())
        destination.deliver(document, "k")
        destination.close()

    assert "/orders?APIKey=tok-12345" == server.asked[0].path
    assert b"tok-12345" not in document.content


@pytest.mark.parametrize("kind", ["client_credentials", "refresh_token"])
def test_a_token_is_got_first_and_anew_after_a_401(kind):
    tokens = iter(("token-0001", "token-0002"))
    warehouse = Warehouse()

    def answer(asked):
        if asked.path == "/token":
            return saying({"access_token": next(tokens), "expires_in": 3600})
        if asked.headers["authorization"] == "Bearer token-0001":
            return Reply(401)
        return warehouse.answer(asked)

    with partner(answer=answer) as server:
        auth = {"kind": kind, "token_url": f"{server.url}/token", "client_id": "env:A", "client_secret": "env:B",
                "refresh_token": "env:C", "form": {"scope": "orders"}}  # fmt: skip
        receipt = sent(opened(server.url, auth=auth))

    assert ("accepted", ["WEB-1042-1"]) == (receipt.outcome, warehouse.effects)
    form = server.asked[0].content.decode()
    assert f"grant_type={kind}" in form
    assert "scope=orders" in form
    assert ("refresh_token=tok-12345" in form) is (kind == "refresh_token")
