"""Findings and test results as CI systems read them, and failed tests as a person does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from orderctl import __version__
from orderctl.cli import trace_page
from orderctl.cli.answers import Block, Heading, Lines, Row
from orderctl.core.errors import Finding
from orderctl.core.text import printable

#: What `rules test --format json` says of each test.
TEST_KEYS = ("name", "passed", "differences", "rules")
_LEVELS = {"error": "error", "warning": "warning"}


def row(finding: Finding) -> dict[str, Any]:
    """A finding as JSON."""
    names = ("code", "severity", "file", "line", "stage", "rule", "message", "hint")
    return {name: getattr(finding, name) for name in names}


def annotation(finding: Finding) -> str:
    """A finding as GitHub shows it beside the line."""
    rule = f" [{finding.stage}] {finding.rule}" if finding.rule else ""
    hint = f" ({finding.hint})" if finding.hint else ""
    level = _LEVELS.get(finding.severity, "notice")
    return _command(level, finding.file, finding.line, f"{finding.code}{rule}", f"{finding.message}{hint}")


def sarif(found: Sequence[Finding], meanings: Mapping[str, str]) -> dict[str, Any]:
    """Findings as code scanners read them, SARIF 2.1.0."""
    driver = {"name": "orderctl", "version": __version__, "rules": [_sarif_rule(*one) for one in meanings.items()]}
    places = {code: index for index, code in enumerate(meanings)}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": [_sarif_result(one, places[one.code]) for one in found]}],
    }


def _sarif_rule(code: str, meaning: str) -> dict[str, Any]:
    """What scanners show of a code; GitHub asks for all three texts."""
    first, stop, _ = meaning.partition(". ")
    return {
        "id": code,
        "shortDescription": {"text": f"{first}." if stop else first},
        "fullDescription": {"text": meaning},
        "help": {"text": f"{meaning} An example: orderctl help {code}"},
    }


def _sarif_result(finding: Finding, place_of_rule: int) -> dict[str, Any]:
    region = {"startLine": max(1, finding.line)}
    place = {"artifactLocation": {"uri": _uri(finding.file)}, "region": region}
    return {
        "ruleId": finding.code,
        "ruleIndex": place_of_rule,
        "level": _LEVELS.get(finding.severity, "note"),
        "message": {"text": _sentence(finding)},
        "locations": [{"physicalLocation": place}],
    }


def _uri(file: str) -> str:
    """A file as a relative reference, or as a file URI when its path is absolute."""
    path = quote(file.replace("\\", "/"))
    return f"file://{path}" if path.startswith("/") else path


def _sentence(finding: Finding) -> str:
    """A finding without its place and code."""
    rule = f"[{finding.stage}] '{finding.rule}': " if finding.rule else ""
    hint = f" ({finding.hint})" if finding.hint else ""
    return f"{rule}{finding.message}{hint}"


def junit_check(found: Sequence[Finding], file: str, *, strict: bool) -> Iterator[str]:
    """Findings as JUnit XML, line by line: a case each, which failed, or was skipped where it is but a warning."""
    failed = [one for one in found if strict or one.severity == "error"]
    counts = f'tests="{len(found) or 1}" failures="{len(failed)}" errors="0" skipped="{len(found) - len(failed)}"'
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield "<testsuites>"
    yield f"  <testsuite name={_attribute(file)} {counts}>"
    if not found:
        yield f"    <testcase name={_attribute(file)} classname={_attribute(file)}/>"
    for one in found:
        name, place = _attribute(f"{one.code} {one.rule or one.stage}".strip()), _attribute(one.file)
        yield f'    <testcase name={name} classname={place} file={place} line="{one.line}">'
        kind = f"failure type={_attribute(one.code)}" if one in failed else "skipped"
        yield f"      <{kind} message={_attribute(_sentence(one))}/>"
        yield "    </testcase>"
    yield "  </testsuite>"
    yield "</testsuites>"


def failure(result: Row) -> str:
    """A failed test as GitHub shows it beside its line."""
    return _command("error", result["file"], result["line"], result["name"], "\n".join(result["differences"]))


def _command(level: str, file: str, line: int, title: str, message: str) -> str:
    where = f"file={_property(file)},line={max(1, line)},title={_property(title)}"
    return f"::{level} {where}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def junit(results: Sequence[Row]) -> Iterator[str]:
    """The results as JUnit XML, line by line; a suite per file."""
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield "<testsuites>"
    for file in dict.fromkeys(result["file"] for result in results):
        suite = [result for result in results if result["file"] == file]
        failed = sum(not result["passed"] for result in suite)
        yield f'  <testsuite name={_attribute(file)} tests="{len(suite)}" failures="{failed}" errors="0" skipped="0">'
        for result in suite:
            yield from _case(result)
        yield "  </testsuite>"
    yield "</testsuites>"


def _case(result: Row) -> Iterator[str]:
    name, file = _attribute(result["name"]), _attribute(result["file"])
    head = f'    <testcase name={name} classname={file} file={file} line="{result["line"]}"'
    if result["passed"]:
        yield f"{head}/>"
        return
    yield f"{head}>"
    yield f'      <failure type="difference" message={_attribute(result["differences"][0])}>'
    yield from (_xml(difference) for difference in result["differences"])
    yield "      </failure>"
    yield "    </testcase>"


def _attribute(text: str) -> str:
    return f'"{_xml(text)}"'


def _xml(text: str) -> str:
    """`text` inside XML. The standard library's own way to do this loads the network."""
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, name)
    return printable(text).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")  # no characters of XML


def summary(results: Sequence[Row]) -> str:
    """How many passed: `25 tests passed.`, or how many did not."""
    failed = sum(not result["passed"] for result in results)
    tests = "1 test" if len(results) == 1 else f"{len(results)} tests"
    return f"{failed} of {tests} failed." if failed else f"{tests} passed."


def blocks(result: Row) -> Iterable[Block]:
    """A failed test: what differs, and how its order was decided."""
    yield Heading(f"FAILED {result['name']} ({result['file']}:{result['line']})")
    yield Lines(tuple(result["differences"]))
    yield from trace_page.blocks(result["trace"])
