"""Looking after what waits and what is kept: status, exceptions, locations, the store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orderctl.core import codes
from orderctl.core.checks import WORDS
from orderctl.core.errors import Exit, StoreError, UsageError
from orderctl.core.text import did_you_mean
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.steps.views import Row
from orderctl.store import (
    beside,
    care,
    deep_checks,
    effects,
    exceptions,
    migrations,
    order_counts,
    passes,
    pauses,
    quarantine,
    remains,
    skus,
)
from orderctl.store.journal import Journal, journal_path


def status(ctx: Context) -> Row:
    """How things stand: orders by state, what waits for a person, what is to be told, who is not live, last pass."""
    return {
        "orders": dict(sorted(order_counts.states(ctx.db).items())),
        "exceptions": exceptions.counts(ctx.db, ctx.now),
        "waiting_effects": effects.open_counts(ctx.db),
        "refused": _refused(ctx) or None,
        "watched": sorted(name for name, one in ctx.config.channels.items() if not one.live_from),
        "paused": pauses.paused(ctx.db, "location") | pauses.paused(ctx.db, "channel"),
        "last_pass": passes.last(ctx.db),
    }


def _refused(ctx: Context) -> str:
    """Why no pass may send anything from this store now; empty when one may."""
    try:
        Journal(journal_path(ctx.database), reads_only=True).check(ctx.db)
    except StoreError as error:
        return error.message
    return ""


def exception_show(ctx: Context, number: int) -> Row:
    """One exception, what it means, its answers ready to paste, and the record that was put aside, if any."""
    found = exceptions.one(ctx.db, number)
    if found is None:
        raise UsageError(f"there is no exception {number}", next="orderctl exceptions list")
    known = codes.EXCEPTIONS.get(found["code"])
    channel, unknown = skus.unknown_of(ctx.db, found["order"]) if found["code"] == "unknown_sku" else ("", [])
    told = codes.answers(
        found["code"],
        exception_id=number,
        subject=found["subject"],
        order=found["order"] or "",
        channel=channel,
        skus=unknown,
    )
    return found | {
        "meaning": known.meaning if known else "",
        "answers": [{"command": command, "when": when} for command, when in told],
        "record": quarantine.record(ctx.db, found["subject"]) if found["code"] == "quarantine" else None,
    }


def db_backup(ctx: Context, target: Path) -> Report:
    """A checked copy of the store at `target`, which must not be there yet."""
    report = Report("db backup")
    size = care.backup(ctx.db, target)
    beside.note_copy(ctx.db, target, ctx.now)
    report.items.append({"file": str(target), "bytes": size, "checked": True})
    report.count("copies")
    return report


def db_version(config: Path | None, db: Path | None) -> int:
    """Which version the store has now; the newest one where there is none."""
    from orderctl.config.load import load

    database = db or load(config or Path("channels.toml")).database
    return migrations.version_of(database) if database.exists() else migrations.LATEST


def db_migrate(before: int) -> Report:
    """What opening the store has done to it, which was of version `before`."""
    report = Report("db migrate")
    report.items.append({"before": before, "after": migrations.LATEST})
    report.count("versions", migrations.LATEST - before)
    return report


def db_vacuum(ctx: Context) -> Report:
    """Write the whole store anew; how many bytes it had and has."""
    report = Report("db vacuum")
    before = remains.size(ctx.db)
    remains.vacuum(ctx.db)
    remains.empty_log(ctx.db)
    report.items.append({"before": before, "after": remains.size(ctx.db)})
    return report


def db_check(ctx: Context, *, deep: bool = False) -> Report:
    """Whether the store is sound: SQLite's own checks and the sums that must hold. Exit 7 on a difference.

    `deep`: every rule that can be checked, which reads every row.
    """
    report = Report("db check")
    for name, wrong in (*care.check(ctx.db), *(deep_checks.check(ctx.db) if deep else ())):
        report.items.append({"check": name, "wrong": len(wrong), "examples": wrong[:5]})
        report.count("checks")
        if wrong:
            message = f"{len(wrong)} wrong, e.g. {wrong[0]}"
            report.problem("store_difference", name, message, next="orderctl help store_difference", exit=Exit.CHECK)
    return report


def codes_list() -> list[dict[str, str]]:
    """Every code there is, with its kind and what it means."""
    return [{"code": code, "kind": kind, "meaning": meaning} for code, (kind, meaning) in _codes().items()]


def explained(code: str) -> dict[str, Any]:
    """What any code means: an exit, an exception, a finding. UsageError for one that nobody knows."""
    known = _codes()
    match = next((name for name in known if name.casefold() == code.casefold()), None)
    if match is None:
        raise UsageError(f"there is no code '{code}'{did_you_mean(code, known)}", next="orderctl help")
    kind, meaning = known[match]
    told = codes.placeholders(match)
    answers = [{"command": command, "when": when} for command, when in told]
    return {
        "code": match,
        "kind": kind,
        "meaning": meaning,
        "answers": answers,
        "example": _example(match),
        "next": _CHECKED_BY.get(kind, ""),
    }


#: Kind of a finding -> the command that looks again.
_CHECKED_BY = {"rules.toml": "orderctl rules check", "channels.toml": "orderctl config check"}


def _example(code: str) -> dict[str, str] | None:
    """What brings a finding up in its file, and the same put right."""
    from orderctl.config import code_examples as in_config
    from orderctl.rules import code_examples as in_rules

    found = in_rules.EXAMPLES.get(code) or in_config.EXAMPLES.get(code)
    return {"wrong": found[0], "right": found[1]} if found else None


def _codes() -> dict[str, tuple[str, str]]:
    """Every code: its kind and what it means."""
    from orderctl.config import findings
    from orderctl.rules import codes as rule_codes

    known = {name: ("exit code", text) for name, text in codes.EXITS.items()}
    known |= {name: ("exception", one.meaning) for name, one in codes.EXCEPTIONS.items()}
    known |= {name: ("rules.toml", text) for name, text in rule_codes.MEANING.items()}
    known |= {name: ("channels.toml", text) for name, text in findings.CODES.items()}
    known |= {name: ("check", text) for name, text in codes.CHECKS.items()}
    of_orders = {name: ("order", f"Noticed of an order, by `orders show`: {words}.") for name, words in WORDS.items()}
    known |= {name: said for name, said in of_orders.items() if name not in known}
    return known
