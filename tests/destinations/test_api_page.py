"""What the page about locations with an API shows can be used as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from orderctl.destinations import api_profiles
from orderctl.destinations.api import ApiDestination
from tests.shop import Shop, a_shop

PAGE = (Path(__file__).parents[2] / "docs" / "locations" / "api.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
TOP = 'version = 1\n[channel.web]\ntype = "file"\npath = "orders/*.jsonl"\n'


def shown(folder: Path, example: str, monkeypatch: Any) -> Shop:
    for name in ("SHIPBOB_TOKEN", "ACME_ID", "ACME_SECRET"):
        monkeypatch.setenv(name, "tok-12345")
    location = re.search(r"\[location\.(\w+)\]", example)
    assert location is not None
    rules = f'version = 1\n[[location]]\nname = "all"\nthen.ship_from = ["{location[1]}"]\n'
    return a_shop(folder, TOP + example, rules, stock=False)


@pytest.mark.parametrize(("example", "name", "best"), [(EXAMPLES[0], "moreno", "B"), (EXAMPLES[1], "acme", "A")])
def test_every_example_of_the_page_can_be_opened(tmp_path, monkeypatch, example, name, best):
    with shown(tmp_path, example, monkeypatch).context() as ctx:
        ctx.adapters.open_all()
        way = ctx.adapters.way(name, "send")

        assert isinstance(way, ApiDestination)
        assert (best, True) == (way.best_class, way.alone)


def test_every_profile_is_on_the_page():
    assert api_profiles.names() == re.findall(r"^\| `(\w+)` \| `auth", PAGE, re.MULTILINE)
