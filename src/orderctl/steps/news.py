"""What a pass put before a person, told in the report of the step that did it."""

from __future__ import annotations

from orderctl.core.errors import Exit
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import passes


def tell(ctx: Context, report: Report, seen: int = 0) -> int:
    """Add the exceptions that this pass opened after the exception `seen` to `report`; the newest one told by now."""
    for one in passes.news(ctx.db, ctx.stamp.pass_id, seen):
        hint = f"orderctl exceptions show {one.exception_id}"
        report.problem(one.code, one.subject, one.message, next=hint, exit=Exit.ATTENTION)
        seen = one.exception_id
    return seen
