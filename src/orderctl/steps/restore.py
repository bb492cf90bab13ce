"""Restore: put a copy of the store into its place, while nobody else works with it."""

from __future__ import annotations

from pathlib import Path

from orderctl.config.load import load
from orderctl.core.errors import StoreError
from orderctl.steps import context
from orderctl.steps.report import Report
from orderctl.store import restore


def db_restore(config: Path | None, db: Path | None, source: Path, *, wait_s: int = 0, at: str = "") -> Report:
    """The store is what the copy `source` holds, and the old one lies beside it under another name.

    BusyError while another process holds the store. Whatever the copy cannot know was sent makes the store refuse
    every effect until `steps.going_back` has found out.
    """
    database = _store(config, db)
    at = at or context.now()
    with context.held(database, at, wait_s):
        done = restore.put(source, database, at)
    return _report(database, done.kept, done.bytes, is_older=done.is_older)


def looked_at(config: Path | None, db: Path | None, source: Path) -> Report:
    """What `db_restore` would do; nothing is touched."""
    database = _store(config, db)
    is_older = restore.look(source, database)
    return _report(database, "", source.stat().st_size, is_older=is_older)


def _store(config: Path | None, db: Path | None) -> Path:
    database = db or load(config or Path("channels.toml")).database
    if not database.parent.is_dir():
        raise StoreError("there is no such folder", where=str(database.parent), next=f"mkdir -p {database.parent}")
    return database


def _report(database: Path, kept: str, size: int, *, is_older: bool) -> Report:
    report = Report("db restore")
    report.items.append({"file": str(database), "kept": kept, "bytes": size, "reconcile": is_older})
    report.count("copies")
    return report
