"""Prism: answers for a vendor by the vendor's own OpenAPI description, and says what is wrong with a request.

    def test_what_is_asked_keeps_to_the_description(prisms):          # the fixture of tests/real/conftest.py
        witness = Witness({"/sell/fulfillment/v1": prisms.of("ebay/sell_fulfillment_v1_oas3.json")}, shop.answer)
        with partner(answer=witness.answer) as served:
            ...                                                       # the adapter asks served.url
        assert [] == witness.complaints

1. one Prism per description and test session, on a free loopback port, ready when it prints so, ended by its id
2. a Witness stands between the adapter and whoever answers it: it puts every request before Prism, keeps what Prism
   complains of (`sl-violations`, or a status of the four hundreds), and gives the answer of the fake, or Prism's own
3. Prism does not use a server's base path: the prefix that picks it is taken off where `strips` says so

Descriptions lie below `$ORDERCTL_SHARED/channels/specs`. Prism is run without `--errors`, which would also complain of
the examples it answers with. It does not look at filters inside a parameter or at rules of the business.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx
import pytest

from tests.partner import Asked, Reply
from tests.real import npm

START_S, ANSWER_S, END_S = 90, 30, 10
_PROGRAM = Path("node_modules/@stoplight/prism-cli/dist/index.js")
#: Headers of one connection, which are not passed on.
_OF_THE_CONNECTION = {"host", "connection", "content-length", "accept-encoding", "transfer-encoding", "keep-alive"}


def spec(path: str) -> Path:
    """The description at `path` below the vendors' descriptions. Skips the test where there are none."""
    shared = os.environ.get("ORDERCTL_SHARED")
    if not shared:
        pytest.skip("ORDERCTL_SHARED does not name the folder with the vendors' descriptions")
    return Path(shared) / "channels" / "specs" / path


@dataclass(frozen=True)
class Checked:
    """What Prism said to one request."""

    status: int
    body: bytes
    content_type: str
    violations: tuple[str, ...]


@dataclass(frozen=True)
class Prism:
    """One running Prism. `strips`: whether the prefix that leads to it is no part of its paths."""

    url: str
    strips: bool = True

    def ask(self, asked: Asked, path: str, prefer: str = "") -> Checked:
        """What Prism says to `asked` at `path`; `prefer` as its `Prefer` header takes it, e.g. `code=429`."""
        headers = {name: text for name, text in asked.headers.items() if name not in _OF_THE_CONNECTION}
        if prefer:
            headers["prefer"] = prefer
        with httpx.Client(trust_env=False, timeout=ANSWER_S) as client:
            answer = client.request(asked.method, self.url + path, headers=headers, content=asked.content)
        found = json.loads(answer.headers.get("sl-violations", "[]"))
        # what Prism has against its own example says nothing about the request
        of_request = [one for one in found if one.get("location", ["request"])[0] != "response"]
        words = tuple(f"{'.'.join(one.get('location', []))}: {one.get('message')}" for one in of_request)
        return Checked(answer.status_code, answer.content, answer.headers.get("content-type", ""), words)


@dataclass(frozen=True)
class _Running:
    process: subprocess.Popen[str]
    out: IO[str]
    reader: threading.Thread
    url: str


class Prisms:
    """The Prisms of a test session, each started when it is first needed."""

    def __init__(self) -> None:
        self._running: dict[Path, _Running] = {}

    def of(self, path: str, *, strips: bool = True) -> Prism:
        """A Prism for the description at `path` below the vendors' descriptions."""
        description = spec(path)
        if description not in self._running:
            self._running[description] = _started(npm.installed("prism") / _PROGRAM, description)
        return Prism(self._running[description].url, strips)

    def close(self) -> None:
        """End every Prism."""
        for one in self._running.values():
            one.process.terminate()
            try:
                one.process.wait(END_S)
            except subprocess.TimeoutExpired:
                one.process.kill()
                one.process.wait(END_S)
            one.reader.join(END_S)
            one.out.close()
        self._running = {}


@dataclass
class Witness:
    """Puts every request before the Prism of its path, and answers with `by`, or with what Prism answers.

    `prefer` is asked of Prism; `asked` are the requests that a Prism has seen, `unseen` those that belong to none.
    """

    prisms: Mapping[str, Prism]
    by: Callable[[Asked], Reply] | None = None
    prefer: str = ""
    asked: list[Asked] = field(default_factory=list)
    unseen: list[Asked] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def answer(self, asked: Asked) -> Reply:
        prefix = next((prefix for prefix in self.prisms if asked.path.startswith(prefix)), None)
        if prefix is None:
            self.unseen.append(asked)
            return self.by(asked) if self.by else Reply(404)
        prism = self.prisms[prefix]
        checked = prism.ask(asked, asked.path.removeprefix(prefix) if prism.strips else asked.path, self.prefer)
        self.asked.append(asked)
        wrong = list(checked.violations)
        if checked.status >= 400 and not wrong and not self.prefer:
            wrong = [f"status {checked.status} {checked.body[:300].decode('utf-8', 'replace')}"]
        self.complaints += [f"{asked.method} {asked.path}: {one}" for one in wrong]
        if self.by is not None:
            return self.by(asked)
        return Reply(checked.status, checked.body, {"content-type": checked.content_type or "application/json"})

    def operations(self) -> set[tuple[str, str]]:
        """(method, path without its query) of everything that was put before a Prism."""
        return {(one.method, one.path.partition("?")[0]) for one in self.asked}


def _started(program: Path, description: Path) -> _Running:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command: list[Any] = [shutil.which("node"), program, "mock", "-h", "127.0.0.1", "-p", str(port), description]
    process = subprocess.Popen(
        command, cwd=program.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    out = process.stdout
    assert out is not None
    said: list[str] = []
    watchdog = threading.Timer(START_S, process.kill)  # ends the loop below, which then finds no line any more
    watchdog.start()
    try:
        for line in out:
            said.append(line)
            if "Prism is listening" in line:
                break
        else:
            process.wait(END_S)
            pytest.fail(f"Prism does not start for {description.name}: {''.join(said[-5:])}")
    finally:
        watchdog.cancel()
    reader = threading.Thread(target=out.read, daemon=True)  # a full pipe would stop it
    reader.start()
    return _Running(process, out, reader, f"http://127.0.0.1:{port}")
