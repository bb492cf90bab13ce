"""The pages say what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs import generate

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("name", generate.PAGES)
def test_a_generated_page_is_what_the_program_says_today(name: str):
    assert generate.PAGES[name]() == (ROOT / "docs" / name).read_text(encoding="utf-8"), "run: make docs"


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/*.md")), ids=lambda page: page.name)
def test_a_page_points_only_at_files_that_exist(page: Path):
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!\w+:|#)([^)#]+)", text)

    assert [] == [target for target in targets if not (page.parent / target).exists()]
