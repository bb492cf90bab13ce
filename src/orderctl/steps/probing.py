"""What trying something out came to, as a report. Exit 7 when something of it fails."""

from __future__ import annotations

from collections.abc import Iterable

from orderctl.core.adapters import Probe
from orderctl.core.errors import Exit
from orderctl.steps.report import Report


def tell(report: Report, subject: str, probes: Iterable[Probe], /, **about: str) -> None:
    """Add what `probes` of `subject` found; `about` stands in every item. Whom it is about is not said twice."""
    for one in probes:
        found = one.found.removeprefix(f"{subject}: ")
        report.items.append({**about, "what": one.what, "verdict": one.verdict, "found": found, "next": one.next})
        report.count(one.verdict)
        if one.verdict == "fail":
            hint = one.next or f"orderctl {report.step} {subject}"
            report.problem("probe_failed", f"{subject} {one.what}", found, next=hint, exit=Exit.CHECK)
