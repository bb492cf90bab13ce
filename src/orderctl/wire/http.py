"""The one HTTP client of every channel and location.

1. a request is `read` (asking changes nothing), `keyed` (repeated under its key it has one effect) or `blind`
2. what surely was not processed is tried again: no connection, 408, 429, and for 401 once after a new token
3. what may have been processed (a time-out, a cut answer, 5xx) is tried again for `read` and `keyed` only
4. `Retry-After` is obeyed in every form, and what a partner says instead of it (`wire.waits`); a wait that does not
   fit into what time is left ends the attempt
5. every exchange has a deadline and a cap on what it may return, counted after decompression; redirects are not
   followed: headers with tokens would go along
"""

from __future__ import annotations

import math
import re
import ssl
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar
from urllib.parse import urlsplit

import httpx
import stamina
import stamina.instrumentation

from orderctl.core.errors import RemoteBusy, RemoteDenied, RemoteDown, RemoteError, RemoteFailed, RemoteRefused
from orderctl.wire import json_slices, strict_json, waits
from orderctl.wire.budgets import Allowance, Bucket, Budgets, Deadline
from orderctl.wire.http_transport import LinkLocalAddress, Transport
from orderctl.wire.trust import trusting
from orderctl.wire.waits import RETRY_AFTER, WaitHeader

stamina.instrumentation.set_on_retry_hooks([])  # it would write to stderr

TIMEOUT_S = 30.0
LARGEST = 32 * 1024 * 1024
ATTEMPTS = 5
_DENIED = {401: "does not accept the credentials", 402: "is frozen", 403: "does not allow this", 423: "is locked"}
_AGAIN = frozenset({408, 425, 429})
#: Names of headers by which partners find a request in their own logs.
_REQUEST_IDS = (
    *("x-request-id", "x-amzn-requestid", "x-ebay-request-id", "rlogid", "x-correlation-id"),
    "wm_qos.correlation_id",
)

_Awaited = TypeVar("_Awaited")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. `path` follows the client's base, or is a whole URL on the same host; `query` is encoded here."""

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    kind: Literal["read", "keyed", "blind"] = "read"
    expects: Literal["json", "bytes"] = "json"
    apart: Sequence[str] | None = None  # names down to the list that is left out of `value`, and not read


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, read completely. `value` is the body as strict JSON, None where none was expected or sent.

    `elements` are those of the list that the request wanted `apart`, as they were sent.
    """

    status: int
    headers: Mapping[str, str]  # names in lower case
    content: bytes
    value: Any = None
    elements: Sequence[bytes] = ()


class Credentials(Protocol):
    """Who we are, as headers or as a signature in the query."""

    def sign(self, request: Request, url: str) -> Request:
        """`request` with what proves who asks. `url` is where it goes, without the query."""
        ...

    def renew(self) -> bool:
        """The other side said 401: get a new token. False when there is nothing to renew."""
        ...

    def close(self) -> None:
        """Nothing will be signed any more."""
        ...


class _Failed(Exception):
    """One attempt came to nothing: why, whether the request may have been processed, and how long to wait."""

    def __init__(self, error: RemoteError, *, again: bool, wait_s: float | None = None, unasked: bool = False) -> None:
        super().__init__(error.message)
        self.error = error
        self.again = again
        self.wait_s = wait_s
        self.unasked = unasked  # there was no time to ask at all


class Client:
    """Asks one partner. `target` names it in messages; `allowance` is how long it may keep us waiting in this pass."""

    def __init__(
        self,
        target: str,
        base_url: str,
        *,
        budgets: Budgets,
        allowance: Allowance,
        agent: str,
        credentials: Credentials | None = None,
        ca_file: Path | None = None,
        first_wait_s: float = 1.0,
        waits: Sequence[WaitHeader] = (),
    ) -> None:
        self.target = target
        self.budgets = budgets
        self.skew_s = 0  # how far the partner's clock is ahead of ours
        self._base = base_url.rstrip("/")
        self._allowance = allowance
        self._until = Deadline()
        self._credentials = credentials
        self._first_wait_s = first_wait_s
        self._waits = (*RETRY_AFTER, *waits)
        self._exchange = Deadline()
        transport = Transport(self._exchange, trusting(ca_file), _proxy(self._base))
        self._http = httpx.Client(
            transport=transport, follow_redirects=False, headers={"user-agent": agent, "accept-encoding": "gzip"}
        )

    def send(self, request: Request, bucket: Bucket | None = None, cost: float = 1.0) -> Answer:
        """The answer, with a status of the two hundreds.

        RemoteRefused for what the partner will not do, RemoteDenied, RemoteBusy, RemoteDown, and RemoteError for what
        may have been processed.
        """
        if self._allowance.left() <= 0:
            raise RemoteBusy("has had its time in this pass", where=self.target)
        begun = time.monotonic()
        self._until = Deadline.after(self._allowance.left())
        try:
            return self._tried(request, bucket, cost)
        except _Failed as failed:
            raise failed.error from None
        finally:
            self._allowance.seconds -= time.monotonic() - begun

    def _tried(self, request: Request, bucket: Bucket | None, cost: float) -> Answer:
        renewed, before = False, None
        for attempt in stamina.retry_context(
            on=self._again,
            attempts=ATTEMPTS,
            timeout=self._until.left(),
            wait_initial=self._first_wait_s,
            wait_max=16 * self._first_wait_s,
            wait_jitter=self._first_wait_s,
        ):
            with attempt:
                try:
                    return self._attempt(request, bucket, cost)
                except _Failed as failed:
                    if before is not None and (failed.unasked or self._until.left() <= 0):
                        before.again = False
                        raise before from None  # what the partner did says more than that there is no time left
                    if isinstance(failed.error, RemoteDenied) and not renewed and self._credentials:
                        renewed = True
                        failed.again, failed.wait_s = self._credentials.renew(), 0.0
                    before = failed
                    raise
        raise AssertionError("a retry context ends with an answer or an error")

    def download(self, path: str, begin: int = 0) -> Iterator[bytes]:
        """The bytes at `path` from `begin` on, as they come: a body of any length, asked for once.

        Only the time that is spent waiting for them is taken off the allowance. Errors as those of `send`; what came
        before one is sound.
        """
        ranged = {"range": f"bytes={begin}-"} if begin else {}
        request = Request("GET", path, headers={"accept-encoding": "identity", **ranged}, expects="bytes")
        url = path if "://" in path else self._base + path
        where = f"{self.target}: GET {urlsplit(url).path}"
        request = request if self._credentials is None else self._credentials.sign(request, url)
        answer = None
        try:
            made = self._http.build_request("GET", url, headers=dict(request.headers), timeout=TIMEOUT_S)
            answer = self._awaited(lambda: self._http.send(made, stream=True))
            if answer.status_code not in {200, 206}:
                content = self._awaited(lambda: _read(answer, request, where))
                headers = {name.lower(): value for name, value in answer.headers.items()}
                raise _failed(answer.status_code, headers, content, request, where, None)
            passed_over = begin if answer.status_code == 200 else 0  # who knows no ranges sends everything
            parts = answer.iter_bytes()
            while part := self._awaited(lambda: next(parts, b"")):
                yield part[passed_over:]
                passed_over = max(0, passed_over - len(part))
        except httpx.HTTPError as error:
            raise _unreached(error, request, where, url).error from None
        except _Failed as failed:
            raise failed.error from None
        finally:
            if answer is not None:
                answer.close()

    def _awaited(self, wait: Callable[[], _Awaited]) -> _Awaited:
        """What `wait` gives, within what is left of the allowance, which it is taken off."""
        if self._allowance.left() <= 0:
            raise RemoteBusy("has had its time in this pass", where=self.target)
        with self._allowance.spending() as until:
            self._exchange.at = min(Deadline.after(TIMEOUT_S).at, until.at)
            return wait()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        if self._credentials is not None:
            self._credentials.close()

    def _again(self, error: Exception) -> bool | float:
        if not isinstance(error, _Failed) or not error.again:
            return False
        if error.wait_s is None:
            return self._until.left() > 0
        return error.wait_s if error.wait_s < self._until.left() else False

    def _attempt(self, request: Request, bucket: Bucket | None, cost: float) -> Answer:
        if bucket is not None:
            self._wait_for(bucket, cost)
        url = request.path if "://" in request.path else self._base + request.path
        if self._credentials is not None:
            request = self._credentials.sign(request, url)
        where = f"{self.target}: {request.method} {urlsplit(url).path}"
        try:
            return self._exchanged(request, url, where)
        except httpx.HTTPError as error:
            raise _unreached(error, request, where, url) from None

    def _wait_for(self, bucket: Bucket, cost: float) -> None:
        wait_s = bucket.wait_s(cost, self.budgets.now())
        if wait_s >= self._until.left():
            message = f"allows no further request for {math.ceil(wait_s):,} s, which is longer than this pass may wait"
            raise _Failed(RemoteBusy(message, where=self.target), again=False, unasked=True)
        if wait_s > 0:
            time.sleep(wait_s)
        bucket.take(cost, self.budgets.now())

    def _exchanged(self, request: Request, url: str, where: str) -> Answer:
        self._exchange.at = min(Deadline.after(TIMEOUT_S).at, self._until.at)
        made = self._http.build_request(
            request.method,
            url,
            params=list(request.query) or None,
            headers=dict(request.headers),
            content=request.content or None,
            timeout=TIMEOUT_S,
        )
        answer = self._http.send(made, stream=True)
        try:
            content = _read(answer, request, where)
        finally:
            answer.close()
        self._notice_clock(answer)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        if not 200 <= answer.status_code < 300:
            wait_s = waits.wait_s(headers, self._waits, self.budgets.now())
            raise _failed(answer.status_code, headers, content, request, where, wait_s)
        value, elements = None, list[bytes]()
        if request.expects == "json" and (content or answer.status_code == 200):
            value, elements = _json(content, headers, request, where)
        return Answer(answer.status_code, headers, content, value, elements)

    def _notice_clock(self, answer: httpx.Response) -> None:
        stated = waits.date_s(answer.headers.get("date", ""))
        if stated is not None:
            self.skew_s = round(stated - self.budgets.now())


def _read(answer: httpx.Response, request: Request, where: str) -> bytes:
    parts, size = [], 0
    for part in answer.iter_bytes():
        size += len(part)
        if size > LARGEST:
            message = f"answers with more than {LARGEST // 1024 // 1024} MB"
            raise _Failed(RemoteError(message, where=where), again=False)
        parts.append(part)
    content = b"".join(parts)
    if request.method != "HEAD" and not content and answer.headers.get("content-length", "0") != "0":
        raise httpx.RemoteProtocolError("the answer was cut off")
    return content


def _json(content: bytes, headers: Mapping[str, str], request: Request, where: str) -> tuple[Any, list[bytes]]:
    try:
        if request.apart is not None:
            return json_slices.apart(content, request.apart, largest=LARGEST)
        return strict_json.loads(content, largest=LARGEST), []
    except ValueError as error:
        kind = headers.get("content-type", "nothing said")
        why = f": {error}" if content.lstrip()[:1] in {b"{", b"["} else ""
        message = f"answers with {kind} where JSON was expected{why}{_first_words(content)}"
        message += _request_id(headers, request)
        raise _Failed(RemoteError(message, where=where), again=request.kind != "blind") from None


def _failed(
    status: int, headers: Mapping[str, str], content: bytes, request: Request, where: str, wait_s: float | None
) -> _Failed:
    """The error of an answer that is not of the two hundreds; `wait_s` is how long it asks us to wait, if it does."""
    tail = _request_id(headers, request)
    if status in _AGAIN:
        so_long = f": {math.ceil(wait_s):,} s" if wait_s else ""
        error: RemoteError = RemoteBusy(f"asks for time (status {status}){so_long}{tail}", where=where)
        return _Failed(error, again=True, wait_s=wait_s)
    if status in _DENIED:
        message = f"{_DENIED[status]} (status {status}){tail}"
        return _Failed(RemoteDenied(message, where=where, status=status, details=_said(content)), again=False)
    if status >= 500:
        said = "" if "json" in headers.get("content-type", "") else _first_words(content)  # may hold someone's data
        error = RemoteFailed(f"failed (status {status}){said}{tail}", where=where)
        return _Failed(error, again=request.kind != "blind", wait_s=wait_s)
    if status < 400:
        error = RemoteError(f"sends us elsewhere (status {status}), which is not followed{tail}", where=where)
        return _Failed(error, again=False)
    message = f"refuses (status {status}){tail}"
    return _Failed(RemoteRefused(message, where=where, status=status, details=_said(content)), again=False)


def _said(content: bytes) -> Any:
    """What the partner says against a request, as JSON; None where it is none."""
    try:
        return strict_json.loads(content) if content else None
    except ValueError:
        return None


def _unreached(error: httpx.HTTPError, request: Request, where: str, url: str) -> _Failed:
    """The error of an exchange that did not end. Its own text may hold a URL with a query; it is not repeated."""
    if isinstance(error, LinkLocalAddress):
        return _Failed(RemoteDown(str(error), where=where), again=False)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError):
        message = f"{urlsplit(url).hostname} cannot be reached: {_reason(error)}"
        certificate = isinstance(error.__cause__ and error.__cause__.__cause__, ssl.SSLError)
        return _Failed(RemoteDown(message, where=where), again=not certificate)
    if isinstance(error, httpx.TimeoutException):
        return _Failed(RemoteFailed("did not answer in time", where=where), again=request.kind != "blind")
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return _Failed(RemoteDown("is no address that can be asked", where=where), again=False)
    message = f"broke off the exchange: {_reason(error)}"
    return _Failed(RemoteError(message, where=where), again=request.kind != "blind")


def _reason(error: httpx.HTTPError) -> str:
    text = re.sub(r"^\[Errno -?\d+\] ", "", str(error).strip()) or type(error).__name__
    return text if "://" not in text else type(error).__name__


def _first_words(content: bytes) -> str:
    words = " ".join(content[:400].decode("utf-8", "replace").split())[:80]
    return f"; it begins with '{words}'" if words else "; it is empty"


def _request_id(headers: Mapping[str, str], request: Request) -> str:
    """The number that the partner gave to a request, or that we gave it where the partner has none of its own."""
    ours = {name.lower(): value for name, value in request.headers.items()}
    found = next((by[name] for by in (headers, ours) for name in _REQUEST_IDS if by.get(name)), "")
    return f" [request {found[:60]}]" if found else ""


def _proxy(base_url: str) -> str:
    """The proxy that the environment names for this address, as every program of the system reads it."""
    parts = urlsplit(base_url)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return ""
    proxies: Mapping[str, str] = urllib.request.getproxies()
    return proxies.get(parts.scheme, proxies.get("all", ""))
