"""Every command as it is installed: exit codes, what stands on stdout and on stderr."""

from __future__ import annotations

import csv
import io
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.screen import read_all
from tests.cli.shop import ORDERCTL, Said, Shop, a_row, a_shop

MUG_AND_LAMP = [
    {"id": "1", "sku": "MUG", "quantity": 1, "unit_price": "10.00", "weight_g": 300},
    {"id": "2", "sku": "LAMP", "quantity": 1, "unit_price": "60.00", "weight_g": 900},
]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return a_shop(tmp_path)


def test_a_pass_from_order_to_tracking(shop: Shop):
    shop.receive(a_row("1"), a_row("2", lines=MUG_AND_LAMP, total="70.00"))

    assert Said(0, "", "") == shop.orderctl("run")
    shop.write("back/east-1.csv", "reference,sku,quantity,carrier,tracking_number\nWEB-1-1,MUG,1,usps,9400\n")
    assert 0 == shop.orderctl("run").code

    states = {row["number"]: row["state"] for row in shop.orderctl("orders", "list", "--json").json}
    assert {"1": "closed", "2": "dispatched"} == states
    assert ["out/east/0001.csv", "out/west/0001.csv"] == [name for name in shop.files() if name.startswith("out/")]


def test_a_pass_without_a_terminal_speaks_only_of_what_is_new(shop: Shop):
    shop.receive(a_row("1"), a_row("2", total="many"))

    first, second = shop.orderctl("run"), shop.orderctl("run")

    assert (3, "") == (first.code, first.out)
    assert first.err.startswith("orderctl: 1 new exception\n")
    assert len(first.err.splitlines()) <= 15
    assert Said(0, "", "") == second


def test_the_json_of_a_pass_and_of_a_step_carry_the_exit_code(shop: Shop):
    shop.receive(a_row("1", total="many"))

    whole = shop.orderctl("run", "--json")
    step = shop.orderctl("route", "--json")

    assert (3, 3) == (whole.code, whole.json["exit_code"])
    assert ["pull", "collect", "route", "dispatch", "push"] == [one["step"] for one in whole.json["steps"]]
    assert (0, "route", 0) == (step.code, step.json["step"], step.json["exit_code"])


def test_a_dry_run_shows_the_same_and_leaves_every_file_as_it_was(shop: Shop):
    shop.receive(a_row("1"))
    before = shop.files()

    dry = shop.orderctl("run", "--dry-run", "--json")

    assert before == shop.files()
    assert dry.json["steps"][3]["counts"] == shop.orderctl("run", "--json").json["steps"][3]["counts"]


def test_only_and_skip_choose_the_steps_of_a_pass(shop: Shop):
    only = shop.orderctl("run", "--only", "pull", "--only", "route", "--json")
    skipped = shop.orderctl("run", "--skip", "push", "--json")
    wrong = shop.orderctl("run", "--only", "rout")

    assert ["pull", "route"] == [one["step"] for one in only.json["steps"]]
    assert ["pull", "collect", "route", "dispatch"] == [one["step"] for one in skipped.json["steps"]]
    assert 2 == wrong.code
    assert "did you mean 'route'?" in wrong.err


def test_a_step_can_be_limited_to_what_it_is_about(shop: Shop):
    shop.receive(a_row("1"), a_row("2"))
    shop.orderctl("pull", "web")

    routed = shop.orderctl("route", "web/2", "--json")

    assert ["WEB-2"] == [item["order"] for item in routed.json["items"]]
    assert 2 == shop.orderctl("pull", "wbe").code
    assert 2 == shop.orderctl("route", "web/9").code


def test_an_order_is_found_by_every_name_it_has(shop: Shop):
    shop.receive(a_row("1"), a_row("2"))
    shop.orderctl("run")

    names = ("WEB-1-1", "web-1-1", "WEB-1", "web/1", "1")

    assert ["1"] * len(names) == [shop.orderctl("orders", "show", name, "--json").json["number"] for name in names]


def test_the_page_of_an_order_has_its_shipments(shop: Shop):
    shop.receive(a_row("1"))
    shop.orderctl("run")

    text = shop.orderctl("orders", "show", "1").out

    assert text.startswith("web/1  dispatched\n")
    assert "WEB-1-1   dispatched  east" in text


def test_orders_are_listed_newest_first_and_by_state(shop: Shop):
    shop.receive(
        a_row("1", placed_at="2026-11-19T10:00:00Z"),
        a_row("2", placed_at="2026-11-20T10:00:00Z", payment="pending"),
    )
    shop.orderctl("run")

    everything = shop.orderctl("orders", "list", "--csv")
    held = shop.orderctl("orders", "list", "--state", "held", "--json")
    rows = list(csv.DictReader(io.StringIO(everything.out)))

    assert ["2", "1"] == [row["number"] for row in rows]
    assert ("10.00", "USD", "payment") == (rows[0]["total"], rows[0]["currency"], rows[0]["holds"])
    assert ["2"] == [row["number"] for row in held.json]
    assert 2 == shop.orderctl("orders", "list", "--state", "hold").code


def test_stock_shows_what_is_promised(shop: Shop):
    shop.receive(a_row("1"))
    shop.orderctl("run")

    assert [
        {"sku": "MUG", "location": "east", "on_hand": 5, "reserved": 1, "available": 4, "incoming": 0}
    ] == shop.orderctl("stock", "show", "MUG", "--json").json


def test_an_option_works_before_and_after_the_command(shop: Shop, tmp_path: Path):
    config = str(tmp_path / "channels.toml")

    before = shop.orderctl("-c", config, "--json", "orders", "list")
    after = shop.orderctl("orders", "list", "--json", "-c", config)

    assert (0, []) == (before.code, before.json)
    assert before == after


def test_the_configuration_may_be_named_by_the_environment(shop: Shop, tmp_path: Path):
    elsewhere = Shop(tmp_path / "elsewhere")
    elsewhere.folder.mkdir()

    assert 0 == elsewhere.orderctl("orders", "list", ORDERCTL_CONFIG=str(tmp_path / "channels.toml")).code
    assert 2 == elsewhere.orderctl("orders", "list").code


def test_a_wrong_file_stops_everything_and_is_named_with_its_line(shop: Shop):
    shop.write("channels.toml", 'version = 1\n[channel.web]\ntype = "fiel"\n')

    said = shop.orderctl("run", "--json")

    assert 2 == said.code
    assert "channels.toml:3" in said.err
    assert "channels.toml:3" == said.json["problems"][0]["subject"]


def test_data_from_a_channel_cannot_reach_the_terminal_raw(shop: Shop):
    shop.receive(a_row("1", note="\x1b[2J\u202eevil", customer={"name": "\x9b31m[red]Ana"}))
    shop.orderctl("run")

    everything = "".join(
        shop.orderctl(*command, "--format", form).out
        for command in (("orders", "show", "1"), ("orders", "list"))
        for form in ("table", "json", "csv", "tsv")
    )

    assert [] == [character for character in everything if character in "\x1b\x9b\u202e"]
    assert "[red]Ana" in everything


def test_a_reader_that_leaves_early_is_no_failure(shop: Shop):
    shop.receive(*(a_row(str(number)) for number in range(1, 200)))
    shop.orderctl("run")
    read, write = os.pipe()
    with subprocess.Popen([ORDERCTL, "orders", "list"], stdout=write, stderr=subprocess.PIPE, cwd=shop.folder) as child:
        os.close(write)
        os.close(read)
        _, err = child.communicate()

    assert (0, b"") == (child.returncode, err)


def test_an_answer_that_cannot_be_written_is_said_in_one_line(shop: Shop):
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [ORDERCTL, "orders", "list", "--json"], stdout=full, stderr=subprocess.PIPE, check=False, cwd=shop.folder
        )

    assert 1 == done.returncode
    assert (
        b"orderctl: the answer could not be written: No space left on device; the work itself is done\n" == done.stderr
    )


def test_without_stdout_the_work_is_done_all_the_same(shop: Shop):
    shop.receive(a_row("1"))

    subprocess.run(f"{ORDERCTL} run --format table >&-", shell=True, check=True, cwd=shop.folder)  # noqa: S602

    assert "dispatched" == shop.orderctl("orders", "list", "--json").json[0]["state"]


def test_at_a_terminal_a_pass_says_what_it_did(shop: Shop):
    shop.receive(a_row("1"))
    main, side = os.openpty()
    with subprocess.Popen([ORDERCTL, "run"], stdin=side, stdout=side, stderr=side, cwd=shop.folder):
        os.close(side)
        text = read_all(main)

    assert "1 new" in text
    assert "1 routed" in text
