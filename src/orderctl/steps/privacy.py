"""Customers' data: what there is, what one customer is told of it, and taking it out for good.

1. orders lose their persons a few hundred in a transaction; what belongs to no order is looked through, too
2. then the store is written anew and its log emptied, so that no page holds what no row says
3. what lies outside the store is not ours to delete: copies, documents and inputs that name the person are listed
Killed in between, the next `privacy` command that changes anything goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence

from orderctl.core import times
from orderctl.core.errors import Exit, UsageError
from orderctl.steps import left_outside, since
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.steps.views import Row, order_id
from orderctl.store import order_views, passes, payloads, quarantine, redaction, redaction_loose, remains
from orderctl.store.transactions import transaction

AT_ONCE = 2_000


def status(ctx: Context) -> Row:
    """What there is of customers, how old, what is kept longer than it should be, and where else it may lie."""
    before = _before(ctx)
    have, redacted = redaction.counts(ctx.db)
    return {
        "orders": have,
        "redacted": redacted,
        "oldest": redaction.oldest(ctx.db) or None,
        "keep_days": ctx.config.privacy.keep_s // 86_400,
        "overdue": redaction.count_due(ctx.db, before),
        "raw_payload_days": ctx.config.privacy.raw_payloads_s // 86_400,
        "raw_payloads_overdue": payloads.count_read_before(ctx.db, _raw_before(ctx)),
        "put_aside": redaction_loose.count(ctx.db),
        "unfinished_since": redaction.unfinished(ctx.db) or None,
        "copies": remains.copies(ctx.database.parent, ctx.database),
    }


def export(ctx: Context, email: str) -> tuple[list[Row], list[Row]]:
    """Everything that is known of the customer with this e-mail address, oldest first: orders, records put aside."""
    orders = [order_views.one(ctx.db, one) for one in redaction.by_email(ctx.db, email.strip())]
    aside = redaction_loose.put_aside_with(ctx.db, {email.strip()})
    return orders, quarantine.records(ctx.db, aside)


def chosen(ctx: Context, names: Sequence[str], email: str) -> list[int]:
    """The orders that `privacy redact` means. UsageError for none, or for one that is not over yet."""
    if bool(names) == bool(email):
        raise UsageError(
            "say whom it is about: --order ORDER or --email ADDRESS", next="orderctl privacy redact --help"
        )
    found = redaction.by_email(ctx.db, email.strip()) if email else [order_id(ctx, name) for name in names]
    open_ones = redaction.still_needed(ctx.db, found)
    if open_ones:
        several = f" and {len(open_ones) - 1} more" if len(open_ones) > 1 else ""
        message = f"{open_ones[0]}{several} is still to be sent or told; nothing was changed"
        raise UsageError(message, next=f"orderctl orders show {open_ones[0]}")
    return found


def redact(ctx: Context, order_ids: Sequence[int], email: str = "") -> Report:
    """Take the persons out of these orders, and `email` out of all that belongs to no order."""
    report = Report("privacy redact")
    _begin(ctx, "privacy redact")
    known = redaction.known_of(ctx.db, order_ids) | ({email.strip()} if email else set())
    if known:  # first, for once the orders are redacted nobody knows any more what to look for
        with transaction(ctx.db, "privacy.loose"):
            redaction.begin(ctx.db, ctx.now)
            report.count("other records", redaction_loose.sweep(ctx.db, ctx.stamp, known))
            records = redaction_loose.put_aside_with(ctx.db, known)
            redaction_loose.empty_records(ctx.db, ctx.stamp, records)
            report.count("records put aside", len(records))
    _redact(ctx, order_ids, report)
    _finish(ctx, report)
    documents = redaction.documents_of(ctx.db, order_ids)
    report.items += [one for one in left_outside.found(ctx, known, documents) if report.has_room()]
    return report


def due(ctx: Context, delivered_before: str = "") -> int:
    """How many orders `purge` would take the persons out of."""
    return redaction.count_due(ctx.db, _moment(ctx, delivered_before))


def purge(ctx: Context, delivered_before: str = "") -> Report:
    """Take the persons out of all orders that were delivered before a moment; what `[privacy]` says when not said.

    What channels sent is dropped once `raw_payloads` is over, and records that were put aside with it.
    """
    before = _moment(ctx, delivered_before)
    report = Report("privacy purge")
    _begin(ctx, "privacy purge")
    total = redaction.count_due(ctx.db, before)
    done = 0
    while some := redaction.due(ctx.db, before, AT_ONCE):
        _redact(ctx, some, report)
        done += len(some)
        ctx.progress("orders redacted", done, total)
    with transaction(ctx.db, "privacy.payloads"):
        report.count("payload blocks", payloads.drop_read_before(ctx.db, _raw_before(ctx)))
        loose = redaction_loose.drop_before(ctx.db, ctx.stamp, min(before, _raw_before(ctx)))
        report.count("records put aside", loose)
    _finish(ctx, report)
    for path in remains.copies(ctx.database.parent, ctx.database):
        report.items.append({"what": "copy", "file": path})
    return report


def _moment(ctx: Context, text: str) -> str:
    return since.moment_of(ctx, text, "--delivered-before") if text else _before(ctx)


def _before(ctx: Context) -> str:
    return times.later(ctx.now, -ctx.config.privacy.keep_s)


def _raw_before(ctx: Context) -> str:
    return times.later(ctx.now, -ctx.config.privacy.raw_payloads_s)


def _begin(ctx: Context, command: str) -> None:
    ctx.stamp = passes.begin(ctx.db, command, ctx.stamp.actor, ctx.stamp.at)
    remains.careful(ctx.db)


def _redact(ctx: Context, order_ids: Sequence[int], report: Report) -> None:
    for start in range(0, len(order_ids), AT_ONCE):
        some = order_ids[start : start + AT_ONCE]
        with transaction(ctx.db, "privacy.orders"):
            redaction.begin(ctx.db, ctx.now)
            redaction.redact(ctx.db, ctx.stamp, some)
        report.count("orders redacted", len(some))


def _finish(ctx: Context, report: Report) -> None:
    """Nothing is left in pages that nobody reads; the mark that says otherwise goes last."""
    if report.counts or redaction.unfinished(ctx.db):
        with transaction(ctx.db, "privacy.mark"):
            redaction.begin(ctx.db, ctx.now)
        if remains.rewrite(ctx.db):
            with transaction(ctx.db, "privacy.finished"):
                redaction.finished(ctx.db)
        else:
            message = "another process reads the store, so that its log could not be emptied"
            report.problem("log_kept", str(ctx.database), message, next="orderctl privacy purge", exit=Exit.ATTENTION)
    passes.end(ctx.db, ctx.stamp, ctx.now, int(report.exit), "")
