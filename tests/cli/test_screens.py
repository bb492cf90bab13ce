"""What a stranger sees on the main screens, at the width that terminals open with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from docs.pages import sample_shop
from docs.pages.sample_shop import LATER, SampleShop
from orderctl.cli.front import help_text
from tests.cli.shop import Shop

SCREENS = (
    "status",
    "orders list --limit 20",
    "orders list --state held",
    "orders show WEB-1009",
    "orders show WEB-1008",
    "orders search chair",
    "orders history ines.castillo@example.com",
    "orders money WEB-1009",
    "explain WEB-1009",
    "exceptions list",
    "exceptions show 2",
    "shipments list",
    "shipments show WEB-1009-1",
    "batches list",
    "stock show",
    "stock explain TEE-MOSS-M --channel web",
    "skus list",
    "rules list",
    "channels list",
    "channels show web",
    "locations list",
    "locations show newark",
    "doctor",
    "db check",
    "privacy status",
    "help",
    "help short_stock",
)
_STYLE = re.compile(r"\x1b\[[\d;]*m")
#: What is to be pasted or followed stays whole.
_WHOLE = re.compile(r" *(orderctl |https://)")


@pytest.fixture(scope="module")
def shop() -> Iterator[SampleShop]:
    """The example shop after two days."""
    with sample_shop.opened() as made:
        made.screen("orderctl run", 80)
        made.answers_arrive()
        made.screen("orderctl run", 80, LATER)
        yield made


def seen(shop: SampleShop, command: str, width: int) -> list[str]:
    return _STYLE.sub("", shop.screen(f"orderctl {command}", width, LATER)).splitlines()


@pytest.mark.parametrize("command", SCREENS)
def test_no_line_of_a_main_screen_is_wider_than_a_terminal_of_80_columns(shop: SampleShop, command: str):
    lines = seen(shop, command, 80)

    assert lines
    assert [] == [line for line in lines if cell_len(line) > 80 and not _WHOLE.match(line)]


def test_the_help_of_orderctl_fits_a_terminal_of_80_columns():
    assert [] == [line for line in help_text().splitlines() if len(line) > 80]


def test_a_list_of_verbs_says_each_of_them_in_a_whole_sentence(tmp_path: Path):
    verbs = Shop(tmp_path).orderctl("orders", "--help").out.partition("Commands:")[2]

    assert "untag" in verbs
    assert "..." not in verbs


def test_help_names_no_bound_that_nobody_reaches(tmp_path: Path):
    said = Shop(tmp_path).orderctl("orders", "list", "--help").out

    assert "--limit N" in said
    assert "x<=" not in said


def test_counts_that_have_no_room_in_one_line_break_between_two_of_them(shop: SampleShop):
    first, second, *_ = seen(shop, "status", 60)

    assert first.startswith("orders")
    assert first.rstrip().endswith(",")
    assert second.split()[0].isdecimal()


def test_names_of_customers_stay_whole_where_they_were_searched(shop: SampleShop):
    assert any("Ines Castillo" in line for line in seen(shop, "orders search chair", 80))


def test_a_line_of_doctor_that_goes_on_stands_under_its_words(shop: SampleShop):
    lines = seen(shop, "doctor", 60)

    assert {"OK    ", "WARN  ", "      "} == {line[:6] for line in lines}


def test_days_of_a_location_are_said_as_people_say_them(shop: SampleShop):
    lines = [" ".join(line.split()) for line in seen(shop, "locations show newark", 80)]

    assert "works mon-sat in America/New_York" in lines
    assert "cut-off mon-fri 15:00, sat 11:00" in lines
