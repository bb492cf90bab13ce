"""Pages for the one who started them: an ASGI application served on this machine's loopback address and nowhere else.

1. whoever has no key is answered with a sentence: other users of the machine can reach the port, too. The key stands in
   the printed address; the browser keeps it as a cookie
2. a host name that is not this machine's own is refused, so that no page elsewhere can read these through a name that
   it turned to this address (DNS rebinding); what comes through a tunnel has such a name, with a port of its own
3. pages are asked for and never sent to: GET and HEAD alone
4. Ctrl-C and SIGTERM end it when what is being answered is answered
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from types import FrameType
from typing import Any
from urllib.parse import parse_qsl, urlencode

from orderctl.core.errors import UsageError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

ADDRESS = "127.0.0.1"
_HOSTS = frozenset({ADDRESS, "localhost"})
_PARAMETER = "key"
_GRACE_S = 5
_HEADERS = (
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"default-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'",
    ),
)


def listening(port: int) -> socket.socket:
    """A socket of this machine alone at `port`, 0 = any that is free. UsageError when it is taken."""
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((ADDRESS, port))
        server.listen(128)
    except OSError as error:
        server.close()
        message = f"port {port} of {ADDRESS} cannot be used: {(error.strerror or str(error)).lower()}"
        raise UsageError(f"{message}; nothing was started", next="orderctl web --port 0") from error
    return server


def port_of(server: socket.socket) -> int:
    """The port that `server` listens at."""
    port: int = server.getsockname()[1]
    return port


def address(server: socket.socket, key: str) -> str:
    """What to open in a browser."""
    return f"http://{ADDRESS}:{port_of(server)}/?{_PARAMETER}={key}"


def serve(app: App, server: socket.socket) -> None:
    """Answer for `app` at `server` until a signal comes."""
    import uvicorn

    config = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_S,
    )

    class Server(uvicorn.Server):
        """Ends at a signal as if it had been asked to: the signal is not raised again."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            with _at_a_signal(self._end):
                yield

        def _end(self) -> None:
            self.force_exit = self.should_exit  # the second time at once
            self.should_exit = True

    asyncio.run(Server(config).serve(sockets=[server]))


@contextlib.contextmanager
def _at_a_signal(end: Callable[[], None]) -> Iterator[None]:
    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        end()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def guarded(app: App, key: str, port: int) -> App:
    """`app` for whoever has `key`, asked by a name of this machine alone."""
    cookie = f"orderctl_{port}"

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if headers.get("host", "").rpartition(":")[0] not in _HOSTS and headers.get("host") not in _HOSTS:
            await _answer(send, 421, "These pages are for this machine alone: open them as 127.0.0.1 or localhost.")
        elif scope["method"] not in {"GET", "HEAD"}:
            await _answer(send, 405, "These pages can be read, and nothing can be sent to them.")
        elif (asked := _stated(scope)) and hmac.compare_digest(asked.encode(), key.encode()):
            await _send_on(send, _without_key(scope), f"{cookie}={key}; HttpOnly; SameSite=Lax; Path=/")
        elif hmac.compare_digest(_kept(headers, cookie).encode(), key.encode()):
            await app(scope, receive, _closed(send))
        else:
            await _answer(send, 403, "Open the address that orderctl web printed when it was started, with its key.")

    return guard


def _stated(scope: Scope) -> str:
    return next((value for name, value in _query(scope) if name == _PARAMETER), "")


def _without_key(scope: Scope) -> str:
    """The path that was asked for, without the key, below this very host."""
    path = "/" + scope.get("raw_path", b"/").decode("latin-1").lstrip("/")
    rest = urlencode([(name, value) for name, value in _query(scope) if name != _PARAMETER])
    return f"{path}?{rest}" if rest else path


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _kept(headers: Mapping[str, str], cookie: str) -> str:
    with contextlib.suppress(CookieError):
        kept = SimpleCookie(headers.get("cookie", "")).get(cookie)
        return kept.value if kept else ""
    return ""


def _closed(send: Send) -> Send:
    """`send` with headers that keep other pages away from these."""

    async def closed(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *_HEADERS]
        await send(message)

    return closed


async def _send_on(send: Send, path: str, cookie: str) -> None:
    await _respond(send, 303, [(b"location", path.encode("latin-1")), (b"set-cookie", cookie.encode())], b"")


async def _answer(send: Send, status: int, text: str) -> None:
    page = f'<!DOCTYPE html><meta charset="utf-8"><title>orderctl</title><p>{text}</p>\n'
    await _respond(send, status, [(b"content-type", b"text/html; charset=utf-8")], page.encode())


async def _respond(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    headers += [(b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store"), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
