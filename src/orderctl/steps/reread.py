"""Read again what no list may ever tell: the last days as a whole, and orders that wait here by their ids.

1. only channels that were just read to their end, and that wait for a network: of files everything is known
2. once a day a channel's last `rescan` is walked once more, side by side with others; how far that came is kept beside
   the channel's own position, so that a walk for which there was no time goes on with the next pass
3. an order that is open here and was last asked for longer ago than `reread_open` is asked for by its id, the oldest
   first, at most `MOST` of a channel in one pass
4. a partner that asks for time is left alone, which is no failure: everything new was read before
"""

from __future__ import annotations

from collections.abc import Sequence

from orderctl.core import times
from orderctl.core.adapters import Payload
from orderctl.core.errors import Exit, RemoteBusy, RemoteError, RemoteRefused
from orderctl.steps import pull, pull_one
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import cursors, exceptions, meta, orders
from orderctl.store.exceptions import Trouble
from orderctl.store.transactions import transaction

#: So many orders of one channel are asked for one by one in one pass.
MOST = 25
_DAY_S = 86_400
_POSITIONS = "rescan:"
GONE = "gone_there"


def reread(ctx: Context, report: Report) -> None:
    """Read again what is due of the channels that this pass has read; `report` is that of its pull."""
    names = [name for name in ctx.config.channels if name in ctx.fresh and ctx.adapters.channel(name).remote]
    if exceptions.open_subjects(ctx.db, GONE, ""):
        with transaction(ctx.db, "reread.over"):
            exceptions.settle_finished(ctx.db, ctx.stamp, GONE)
    failed = _rescan(ctx, names, report)
    for name in names:
        if name not in failed:
            _open_orders(ctx, name, report)


def _rescan(ctx: Context, names: Sequence[str], report: Report) -> set[str]:
    """Walk the last days of the channels whose turn it is; those that could not be read."""
    due = [name for name in names if _begin(ctx, name)]
    found, failed = Report(report.step), set()
    for name, error in pull.read_beside(ctx, found, due, _POSITIONS):
        if error is None:
            with transaction(ctx.db, "reread.done"):
                cursors.forget(ctx.db, _POSITIONS + name)
        elif isinstance(error, RemoteError):
            failed.add(name)
            if not isinstance(error, RemoteBusy):
                hint = error.next or f"orderctl channels test {name}"
                report.problem(error.code, name, error.said, next=hint, exit=Exit.REMOTE)
        else:
            raise error
    for what, number in found.counts.items():
        report.count(what, 0 if what == "unchanged" else number)
    report.items += found.items
    return failed


def _begin(ctx: Context, name: str) -> bool:
    """Whether the last days of a channel are to be walked now: a walk is under way, or the last began a day ago."""
    rescan_s = ctx.config.channels[name].rescan_s
    if not rescan_s:
        return False
    if cursors.positions(ctx.db, _POSITIONS + name):
        return True
    last = meta.get(ctx.db, _POSITIONS + name)
    if last and times.seconds_between(last, ctx.now) < _DAY_S:
        return False
    begun = ctx.adapters.channel(name).positions_at(times.later(ctx.now, -rescan_s)) if last else {}
    with transaction(ctx.db, "reread.begin"):
        meta.put(ctx.db, _POSITIONS + name, ctx.now)
        for stream, position in begun.items():
            cursors.move(ctx.db, _POSITIONS + name, stream, position, ctx.now)
    return bool(begun)  # not after the first pull of all: it has read everything


def _open_orders(ctx: Context, name: str, report: Report) -> None:
    age_s = ctx.config.channels[name].reread_open_s
    due = orders.open_copies(ctx.db, name, times.later(ctx.now, -age_s), MOST) if age_s else {}
    channel = ctx.adapters.channel(name)
    told: dict[int, Payload | None] = {}
    refused = []
    for identity, order_id in due.items():
        try:
            told[order_id] = channel.fetch_one(identity)
        except RemoteBusy:
            break
        except RemoteRefused as error:
            refused.append(order_id)
            hint = f"orderctl pull --order {identity} {name}"
            report.problem(error.code, name, f"order {identity[:60]}: {error.said}", next=hint, exit=Exit.REMOTE)
        except RemoteError as error:
            hint = error.next or f"orderctl channels test {name}"
            report.problem(error.code, name, error.said, next=hint, exit=Exit.REMOTE)
            break
    if told or refused:
        _keep(ctx, name, told, refused, report)


def _keep(ctx: Context, name: str, told: dict[int, Payload | None], refused: list[int], report: Report) -> None:
    """Save what was told; of what was refused only that it was asked for, so that the others have their turn."""
    items, aside, _ = pull_one.asked_for(ctx, name, [one for one in told.values() if one is not None])
    missed = exceptions.open_subjects(ctx.db, GONE, "")
    with transaction(ctx.db, "reread.open"):
        pull.save(ctx, name, items, aside, report)
        orders.note_read(ctx.db, ctx.stamp, [*told, *refused])
        for order_id, payload in told.items():
            subject = orders.stem(ctx.db, order_id)
            if payload is None:
                message = f"{name} has no such order any more; it is still to be sent here"
                exceptions.raise_all(ctx.db, ctx.stamp, [Trouble(GONE, subject, message, order_id)])
            elif subject in missed:
                exceptions.settle(ctx.db, ctx.stamp, GONE, subject)
    report.count("asked for again", len(told))
