"""Why an order was decided as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from orderctl.cli import trace_page
from orderctl.cli.answers import Answer, Facts, Heading, Lines, Page, Row, Table, table
from orderctl.cli.command import reading
from orderctl.cli.options import LARGEST
from orderctl.core.errors import Exit

if TYPE_CHECKING:
    from orderctl.steps.context import Context

RULES = {"stage": "stage", "rule": "rule", "matched": "matched", "took": "took part", "reason": "reason"}


@reading
def explain(
    ctx: Context,
    order: Annotated[str, Argument(metavar="ORDER", help="Reference, CHANNEL/NUMBER, channel order id, or a number.")],
    decision: Annotated[
        int | None,
        Option("--decision", metavar="N", min=1, max=LARGEST, help="Its decision number N; default the newest."),
    ] = None,
    why_not: Annotated[
        str, Option("--why-not", metavar="NAME", help="Only why this rule or location had no part.")
    ] = "",
) -> Answer:
    """Show why an order was decided as it was: every rule, every location, the plan and the runner-up.

    The decision is made again from what was written down with it; today's rules and stock have no say.

    Exit: 0 done, 2 no such order or decision, 6 the store cannot be used, 7 it came out otherwise: a bug.
    """
    from orderctl.steps import explain as steps

    explained = steps.explain(ctx, order, decision)
    code = Exit.CHECK if explained.is_wrong else Exit.OK
    notes = (f"orderctl: {explained.warning}",) if explained.warning else ()
    document = explained.document
    if why_not:
        lines = tuple(steps.why(explained, why_not))
        answer = {"order": document["order"], "decision": document["decision"], "why_not": why_not, "reasons": lines}
        return Page(
            answer, (Lines(lines),), table({"reason": "reason"}, [{"reason": one} for one in lines], ""), code, notes
        )
    head = (Heading(f"{document['order']}, decision {document['decision']['sequence']}"), _head(document))
    return Page(document, (*head, *trace_page.blocks(document)), _rows(document), code, notes)


def _head(document: Row) -> Facts:
    decision = document["decision"]
    of = f"{decision['sequence']} of {decision['newest']}"
    applied = "" if decision["applied"] else ", only watched: nothing of it was done"
    return Facts(
        (
            ("decision", f"{of}, by {decision['actor']}{applied}"),
            ("decided", decision["decided_at"]),
            ("rules", decision["ruleset"][:12]),
            ("replayed", _REPLAY[document["replay"]["result"]]),
        )
    )


_REPLAY = {
    "same": "the same plan again",
    "differs": "another plan: a bug",
    "other engine": "by a newer engine, which decides otherwise",
}


def _rows(document: Row) -> Table:
    rows = [
        {"stage": stage["stage"], **rule, "reason": [one["reason"] for one in rule["asked"] if one["reason"]]}
        for stage in document["stages"]
        for rule in stage["rules"]
    ]
    return table(RULES, rows, "")
