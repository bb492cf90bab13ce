"""Decisions written down and applied: counters, shipments, reservations, holds, exceptions, all in bulk."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orderctl.core.digests import digest
from orderctl.core.orders import PRIORITIES
from orderctl.core.stamp import Stamp
from orderctl.store import blocks, cancellations, events, exceptions, holds, orders, overrides, plans
from orderctl.store.exceptions import Trouble
from orderctl.store.plans import Decided, only_ships

#: Exceptions that a decision raises and that close when a later decision no longer does.
DECIDED = (
    *("unknown_sku", "short_stock", "no_service", "unrouted", "rejected", "backorder_expired", "late_delivery"),
    *("given_short", "given_location", "refused_by_store", "missing_customs"),
)
#: Records that are compressed together.
IN_A_BLOCK = 25
#: Problems that are written down with the order but stop nothing, so that nobody has to answer them.
NOTED = ("missing_weight",)


@dataclass(frozen=True, slots=True)
class Basis:
    """What a batch of decisions was made with: the engine's number and the rows of rule set and places."""

    engine: int
    ruleset_id: int
    places_id: int


def basis(db: sqlite3.Connection, stamp: Stamp, engine: int, ruleset: tuple[str, str], places: str) -> Basis:
    """The rows of this rule set (digest, text) and these places (text), written once per digest."""
    return Basis(engine, _kept(db, stamp, "ruleset", *ruleset), _kept(db, stamp, "places", digest(places), places))


def _kept(db: sqlite3.Connection, stamp: Stamp, name: str, mark: str, text: str) -> int:
    table = "rulesets" if name == "ruleset" else "places"
    db.execute(
        f"INSERT INTO {table} (digest, text, first_used_at) VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING",
        (mark, text, stamp.at),
    )
    return int(db.execute(f"SELECT {name}_id FROM {table} WHERE digest = ?", (mark,)).fetchone()[0])


def apply(db: sqlite3.Connection, stamp: Stamp, made_with: Basis, decided: Sequence[Decided]) -> None:
    """Write `decided` down and make it true, inside the caller's transaction."""
    first = _write_down(db, stamp, made_with, decided)
    marked = [(decision_id, one, only_ships(one)) for decision_id, one in enumerate(decided, first)]
    others = [one for _, one, plain in marked if not plain]
    real = [one for one in others if one.applied]
    holds.settle(db, stamp, {one.waiting.order_id: one.plan.holds for one in real if _has_holds(one)})
    plans.ship(db, stamp, [each for each in marked if each[1].applied])
    _count_lines(db, stamp, real)
    _flags(db, stamp, others)
    troubles = list(_troubles(real))
    keep: dict[int, set[str]] = {one.waiting.order_id: set() for one in decided if one.applied}
    for order_id, trouble in troubles:
        keep[order_id].add(trouble.code)
    exceptions.settle_orders(db, stamp, keep, DECIDED)
    exceptions.raise_all(db, stamp, [trouble for _, trouble in troubles])
    events.add(db, stamp, _story(real))
    orders.refresh(db, stamp, [one.waiting.order_id for one in others])


def _write_down(db: sqlite3.Connection, stamp: Stamp, made_with: Basis, decided: Sequence[Decided]) -> int:
    """The row of the first of `decided`; the others follow it."""
    first = int(db.execute("SELECT coalesce(max(decision_id), 0) + 1 FROM decisions").fetchone()[0])
    places = blocks.keep(db, "decision_blocks", [one.record for one in decided], IN_A_BLOCK, blocks.DECISIONS)
    made = (stamp.at, stamp.actor, stamp.pass_id, made_with.engine, made_with.ruleset_id, made_with.places_id)
    db.executemany(
        "INSERT INTO decisions (decision_id, order_id, sequence, decided_at, actor, pass_id, engine, ruleset_id,"
        " places_id, applied, block_id, first_byte, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (decision_id, one.waiting.order_id, one.waiting.decisions + 1, *made, one.applied, *place)
            for decision_id, (one, place) in enumerate(zip(decided, places, strict=True), first)
        ],
    )
    return first


def _story(decided: Iterable[Decided]) -> Iterable[tuple[int, str, str]]:
    """What the order's history says of each decision, beside its shipments."""
    for one in decided:
        order_id, plan = one.waiting.order_id, one.plan
        for wait in plan.backorders:
            yield order_id, "backordered", f"{wait.quantity} x {wait.sku}"
        for event in plan.events:
            yield order_id, "noted", event
        for problem in plan.problems:
            if problem.code in NOTED:
                yield order_id, "noted", f"{problem.code}: {problem.message}"


def _has_holds(one: Decided) -> bool:
    return bool(one.plan.holds or one.waiting.holds)


def _count_lines(db: sqlite3.Connection, stamp: Stamp, decided: Sequence[Decided]) -> None:
    rows = []
    for one in decided:
        plan, lines = one.plan, one.waiting.lines
        planned: dict[str, int] = {}
        for shipment in plan.shipments:
            for part in shipment.lines:
                planned[part.line_id] = planned.get(part.line_id, 0) + part.quantity
        cancelled = {part.line_id: part.quantity for part in plan.cancelled}
        waits = {backorder.line_id: backorder for backorder in plan.backorders}
        for name, line in lines.items():
            units = line.open + line.backordered
            wait = waits.get(name)
            left = wait.quantity if wait else 0
            take, drop = planned.get(name, 0), cancelled.get(name, 0)
            if take or drop or wait or line.backordered:
                since = (line.backordered_at or stamp.at) if wait else None
                rows.append(
                    (
                        *(units - take - drop - left, take, left, drop, since),
                        *((wait.expected_at or None) if wait else None, line.line_id),
                    )
                )
    db.executemany(
        "UPDATE order_lines SET open = ?, planned = planned + ?, backordered = ?, cancelled = cancelled + ?,"
        " backordered_at = ?, expected_at = ? WHERE line_id = ?",
        rows,
    )


def _flags(db: sqlite3.Connection, stamp: Stamp, decided: Sequence[Decided]) -> None:
    """The order's own columns: when it is due again, how many decisions and parts it has, tags, rejection."""
    db.executemany(
        "UPDATE orders SET due_at = ?, decisions = decisions + 1, parts = parts + ? WHERE order_id = ?",
        [
            (
                _due_again(one, stamp.at) if one.applied else None,
                len(one.plan.shipments) * one.applied,
                one.waiting.order_id,
            )
            for one in decided
        ],
    )
    for one in decided:
        plan, waiting = one.plan, one.waiting
        if not one.applied:
            continue
        if waiting.given:
            overrides.end(db, stamp, waiting.order_id, "route")
        decided_otherwise = waiting.decisions or plan.rejected is not None or plan.track_only
        if plan.tags or plan.assigned or plan.priority or decided_otherwise:
            tags = list(dict.fromkeys((*waiting.tags, *plan.tags)))
            db.execute(
                "UPDATE orders SET tags = ?, assigned = coalesce(nullif(?, ''), assigned), rejection = ?,"
                " track_only = ?, priority = coalesce(?, priority) WHERE order_id = ?",
                (
                    *(json.dumps(tags, ensure_ascii=False), plan.assigned, plan.rejected, plan.track_only),
                    *(PRIORITIES.index(plan.priority) if plan.priority else None, waiting.order_id),
                ),
            )
        if plan.notes:
            events.add(db, stamp, [(waiting.order_id, "note", note) for note in plan.notes])
        _cancellations(db, stamp, one)


def _due_again(one: Decided, at: str) -> str | None:
    if one.waiting.given:
        return at  # what the person did not speak of is left to the rules
    moments = [moment for hold in one.plan.holds for moment in (hold.release_at, hold.cancel_at) if moment]
    moments += [backorder.wait_until for backorder in one.plan.backorders if backorder.wait_until]
    return min(moments, default=None)


def _cancellations(db: sqlite3.Connection, stamp: Stamp, one: Decided) -> None:
    """A rejection or cancelled units go to the channel when it takes cancellations; else a person is told."""
    plan, waiting = one.plan, one.waiting
    if one.cancel_pushed and (plan.rejected is not None or plan.cancelled):
        units = {line.line_id: line.quantity for line in plan.cancelled}
        cancellations.add(db, stamp, waiting.order_id, waiting.order, units, plan.rejected or "out of stock")


def _troubles(decided: Iterable[Decided]) -> Iterable[tuple[int, Trouble]]:
    """What a person should know: the order's row and its trouble."""
    for one in decided:
        plan, waiting = one.plan, one.waiting
        found = [(problem.code, problem.message) for problem in plan.problems if problem.code not in NOTED]
        found += [("unrouted", "no location rule takes it") for hold in plan.holds if hold.reason == "unrouted"]
        if not one.cancel_pushed:
            if plan.rejected is not None:
                found.append(("rejected", plan.rejected or "rejected by a rule"))
            if plan.cancelled:
                skus = ", ".join(f"{line.quantity} x {line.sku}" for line in plan.cancelled)
                found.append(("cancel_not_pushed", f"cancel {skus} on the channel by hand"))
        for code, message in found:
            yield waiting.order_id, Trouble(code, waiting.stem, message, waiting.order_id, plan.assigned)
