"""Is everything as it has to be before the next pass? One line for each thing, with what to do about it.

1. the files: configuration, rules, and whether every secret is where its reference says
2. the store and what lies beside it, the machine it is on, and what starts passes
3. every channel and location is asked whether it lets us in, several at once; unless `offline`, only files then
Nothing is changed: what is written to a location to try it out is removed again. Exit 7 when something fails.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from orderctl.config.findings import NO_SECRET
from orderctl.config.load import load
from orderctl.config.model import Config
from orderctl.core.adapters import Probe
from orderctl.core.errors import BusyError, ConfigError, Finding, OrderctlError, RemoteError, StoreError
from orderctl.core.secrets import is_reference
from orderctl.steps import configuration, context, probing, side_by_side, surroundings
from orderctl.steps.adapters import ROLES, Adapters
from orderctl.steps.context import BUDGET
from orderctl.steps.report import Report
from orderctl.store import care, connection, deep_checks, meta, pauses
from orderctl.store.journal import Journal, journal_path

#: How long one channel or location may take to say whether it lets us in, and all of them together.
_EACH_S, _ALL_S = 20, 60
_LOCAL = frozenset({"file", "portal"})
_MOST_FINDINGS = 8


@dataclass(slots=True)
class _Patient:
    """What is looked at. `config` is None where the file cannot be read, `db` where there is no store."""

    file: Path
    rules: Path | None
    database: Path
    now: str
    config: Config | None = None
    db: sqlite3.Connection | None = None
    report: Report = field(default_factory=lambda: Report("doctor"))

    def tell(self, subject: str, *probes: Probe) -> None:
        """Add a line for each of `probes`."""
        probing.tell(self.report, subject, probes, subject=subject)


def examined(
    config: Path | None, rules: Path | None, db: Path | None, *, offline: bool = False, deep: bool = False
) -> Report:
    """Everything there is to look at, one item each; `deep` = every invariant of the store, too."""
    file = config or Path("channels.toml")
    patient = _Patient(file, rules, db or file.with_name("orderctl.db"), context.now())
    _look_at_files(patient, db)
    _look_at_store(patient, deep=deep)
    for subject, probe in surroundings.looked_at(patient.database, patient.db, patient.now):
        patient.tell(subject, probe)
    if patient.config is not None:
        _ask_others(patient, offline=offline)
    if patient.db is not None:
        patient.db.close()
    return patient.report


def _look_at_files(patient: _Patient, db: Path | None) -> None:
    found = configuration.check(patient.file, patient.rules).findings
    try:
        patient.config = load(patient.file)
    except ConfigError:
        patient.tell("config", *_told("file", found, "orderctl config check"))
        return
    patient.database = db or patient.config.database
    of_rules = str(patient.rules or patient.config.rules)
    missing = [one for one in found if one.code == NO_SECRET]
    wrong = [one for one in found if one.code != NO_SECRET and one.file != of_rules]
    in_rules = [one for one in found if one.file == of_rules]
    names = ", ".join([*patient.config.channels, *patient.config.partners])
    good = f"{patient.file}: {names}"
    patient.tell("config", *(_told("file", wrong, "orderctl config check") or [Probe("file", "ok", good)]))
    patient.tell("rules", *(_told("file", in_rules, "orderctl rules check") or [Probe("file", "ok", of_rules)]))
    number = sum(1 for _ in _references(patient.config.source.data))
    if number:
        every = Probe("secrets", "ok", f"{number} references, all of them lead to something")
        patient.tell("config", *(_told("secrets", missing, "orderctl help E210") or [every]))


def _told(what: str, findings: Any, next_: str) -> list[Probe]:
    """A line for each finding, the first ones where there are very many."""
    lines = [Probe(what, "fail", _finding(one), one.hint or next_) for one in findings[:_MOST_FINDINGS]]
    if len(findings) > _MOST_FINDINGS:
        lines.append(Probe(what, "fail", f"and {len(findings) - _MOST_FINDINGS} more", next_))
    return lines


def _finding(one: Finding) -> str:
    return f"{one.file}:{one.line}: {one.message}" if one.line else f"{one.file}: {one.message}"


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
    elif isinstance(value, str) and is_reference(value):
        yield value


def _look_at_store(patient: _Patient, *, deep: bool) -> None:
    database = patient.database
    if not database.exists():
        journal = journal_path(database)
        if journal.exists() and journal.stat().st_size:
            lost = f"{database} is gone, but its journal is not"
            patient.tell("store", Probe("file", "fail", lost, "restore a copy: orderctl db restore FILE"))
        else:
            patient.tell("store", Probe("file", "warn", f"there is no {database} yet", "orderctl run"))
        return
    try:
        patient.db = db = connection.open_for_reading(database)
        patient.tell("store", Probe("file", "ok", f"{database}, {database.stat().st_size:,} bytes"))
    except (StoreError, BusyError) as error:
        patient.tell("store", Probe("file", "fail", error.said, error.next or "orderctl help 6"))
        return
    try:
        Journal(journal_path(database)).check(db)
        patient.tell("store", Probe("journal", "ok", "no newer than the store"))
    except OrderctlError as error:
        patient.tell("store", Probe("journal", "fail", error.message, error.next))
    if deep:
        patient.tell("store", *_invariants(db))


def _invariants(db: sqlite3.Connection) -> Iterator[Probe]:
    next_ = "orderctl help store_difference"
    try:
        for name, wrong in (*care.check(db), *deep_checks.check(db)):
            yield Probe(name, "fail", f"{len(wrong)} wrong, e.g. {wrong[0]}", next_) if wrong else Probe(name, "ok", "")
    except sqlite3.Error as error:
        yield Probe("the file is sound", "fail", f"it cannot be read: {error}", "orderctl db restore FILE")


def _ask_others(patient: _Patient, *, offline: bool) -> None:
    """Every channel and every way of a location, in the order of the file, asked at the same time."""
    config = patient.config
    assert config is not None  # noqa: S101
    hasty = replace(config, safety=replace(config.safety, max_time_s=_ALL_S, max_time_each_s=_EACH_S))
    adapters = Adapters(hasty, noted=True, now=patient.now)
    if patient.db is not None:
        adapters.recall(meta.beginning(patient.db, BUDGET))
    try:
        sources, left_out = _sources(config, adapters, offline=offline)
        found = _asked(sources)
    finally:
        adapters.close()
    for subject, at in _paused(patient.db).items():
        patient.tell(subject, Probe("pause", "warn", f"left alone since {at}", _resume(subject)))
    for subject in sources:
        patient.tell(subject, *found[subject])
    patient.report.count("not asked", left_out)


def _sources(
    config: Config, adapters: Adapters, *, offline: bool
) -> tuple[dict[str, Callable[[], Iterator[Probe]]], int]:
    """Who is to be asked, and how many are not. What cannot even be opened was told of with its file."""
    sources: dict[str, Callable[[], Iterator[Probe]]] = {}
    left_out = 0
    for name in config.channels:
        try:
            channel = adapters.channel(name)
        except ConfigError:
            continue
        if offline and channel.remote:
            left_out += 1
        else:
            sources[f"channel {name}"] = partial(_tried, channel.probe)
    for name, partner in config.partners.items():
        for role in ROLES:
            way = getattr(partner, role)
            if way is None:
                continue
            if offline and way.via not in _LOCAL:
                left_out += 1
                continue
            try:
                opened = adapters.way(name, role)
            except ConfigError:
                continue
            assert opened is not None  # noqa: S101
            sources[f"location {name} {role}"] = partial(_tried, opened.probe)
    return sources, left_out


def _tried(probe: Callable[[], list[Probe]]) -> Iterator[Probe]:
    try:
        yield from probe()
    except RemoteError as error:
        yield Probe("reach", "fail", error.said, error.next)


def _asked(sources: Mapping[str, Callable[[], Iterator[Probe]]]) -> dict[str, list[Probe]]:
    found: dict[str, list[Probe]] = {subject: [] for subject in sources}
    for subject, item in side_by_side.read(sources):
        if not isinstance(item, side_by_side.Ended):
            found[subject].append(item)
        elif item.error is not None:
            raise item.error
    return found


def _paused(db: sqlite3.Connection | None) -> dict[str, str]:
    if db is None:
        return {}
    return {f"{kind} {name}": at for kind in ("channel", "location") for name, at in pauses.paused(db, kind).items()}


def _resume(subject: str) -> str:
    kind, _, name = subject.partition(" ")
    return f"orderctl {kind}s resume {name}"
