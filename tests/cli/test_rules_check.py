"""`rules check` at the command line: warnings, what makes them fail, the formats, the SKUs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.shop import Shop, a_shop

PLANTED = Path(__file__).resolve().parents[1] / "rules" / "planted"


@pytest.fixture
def planted(tmp_path: Path) -> Shop:
    return Shop(Path(shutil.copytree(PLANTED, tmp_path / "planted")))


def test_warnings_are_listed_and_fail_only_a_strict_check(planted: Shop):
    usual = planted.orderctl("rules", "check", "-r", "gap.toml")
    strict = planted.orderctl("rules", "check", "-r", "gap.toml", "--strict")

    assert (0, 7) == (usual.code, strict.code)
    assert usual.out == strict.out
    assert ["gap.toml:11", "gap.toml:16"] == [line.partition(": ")[0] for line in usual.out.splitlines()]
    assert "orderctl: 2 warnings, the first in gap.toml:11; next: orderctl help W203\n" == usual.err


def test_a_rule_that_can_never_apply_is_an_error_among_warnings(planted: Shop):
    said = planted.orderctl("rules", "check", "--strict")

    assert 2 == said.code
    assert "orderctl: 5 errors, 24 warnings, the first in rules.toml:25; next: orderctl help E150\n" == said.err


def test_skus_that_do_not_exist_are_found_with_a_list_of_those_that_do(planted: Shop):
    def unknown(*options: str) -> list[int]:
        rows = planted.orderctl("rules", "check", "--json", *options).json
        return [row["line"] for row in rows if row["code"] == "W210"]

    assert [] == unknown()
    assert 2 == len(unknown("--skus", "skus.csv"))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [("missing.csv", None, "missing.csv: cannot be read"), ("odd.csv", "name\nMUG\n", "there is no column 'sku'")],
)
def test_a_list_of_skus_that_cannot_be_read_is_a_wrong_argument(planted: Shop, name: str, text: str | None, words: str):
    if text is not None:
        planted.write(name, text)
    said = planted.orderctl("rules", "check", "--skus", name)

    assert (2, True) == (said.code, words in said.err)


def test_sarif_names_every_code_with_what_it_means_and_every_place(planted: Shop):
    run = planted.orderctl("rules", "check", "-r", "gap.toml", "--format", "sarif").json["runs"][0]

    assert ["W203"] == [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert run["tool"]["driver"]["rules"][0]["shortDescription"]["text"].startswith("An order that no location rule")
    places = [one["locations"][0]["physicalLocation"] for one in run["results"]]
    assert [("gap.toml", 11), ("gap.toml", 16)] == [
        (place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in places
    ]


def test_junit_has_a_case_for_each_finding_that_warnings_skip_unless_strict(planted: Shop):
    def suite(*options: str) -> tuple[str | None, str | None, list[str]]:
        text = planted.orderctl("rules", "check", "--format", "junit", *options).out
        (found,) = ET.fromstring(text)  # noqa: S314 - our own output
        return found.get("failures"), found.get("skipped"), [one.tag for case in found for one in case]

    assert ("0", "2", ["skipped", "skipped"]) == suite("-r", "gap.toml")
    assert ("2", "0", ["failure", "failure"]) == suite("-r", "gap.toml", "--strict")


def test_junit_of_good_rules_is_one_case_that_passed(tmp_path: Path):
    text = a_shop(tmp_path).orderctl("rules", "check", "--format", "junit").out
    (suite,) = ET.fromstring(text)  # noqa: S314 - our own output

    assert ("1", "0", 0) == (suite.get("tests"), suite.get("failures"), len(suite[0]))


def test_github_shows_warnings_as_warnings(planted: Shop):
    assert planted.orderctl("rules", "check", "-r", "gap.toml", "--format", "github").out.startswith(
        "::warning file=gap.toml,line=11,title=W203::no location rule takes this order"
    )


def test_the_example_of_a_gap_ends_unrouted_when_it_comes_in_as_an_order(tmp_path: Path):
    shop = a_shop(tmp_path)
    shop.write(
        "rules.toml",
        'version = 1\n[[location]]\nname = "germany"\nwhen.ship_to.country = "DE"\nthen.ship_from = ["east"]\n',
    )
    (gap,) = shop.orderctl("rules", "check", "--json").json
    order = json.loads(gap["message"][gap["message"].index("{") :])
    shop.write("stock.csv", f"location,sku,quantity\neast,{order['lines'][0]['sku']},5\n")
    assert 0 == shop.orderctl("stock", "import", "stock.csv").code
    shop.receive(order)
    shop.orderctl("run")

    assert ["unrouted"] == [hold["reason"] for hold in shop.orderctl("orders", "show", "1001", "--json").json["holds"]]
