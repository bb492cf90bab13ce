"""The example of each code brings that code up, and put right it does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orderctl.config.load import load as load_config
from orderctl.core.errors import ConfigError
from orderctl.core.places import Location, Places
from orderctl.rules import code_examples, codes, testfile
from orderctl.rules.analysis import analyze
from orderctl.rules.code_examples import EXAMPLES
from orderctl.rules.known import Known
from orderctl.rules.load import load

PLANTED = Path(__file__).parent / "planted"
SKUS = frozenset((PLANTED / "skus.csv").read_text(encoding="utf-8").split()[1:])
#: No example: the file cannot be read at all; and what no rule can bring up in this version.
WITHOUT = {codes.FILE, codes.UNKNOWN_NOTIFY}


@pytest.fixture(scope="module")
def places() -> Places:
    shop = load_config(PLANTED / "channels.toml", adapters=False).places
    more = {f"l{number}": Location(f"l{number}", country="US") for number in range(1, 14)}
    return replace(shop, packages=("small-box",), notify=("ops",), locations={**shop.locations, **more})


def found(text: str, places: Places) -> set[str]:
    known = Known.from_places(places)
    try:
        if "[[test]]" in text:
            testfile.read(testfile.parse(text, "rules.test.toml"), known, "UTC")
            return set()
        head = "" if text.startswith("version") else "version = 1\n"
        rules = load(head + text + "\n", "rules.toml", known)
    except ConfigError as error:
        return {finding.code for finding in error.findings}
    return {finding.code for finding in analyze(rules, places, "rules.toml", SKUS)}


def test_every_code_has_an_example():
    assert set(codes.MEANING) - WITHOUT == set(EXAMPLES)


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_brings_its_code_up_and_put_right_it_does_not(code: str, places: Places):
    wrong, right = EXAMPLES[code]

    assert code in found(wrong, places)
    assert code not in found(right, places)
    assert not {one for one in found(right, places) if one.startswith("E")}


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_fits_a_screen(code: str):
    assert all(len(line) <= 100 for text in EXAMPLES[code] for line in text.split("\n"))
    assert code_examples.__doc__ is not None
