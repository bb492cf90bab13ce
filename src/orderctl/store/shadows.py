"""Copies of shipments for locations in shadow: due once the location that ships has taken its own.

1. with the receipt of a hand-over, in the same transaction, a copy is written down for each shadow beside it
2. copies are handed over as shipments are: batch, effect and copies are `sending` before the document is published
3. what became of them stands here and in the effect alone; no shipment, order or exception ever changes by it
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence

from orderctl.core import copies
from orderctl.core.effects import Batch, Document, InHand, Receipt
from orderctl.core.stamp import Stamp
from orderctl.store import effects, numbers

KIND = "shadow"
#: What a receipt makes of a copy that is `sending` or `uncertain`.
_RECEIPTS = {"accepted": "dispatched", "refused": "refused", "retry": "waiting", "uncertain": "uncertain"}


def running(db: sqlite3.Connection) -> dict[str, str]:
    """Location in shadow -> the one whose shipments it gets copies of."""
    return dict(db.execute("SELECT location, beside FROM shadows WHERE ended_at IS NULL"))


def keep_running(db: sqlite3.Connection, stamp: Stamp, wanted: Mapping[str, str]) -> None:
    """From now on the locations `wanted` (-> beside which) get copies, and no others; one that is new has no past."""
    have = running(db)
    for location in have.keys() - wanted.keys():
        db.execute("UPDATE shadows SET ended_at = ? WHERE location = ?", (stamp.at, location))
    for location, beside in wanted.items():
        if have.get(location) != beside:
            db.execute(
                "INSERT INTO shadows (location, beside, since) VALUES (?, ?, ?) ON CONFLICT (location) DO UPDATE"
                " SET beside = excluded.beside, since = excluded.since, ended_at = NULL",
                (location, beside, stamp.at),
            )


def note(db: sqlite3.Connection, stamp: Stamp, location: str, shipment_ids: Sequence[int]) -> None:
    """`location` has taken these shipments: whoever is in shadow beside it gets a copy of each."""
    shadows = db.execute("SELECT location FROM shadows WHERE beside = ? AND ended_at IS NULL", (location,)).fetchall()
    if not shadows:
        return
    taken = db.execute(
        "SELECT shipment_id, reference FROM shipments WHERE shipment_id IN (SELECT value FROM json_each(?))"
        " ORDER BY shipment_id",
        (json.dumps(list(shipment_ids)),),
    ).fetchall()
    db.executemany(
        "INSERT INTO shadow_copies (location, shipment_id, reference, state, made_at) VALUES (?, ?, ?, 'waiting', ?)"
        " ON CONFLICT DO NOTHING",
        [
            (shadow, shipment_id, copies.reference_of(reference), stamp.at)
            for (shadow,) in shadows
            for shipment_id, reference in taken
        ],
    )


def waiting(db: sqlite3.Connection, location: str) -> list[tuple[int, int]]:
    """(copy, shipment) of what `location` has still to be handed, oldest first."""
    return db.execute(
        "SELECT copy_id, shipment_id FROM shadow_copies INDEXED BY shadow_copies_waiting"
        " WHERE location = ? AND state = 'waiting' ORDER BY copy_id",
        (location,),
    ).fetchall()


def put_aside(db: sqlite3.Connection, stamp: Stamp, reasons: Mapping[int, str]) -> None:
    """These copies (-> why) cannot be handed over as they are, and are not tried again."""
    db.executemany(
        "UPDATE shadow_copies SET state = 'unfit', reason = ?, handed_at = ? WHERE copy_id = ? AND state = 'waiting'",
        [(reason, stamp.at, copy_id) for copy_id, reason in reasons.items()],
    )


def next_number(db: sqlite3.Connection, location: str) -> int:
    """The number of the location's next batch of copies."""
    row = db.execute("SELECT coalesce(max(number), 0) FROM shadow_batches WHERE location = ?", (location,)).fetchone()
    return numbers.after(db, numbers.SHADOW, location, row[0])


def begin(
    db: sqlite3.Connection,
    stamp: Stamp,
    batch: Batch,
    document: Document,
    copy_ids: Sequence[int],
    *,
    alone: bool,
    keep: bool,
) -> str:
    """These copies are about to be handed over as `document`: batch, effect and copies become `sending`. Its key."""
    batch_id = db.execute(
        "INSERT INTO shadow_batches (location, number, document, digest, rows, units, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING batch_id",
        (batch.location, batch.number, document.name, document.digest, document.rows, document.units, stamp.at),
    ).fetchone()[0]
    about: dict[str, str | int] = {"location": batch.location, "batch": batch.number}
    if alone:
        about["reference"] = batch.shipments[0].reference
    effect_key = effects.key_of(db, KIND, batch.location, str(batch.number))
    db.execute(
        "INSERT INTO effects (key, kind, target, subject_id, payload, digest, state, attempts, next_try_at, document,"
        " content, created_at, sent_at) VALUES (?, ?, ?, ?, ?, ?, 'sending', 1, ?, ?, ?, ?, ?)",
        (
            *(effect_key, KIND, f"location:{batch.location}", batch_id, json.dumps(about, sort_keys=True)),
            *(document.digest, stamp.at, document.name, document.content if keep else None, stamp.at, stamp.at),
        ),
    )
    db.executemany(
        "UPDATE shadow_copies SET state = 'sending', batch_id = ? WHERE copy_id = ? AND state = 'waiting'",
        [(batch_id, copy_id) for copy_id in copy_ids],
    )
    return effect_key


def settle(db: sqlite3.Connection, stamp: Stamp, location: str, document: str, receipt: Receipt) -> None:
    """The receipt of the copies that were handed to `location` as `document`."""
    effect_id, batch_id, alone = db.execute(
        "SELECT effect_id, subject_id, payload ->> 'reference' IS NOT NULL FROM effects WHERE kind = ? AND target = ?"
        f" AND document = ? AND state IN ('sending', 'uncertain') AND {effects.OPEN}",
        (KIND, f"location:{location}", document),
    ).fetchone()
    # what was surely not processed leaves with another batch, under another key
    effect_state = "refused" if receipt.outcome == "retry" else receipt.outcome
    is_known = receipt.outcome != "uncertain"
    db.execute(
        "UPDATE effects SET state = :state, reference = :reference, message = :message, settled_at = :at,"
        " content = iif(:known, NULL, content) WHERE effect_id = :effect",
        {
            "state": effect_state,
            "reference": receipt.reference,
            "message": receipt.message,
            "at": stamp.at if is_known else None,
            "known": is_known,
            "effect": effect_id,
        },
    )
    db.execute(
        "UPDATE shadow_copies SET state = :state, reason = :reason, handed_at = :at, partner_reference = :theirs,"
        " batch_id = iif(:state = 'waiting', NULL, batch_id)"
        " WHERE batch_id = :batch AND state IN ('sending', 'uncertain')",
        {
            "state": _RECEIPTS[receipt.outcome],
            "reason": "" if receipt.outcome == "accepted" else receipt.message,
            "at": stamp.at if receipt.outcome in {"accepted", "refused"} else None,
            "theirs": receipt.reference if alone else "",
            "batch": batch_id,
        },
    )


def in_hand(db: sqlite3.Connection, location: str) -> list[InHand]:
    """The copies that `location` has and has said nothing final about, oldest first."""
    rows = db.execute(
        "SELECT reference, state, handed_at, partner_reference FROM shadow_copies INDEXED BY shadow_copies_in_hand"
        " WHERE location = ? AND state IN ('dispatched', 'acknowledged') ORDER BY handed_at, copy_id",
        (location,),
    )
    return [InHand(*row) for row in rows]


def standing(db: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """Location in shadow -> state -> copies."""
    found: dict[str, dict[str, int]] = {}
    for location, state, number in db.execute(
        "SELECT location, state, count(*) FROM shadow_copies GROUP BY location, state"
    ):
        found.setdefault(location, {})[state] = number
    return found
