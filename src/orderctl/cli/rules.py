"""The rules: are they right, what do they say, do their tests pass. What history says is in `rule_history`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from orderctl.cli import findings, render, rule_history
from orderctl.cli.answers import Answer, Block, Facts, Heading, Lines, Listing, table
from orderctl.cli.command import storeless
from orderctl.cli.group import Command, noun
from orderctl.cli.options import Config, Db, Quiet, Rules, Shared, Verbose
from orderctl.core.errors import Exit

if TYPE_CHECKING:
    from orderctl.steps.rules import Checked, Tested

app = noun("rules", "Check the rules, list them in words, test them, compare them with history.")


class CheckFormat(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    JUNIT = "junit"
    SARIF = "sarif"


class ResultFormat(StrEnum):
    """How test results are written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    JUNIT = "junit"


LIST = {
    "stage": "stage",
    "name": "rule",
    "when": "when",
    "then": "then",
    "observe": "observe",
    "why": "why",
    "line": ">line",
}


@app.command("list", cls=Command)
@storeless
def list_(said: Shared) -> Answer:
    """List the rules in words, in the order in which they are asked, with the defaults in force.

    Exit: 0 done, 2 a file is wrong.
    """
    from orderctl.steps import rules

    return RuleList(table(LIST, rules.listed(said.config, said.rules), "No rules."))


@dataclass(frozen=True, slots=True)
class RuleList(Listing):
    """Rules; for a person one below the other, an action a line."""

    def blocks(self) -> Iterable[Block]:
        """A heading and the parts of each rule."""
        for rule in self.table.rows:
            yield Heading(f"{rule['stage']}/{rule['name']}{', only observing' * rule['observe']}")
            actions = ((name, render.cell(value)) for name, value in rule["then"].items())
            yield Facts((("why", rule["why"]), ("when", rule["when"] or "always"), *actions))


@app.command("check", cls=Command)
def check(
    *,
    config: Config = None,
    rules: Rules = None,
    db: Db = None,  # noqa: ARG001 - every command takes it
    strict: Annotated[bool, Option("--strict", help="Let warnings fail the check, too.")] = False,
    skus: Annotated[
        Path | None, Option("--skus", metavar="FILE", help="CSV with all SKUs, to find those that rules mistype.")
    ] = None,
    format: Annotated[
        CheckFormat, Option("--format", metavar="FORMAT", help="text, json, github, junit or sarif.")
    ] = CheckFormat.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,  # noqa: ARG001
) -> int:
    """Check the rules and the configuration they are for, and name everything that is wrong with its line.

    Errors are what cannot work; warnings are rules that never get an order or change nothing, orders that no rule
    takes, and what else is proven to be useless. `orderctl help CODE` explains each.

    Exit: 0 nothing is wrong, or warnings only, 2 something is, 7 warnings with --strict.
    """
    from orderctl.steps import rules as steps

    found = steps.check(config, rules, skus)
    _show_check(found, format, strict=strict, quiet=quiet)
    if found.count("error"):
        return int(Exit.USAGE)
    return int(Exit.CHECK if strict and found.findings else Exit.OK)


def _show_check(found: Checked, wanted: CheckFormat, *, strict: bool, quiet: bool) -> None:
    if wanted is CheckFormat.JSON:
        render.document([findings.row(one) for one in found.findings])
    elif wanted is CheckFormat.SARIF:
        render.document(findings.sarif(found.findings, found.meanings))
    elif wanted is CheckFormat.JUNIT:
        render.say(findings.junit_check(found.findings, found.file, strict=strict))
    elif wanted is CheckFormat.GITHUB:
        render.say(findings.annotation(one) for one in found.findings)
    elif found.findings:
        render.show_blocks([Lines(tuple(map(str, found.findings)))])
    elif not quiet:
        render.say([f"{found.file}: {found.rules} rules, nothing is wrong."])
    if found.findings:
        render.note(_counted(found))


def _counted(found: Checked) -> str:
    """How many findings there are, where the first is, and what to type next."""
    counts = {severity: found.count(severity) for severity in ("error", "warning")}
    words = [f"{count} {severity}{'s' * (count > 1)}" for severity, count in counts.items() if count]
    first = next((one for one in found.findings if one.severity == "error"), found.findings[0])
    where = f"{first.file}:{first.line}" if first.line else first.file
    return f"orderctl: {', '.join(words)}, the first in {where}; next: orderctl help {first.code}"


@app.command("test", cls=Command)
def run_tests(
    files: Annotated[
        list[Path] | None, Argument(metavar="[FILE]...", help="Test files; default those beside the rules.")
    ] = None,
    *,
    pattern: Annotated[str, Option("-k", metavar="TEXT", help="Only tests with TEXT in their name.")] = "",
    coverage: Annotated[bool, Option("--coverage", help="Also list the rules that no test matched.")] = False,
    threshold: Annotated[
        int, Option("--threshold", metavar="N", min=0, max=100, help="Fail when fewer than N% of the rules matched.")
    ] = 0,
    config: Annotated[
        Path | None, Option("--config", "-c", metavar="FILE", help="channels.toml; default as the test file says.")
    ] = None,
    rules: Annotated[
        Path | None, Option("--rules", "-r", metavar="FILE", help="rules.toml; default as the test file says.")
    ] = None,
    db: Db = None,  # noqa: ARG001 - every command takes it
    format: Annotated[
        ResultFormat, Option("--format", metavar="FORMAT", help="text, json, github or junit.")
    ] = ResultFormat.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Run the tests of the rules: each is an order at a moment, and what must come of it.

    Exit: 0 all passed, 2 a file is wrong, 7 a test failed or too few rules were matched.
    """
    from orderctl.steps import rules as steps

    tested = steps.run_tests(files or (), config, rules, pattern)
    show_tests(tested, format, quiet=quiet, verbose=verbose)
    return _verdict(tested, threshold, coverage=coverage)


def show_tests(tested: Tested, wanted: ResultFormat, *, quiet: bool, verbose: bool) -> None:
    """Write the results as the option says."""
    if wanted is ResultFormat.JSON:
        render.document([{name: row[name] for name in findings.TEST_KEYS} for row in tested.results])
    elif wanted is ResultFormat.GITHUB:
        render.say(findings.failure(row) for row in tested.results if not row["passed"])
    elif wanted is ResultFormat.JUNIT:
        render.say(findings.junit(tested.results))
    else:
        failed = [row for row in tested.results if not row["passed"]]
        if verbose:
            render.say(f"passed: {row['name']}" for row in tested.results if row["passed"])
        if failed:
            render.show_blocks(block for row in failed for block in findings.blocks(row))
        if not quiet and not failed:
            render.say([findings.summary(tested.results)])


def _verdict(tested: Tested, threshold: int, *, coverage: bool) -> int:
    """The exit code, and what stderr says of it."""
    failed = [row for row in tested.results if not row["passed"]]
    if coverage or tested.coverage < threshold:
        matched = len(tested.rules) - len(tested.unmatched)
        render.note(f"orderctl: {matched} of {len(tested.rules)} rules were matched ({tested.coverage}%)")
        for rule in tested.unmatched:
            render.note(f"  never matched: {rule}")
    if failed:
        again = f"orderctl rules test -k '{failed[0]['name']}'"
        render.note(f"orderctl: {findings.summary(tested.results)} next: {again}")
    if tested.coverage < threshold:
        render.note(
            f"orderctl: {tested.coverage}% of the rules were matched, less than {threshold}%; next: write tests"
        )
    return int(Exit.CHECK if failed or tested.coverage < threshold else Exit.OK)


app.command("diff", cls=Command)(rule_history.diff)
app.command("coverage", cls=Command)(rule_history.coverage)
