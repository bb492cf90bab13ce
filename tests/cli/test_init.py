"""Setting up a folder, by options and at a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

from orderctl.steps.init import types
from tests.cli.screen import read_all
from tests.cli.shop import ORDERCTL, Shop

THREE = ["channels.toml", "rules.toml", "rules.test.toml"]


def checks(shop: Shop) -> list[int]:
    commands = (("config", "check"), ("rules", "check", "--strict"), ("rules", "test"))
    return [shop.orderctl(*command).code for command in commands]


def test_without_anything_said_it_writes_three_files_that_pass_every_check(tmp_path: Path):
    made = Shop(tmp_path).orderctl("init", "shop")

    shop = Shop(tmp_path / "shop")
    assert (0, "") == (made.code, made.err)
    assert [*THREE, ".gitignore"] == made.out.splitlines()[1:5]
    assert [0, 0, 0] == checks(shop)
    assert "rules.toml: 4 rules, nothing is wrong." == shop.orderctl("rules", "check").out.strip()


def test_nothing_is_acted_upon_until_somebody_says_so(tmp_path: Path):
    Shop(tmp_path).orderctl("init")

    (channel,) = (
        Shop(tmp_path).orderctl("channels", "list", "--json").json if Shop(tmp_path).orderctl("run").code == 0 else [{}]
    )

    assert None is channel["live_from"]


@pytest.mark.parametrize("locations", [["east"], ["east", "west"], ["a", "b", "c"]])
@pytest.mark.parametrize("country", ["US", "DE", "JP", "HK"])
def test_what_it_writes_is_right_for_any_places(tmp_path: Path, locations: list[str], country: str):
    named = [word for name in locations for word in ("--location", name)]

    assert 0 == Shop(tmp_path).orderctl("init", *named, "--country", country, "--timezone", "Europe/Berlin").code
    assert [0, 0, 0] == checks(Shop(tmp_path))


@pytest.mark.parametrize("kind", types())
def test_every_type_of_channel_can_be_set_up_by_options_alone(tmp_path: Path, kind: str):
    keys = {
        "shopify": ["shop=mugs"],
        "woocommerce": ["base_url=https://a.example"],
        "vendure": ["base_url=https://a.example"],
    }
    said = [word for key in keys.get(kind, []) for word in ("--set", f"web.{key}")]

    made = Shop(tmp_path).orderctl("init", "--channel", f"web={kind}", *said, "--json")

    names = [message.split(" variable ")[1].split(",")[0] for message in made.json["missing"]]
    secrets = dict.fromkeys(names, "a-secret-of-twenty-letters")
    assert 0 == made.code, made.err
    assert 0 == Shop(tmp_path).orderctl("config", "check", **secrets).code
    assert [0, 0] == [Shop(tmp_path).orderctl("rules", *words).code for words in (("check", "--strict"), ("test",))]


def test_the_made_up_shop_does_something_at_once(tmp_path: Path):
    Shop(tmp_path).orderctl("init", "--demo", "shop")
    shop = Shop(tmp_path / "shop")

    first = shop.orderctl("run")
    states = {one["number"]: one["state"] for one in shop.orderctl("orders", "list", "--json").json}
    shop.write("in/east/east.csv", (shop.folder / "answers/east.csv").read_text(encoding="utf-8"))
    second = shop.orderctl("run")

    assert [0, 0, 0] == checks(shop)
    assert (0, "", 0, "") == (first.code, first.err, second.code, second.err)
    assert {
        "1001": "dispatched",
        "1002": "held",
        "1003": "dispatched",
        "1004": "dispatched",
        "1005": "backordered",
    } == states
    assert ["outbox/web/tracking-000001.csv"] == [name for name in shop.files() if name.startswith("outbox")]


@pytest.mark.parametrize("there", THREE)
def test_no_file_is_ever_written_over(tmp_path: Path, there: str):
    shop = Shop(tmp_path)
    shop.write(there, "mine")

    said = shop.orderctl("init")

    assert 2 == said.code
    assert f"{there} is there already; nothing was written" in said.err
    assert {there: b"mine"} == shop.files()


def test_an_own_gitignore_stays_as_it_is(tmp_path: Path):
    shop = Shop(tmp_path)
    shop.write(".gitignore", "mine")

    assert 0 == shop.orderctl("init").code
    assert b"mine" == shop.files()[".gitignore"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--channel", "web=shopfy"), "did you mean 'shopify'?"),
        (("--channel", "web=shopify"), "--set web.shop=VALUE"),
        (("--channel", "Web Shop=file"), "is no name"),
        (("--location", "east", "--location", "east"), "is there twice"),
        (("--set", "shop.path=x"), "no channel 'shop'"),
        (("--set", "path"), "CHANNEL.KEY=VALUE"),
        (("--channel", "web=walmart", "--set", "web.client_secret=hunter2"), "say where it is"),
        (("--channel", "web=file", "--set", "web.pth=x"), "pth"),
        (("--country", "UK"), "did you mean 'GB'?"),
        (("--timezone", "Mars/Olympus"), "is not a time zone"),
        (("--demo", "--location", "east"), "--demo makes its own"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(tmp_path: Path, arguments: tuple[str, ...], why: str):
    said = Shop(tmp_path).orderctl("init", *arguments)

    assert 2 == said.code
    assert why in said.err
    assert "hunter2" not in said.err
    assert {} == Shop(tmp_path).files()


def test_a_dry_run_only_names_the_files(tmp_path: Path):
    said = Shop(tmp_path).orderctl("init", "--demo", "--dry-run", "--json")

    assert [*THREE, "inbox/today.jsonl"] == said.json["files"][:4]
    assert {} == Shop(tmp_path).files()


def asked(folder: Path, answers: str, *arguments: str) -> tuple[int, str]:
    """The exit code and what a terminal shows when a person types `answers`."""
    main, side = pty.openpty()
    environment = {**os.environ, "ORDERCTL_CONFIG": "", "COLUMNS": "200"}
    command = [ORDERCTL, "init", *arguments]
    with subprocess.Popen(command, cwd=folder, stdin=side, stdout=side, stderr=side, env=environment) as process:
        os.close(side)
        os.write(main, answers.encode())
        shown = read_all(main)
    return process.returncode, shown


def test_at_a_terminal_it_asks_what_nobody_can_guess(tmp_path: Path):
    code, shown = asked(tmp_path, "woocommerce\nhttps://shop.example\n\nenv:WOO_SECRET\neast, west\nde\n")

    text = (tmp_path / "channels.toml").read_text(encoding="utf-8")
    assert 0 == code, shown
    assert 6 == shown.count("?")
    assert (
        'consumer_key = "env:WEB_CONSUMER_KEY"\nconsumer_secret = "env:WOO_SECRET"\nbase_url = "https://shop.example"'
        in text
    )
    assert '[location.west]\naddress    = { country = "DE" }' in text
    assert 'currency = "EUR"' in text


def test_an_answer_that_cannot_be_is_asked_again_and_what_was_said_before_stays(tmp_path: Path):
    answers = ["magento", "Shopify", "my shop.com", "shpat_1", "mugs", "", "Reno, reno", "Reno, New Jersey", "UK", "gb"]
    code, shown = asked(tmp_path, "".join(f"{one}\n" for one in answers))

    text = (tmp_path / "channels.toml").read_text(encoding="utf-8")
    assert 0 == code, shown
    assert ["there is no type of channel 'magento'", "'reno' is there twice", "did you mean 'GB'?"] == [
        why
        for why in ("there is no type of channel 'magento'", "'reno' is there twice", "did you mean 'GB'?")
        if why in shown
    ]
    assert "nothing was written" not in shown
    assert 'shop = "mugs"' in text
    assert "shpat_1" not in text
    assert ["[location.reno]", "[location.new-jersey]"] == [x for x in text.splitlines() if x.startswith("[location.")]


def test_marketplaces_have_their_own_names(tmp_path: Path):
    code, shown = asked(tmp_path, "file, amazon\n\n\n\n\n\n")

    text = (tmp_path / "channels.toml").read_text(encoding="utf-8")
    assert 0 == code, shown
    assert ["[channel.file]", "[channel.amazon]"] == [
        line for line in text.splitlines() if line.startswith("[channel.")
    ]
    assert 'client_id = "env:AMAZON_CLIENT_ID"' in text


def test_at_a_terminal_nothing_is_asked_that_was_said(tmp_path: Path):
    said = ["--channel", "web=shopify", "--set", "web.shop=mugs", "--location", "east", "--country", "US"]
    code, shown = asked(tmp_path, "", *said)

    assert 0 == code, shown
    assert "?" not in shown


def test_it_says_what_is_to_be_done_before_anything_ships(tmp_path: Path):
    shop = Shop(tmp_path)
    made = shop.orderctl("init", "--location", "east", "--location", "west", "--json").json

    assert "web: put files of orders at inbox/web*.jsonl" == made["to_do"][0]
    assert "stock/east.csv, stock/west.csv" in made["to_do"][2]
    assert "live_from" in made["to_do"][3]


def test_the_order_in_the_configuration_can_be_copied_and_ships(tmp_path: Path):
    shop = Shop(tmp_path)
    shop.orderctl("init")
    text = (tmp_path / "channels.toml").read_text(encoding="utf-8")
    (order,) = (line for line in text.splitlines() if line.startswith("# {"))
    shop.write("inbox/web-1.jsonl", order.removeprefix("# ") + "\n")
    shop.write("stock/main.csv", "sku,quantity\nMUG,5\n")

    watched = shop.orderctl("run")
    alone = shop.orderctl()
    shop.write("channels.toml", text.replace("# live_from = ", "live_from = "))
    live = shop.orderctl("run")

    assert [0, 0] == [watched.code, live.code], live.err
    assert "web: nothing ships before live_from is set in channels.toml" in alone.out
    assert "watched" not in shop.orderctl().out
    assert ["dispatched"] == [one["state"] for one in shop.orderctl("orders", "list", "--json").json]


def test_every_step_that_the_made_up_shop_names_can_be_typed(tmp_path: Path):
    first, *steps = Shop(tmp_path).orderctl("init", "--demo", "shop", "--json").json["next"]
    shop = Shop(tmp_path / "shop")

    assert "cd shop" == first
    for step in steps:
        words = [str(ORDERCTL) if word == "orderctl" else word for word in step.split()]
        done = subprocess.run(words, cwd=shop.folder, capture_output=True, text=True, check=False)
        assert (0, "") == (done.returncode, done.stderr), step
    assert {"closed", "partly_shipped"} <= {one["state"] for one in shop.orderctl("orders", "list", "--json").json}


def test_help_in_an_empty_folder_begins_with_examples(tmp_path: Path):
    said = Shop(tmp_path).orderctl()

    lines = said.out.splitlines()
    assert (0, "") == (said.code, said.err)
    assert lines[2].strip().startswith("orderctl init --demo")
    assert [] == [line for line in lines if len(line) > 80]
