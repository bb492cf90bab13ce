"""What a location in shadow made of its copies, against what was asked, what it was given time for, and `[targets]`.

Nothing is changed. Copies are judged from the moment that `since` names; of what still has time nothing is said yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from orderctl.config.model import LocationConfig
from orderctl.core import trials
from orderctl.core.errors import Exit, UsageError
from orderctl.core.trials import Judged, Share, Terms, Trial
from orderctl.steps.context import Context
from orderctl.steps.report import MOST_ITEMS, Report
from orderctl.steps.since import moment_of
from orderctl.store import shadow_answers

GO, NO_GO = "go", "no-go"
#: What can be asked only of a location that answers.
_OF_ANSWERS = ("acknowledged_in_time", "shipped_in_time", "answers_understood", "units_right", "tracking_right")


def locations_compare(ctx: Context, name: str, since: str = "7d") -> Report:
    """How the location `name` in shadow has done since `since`. Exit 7 when a target is missed.

    UsageError when it is not in shadow.
    """
    configured = _shadow(ctx, name)
    moment = moment_of(ctx, since)
    report = Report("locations compare")
    terms = Terms(
        location=configured.location,
        now=ctx.now,
        acknowledge_within_s=configured.acknowledge_within_s,
        ship_within_s=configured.ship_within_s or ctx.config.safety.late_after_s,
        own=tuple(ctx.config.carriers),
    )
    trial = trials.look(shadow_answers.copies_since(ctx.db, name, moment), terms)
    stray = _stray(shadow_answers.about_nothing_since(ctx.db, name, moment))
    trial.understood.of += sum(map(len, stray.values()))
    stock, counted = _stock(ctx, name, configured)
    wanted = asdict(ctx.config.targets)
    judged = trials.verdict(trial, wanted, stock, asks=lambda target: _asks(configured, target))
    missed = [one for one in judged if one.verdict == "missed"]
    report.items.append(
        {
            "location": name,
            "beside": configured.beside,
            "since": moment,
            "days": len(trial.days),
            "copies": _copies(trial),
            **_shares(trial),
            "reasons": _reasons(trial.reasons, "shipments"),
            "short": _reasons(trial.shorts, "answers"),
            "tracking_numbers": [asdict(one) for one in trial.numbers if one.verdict != "right"][:MOST_ITEMS],
            "differences": [asdict(one) for one in trial.differences][:MOST_ITEMS],
            "not_understood": [{"what": said} for said in trial.problems][:MOST_ITEMS],
            **stray,
            "stock": counted,
            "targets": [asdict(one) for one in judged],
            "verdict": NO_GO if missed else GO,
        }
    )
    report.count("copies", sum(trial.states.values()))
    report.count("answers", trial.understood.of)
    if missed:
        _tell(report, name, missed)
    return report


def _shadow(ctx: Context, name: str) -> LocationConfig:
    found = ctx.config.shadows.get(name)
    if found is None:
        known = ", ".join(ctx.config.shadows)
        message = f"there is no location '{name[:100]}' in shadow; {f'known: {known}' if known else 'there is none'}"
        raise UsageError(message, next='write shadow = true and beside = "LOCATION" into [location.NAME]')
    return found


def _copies(trial: Trial) -> dict[str, int]:
    """How many copies there are, and what has become of them so far."""
    lost = trial.states.get("uncertain", 0) + trial.states.get("sending", 0)
    return {
        "made": sum(trial.states.values()),
        "handed_over": sum(trial.states.get(state, 0) for state in trials.HANDED),
        "waiting": trial.states.get("waiting", 0),
        "put_aside": trial.states.get("unfit", 0),
        "refused": trial.states.get("refused", 0),
        "uncertain": lost,
        "acknowledged": trial.states.get("acknowledged", 0),
        "shipped": trial.states.get("shipped", 0),
        "rejected": trial.states.get("rejected", 0),
    }


def _shares(trial: Trial) -> dict[str, Any]:
    shares = {
        "taken": trial.taken,
        "acknowledged_in_time": trial.acknowledged,
        "shipped_in_time": trial.shipped,
        "answers_understood": trial.understood,
        "units_right": trial.units,
        "tracking_right": trial.tracking,
    }
    return {name: _share(share) for name, share in shares.items()}


def _share(share: Share) -> dict[str, Any]:
    return {"good": share.good, "of": share.of, "percent": share.percent}


def _reasons(found: Mapping[str, int], what: str) -> list[dict[str, Any]]:
    """Reasons with how many gave them, the most frequent first."""
    ordered = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return [{"reason": reason, what: number} for reason, number in ordered]


def _stray(found: Iterable[tuple[str, str, str]]) -> dict[str, list[dict[str, Any]]]:
    """Answers that speak of no copy, and rows that could not be read."""
    unknown: list[dict[str, Any]] = []
    aside: list[dict[str, Any]] = []
    for kind, answer, where in found:
        said = json.loads(answer)
        if kind == shadow_answers.UNREADABLE:
            aside.append({"where": where, "reason": said["reason"]})
        else:
            unknown.append({"where": where, "reference": said["reference"], "kind": kind})
    return {"unknown": unknown[:MOST_ITEMS], "put_aside": aside[:MOST_ITEMS]}


def _stock(ctx: Context, name: str, configured: LocationConfig) -> tuple[Share, dict[str, Any]]:
    """The stock that it counts against what lies at the location beside; as many SKUs as are apart."""
    there, counted_at = shadow_answers.counted(ctx.db, name)
    here = shadow_answers.on_hand(ctx.db, configured.beside)
    share, apart = trials.stock_apart(here, there) if counted_at else (Share(), ())
    units = sum(abs((one.here or 0) - (one.there or 0)) for one in apart)
    told = {
        **_share(share),
        "counted_at": counted_at,
        "missing": sum(one.there is None for one in apart),
        "units_apart": units,
        "apart": [asdict(one) for one in apart[:MOST_ITEMS]],
    }
    return share, told


def _asks(configured: LocationConfig, target: str) -> bool:
    if target == "stock_right":
        return configured.stock_feed is not None
    if target == "acknowledged_in_time" and configured.acknowledge_within_s is None:
        return False
    return target not in _OF_ANSWERS or configured.confirm is not None


def _tell(report: Report, name: str, missed: Sequence[Judged]) -> None:
    said = "; ".join(f"{one.target} is {one.found}, asked is {one.wanted}" for one in missed)
    hint = f"orderctl locations compare {name} --json"
    report.problem("target_missed", name, f"{NO_GO}: {said}", next=hint, exit=Exit.CHECK)
