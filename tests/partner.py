"""A partner on a loopback port that answers what it was told to, and remembers what it was asked.

What was asked counts from the moment the request was read, whatever comes of the answer.
"""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Asked:
    """One request as it was read."""

    method: str
    path: str
    headers: dict[str, str]
    content: bytes

    @property
    def value(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True)
class Reply:
    """`how` is `whole`, `cut` (half of the body), `close` (nothing at all), `hang` or `drip` (a byte at a time)."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    how: str = "whole"


def saying(value: Any, status: int = 200, **headers: str) -> Reply:
    """`value` as JSON."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, json.dumps(value).encode(), {"content-type": "application/json", **named})


class Partner:
    """Answers with `replies` in turn, the last one for ever; or with what `answer` makes of a request."""

    def __init__(self, answer: Callable[[Asked], Reply]) -> None:
        self.asked: list[Asked] = []
        self.stopped = threading.Event()
        self._answer = answer
        self._lock = threading.Lock()
        partner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # head and body go out apart; else each answer takes 40 ms

            def _any(self) -> None:
                content = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, self.path, headers, content)
                with partner._lock:
                    partner.asked.append(asked)
                    reply = partner._answer(asked)
                partner.reply(self, reply)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815 - the names http.server looks for

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        scheme = "https" if isinstance(self.server.socket, ssl.SSLSocket) else "http"
        return f"{scheme}://127.0.0.1:{self.server.server_port}"

    def reply(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        if reply.how == "hang":
            self.stopped.wait(20)
        if reply.how in {"hang", "close"}:
            handler.close_connection = True
            return
        handler.send_response_only(reply.status)
        headers = {"content-length": str(len(reply.body)), **reply.headers}
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        if reply.how == "drip":
            for byte in reply.body:
                if self.stopped.wait(0.1):
                    return
                with contextlib.suppress(OSError):
                    handler.wfile.write(bytes([byte]))
                    handler.wfile.flush()
            return
        body = reply.body[: len(reply.body) // 2] if reply.how == "cut" else reply.body
        with contextlib.suppress(OSError):
            handler.wfile.write(body)
        handler.close_connection = handler.close_connection or reply.how == "cut"


@contextlib.contextmanager
def partner(
    *replies: Reply, answer: Callable[[Asked], Reply] | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[Partner]:
    """A running partner."""
    waiting = list(replies)

    def in_turn(_asked: Asked) -> Reply:
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    one = Partner(answer or in_turn)
    if tls is not None:
        one.server.socket = tls.wrap_socket(one.server.socket, server_side=True)
    thread = threading.Thread(target=one.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        one.stopped.set()
        one.server.shutdown()
        one.server.server_close()
        thread.join()
