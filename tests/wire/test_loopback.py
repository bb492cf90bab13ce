"""Pages for the one who started them: who is let in, by which name, and what is sent along."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from orderctl.core.errors import UsageError
from orderctl.wire import loopback

KEY = "let-me-in"
PORT = 8001
COOKIE = {"cookie": f"orderctl_{PORT}={KEY}"}


async def page(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"orders"})


def asked(path: str, *, method: str = "GET", host: str = f"127.0.0.1:{PORT}", **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(loopback.guarded(page, KEY, PORT))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{PORT}") as client:
            return await client.request(method, path, headers={"host": host, **headers})

    return asyncio.run(ask())


def test_who_has_no_key_sees_a_sentence():
    for answer in (asked("/"), asked("/?key=guessed"), asked("/", cookie=f"orderctl_{PORT}=guessed")):
        assert (403, True) == (answer.status_code, "orderctl web printed" in answer.text)


def test_the_key_becomes_a_cookie_and_leaves_the_address():
    answer = asked(f"/shop/all%20orders?state=held&key={KEY}")

    assert (303, "/shop/all%20orders?state=held") == (answer.status_code, answer.headers["location"])
    assert f"orderctl_{PORT}={KEY}; HttpOnly; SameSite=Lax; Path=/" == answer.headers["set-cookie"]


def test_a_path_that_looks_like_another_host_stays_here():
    assert "/elsewhere.example/" == asked(f"http://127.0.0.1:{PORT}//elsewhere.example/?key={KEY}").headers["location"]


def test_with_the_cookie_the_page_comes_and_may_be_shown_nowhere_else():
    answer = asked("/", **COOKIE)

    assert (200, "orders") == (answer.status_code, answer.text)
    assert ("DENY", "nosniff", "same-origin") == (
        *(answer.headers["x-frame-options"], answer.headers["x-content-type-options"]),
        answer.headers["referrer-policy"],
    )


@pytest.mark.parametrize("host", ["localhost:9000", "localhost", "127.0.0.1", "127.0.0.1:80"])
def test_this_machine_s_names_are_good_with_any_port_for_the_sake_of_tunnels(host: str):
    assert 200 == asked("/", host=host, **COOKIE).status_code


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1.evil.example", "", ":8001"])
def test_a_name_that_was_turned_to_this_machine_is_refused_even_with_the_key(host: str):
    assert 421 == asked(f"/?key={KEY}", host=host, **COOKIE).status_code


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_sent_to_a_page(method: str):
    assert 405 == asked("/", method=method, **COOKIE).status_code


@pytest.fixture
def taken() -> Iterator[int]:
    with closing(loopback.listening(0)) as server:
        yield loopback.port_of(server)


def test_a_port_that_is_taken_is_said_in_a_line(taken: int):
    with pytest.raises(UsageError, match=f"port {taken} of 127.0.0.1 cannot be used: address already in use"):
        loopback.listening(taken)


def test_it_listens_at_the_loopback_address_alone():
    with closing(loopback.listening(0)) as server:
        assert "127.0.0.1" == server.getsockname()[0]
