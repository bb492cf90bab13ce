"""An HTTP transport that keeps one deadline for a whole exchange: connect, send, and every byte of the answer.

httpx knows a timeout for each read, so a server that sends a byte a second is never too slow for it. Here every
socket operation gets the smaller of its own timeout and what is left until the deadline. Connections to link-local
addresses (cloud metadata lives there) are refused after the name was looked up, whatever the name was.
"""

from __future__ import annotations

import contextlib
import ipaddress
import ssl
import typing
from collections.abc import Iterable, Iterator

import httpcore
import httpx

from orderctl.wire.budgets import Deadline


class LinkLocalAddress(httpx.ConnectError):
    """The name leads to an address that belongs to the machine's own network, not to a partner."""


class Transport(httpx.BaseTransport):
    """Exchanges of one client. `deadline` is moved before each; `tls` says whom to trust; `proxy` is a URL or empty."""

    def __init__(self, deadline: Deadline, tls: ssl.SSLContext, proxy: str = "") -> None:
        backend = _Backend(deadline)
        if proxy:
            self._pool: httpcore.ConnectionPool = httpcore.HTTPProxy(proxy, ssl_context=tls, network_backend=backend)
        else:
            self._pool = httpcore.ConnectionPool(ssl_context=tls, network_backend=backend, keepalive_expiry=30.0)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """As httpx asks for it; the errors are httpx's own."""
        url = request.url
        sent = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=typing.cast("Iterable[bytes]", request.stream),
            extensions=request.extensions,
        )
        with _translated():
            answer = self._pool.handle_request(sent)
        body = _Body(typing.cast("Iterable[bytes]", answer.stream))
        return httpx.Response(answer.status, headers=answer.headers, stream=body, extensions=answer.extensions)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        with _translated():
            yield from self._stream

    def close(self) -> None:
        if hasattr(self._stream, "close"):
            self._stream.close()


class _Backend(httpcore.NetworkBackend):
    """Sockets as httpcore opens them, each operation within the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._real = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[typing.Any] | None = None,
    ) -> httpcore.NetworkStream:
        allowed = _allowed(self._deadline, timeout, httpcore.ConnectTimeout)
        stream = self._real.connect_tcp(host, port, allowed, local_address, socket_options)
        peer = stream.get_extra_info("server_addr")
        if peer and ipaddress.ip_address(str(peer[0]).partition("%")[0]).is_link_local:
            stream.close()
            raise LinkLocalAddress(f"{host} leads to the link-local address {peer[0]}")
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _allowed(self._deadline, timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _allowed(self._deadline, timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        allowed = _allowed(self._deadline, timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, allowed), self._deadline)

    def get_extra_info(self, info: str) -> typing.Any:
        return self._stream.get_extra_info(info)


def _allowed(deadline: Deadline, timeout: float | None, late: type[httpcore.TimeoutException]) -> float:
    left = deadline.left()
    if left <= 0:
        raise late("the time for this exchange is over")
    return left if timeout is None else min(left, timeout)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Errors of httpcore as the errors of httpx that have the same names."""
    try:
        yield
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as error:
        name = next(kind.__name__ for kind in type(error).__mro__ if hasattr(httpx, kind.__name__))
        raise getattr(httpx, name)(str(error)) from error
    except httpcore.UnsupportedProtocol as error:
        raise httpx.UnsupportedProtocol(str(error)) from error
