"""`orderctl web` in a process of its own, and its pages as somebody with its address gets them."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.cli.shop import ORDERCTL

PATIENCE_S = 60


@dataclass(frozen=True)
class Site:
    """What was started, and what it printed to open."""

    process: subprocess.Popen[str]
    url: str

    @property
    def base(self) -> str:
        return self.url.partition("/?")[0]

    @property
    def key(self) -> str:
        return self.url.partition("key=")[2]

    def get(self, path: str, **asked: Any) -> httpx.Response:
        """A page, asked for as a browser does that has opened the printed address before."""
        port = self.base.rpartition(":")[2]
        cookies = {"cookie": f"orderctl_{port}={self.key}"}
        return httpx.get(f"{self.base}{path}", headers=cookies, timeout=PATIENCE_S, **asked)

    def rows(self, path: str, **asked: Any) -> list[Mapping[str, Any]]:
        """The rows of a view or of the answer to a question."""
        found: list[Mapping[str, Any]] = (
            self.get(f"{path}.json", params={**asked, "_shape": "array"}).raise_for_status().json()
        )
        return found

    def ended_by(self, number: int) -> tuple[int, str, str]:
        """Exit code, and what it said after its first line."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, out, err


@contextlib.contextmanager
def site(folder: Path) -> Iterator[Site]:
    """The pages of the shop in `folder`, at a port that was free."""
    with subprocess.Popen(
        [ORDERCTL, "web", "--port", "0"],
        cwd=folder,
        env={**os.environ, "ORDERCTL_CONFIG": ""},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield Site(process, process.stdout.readline().strip().removeprefix("Open "))
        finally:
            process.kill()
