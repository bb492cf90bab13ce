"""Access tokens: asked for once, renewed after a 401, never shown."""

from __future__ import annotations

from typing import Any

import pytest

from orderctl.core.errors import RemoteDenied
from orderctl.wire.budgets import Allowance, Budgets, Deadline
from orderctl.wire.http import Client, Request
from orderctl.wire.tokens import Grant, Tokens
from tests.partner import Asked, Partner, Reply, partner, saying


def signed(shop: Partner) -> Client:
    """A client of `shop` that gets its tokens there as well."""
    settings: dict[str, Any] = {
        "budgets": Budgets(0.0),
        "allowance": Allowance(10, Deadline.after(3600)),
        "agent": "test",
        "first_wait_s": 0.01,
    }
    grant = Grant(shop.url + "/token", lambda: {"grant_type": "refresh_token", "refresh_token": "v^1#x"})
    tokens = Tokens(Client("web", shop.url, **settings), grant, lambda token: {"authorization": f"Bearer {token}"})
    return Client("web", shop.url, credentials=tokens, **settings)


def giving_tokens(valid: str):
    """A partner that numbers its tokens and believes in the one called `valid`."""
    given: list[str] = []

    def answer(asked: Asked) -> Reply:
        if asked.path == "/token":
            given.append(f"token-{len(given) + 1}")
            return saying({"access_token": given[-1], "expires_in": 3600})
        return saying({"ok": True}) if asked.headers["authorization"] == f"Bearer {valid}" else Reply(401)

    return answer


def test_a_token_is_asked_for_once_and_used_for_every_request():
    with partner(answer=giving_tokens("token-1")) as shop:
        client = signed(shop)
        for _ in range(3):
            client.send(Request("GET", "/orders"))
        client.close()

    assert ["/token", "/orders", "/orders", "/orders"] == [one.path for one in shop.asked]
    assert b"grant_type=refresh_token&refresh_token=v%5E1%23x" == shop.asked[0].content


def test_a_token_that_is_no_longer_believed_is_renewed_once():
    with partner(answer=giving_tokens("token-2")) as shop:
        client = signed(shop)
        assert {"ok": True} == client.send(Request("POST", "/orders", kind="blind")).value
        client.close()

    assert ["/token", "/orders", "/token", "/orders"] == [one.path for one in shop.asked]


def test_credentials_that_are_refused_stop_after_the_second_token():
    with partner(answer=giving_tokens("none of these")) as shop:
        client = signed(shop)
        with pytest.raises(RemoteDenied):
            client.send(Request("GET", "/orders"))
        client.close()

    assert 4 == len(shop.asked)


def test_an_answer_without_a_token_is_a_denial():
    with partner(saying({"error": "invalid_grant"})) as shop:
        client = signed(shop)
        with pytest.raises(RemoteDenied, match="gives no access token"):
            client.send(Request("GET", "/orders"))
        client.close()
