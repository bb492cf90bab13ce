"""The pages about ways to a location: their examples open, and they tell the same things in the same order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orderctl.config.load import load
from orderctl.core.registry import DESTINATIONS
from orderctl.steps.adapters import ROLES, Adapters

PAGES = Path(__file__).parents[1] / "docs" / "locations"
NAMES = sorted(page.stem for page in PAGES.glob("*.md"))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_tells_of_keys_then_what_it_promises_and_limits(name: str):
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")

    first, *between, last = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert ("The keys", "Limits") == (first, last)
    assert "What it promises" in between
    assert name in DESTINATIONS


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_page_opens(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    keys, _, _ = (PAGES / f"{name}.md").read_text(encoding="utf-8").partition("## What it promises")
    examples = re.findall(r"^```toml\n(.*?)^```$", keys, re.MULTILINE | re.DOTALL)
    assert examples
    for number, example in enumerate(examples):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert name in opened(example, folder, monkeypatch)


def opened(example: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The ways of a channels.toml that opens, with what it names made up."""
    for variable in re.findall(r'"env:([A-Z_]+)"', example):
        monkeypatch.setenv(variable, "made-up")
    for file in re.findall(r'"file:([^"]+)"|known_hosts = "([^"]+)"', example):
        path = folder / "".join(file)
        path.parent.mkdir(exist_ok=True)
        path.write_text("made-up", encoding="utf-8")
        path.chmod(0o600)
    (folder / "channels.toml").write_text(example, encoding="utf-8")
    loaded = load(folder / "channels.toml")
    adapters = Adapters(loaded, noted=False, now="2026-11-20T12:00:00Z")
    adapters.open_all()

    ways = [getattr(location, role) for location in loaded.locations.values() for role in ROLES]
    return {way.via for way in ways if way}
