"""The rules at the command line: what CI and people get to see, and which code it ends with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.screen import on_a_terminal
from tests.cli.shop import ORDERCTL, Said, Shop, a_row, a_shop
from tests.cli.test_front import imported_for

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TESTS = """
now = 2026-11-20T10:00:00-05:00
[defaults.order]
payment = "paid"
ship_to = { name = "Ana", line1 = "1 Main St", city = "Reno", region = "NV", postcode = "89501", country = "US" }
[defaults.line]
sku = "MUG"
quantity = 1
unit_price = "20.00"
weight_g = 200
[[test]]
name = "a mug ships from the east"
order.lines = [{}]
expect.ship = [{ from = "east" }]
"""
WRONG = '[[test]]\nname = "a <mug>, from: nowhere"\norder.lines = [{}]\nexpect.state = "held"\nexpect.ship = []\n'


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = a_shop(tmp_path)
    shop.write("rules.test.toml", TESTS)
    return shop


def test_rules_that_are_right_are_one_sentence(shop: Shop):
    assert Said(0, "rules.toml: 2 rules, nothing is wrong.\n", "") == shop.orderctl("rules", "check")
    assert Said(0, "", "") == shop.orderctl("rules", "check", "--quiet")
    assert [] == shop.orderctl("rules", "check", "--json").json


def test_rules_that_are_wrong_are_listed_with_line_code_and_hint(shop: Shop):
    shop.write("rules.toml", 'version = 1\n[[location]]\nname = "all, new"\nwhen.totl = 5\nthen.ship_from = ["eas"]\n')

    text = shop.orderctl("rules", "check")
    rows = shop.orderctl("rules", "check", "--format", "json").json
    github = shop.orderctl("rules", "check", "--format", "github")

    assert (2, "rules.toml:4: [location] 'all, new': ") == (text.code, text.out[:37])
    assert "orderctl: 2 errors, the first in rules.toml:4; next: orderctl help E111\n" == text.err
    assert {
        "code": "E111",
        "severity": "error",
        "file": "rules.toml",
        "line": 4,
        "stage": "location",
        "rule": "all, new",
        "message": "unknown field 'totl'",
        "hint": "did you mean 'total'?",
    } == rows[0]
    assert "::error file=rules.toml,line=4,title=E111 [location] all%2C new::unknown field 'totl' (did you mean" in (
        github.out
    )


def test_a_configuration_that_is_wrong_is_found_by_the_check_too(shop: Shop):
    shop.write("channels.toml", "[chanel.web]\n")

    assert (2, "E202") == (
        shop.orderctl("rules", "check").code,
        shop.orderctl("rules", "check", "--json").json[0]["code"],
    )


def test_tests_that_pass_are_one_sentence(shop: Shop):
    assert Said(0, "1 test passed.\n", "") == shop.orderctl("rules", "test")
    assert [
        {
            "name": "a mug ships from the east",
            "passed": True,
            "differences": [],
            "rules": ["location/all"],
        }
    ] == shop.orderctl("rules", "test", "--format", "json").json
    assert "passed: a mug ships from the east\n1 test passed.\n" == shop.orderctl("rules", "test", "--verbose").out


def test_a_test_that_fails_shows_the_difference_and_how_the_order_was_decided(shop: Shop):
    shop.write("rules.test.toml", TESTS + WRONG)

    said = shop.orderctl("rules", "test")

    assert 7 == said.code
    assert "FAILED a <mug>, from: nowhere (rules.test.toml:15)\n" in said.out
    assert "state: expected 'held', got 'routed'\nship: got one more shipment, 1 MUG from east\n" in said.out
    assert "unpaid  not: payment is paid, needs pending\n" in said.out
    assert "plan\neast ships 1 MUG\n" in said.out
    assert "orderctl: 1 of 2 tests failed. next: orderctl rules test -k 'a <mug>, from: nowhere'\n" == said.err


def test_a_failed_test_is_an_annotation_for_github_and_a_case_for_junit(shop: Shop):
    shop.write("rules.test.toml", TESTS + WRONG)

    github, junit = (shop.orderctl("rules", "test", "--format", name) for name in ("github", "junit"))

    assert (7, 7) == (github.code, junit.code)
    assert "::error file=rules.test.toml,line=15,title=a <mug>%2C from%3A nowhere::state: expected 'held'" in github.out
    assert 1 == len(github.out.splitlines())
    (suite,) = ET.fromstring(junit.out)  # noqa: S314 - our own output
    assert ("2", "1") == (suite.get("tests"), suite.get("failures"))
    passed, failed = suite
    assert (None, "a <mug>, from: nowhere") == (passed.find("failure"), failed.get("name"))
    assert "state: expected 'held', got 'routed'" == (failed.find("failure") or failed[0]).get("message")


def test_coverage_names_the_rules_that_nothing_matched_and_may_be_demanded(shop: Shop):
    shown = shop.orderctl("rules", "test", "--coverage")
    too_few = shop.orderctl("rules", "test", "--threshold", "80")
    enough = shop.orderctl("rules", "test", "--threshold", "50", "--json")

    assert (0, "orderctl: 1 of 2 rules were matched (50%)\n  never matched: hold/unpaid\n") == (shown.code, shown.err)
    assert 7 == too_few.code
    assert "50% of the rules were matched, less than 80%" in too_few.err
    assert (0, "") == (enough.code, enough.err)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-k", "nothing like it"], "no test has 'nothing like it' in its name"),
        (["missing.toml"], "missing.toml: the test file cannot be read"),
        (["--format", "csv"], "csv"),
    ],
)
def test_what_cannot_be_run_ends_with_2(shop: Shop, arguments: list[str], words: str):
    said = shop.orderctl("rules", "test", *arguments)

    assert 2 == said.code
    assert words in said.err


def test_a_wrong_test_file_lists_all_that_is_wrong_with_it(shop: Shop):
    shop.write("rules.test.toml", TESTS + WRONG.replace("state", "stat").replace("ship", "shop"))

    said = shop.orderctl("rules", "test", "--json")

    assert (2, ["E110", "E110"]) == (said.code, [one["code"] for one in said.json["problems"]])
    assert "rules.test.toml:18" in said.err


def test_rules_are_listed_for_a_person_and_for_a_program(shop: Shop):
    text, rows = shop.orderctl("rules", "list").out, shop.orderctl("rules", "list", "--json").json

    assert "hold/unpaid\nwhen  payment is pending\nhold  payment\n" in text
    assert "if_short                      exception\n" in text
    assert ["unpaid", "all"] == [row["name"] for row in rows]
    assert ["east", "west"] == rows[1]["then"]["ship_from"]


def test_neither_check_nor_test_loads_the_store_or_the_network(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(shop.folder)

    for verb in ("check", "test", "list"):
        assert set() == {"sqlite3", "sqlite_utils", "httpx", "pydantic", "rich", "ssl", "http"} & imported_for(
            ["rules", verb]
        )


def test_everything_is_read_only_and_needs_no_home(shop: Shop):
    before = shop.files()
    environment = {name: value for name, value in os.environ.items() if name not in {"HOME", "ORDERCTL_CONFIG"}}
    for folder in (shop.folder, *shop.folder.rglob("*/")):
        folder.chmod(0o555)
    try:
        done = [
            subprocess.run(
                [ORDERCTL, "rules", verb], cwd=shop.folder, env=environment, capture_output=True, check=False
            ).returncode
            for verb in ("check", "test", "list")
        ]
    finally:
        for folder in (shop.folder, *shop.folder.rglob("*/")):
            folder.chmod(0o755)

    assert [0, 0, 0] == done
    assert before == shop.files()


def test_the_examples_pass_their_own_tests(tmp_path: Path):
    shop = Shop(Path(shutil.copytree(EXAMPLES, tmp_path / "examples")))

    assert 0 == shop.orderctl("rules", "check").code
    assert 0 == shop.orderctl("rules", "test", "--threshold", "90").code


def test_explain_answers_in_a_page_in_json_and_in_a_line(shop: Shop):
    shop.receive(a_row("1"))
    assert 0 == shop.orderctl("run").code

    page, row = shop.orderctl("explain", "1").out, shop.orderctl("explain", "web/1", "--json").json
    line = shop.orderctl("explain", "1", "--why-not", "unpaid")

    assert page.startswith("web/1, decision 1\ndecision  1 of 1, by ")
    assert "unpaid  not: payment is paid, needs pending\n" in page
    assert "east      5 MUG  ships 1 MUG\n" in page
    assert "Chosen: east.\n" in page
    assert ("same", "web/1") == (row["replay"]["result"], row["order"])
    assert Said(0, "hold/unpaid did not match: payment is paid, needs pending\n", "") == line
    assert 2 == shop.orderctl("explain", "1", "--why-not", "unpayd").code


def test_a_page_of_explain_fits_eighty_columns(shop: Shop):
    shop.receive(a_row("1"))
    shop.orderctl("run")
    program = f"import sys; sys.argv = ['orderctl', 'explain', '1', '-c', {str(shop.folder / 'channels.toml')!r}]\n"
    program += "from orderctl.__main__ import main; main()"

    text = on_a_terminal(program, {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"})

    assert "payment is paid, needs pending" in " ".join(text.split())
    assert [] == [line for line in text.splitlines() if len(line) > 80]


def test_the_json_of_a_difference_is_one_document(shop: Shop):
    shop.receive(a_row("1"))
    shop.orderctl("run")

    document = json.loads(shop.orderctl("explain", "1", "--json").out)

    assert [
        *("chosen", "covers_if", "lines", "locations", "margin", "outcome", "rule", "runner_up", "wins_if"),
    ] == sorted(document["groups"][0])


def test_explain_says_what_would_have_made_the_runner_up_win(shop: Shop):
    shop.write("stock.csv", "location,sku,quantity\nwest,MUG,3\n")
    assert 0 == shop.orderctl("stock", "import", "stock.csv").code
    shop.receive(a_row("1"))
    shop.orderctl("run")

    page, row = shop.orderctl("explain", "1").out, shop.orderctl("explain", "1", "--json").json
    line = shop.orderctl("explain", "1", "--why-not", "west").out

    said = ["west would win if it were listed right before east", "west would win if east had no MUG"]
    assert f"Runner-up: west (listed: east against west).\n{said[0]}.\n{said[1]}.\n" in page
    assert said == [one["words"] for one in row["groups"][0]["wins_if"]]
    assert said == line.splitlines()[1:]
