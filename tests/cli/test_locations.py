from __future__ import annotations

from tests.cli.shop import Shop, a_row


def test_a_paused_location_gets_nothing_until_it_is_resumed(a_day_later: Shop):
    shop = a_day_later
    shop.orderctl("stock", "adjust", "MUG", "west", "5", "--reason", "found")
    paused = shop.orderctl("locations", "pause", "east", "--reason", "flood")
    shop.receive(a_row("4"), file="later")
    shop.orderctl("run")
    resumed = shop.orderctl("locations", "resume", "east")

    assert ("east  paused\n", "east  works\n") == (paused.out, resumed.out)
    assert ["west"] == shop.orderctl("orders", "list", "--json").json[0]["locations"]


def test_locations_say_what_they_have_in_hand_and_what_is_paused(a_day_later: Shop):
    a_day_later.orderctl("locations", "pause", "west", "--reason", "holiday")
    east, west = a_day_later.orderctl("locations", "list", "--json").json

    assert ("east", "warehouse", 2, None) == tuple(east[name] for name in ("location", "kind", "in_hand", "paused_at"))
    assert west["paused_at"]
    assert "west since" in a_day_later.orderctl("status").out


def test_a_location_that_does_not_exist_cannot_be_paused(a_day_later: Shop):
    said = a_day_later.orderctl("locations", "pause", "eats", "--reason", "flood")

    assert 2 == said.code
    assert "did you mean 'east'?" in said.err


SHADOW = """
[targets]
min_shipments = 1
min_days = 1

[location.next]
shadow = true
beside = "east"
send = { via = "file", path = "out/next/{batch}.csv" }
confirm = { via = "file", path = "back/next*.csv", acknowledge_within = "4 h" }
"""


def in_shadow(shop: Shop) -> Shop:
    """`next` runs beside the east, which ships an order; it has a copy of that."""
    config = shop.folder / "channels.toml"
    shop.write("channels.toml", config.read_text(encoding="utf-8") + SHADOW)
    shop.orderctl("stock", "adjust", "MUG", "east", "5", "--reason", "found")
    shop.receive(a_row("7"), file="later")
    assert 0 == shop.orderctl("run").code
    return shop


def test_a_location_says_how_it_is_reached_and_what_is_promised(a_day_later: Shop):
    said = a_day_later.orderctl("locations", "show", "east")

    assert 0 == said.code
    for words in (
        "sent by     file",
        "F: A file appears under its final name complete",
        "mon-fri in UTC",
    ):
        assert words in said.out
    assert "2" == str(a_day_later.orderctl("locations", "show", "east", "--json").json["in_hand"])


def test_trying_a_location_out_says_what_works_and_fails_with_exit_7(a_day_later: Shop):
    works = a_day_later.orderctl("locations", "test", "east")
    folder = a_day_later.folder / "out" / "west"
    folder.write_text("no folder", encoding="utf-8")
    fails = a_day_later.orderctl("locations", "test", "west")

    assert (0, 7) == (works.code, fails.code)
    assert "send     folder  ok" in works.out
    assert "west folder" in fails.out
    assert "1 thing does not work" in fails.err


def test_what_a_partner_has_to_know_is_markdown_before_there_is_a_store(tmp_path):
    shop = Shop(tmp_path)
    shop.write("channels.toml", '[location.acme]\nsend = { via = "file", path = "out/{batch}.csv" }\n')
    said = shop.orderctl("locations", "spec", "acme")

    assert (0, "") == (said.code, said.err)
    assert said.out.startswith("# Shipping for us: what acme has to know\n")
    assert ["channels.toml"] == list(shop.files())


def test_what_a_partner_has_to_know_can_be_written_to_a_file_that_is_not_there_yet(a_day_later: Shop):
    shop = a_day_later
    written = shop.orderctl("locations", "spec", "east", "--output", "east.md")
    again = shop.orderctl("locations", "spec", "east", "--output", "east.md")

    assert "east.md is written to east.md.\n" == written.out
    assert (shop.folder / "east.md").read_text(encoding="utf-8") == shop.orderctl("locations", "spec", "east").out
    assert 2 == again.code


def test_a_shadow_is_listed_with_the_location_it_runs_beside(a_day_later: Shop):
    row = in_shadow(a_day_later).orderctl("locations", "list", "--json").json[-1]

    assert ("next", "east", 1) == (row["location"], row["beside"], row["in_hand"])


def test_a_comparison_ends_with_go_or_no_go_and_its_exit_says_which(a_day_later: Shop):
    shop = in_shadow(a_day_later)
    silent = shop.orderctl("locations", "compare", "next")
    shop.write(
        "back/next.csv",
        "reference,status,carrier,tracking_number\nTEST-WEB-7-1,shipped,UPS,1Z999AA10123456784\n",
    )
    shop.orderctl("run")
    done = shop.orderctl("locations", "compare", "next")
    table = shop.orderctl("locations", "compare", "next", "--csv")

    assert (7, 0) == (silent.code, done.code)
    assert "orderctl: 1 location is no-go" in silent.err
    assert ("no-go", "go") == (silent.out.splitlines()[-3], done.out.splitlines()[-1])
    assert "next in shadow of east since" in done.out
    assert table.out.startswith("target,wanted,found,verdict\nmin_shipments,1,1,ok\n")
    assert "go" == shop.orderctl("locations", "compare", "next", "--json").json["items"][0]["verdict"]


def test_only_a_shadow_is_compared(a_day_later: Shop):
    said = a_day_later.orderctl("locations", "compare", "east")

    assert 2 == said.code
    assert "there is no location 'east' in shadow" in said.err
