"""Ways by SFTP, opened as a step opens them, and what a step does with them."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Any

from orderctl.config.secrets import resolve
from orderctl.core import times
from orderctl.core.effects import Document
from orderctl.destinations.sftp import Sftp
from orderctl.wire.budgets import Allowance, Deadline
from orderctl.wire.opening import Opening
from tests.sftp_servers import Server

NOW = "2026-11-20T15:00:00Z"


def settings(said: dict[str, Any], base: Path, role: str) -> Sftp.Settings:
    """Checked as those of channels.toml are."""
    context = {"resolve": lambda reference: resolve(reference, base, {}), "base": base, "role": role}
    return Sftp.Settings.model_validate(said, context=context)


def opened(
    server: Server, base: Path, role: Any = "send", *, now: str = NOW, seconds: float = 60.0, **said: Any
) -> Sftp:
    """The way to or from `east` by `server`, which may keep us waiting for `seconds`."""
    opening = Opening(base, now=now, allowance=Allowance(seconds, Deadline.after(seconds)))
    return Sftp("east", settings(server.settings(**said), base, role), opening, role)


def listed(folder: Path) -> list[str]:
    """The names in `folder`, hidden ones too, in order."""
    return sorted(path.name for path in folder.iterdir())


def to(server: Server | None, folder: Path, base: Path, **said: Any) -> Sftp:
    assert server is not None
    return opened(server, base, path=f"{folder}/{{batch}}.csv", **said)


def handed_over(way: Sftp, document: Document) -> str:
    way.stage(document)
    return way.deliver(document, "key").outcome


def after_a_kill(way: Sftp, document: Document) -> None:
    """The next pass knows name and content of what was being sent, no more."""
    with closing(way):
        assert "accepted" == way.recover(Document(document.name, document.content, kept=True), "key").outcome


def answers_from(server: Server | None, folder: Path, base: Path, role: str = "confirm", **said: Any) -> Sftp:
    assert server is not None
    now = said.pop("now", NOW)
    return opened(server, base, role, now=now, path=f"{folder}/*.csv", **said)


def taken(way: Sftp, positions: dict[str, str] | None = None) -> list[Any]:
    """Rows as a step takes them: stored, then finished."""
    positions = {} if positions is None else positions
    rows: list[Any] = []
    for page in way.collect(dict(positions), list):
        rows += page.rows
        positions[page.stream] = page.position
        if page.closes:
            way.finished(page.stream)
    return rows


def put(folder: Path, name: str, *rows: str, header: str = "reference,status", at: str = "") -> Path:
    path = folder / name
    path.write_text("".join(f"{row}\n" for row in (header, *rows)))
    when = moment(at or "2026-11-20T12:00:00Z")
    os.utime(path, (when, when))
    return path


def moment(text: str) -> float:
    return times.as_datetime(text).timestamp()


def refusing(base: Path, role: Any = "send", **changes: Any) -> Sftp:
    """Opened for a server that nobody asks."""
    base.mkdir(exist_ok=True)
    (base / "known").touch()
    said = {"host": "sftp.example", "user": "orders", "known_hosts": "known", "path": "/in/{batch}.csv"} | changes
    opening = Opening(base)
    return Sftp("east", settings(said, base, role), opening, role)
