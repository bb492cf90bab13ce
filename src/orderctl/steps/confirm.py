"""Confirm: what was put aside because it looked wrong goes on at the next pass, since a person says it is right."""

from __future__ import annotations

from orderctl.core import codes
from orderctl.core.errors import UsageError
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import consents, exceptions, passes
from orderctl.store.transactions import transaction


def exception_confirm(ctx: Context, number: int, reason: str = "") -> Report:
    """Agree to what the exception `number` holds back; it is closed. UsageError where nothing is held back by it."""
    report = Report("exceptions confirm")
    found = exceptions.one(ctx.db, number)
    if found is None or found["closed_at"]:
        state = "closed already" if found else "not there"
        raise UsageError(f"exception {number} is {state}", next="orderctl exceptions list")
    known = codes.EXCEPTIONS.get(found["code"])
    if known is None or not known.confirmable:
        message = f"exception {number} ({found['code']}) holds nothing back that could go on"
        raise UsageError(message, next=f"orderctl exceptions show {number}")
    ctx.stamp = passes.begin(ctx.db, report.step, ctx.stamp.actor, ctx.stamp.at)
    with transaction(ctx.db, "exceptions.confirm"):
        consents.give(ctx.db, ctx.stamp, found["code"], found["subject"])
        exceptions.close(ctx.db, ctx.stamp, number, f"confirmed: {reason}" if reason else "confirmed")
    report.count("confirmed")
    report.items.append(exceptions.one(ctx.db, number) or {})
    passes.end(ctx.db, ctx.stamp, ctx.now, int(report.exit), "")
    return report
