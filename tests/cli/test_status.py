from __future__ import annotations

from tests.cli.shop import Shop


def test_the_command_alone_says_how_things_stand_where_it_is_set_up(a_day_later: Shop):
    text = a_day_later.orderctl().out
    value = a_day_later.orderctl("--json").json

    assert "orders      2 dispatched\n" in text
    assert "exceptions  1 quarantine\n" in text
    assert text.endswith("orderctl exceptions list\n")
    assert ({"dispatched": 2}, {"quarantine": 1}, 3) == (
        value["orders"],
        value["exceptions"],
        value["last_pass"]["exit_code"],
    )


def test_elsewhere_it_says_how_to_begin_on_a_page_that_fits_a_screen(a_day_later: Shop):
    elsewhere = Shop(a_day_later.folder / "out")

    said = elsewhere.orderctl().out
    assert said.startswith("Nothing is set up in this folder. To begin:\n\n  orderctl init")
    assert said.splitlines()[-1].startswith("  orderctl --help ")
    assert len(said.splitlines()) < 24
    assert elsewhere.orderctl(ORDERCTL_CONFIG="../channels.toml").out.startswith("orders ")
