"""Inputs that were refused as a whole: an exception each, open for as long as the input lies there unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from orderctl.core.errors import OrderctlError
from orderctl.steps.context import Context
from orderctl.store import exceptions
from orderctl.store.exceptions import Trouble
from orderctl.store.transactions import transaction

CODE = "input_refused"


def refuse_inputs(ctx: Context, source: str, errors: Sequence[OrderctlError]) -> None:
    """The inputs of `source` that are refused now are those of `errors`; earlier ones no longer are."""
    troubles = [
        Trouble(CODE, f"{source}: {error.where}", f"{error.said}; nothing of it was taken") for error in _each(errors)
    ]
    subjects = {trouble.subject for trouble in troubles}
    gone = exceptions.open_subjects(ctx.db, CODE, f"{source}: ") - subjects
    if not troubles and not gone:
        return
    with transaction(ctx.db, "inputs.refused"):
        for subject in sorted(gone):
            exceptions.settle(ctx.db, ctx.stamp, CODE, subject)
        exceptions.raise_all(ctx.db, ctx.stamp, troubles)


def _each(errors: Iterable[OrderctlError]) -> Iterable[OrderctlError]:
    for error in errors:
        yield from getattr(error, "errors", (error,))
