"""The pages say what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs import generate
from orderctl.rules import expect, testfile
from orderctl.rules.known import Known
from orderctl.rules.load import load

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("name", generate.PAGES)
def test_a_generated_page_is_what_the_program_says_today(name: str):
    assert generate.PAGES[name]() == (ROOT / "docs" / name).read_text(encoding="utf-8"), "run: make docs"


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/*.md")), ids=lambda page: page.name)
def test_a_page_points_only_at_files_that_exist(page: Path):
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!\w+:|#)([^)#]+)", text)

    assert [] == [target for target in targets if not (page.parent / target).exists()]


def rules_toml() -> list[str]:
    return re.findall(r"^```toml\n(.*?)^```$", generate.PAGES["rules.md"](), re.MULTILINE | re.DOTALL)


def test_the_rules_and_the_test_that_the_page_shows_are_right():
    known = Known(currency="USD", locations=("reno", "newark"), channels={"web": "file"})
    rules, test = rules_toml()

    assert 2 == sum(map(len, load(rules, "rules.toml", known).stages.values()))
    assert 1 == len(testfile.read(testfile.parse(test, "rules.test.toml"), known, "UTC"))


@pytest.mark.parametrize("name", [*expect.KEYS, *expect.SHIPMENT, *testfile.AROUND])
def test_the_page_about_rules_names_everything_that_a_test_may_say(name: str):
    assert f"`{name}" in generate.PAGES["rules.md"]()
