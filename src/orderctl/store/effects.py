"""The outbox: every effect is a row before it happens, and its receipt is written under the same key.

`sending` is committed before the call. Because the store has one writer, a row found in `sending` at the start of a
pass belongs to a process that is dead.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from orderctl.core.digests import digest, key
from orderctl.core.effects import Document, Receipt, Tracking, TrackingLine
from orderctl.core.stamp import Stamp
from orderctl.core.times import later, seconds_between
from orderctl.store import events, exceptions, meta, numbers, orders
from orderctl.store.exceptions import Trouble

#: How long an effect that was surely not processed waits, by attempt, before it is tried again.
BACK_OFF_S = (0, 60, 300, 900, 3600)
#: Effects that are not settled; in these words SQLite sees that the index of open ones will do.
OPEN = "state IN ('pending', 'sending', 'uncertain')"


@dataclass(frozen=True, slots=True)
class Begun:
    """A document whose delivery a dead process began, or whose answer was lost and can be asked for.

    Its target, name, the key of its first effect, when it was sent, its state, and its content where it was kept.
    """

    kind: str
    target: str
    document: str
    key: str
    sent_at: str
    state: str
    content: bytes = b""


def key_of(db: sqlite3.Connection, kind: str, *natural: str) -> str:
    """The idempotency key of an effect of this installation."""
    return key(meta.get(db, "installation"), kind, *natural)


def begun(db: sqlite3.Connection) -> list[Begun]:
    """What was being sent when the last process died, and what can be asked for, one entry per document."""
    rows = db.execute(
        "SELECT kind, target, document, min(key), min(sent_at), min(state), coalesce(max(content), x'')"
        f" FROM effects WHERE {OPEN}"
        " AND (state = 'sending' OR (state = 'uncertain' AND content IS NOT NULL)) GROUP BY kind, target, document"
        " ORDER BY min(effect_id)"
    )
    return [Begun(*row) for row in rows]


def highest(db: sqlite3.Connection) -> int:
    """The sequence of the newest effect."""
    return int(db.execute("SELECT coalesce(max(effect_id), 0) FROM effects").fetchone()[0])


def state_of(db: sqlite3.Connection, key: str) -> str:
    """The state of the effect with this key."""
    return str(db.execute("SELECT state FROM effects WHERE key = ?", (key,)).fetchone()[0])


def uncertain_in(db: sqlite3.Connection, channel: str, document: str) -> int:
    """How many effects stand in the push `document` of which nobody knows whether `channel` was told; stock apart."""
    row = db.execute(
        f"SELECT count(*) FROM effects WHERE target = ? AND document = ? AND state = 'uncertain' AND {OPEN}"
        " AND kind <> 'stock'",
        (f"channel:{channel}", document),
    ).fetchone()
    return int(row[0])


def pending(db: sqlite3.Connection, channel: str, kind: str, now: str, limit: int) -> list[tuple[str, str]]:
    """(key, payload) of at most `limit` effects of `kind` that `channel` is to be told of now, oldest first.

    One that follows another about the same thing waits until what became of that one was asked.
    """
    return db.execute(
        f"SELECT key, payload FROM effects WHERE target = ? AND kind = ? AND state = 'pending' AND {OPEN}"
        f" AND next_try_at <= ? AND NOT EXISTS ({_UNKNOWN_BEFORE}) ORDER BY effect_id LIMIT ?",
        (f"channel:{channel}", kind, now, limit),
    ).fetchall()


def drop(db: sqlite3.Connection, stamp: Stamp, channel: str, kind: str) -> None:
    """Nobody is going to tell `channel` what is pending of `kind`."""
    rows = db.execute(
        "UPDATE effects SET state = 'superseded', settled_at = ?, message = 'the channel is not told'"
        " WHERE target = ? AND kind = ? AND state = 'pending' RETURNING order_id",
        (stamp.at, f"channel:{channel}", kind),
    ).fetchall()
    orders.refresh(db, stamp, [row[0] for row in rows if row[0] is not None])


def drop_handoffs(db: sqlite3.Connection, stamp: Stamp, shipment_ids: str, but: str = "") -> None:
    """Requests that hand over these shipments (a JSON list of ids) are not tried again, except the one keyed `but`."""
    some = "FROM shipments WHERE shipment_id IN (SELECT value FROM json_each(:ids))"
    db.execute(
        "UPDATE effects SET state = 'superseded', settled_at = :at"
        f" WHERE order_id IN (SELECT order_id {some}) AND {OPEN} AND state = 'pending' AND kind = 'handoff'"
        f" AND key <> :but AND payload ->> 'reference' IN (SELECT reference {some})",
        {"at": stamp.at, "ids": shipment_ids, "but": but},
    )


def pending_tracking(db: sqlite3.Connection, channel: str, now: str, limit: int) -> list[Tracking]:
    """Packages that `channel` has to be told of, oldest first."""
    rows = pending(db, channel, "tracking", now, limit)
    return [_tracking(effect_key, json.loads(payload)) for effect_key, payload in rows]


def _tracking(effect_key: str, payload: dict[str, object]) -> Tracking:
    lines = payload.pop("lines")
    assert isinstance(lines, list)  # noqa: S101 - written by add_tracking
    return Tracking(key=effect_key, lines=tuple(TrackingLine(**line) for line in lines), **payload)  # type: ignore[arg-type]


def add_tracking(
    db: sqlite3.Connection, stamp: Stamp, package_id: int, line_ids: Iterable[int], corrects: str | None = None
) -> None:
    """These lines (rows of order_lines) of a package have to be told to its channel, without what was shipped beyond.

    What was not ordered, or cancelled in time, is no fulfillment: nothing is told when no line is left. `corrects` is
    the number that the channel may know the package by, None where nothing is corrected.
    """
    lines = [
        {"channel_line_id": line, "sku": sku, "quantity": quantity}
        for line, sku, quantity in db.execute(
            "SELECT l.channel_line_id, p.sku, p.quantity - p.overshipped FROM package_lines p JOIN order_lines l"
            " USING (line_id) WHERE p.package_id = ? AND p.quantity > p.overshipped"
            " AND p.line_id IN (SELECT value FROM json_each(?)) ORDER BY l.position",
            (package_id, json.dumps(list(line_ids))),
        )
    ]
    if not lines:
        return
    order_id, *texts = db.execute(
        "SELECT o.order_id, o.channel, o.channel_order_id, o.number, s.reference, p.carrier, p.service,"
        " p.tracking_number, p.shipped_at FROM packages p JOIN shipments s USING (shipment_id)"
        " JOIN orders o USING (order_id) WHERE p.package_id = ?",
        (package_id,),
    ).fetchone()
    told: dict[str, str] = dict(zip(_TOLD, texts, strict=True))
    natural = [told["reference"], told["tracking_number"]]
    if corrects is not None:  # the same words may come back, and are told then, too
        told["replaces"] = corrects
        natural.append(str(highest(db)))
    payload = json.dumps(told | {"lines": lines}, ensure_ascii=False, sort_keys=True)
    effect_key = key_of(db, "tracking", *natural, digest(payload)[:12])
    db.execute(
        "INSERT INTO effects (key, kind, target, order_id, subject_id, payload, digest, state, next_try_at, created_at)"
        " VALUES (?, 'tracking', ?, ?, ?, ?, ?, 'pending', ?, ?) ON CONFLICT (key) DO NOTHING",
        (effect_key, f"channel:{told['channel']}", order_id, package_id, payload, digest(payload), stamp.at, stamp.at),
    )


def tell_anew(db: sqlite3.Connection, stamp: Stamp, package_id: int) -> None:
    """A package has another label: its channel is told all of it under the new one, instead of what is pending."""
    of_package = "kind = 'tracking' AND subject_id = ?"
    db.execute(
        "UPDATE effects SET state = 'superseded', settled_at = ?, message = 'corrected before it was told'"
        f" WHERE {of_package} AND state = 'pending'",
        (stamp.at, package_id),
    )
    row = db.execute(
        f"SELECT payload ->> 'tracking_number' FROM effects WHERE {of_package}"
        " AND state IN ('sending', 'uncertain', 'accepted') ORDER BY effect_id DESC LIMIT 1",
        (package_id,),
    ).fetchone()
    lines = db.execute("SELECT line_id FROM package_lines WHERE package_id = ?", (package_id,)).fetchall()
    add_tracking(db, stamp, package_id, [line[0] for line in lines], corrects=row[0] if row else "")


def _forget_corrected(db: sqlite3.Connection, stamp: Stamp, target: str, document: str) -> None:
    """What was surely not processed, and was corrected since, is not told any more."""
    db.execute(
        "UPDATE effects AS old SET state = 'superseded', settled_at = ?, message = 'corrected before it was told'"
        f" WHERE target = ? AND document = ? AND kind = 'tracking' AND state = 'pending' AND {OPEN} AND EXISTS"
        " (SELECT 1 FROM effects e WHERE e.kind = 'tracking' AND e.subject_id = old.subject_id"
        "  AND e.effect_id > old.effect_id AND e.payload ->> 'replaces' IS NOT NULL)",
        (stamp.at, target, document),
    )


def _close_refusals(db: sqlite3.Connection, stamp: Stamp, channel: str, document: str) -> None:
    """What a channel refused of a package has lost its cause once the corrected package was taken."""
    for row in db.execute(
        "SELECT DISTINCT r.document FROM effects e JOIN effects r ON r.kind = 'tracking'"
        " AND r.subject_id = e.subject_id AND r.effect_id < e.effect_id AND r.state = 'refused'"
        " WHERE e.kind = 'tracking' AND e.target = ? AND e.document = ? AND e.state = 'accepted'"
        " AND e.payload ->> 'replaces' IS NOT NULL",
        (f"channel:{channel}", document),
    ).fetchall():
        exceptions.settle(db, stamp, "push_refused", f"{channel} {row[0]}")


#: An older effect about the same thing, of which nobody knows yet what became: it was sent, and can be asked for.
_UNKNOWN_BEFORE = (
    "SELECT 1 FROM effects AS b WHERE b.order_id = effects.order_id AND b.kind = effects.kind"
    " AND b.subject_id = effects.subject_id AND b.effect_id < effects.effect_id"
    " AND (b.state = 'sending' OR (b.state = 'uncertain' AND b.content IS NOT NULL))"
    " AND b.state IN ('pending', 'sending', 'uncertain')"
)
_TOLD = (
    *("channel", "channel_order_id", "order_number", "reference", "carrier", "service", "tracking_number"),
    "shipped_at",
)


def begin_push(
    db: sqlite3.Connection, stamp: Stamp, channel: str, number: int, document: Document, keys: Sequence[str]
) -> None:
    """These effects are about to be handed to `channel` in `document`, its push `number`."""
    db.execute(
        "INSERT INTO pushes (channel, number, document, digest, rows, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        (channel, number, document.name, document.digest, document.rows, stamp.at),
    )
    db.executemany(
        "UPDATE effects SET state = 'sending', attempts = attempts + 1, document = ?, sent_at = ?"
        " WHERE key = ? AND state = 'pending'",
        [(document.name, stamp.at, effect_key) for effect_key in keys],
    )
    if document.kept:
        db.execute("UPDATE effects SET content = ?, absent_at = NULL WHERE key = ?", (document.content, keys[0]))


def judged(db: sqlite3.Connection, stamp: Stamp, key: str, receipt: Receipt, settle_s: int) -> Receipt:
    """What `receipt` comes to: a second `absent`, `settle_s` after the first, says that nothing was processed."""
    if receipt.outcome != "absent":
        return receipt
    first = db.execute("SELECT coalesce(absent_at, '') FROM effects WHERE key = ?", (key,)).fetchone()[0]
    if first and seconds_between(first, stamp.at) >= settle_s:
        return replace(receipt, outcome="retry")
    if not first:
        db.execute("UPDATE effects SET absent_at = ? WHERE key = ?", (stamp.at, key))
    return replace(receipt, outcome="uncertain", message=receipt.message or "the answer was lost; it is not there yet")


def next_push(db: sqlite3.Connection, channel: str) -> int:
    """The number of the channel's next push."""
    row = db.execute("SELECT coalesce(max(number), 0) FROM pushes WHERE channel = ?", (channel,)).fetchone()
    return numbers.after(db, numbers.PUSH, channel, row[0])


def settle_push(db: sqlite3.Connection, stamp: Stamp, channel: str, document: str, receipt: Receipt) -> None:
    """The receipt of everything that was handed to `channel` in `document`."""
    target = f"channel:{channel}"
    rows = db.execute(
        "SELECT effect_id, attempts, order_id, kind FROM effects"
        f" WHERE state IN ('sending', 'uncertain') AND {OPEN} AND target = ? AND document = ?",
        (target, document),
    ).fetchall()
    state = "pending" if receipt.outcome == "retry" else receipt.outcome
    db.executemany(
        "UPDATE effects SET state = ?, reference = ?, message = ?, next_try_at = ?, settled_at = ?,"
        " content = iif(? = 'uncertain', content, NULL) WHERE effect_id = ?",
        [
            (
                *(state, receipt.reference, receipt.message, next_try(stamp.at, attempts)),
                *(stamp.at if state != "pending" else None, state, effect_id),
            )
            for effect_id, attempts, _, _ in rows
        ],
    )
    told = sorted({order_id for _, _, order_id, _ in rows if order_id is not None})
    if receipt.outcome == "accepted":
        db.executemany(
            "UPDATE orders SET pushed_at = ? WHERE order_id = ?",
            [(stamp.at, order_id) for _, _, order_id, kind in rows if kind != "acknowledgment"],
        )
        events.add(db, stamp, [(order_id, "pushed", f"{channel}: {document}") for order_id in told])
        _close_refusals(db, stamp, channel, document)
    elif state == "pending":
        _forget_corrected(db, stamp, target, document)
    elif receipt.outcome in {"refused", "uncertain"}:
        code = "push_refused" if receipt.outcome == "refused" else "push_uncertain"
        message = f"{channel} {receipt.outcome}: {receipt.message or document}"
        exceptions.raise_all(db, stamp, [Trouble(code, f"{channel} {document}", message)])
    if receipt.outcome != "uncertain":
        exceptions.settle(db, stamp, "push_uncertain", f"{channel} {document}")
    orders.refresh(db, stamp, told)


def next_try(at: str, attempts: int) -> str:
    """When an effect that was surely not processed is tried again."""
    return later(at, BACK_OFF_S[min(attempts, len(BACK_OFF_S) - 1)])


def open_counts(db: sqlite3.Connection) -> dict[str, int]:
    """Target -> effects that are not settled; copies for locations in shadow are nobody's work."""
    return dict(
        db.execute(
            "SELECT target, count(*) FROM effects WHERE state IN ('pending', 'sending', 'uncertain')"
            " AND kind <> 'shadow' GROUP BY target"
        )
    )
