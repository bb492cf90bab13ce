"""What the examples promise to whoever tries orderctl on them, through the real command and in a copy."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.orders import money_off_by
from orderctl.store import order_documents

EXAMPLES = Path(__file__).parents[1] / "examples"
PROGRAM = (sys.executable, "-m", "orderctl")
BASH, GIT = shutil.which("bash"), shutil.which("git")
LOCATIONS = ("newark", "reno", "rotterdam", "lumen")
DELIMITERS = {"rotterdam": ";"}
DONE, SOMETHING_NEW = 0, 3


def environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("ORDERCTL")} | more


@dataclass(frozen=True)
class Copy:
    """A copy of the examples in `folder`."""

    folder: Path

    def orderctl(self, *arguments: str, code: int = DONE) -> str:
        done = subprocess.run(
            [*PROGRAM, *arguments], cwd=self.folder, env=environment(), capture_output=True, text=True, check=False
        )
        assert code == done.returncode, done.stdout + done.stderr
        return done.stdout

    def json(self, *arguments: str, code: int = DONE) -> Any:
        return json.loads(self.orderctl(*arguments, "--json", code=code))

    def a_pass(self, code: int = DONE) -> list[dict[str, int]]:
        """What each step counted."""
        return [step["counts"] for step in self.json("run", code=code)["steps"]]

    def order(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.json("orders", "show", name)
        return found

    def states(self) -> dict[str, int]:
        return dict(Counter(order["state"] for order in self.json("orders", "list")))

    def answers_arrive(self) -> None:
        for location in LOCATIONS:
            shutil.copytree(self.folder / "answers" / location, self.folder / "in" / location)
        shutil.copytree(self.folder / "answers" / "web", self.folder / "inbox" / "web", dirs_exist_ok=True)

    def rows(self, pattern: str, delimiter: str = ",") -> list[dict[str, str]]:
        found = []
        for path in sorted(self.folder.glob(pattern)):
            with path.open(encoding="utf-8", newline="") as file:
                found += list(csv.DictReader(file, delimiter=delimiter))
        return found

    def files(self) -> dict[str, bytes]:
        """Every file but the store and what lies beside it."""
        paths = (path for path in self.folder.rglob("*") if path.is_file() and not path.name.startswith("orderctl.db"))
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in paths}

    def stored(self) -> list[str]:
        """Everything in the store but the record of passes."""
        with closing(sqlite3.connect(self.folder / "orderctl.db")) as store:
            of_a_pass = ('INSERT INTO "passes"', 'INSERT INTO "meta" VALUES(\'read:')
            return [line for line in store.iterdump() if not line.startswith(of_a_pass)]

    def again(self, folder: Path) -> Copy:
        return Copy(Path(shutil.copytree(self.folder, folder)))


def shipped(order: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, int]]]:
    """reference -> (location, state, SKU -> units)."""
    return {
        one["reference"]: (one["location"], one["state"], {line["sku"]: line["quantity"] for line in one["lines"]})
        for one in order["shipments"]
    }


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(Path(shutil.copytree(EXAMPLES, tmp_path_factory.mktemp("untouched") / "shop")))


@pytest.fixture(scope="module")
def planned(untouched: Copy, tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """After the first pass."""
    copy = untouched.again(tmp_path_factory.mktemp("planned") / "shop")
    copy.a_pass(code=SOMETHING_NEW)
    return copy


@pytest.fixture(scope="module")
def answered(planned: Copy, tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """After the pass that follows the locations' answers."""
    copy = planned.again(tmp_path_factory.mktemp("answered") / "shop")
    copy.answers_arrive()
    copy.a_pass(code=SOMETHING_NEW)
    return copy


def test_a_dry_run_shows_what_the_pass_then_does_and_makes_no_file(untouched: Copy, tmp_path: Path):
    copy = untouched.again(tmp_path / "shop")
    before = sorted(path.relative_to(copy.folder) for path in copy.folder.rglob("*"))

    shown = copy.json("run", "--dry-run", code=SOMETHING_NEW)

    assert before == sorted(path.relative_to(copy.folder) for path in copy.folder.rglob("*"))
    assert shown == copy.json("run", code=SOMETHING_NEW)


@pytest.mark.parametrize("when", ["planned", "answered"])
def test_another_pass_changes_nothing(when: str, request: pytest.FixtureRequest):
    copy: Copy = request.getfixturevalue(when)
    files, store = copy.files(), copy.stored()

    assert [{}] * 5 == copy.a_pass()
    assert files == copy.files()
    assert store == copy.stored()


def test_forty_nine_orders_come_to_every_kind_of_end(planned: Copy):
    expected = {
        "dispatched": 38,
        "backordered": 3,
        "held": 3,
        "track_only": 2,
        "cancelled": 1,
        "closed": 1,
        "rejected": 1,
    }

    assert expected == planned.states()


def test_every_total_adds_up(planned: Copy):
    with closing(sqlite3.connect(planned.folder / "orderctl.db")) as store:
        rows = store.execute("SELECT document FROM order_documents")
        documents = [order_documents.read(row[0]) for row in rows]

    assert {order.number: 0 for order in documents} == {order.number: money_off_by(order) for order in documents}


def test_the_one_bad_record_is_put_aside_with_its_line(planned: Copy):
    (bad,) = [one for one in planned.json("exceptions", "list") if one["code"] == "quarantine"]

    assert bad["subject"].endswith("inbox/web/2026-11-20.jsonl line 16")
    assert "-3" in bad["message"]


def test_every_location_has_one_file_with_its_own_work(planned: Copy):
    rows = {place: planned.rows(f"out/{place}/*.csv", DELIMITERS.get(place, ",")) for place in LOCATIONS}
    shipments = {place: {row["reference"] for row in of_place} for place, of_place in rows.items()}

    counts = {place: len(references) for place, references in shipments.items()}
    assert {"newark": 20, "reno": 11, "rotterdam": 6, "lumen": 3} == counts
    assert 40 == len(set.union(*shipments.values()))


def test_two_things_that_no_single_place_has_ship_in_two_parcels(planned: Copy):
    expected = {
        "WEB-1009-1": ("reno", "dispatched", {"TEE-MOSS-M": 2}),
        "WEB-1009-2": ("newark", "dispatched", {"CHAIR-OAK": 1}),
    }

    assert expected == shipped(planned.order("WEB-1009"))


def test_a_lamp_ships_from_its_maker_and_the_mugs_beside_it_from_newark(planned: Copy):
    expected = {
        "WEB-1029-1": ("lumen", "dispatched", {"LAMP-PAPER": 1}),
        "WEB-1029-2": ("newark", "dispatched", {"MUG-SAND": 2}),
    }

    assert expected == shipped(planned.order("WEB-1029"))


def test_what_is_there_ships_and_the_kettle_follows(planned: Copy):
    order = planned.order("WEB-1010")

    assert {"WEB-1010-1": ("reno", "dispatched", {"MUG-BLUE": 1})} == shipped(order)
    assert [("KETTLE-COPPER", 1)] == [(one["sku"], one["quantity"]) for one in order["backorders"]]


def test_a_wholesale_order_waits_whole_and_reserves_nothing(planned: Copy):
    order = planned.order("B2B-7004")

    assert "backordered" == order["state"]
    assert {"MUG-SAND": 100, "TEE-INK-M": 10} == {one["sku"]: one["quantity"] for one in order["backorders"]}
    assert {} == shipped(order)


def test_a_lamp_nobody_has_is_expected_when_its_maker_needs_to_make_one(planned: Copy):
    (wait,) = planned.order("WEB-1030")["backorders"]

    assert "LAMP-OAK" == wait["sku"]
    assert wait["since"] < wait["expected_at"]


@pytest.mark.parametrize(("number", "reason"), [("1013", "fraud"), ("1014", "payment"), ("1015", "address")])
def test_an_order_is_held_for_its_reason(planned: Copy, number: str, reason: str):
    order = planned.order(f"WEB-{number}")

    assert ("held", [reason]) == (order["state"], [hold["reason"] for hold in order["holds"]])
    assert {} == shipped(order)


def test_fraud_is_for_maria_to_look_at(planned: Copy):
    assert "maria" == planned.order("WEB-1013")["assigned"]


def test_a_country_under_embargo_is_rejected_and_a_person_told(planned: Copy):
    assert "rejected" == planned.order("WEB-1016")["state"]
    assert ["rejected"] == [one["code"] for one in planned.order("WEB-1016")["exceptions"]]


def test_an_order_that_the_marketplace_ships_is_tracked_only(planned: Copy):
    assert "track_only" == planned.order("market/90213")["state"]


def test_of_a_mixed_marketplace_order_only_our_line_ships(planned: Copy):
    assert {"MKT-90216-1": ("newark", "dispatched", {"MUG-BLUE": 1})} == shipped(planned.order("market/90216"))


def test_an_order_placed_before_the_channel_was_live_is_tracked_only(planned: Copy):
    assert "track_only" == planned.order("web/0998")["state"]


def test_an_order_of_a_gift_card_alone_closes_itself(planned: Copy):
    assert ("closed", {}) == (planned.order("WEB-1022")["state"], shipped(planned.order("WEB-1022")))


def test_a_later_version_that_drops_a_line_counts(planned: Copy):
    assert {"WEB-1012-1": ("newark", "dispatched", {"TEE-INK-L": 2})} == shipped(planned.order("WEB-1012"))


def test_a_line_of_no_units_does_not_ship(planned: Copy):
    assert {"WEB-1024-1": ("newark", "dispatched", {"TEE-INK-M": 1})} == shipped(planned.order("WEB-1024"))


def test_a_name_that_a_spreadsheet_would_run_is_harmless_in_newark(planned: Copy):
    (row,) = [row for row in planned.rows("out/newark/*.csv") if row["reference"] == "WEB-1021-1"]

    assert row["name"].startswith("'=HYPERLINK(")


def test_names_from_everywhere_arrive_as_they_were_written(planned: Copy):
    (row,) = [row for row in planned.rows("out/rotterdam/*.csv", ";") if row["reference"] == "WEB-1019-1"]

    assert ("Małgorzata Żółkiewska", "Łódź") == (row["name"], row["city"])
    assert "🧵" in row["note"]


def test_a_chair_is_insured_for_what_it_cost_and_signed_for(planned: Copy):
    (row,) = [row for row in planned.rows("out/newark/*.csv") if row["reference"] == "WEB-1009-2"]

    assert ("420.00 USD", "direct") == (row["insure"], row["signature"])


def test_a_gift_has_its_card(planned: Copy):
    notes = {row["pack_note"] for row in planned.rows("out/newark/*.csv") if row["reference"] == "WEB-1004-1"}

    assert {'Gift wrap. Card: "Happy housewarming, Ben! Love, Ines"'} == notes


def test_every_answer_is_about_a_shipment_that_was_handed_over(answered: Copy):
    assert [] == [one for one in answered.json("exceptions", "list") if one["code"] == "unmatched_answer"]


def test_the_answers_bring_most_orders_to_an_end(answered: Copy):
    expected = {
        "closed": 31,
        "dispatched": 7,
        "backordered": 3,
        "partly_shipped": 3,
        "held": 2,
        "track_only": 2,
        "cancelled": 1,
        "rejected": 1,
    }

    assert expected == answered.states()


def test_a_rejected_lamp_leaves_from_newark_in_the_same_pass(answered: Copy):
    expected = {
        "WEB-1008-1": ("lumen", "rejected", {"LAMP-BRASS": 1}),
        "WEB-1008-2": ("newark", "dispatched", {"LAMP-BRASS": 1}),
    }

    assert expected == shipped(answered.order("WEB-1008"))
    assert "WEB-1008-2" in {row["reference"] for row in answered.rows("out/newark/*-0002.csv")}


def test_the_mug_that_broke_follows_from_reno(answered: Copy):
    order = answered.order("WEB-1003")

    assert "partly_shipped" == order["state"]
    assert ("reno", "dispatched", {"MUG-BLUE": 1}) == shipped(order)["WEB-1003-2"]
    assert ["short_shipment"] == [one["code"] for one in order["exceptions"]]


def test_a_payment_that_arrives_lets_the_order_go(answered: Copy):
    order = answered.order("WEB-1014")

    assert [] == order["holds"]
    assert {"WEB-1014-1": ("newark", "dispatched", {"BLANKET-WOOL": 1})} == shipped(order)


def test_every_package_is_pushed_to_its_own_channel(answered: Copy):
    pushed = {
        "web": answered.rows("outbox/web/tracking-000001.csv"),
        "market": answered.rows("outbox/market/shipped-000001.csv"),
        "wholesale": answered.rows("outbox/wholesale/tracking-000001.csv"),
    }

    packages = {channel: len({row["tracking_number"] for row in rows}) for channel, rows in pushed.items()}
    assert {"web": 24, "market": 9, "wholesale": 2} == packages
    assert ["3"] == [row["quantity"] for row in pushed["web"] if row["reference"] == "WEB-1003-1"]


def test_kettles_that_arrive_fill_the_backorders(answered: Copy, tmp_path: Path):
    copy = answered.again(tmp_path / "shop")
    (copy.folder / "kettles.csv").write_text("sku,quantity\nKETTLE-COPPER,12\n", encoding="utf-8")

    copy.orderctl("stock", "import", "kettles.csv", "--location", "newark")
    copy.a_pass()

    assert ("newark", "dispatched", {"KETTLE-COPPER": 1}) == shipped(copy.order("WEB-1010"))["WEB-1010-2"]
    assert {"WEB-1011-1": ("newark", "dispatched", {"KETTLE-COPPER": 2})} == shipped(copy.order("WEB-1011"))


def of_the_checkout() -> tuple[list[Path], str]:
    """The files of the examples, and what git says of them where this is a checkout."""
    status = ""
    if GIT and (EXAMPLES.parent / ".git").exists():
        command = [GIT, "status", "--porcelain", "--untracked-files=all", "--", "examples"]
        status = subprocess.run(command, cwd=EXAMPLES.parent, capture_output=True, text=True, check=True).stdout
    return sorted(EXAMPLES.rglob("*")), status


@pytest.mark.skipif(BASH is None, reason="the demo is a bash script, and there is no bash here")
def test_the_demo_runs_green_and_leaves_the_checkout_as_it_was(tmp_path: Path):
    before = of_the_checkout()

    done = subprocess.run(
        [str(BASH), str(EXAMPLES / "demo.sh"), *PROGRAM],
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stderr), done.stdout
    assert len(done.stdout.splitlines()) < 180
    assert before == of_the_checkout()
    assert 1 == len(list(tmp_path.glob("orderctl-demo.*")))
