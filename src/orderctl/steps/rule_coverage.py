"""Rule coverage: what each of the current rules has done in the decisions of the past, and what people did otherwise.

1. the orders that a person routed are read first: from which location to which, and which tags they share
2. then every decision, newest first, one at a time
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from orderctl.core import money
from orderctl.core.places import Places, places_from_json
from orderctl.rules import record, words
from orderctl.rules.given import BY_HAND
from orderctl.rules.history import History, Moves, Past, Use
from orderctl.rules.model import Rule
from orderctl.steps.context import Context
from orderctl.steps.rule_diff import since_moment
from orderctl.store import decision_history, overrides

AT_ONCE = 500
Row = dict[str, Any]


def coverage(ctx: Context, since: str = "") -> Row:
    """What the rules did within `since` of now (always when empty), in the shape of `--json`."""
    stages = ctx.rules.ruleset.stages  # what is wrong with them is said before anything is read
    moment = since_moment(ctx, since)
    moves = _moves(ctx, moment)
    history, redacted = History(moves.telling()), 0
    total = decision_history.count(ctx.db, moment)
    for number, one in enumerate(_read(ctx, moment), 1):
        if one is None:
            redacted += 1
        else:
            history.add(one)
        if number % AT_ONCE == 0:
            ctx.progress("decisions read", number, total)
    rules = [rule for stage in stages.values() for rule in stage]
    return {
        "since": since,
        "orders": history.orders,
        "decisions": history.decisions,
        "by_hand": history.by_hand,
        "redacted": redacted,
        "rules": [_rule(ctx, rule, history) for rule in rules],
        "gone": list(_gone(history, {rule.id for rule in rules})),
        "moved": [_moved(one) for one in moves.told(history)],
    }


def _moves(ctx: Context, since: str) -> Moves:
    moves = Moves()
    routed = overrides.routed(ctx.db)
    for start in range(0, len(routed), AT_ONCE):
        orders: dict[int, list[Past]] = {}
        for one in _read(ctx, since, routed[start : start + AT_ONCE]):
            if one is not None:
                orders.setdefault(one.order, []).append(one)
        for decisions in orders.values():
            moves.add(decisions[::-1])
    return moves


def _read(ctx: Context, since: str, orders: Sequence[int] | None = None) -> Iterator[Past | None]:
    """The decisions, newest first; None for one that was redacted."""
    known: dict[int, Places] = {}
    for one in decision_history.newest_first(ctx.db, since, orders):
        if one.record is None:
            yield None
            continue
        if one.places_id not in known:
            known[one.places_id] = places_from_json(json.loads(decision_history.places(ctx.db, one.places_id)))
        facts, plan = record.decode(one.record, known[one.places_id])
        yield Past(one.order_id, one.sequence, one.decided_at, one.total_minor, one.currency, facts, plan)


def _rule(ctx: Context, rule: Rule, history: History) -> Row:
    return {
        "stage": rule.stage,
        "name": rule.name,
        "observe": rule.observe,
        **_use(history.said.get(rule.id, Use())),
        "observed": _use(history.observed.get(rule.id, Use())),
        "then": words.then(rule, ctx.rules.ruleset, ctx.config.places),
    }


def _use(use: Use) -> Row:
    return {
        "orders": use.orders,
        "decisions": use.decisions,
        "last_at": use.last_at,
        "money": [
            {"amount": money.to_text(minor, currency), "currency": currency}
            for currency, minor in sorted(use.money.items())
        ],
    }


def _gone(history: History, current: set[str]) -> Iterator[Row]:
    """The rules of the past that the file no longer has."""
    for rule in sorted((history.said.keys() | history.observed.keys()) - current - {BY_HAND.id}):
        stage, _, name = rule.partition("/")
        yield {"stage": stage, "name": name, **_use(history.said.get(rule) or history.observed[rule])}


def _moved(one: Any) -> Row:
    row = asdict(one)
    return {"rule": row.pop("rule"), "from": row.pop("source"), "to": row.pop("target"), **row}
