"""Sockets that keep one deadline, for protocols whose libraries know a timeout for each read only.

A server that sends a byte a second is never too slow for such a timeout. Here every operation gets the smaller of
`TIMEOUT_S` and what is left until the deadline. Link-local addresses (cloud metadata lives there) are refused after
the name was looked up, whatever the name was.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from pathlib import Path
from typing import Any

from orderctl.wire.budgets import Deadline
from orderctl.wire.trust import trusting

TIMEOUT_S = 30.0
#: So much may come within one `keep`.
MOST_BYTES = 1024 * 1024
_NEVER = Deadline(float("inf"))


class _Limited:
    """What both kinds of sockets do before they wait, and after they were told something."""

    deadline = _NEVER
    room = MOST_BYTES

    def _limit(self) -> None:
        """TimeoutError when the deadline has passed; else the next operation has what is left of it."""
        self.settimeout(_allowed(self.deadline))  # type: ignore[attr-defined]

    def _count(self, size: int) -> int:
        """`size`, taken off what may still come. OSError when that was more than anyone has to say."""
        self.room -= size
        if self.room < 0:
            raise OSError("it sends more than can be right")
        return size


class _Plain(_Limited, socket.socket):
    def recv_into(self, *args: Any) -> int:
        self._limit()
        return self._count(super().recv_into(*args))

    def sendall(self, *args: Any) -> None:
        self._limit()
        super().sendall(*args)


class _Sealed(_Limited, ssl.SSLSocket):
    def recv_into(self, *args: Any) -> int:
        self._limit()
        return self._count(super().recv_into(*args))

    def send(self, *args: Any) -> int:
        self._limit()
        return super().send(*args)


def dialed(host: str, port: int, deadline: Deadline) -> socket.socket:
    """A connection to `host` that keeps `deadline`. OSError when there is none."""
    found = socket.create_connection((host, port), timeout=_allowed(deadline))
    peer = str(found.getpeername()[0]).partition("%")[0]
    if ipaddress.ip_address(peer).is_link_local:
        found.close()
        raise OSError(f"leads to the link-local address {peer}")
    plain = _Plain(found.family, found.type, found.proto, fileno=found.detach())
    plain.deadline = deadline
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the dot that ends a mail need not wait for anything
    plain.settimeout(_allowed(deadline))
    return plain


def sealing(ca_file: Path | None) -> ssl.SSLContext:
    """TLS whose sockets can keep a deadline (`keep`)."""
    context = trusting(ca_file)
    context.sslsocket_class = _Sealed
    return context


def keep(connection: socket.socket | None, deadline: Deadline, room: int = MOST_BYTES) -> None:
    """From now on `connection`, which was made here, keeps `deadline` and takes in at most `room` bytes."""
    if isinstance(connection, _Limited):
        connection.deadline, connection.room = deadline, room


def is_here(host: str) -> bool:
    """Whether `host` is this very machine, so that nobody reads along."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def reason(error: Exception) -> str:
    """Why a connection failed, in a few words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, OSError):
        return error.strerror or str(error) or type(error).__name__
    return type(error).__name__


def _allowed(deadline: Deadline) -> float:
    left = deadline.left()
    if left <= 0:
        raise TimeoutError("the time for this exchange is over")
    return min(left, TIMEOUT_S)
