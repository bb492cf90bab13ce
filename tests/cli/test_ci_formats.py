"""SARIF and JUnit XML of `rules check` and `rules test`, held against what their formats demand."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from orderctl.cli import findings
from orderctl.core.errors import Finding
from orderctl.rules import codes
from tests.cli.ci_formats import SARIF, junit_complaints
from tests.cli.shop import Shop, a_shop
from tests.cli.test_rules import TESTS, WRONG

PLANTED = Path(__file__).resolve().parents[1] / "rules" / "planted"
CHECK = Draft7Validator(SARIF, format_checker=Draft7Validator.FORMAT_CHECKER)
BROKEN = 'version = 1\n[[location]]\nname = "all"\nwhen.totl = 5\nthen.ship_from = ["eas"]\n'


def sarif_complaints(log: Any) -> list[str]:
    run = log["runs"][0]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    wrong = [one["ruleId"] for one in run["results"] if ids[one["ruleIndex"]] != one["ruleId"]]
    return [one.message for one in CHECK.iter_errors(log)] + wrong


def a_folder(tmp_path: Path, rules: str = "") -> Shop:
    shop = Shop(Path(shutil.copytree(PLANTED, tmp_path / "planted")))
    if rules:
        shop.write("rules.toml", rules)
    return shop


@pytest.mark.parametrize("rules", ["", BROKEN, "version = 1\n[["], ids=["warnings", "errors", "no TOML"])
def test_what_the_check_finds_is_sarif(tmp_path: Path, rules: str):
    log = a_folder(tmp_path, rules).orderctl("rules", "check", "--format", "sarif").json

    assert [] == sarif_complaints(log)
    assert [] != log["runs"][0]["results"]


def test_nothing_found_is_sarif_with_a_run_and_no_results(tmp_path: Path):
    log = a_shop(tmp_path).orderctl("rules", "check", "--format", "sarif").json

    assert [] == sarif_complaints(log)
    assert [[]] == [run["results"] for run in log["runs"]]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("rules.toml", "rules.toml"),
        ("my rules/ä.toml", "my%20rules/%C3%A4.toml"),
        ("/srv/shop/rules.toml", "file:///srv/shop/rules.toml"),
        ("conf\\rules.toml", "conf/rules.toml"),
        ("a:b.toml", "a%3Ab.toml"),
    ],
)
def test_a_file_is_named_as_a_uri(file: str, uri: str):
    log = findings.sarif([Finding(codes.SYNTAX, "wrong", file, 3)], {codes.SYNTAX: "Not TOML. Mend it."})

    (result,) = log["runs"][0]["results"]
    assert uri == result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert [] == sarif_complaints(log)


def test_a_rule_of_sarif_is_told_shortly_in_full_and_with_what_to_type():
    log = findings.sarif([], {"E102": "Not TOML. Mend it."})

    assert [
        {
            "id": "E102",
            "shortDescription": {"text": "Not TOML."},
            "fullDescription": {"text": "Not TOML. Mend it."},
            "help": {"text": "Not TOML. Mend it. An example: orderctl help E102"},
        }
    ] == log["runs"][0]["tool"]["driver"]["rules"]


@pytest.mark.parametrize("rules", ["", BROKEN], ids=["warnings", "errors"])
@pytest.mark.parametrize("strict", [[], ["--strict"]], ids=["", "strict"])
def test_what_the_check_finds_is_junit(tmp_path: Path, rules: str, strict: list[str]):
    assert [] == junit_complaints(
        a_folder(tmp_path, rules).orderctl("rules", "check", "--format", "junit", *strict).out
    )


def test_nothing_found_is_a_passed_case_of_junit(tmp_path: Path):
    said = a_shop(tmp_path).orderctl("rules", "check", "--format", "junit")

    assert [] == junit_complaints(said.out)
    assert 'tests="1" failures="0"' in said.out


def test_results_of_rule_tests_are_junit_whether_they_pass_or_fail(tmp_path: Path):
    shop = a_shop(tmp_path)
    shop.write("rules.test.toml", TESTS + WRONG)

    said = shop.orderctl("rules", "test", "--format", "junit")

    assert (7, []) == (said.code, junit_complaints(said.out))


@settings(max_examples=150, deadline=None)
@given(st.text(), st.text(), st.text(max_size=20), st.integers(0, 10**6), st.sampled_from(sorted(codes.MEANING)))
def test_any_text_a_file_may_hold_stays_right_in_both_formats(words: str, rule: str, file: str, line: int, code: str):
    found = [Finding(code, words or "wrong", f"f{file}", line, "hold", rule)]
    result = {"name": rule, "file": file, "line": line, "passed": False, "differences": [words, f"{rule}\uffff"]}

    for strict in (True, False):
        assert [] == junit_complaints("\n".join(findings.junit_check(found, file, strict=strict)))
    assert [] == junit_complaints("\n".join(findings.junit([result])))
    assert [] == sarif_complaints(findings.sarif(found, {code: codes.MEANING[code]}))


@pytest.mark.parametrize(
    "broken",
    [
        "<testsuite/>",
        '<testsuites><testsuite name="x" tests="2" failures="0" errors="0" skipped="0"/></testsuites>',
        '<testsuites><testsuite name="x" tests="0" failures="0" errors="0" skipped="0" color="red"/></testsuites>',
    ],
)
def test_the_check_of_junit_itself_sees_what_is_wrong(broken: str):
    assert [] != junit_complaints(broken)


@pytest.mark.parametrize("change", [{"level": "fatal"}, {"message": {}}, {"locations": [{"file": "x"}]}])
def test_the_check_of_sarif_itself_sees_what_is_wrong(change: dict[str, Any]):
    log = findings.sarif([Finding(codes.SYNTAX, "wrong", "rules.toml", 3)], {codes.SYNTAX: "Not TOML."})
    log["runs"][0]["results"][0] |= change

    assert [] != sarif_complaints(log)
