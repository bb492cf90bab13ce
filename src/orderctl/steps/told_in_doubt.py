"""What channels may have been told after the backup: found in a document outside, asked for, or left to a person.

A channel that can be asked is asked as after a lost answer: it has the news, or it says twice that it has not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orderctl.core.adapters import Acknowledging
from orderctl.core.effects import Document, Receipt
from orderctl.steps import push
from orderctl.steps.context import Context
from orderctl.steps.found_outside import Found
from orderctl.steps.report import Report
from orderctl.store import effects, going_back
from orderctl.store.effects import Begun
from orderctl.store.going_back import Untold
from orderctl.store.transactions import transaction

KINDS = ("tracking", "cancel", "acknowledgment")
#: The fields that stand in the row of a document that tells of an effect.
_MARKS = {
    "tracking": ("channel_order_id", "tracking_number"),
    "cancel": ("channel_order_id",),
    "acknowledgment": ("channel_order_id",),
}
_FOUND = Receipt("accepted", message="found there after the store was put back")
_MOST = 1_000_000_000


def adopt_found(ctx: Context, found: Sequence[Found]) -> int:
    """What stands in a document that lies outside was told; how many effects that is."""
    told = 0
    for document in found:
        if document.kind not in KINDS:
            continue
        cells = document.cells()
        keys = [
            one.key
            for one in going_back.untold(ctx.db, document.owner, document.kind)
            if _stands_in(one, document.kind, cells)
        ]
        if keys and going_back.number_is_free(ctx.db, "pushes", document.owner, document.number):
            with transaction(ctx.db, "going_back.told"):
                going_back.adopt_push(
                    ctx.db, ctx.stamp, document.owner, document.number, document.name, document.digest, keys
                )
                effects.settle_push(ctx.db, ctx.stamp, document.owner, document.name, _FOUND)
            told += len(keys)
    return told


def _stands_in(one: Untold, kind: str, cells: set[bytes]) -> bool:
    return all(str(one.payload.get(mark, "")).encode() in cells for mark in _MARKS[kind])


def ask(ctx: Context, report: Report) -> tuple[int, int]:
    """Ask channels for what they may have been told; how many documents are certain now, and how many effects are not.

    Channels that read files cannot be asked.
    """
    certain = unsure = 0
    for name, kind in _to_tell(ctx):
        channel = ctx.adapters.channel(name)
        if not channel.remote:
            continue
        has_some = False
        for keys, document in _documents(ctx, name, kind):
            with transaction(ctx.db, "going_back.ask_channel"):
                number = effects.next_push(ctx.db, name)
                effects.begin_push(ctx.db, ctx.stamp, name, number, document, keys)
            content = document.content if document.kept else b""
            begun = Begun(kind, f"channel:{name}", document.name, keys[0], ctx.now, "sending", content)
            push.recover(ctx, begun, report)
            state = effects.state_of(ctx.db, keys[0])
            has_some |= state == "accepted"
            unsure += len(keys) if state in {"sending", "uncertain"} else 0
        certain += has_some
    return certain, unsure


def doubt(ctx: Context, why: str) -> int:
    """Nobody can know whether what is left was told: a person says it; how many effects that is."""
    unsure = 0
    for name, kind in _to_tell(ctx):
        if ctx.adapters.channel(name).remote:
            continue
        for one in going_back.untold(ctx.db, name, kind):
            number = effects.next_push(ctx.db, name)
            document = f"put-back-{kind}-{number}"
            about = ", ".join(str(one.payload[mark]) for mark in _MARKS[kind])
            with transaction(ctx.db, "going_back.doubt_told"):
                going_back.adopt_push(ctx.db, ctx.stamp, name, number, document, "", [one.key])
                receipt = Receipt("uncertain", message=f"{kind} of {about}: {why}")
                effects.settle_push(ctx.db, ctx.stamp, name, document, receipt)
            unsure += 1
    return unsure


def _to_tell(ctx: Context) -> Iterator[tuple[str, str]]:
    for name in ctx.config.channels:
        for kind in KINDS:
            if kind != "acknowledgment" or isinstance(ctx.adapters.channel(name), Acknowledging):
                yield name, kind


def _documents(ctx: Context, name: str, kind: str) -> Iterator[tuple[list[str], Document]]:
    """What `name` would be told now, as many effects in one document as it takes."""
    most = ctx.adapters.channel(name).at_once.get(kind, 0) or _MOST
    while True:
        keys, _, render = push.due(ctx, name, most, kind)
        if not keys:
            return
        yield keys, render(effects.next_push(ctx.db, name))
