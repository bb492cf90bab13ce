"""One order, three locations reached in three ways, in part over two days: the channel hears of each unit once."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from orderctl.core.errors import Exit
from tests.destinations.amazon_mcf_fake import Mcf
from tests.destinations.amazon_mcf_shop import KEYS, application
from tests.destinations.api_fake import toml
from tests.destinations.api_shop import states, waiting
from tests.partner import partner
from tests.sftp_servers import needs_sshd, sshd
from tests.shop import CHANNELS, Shop, a_shop, an_order_row

__all__ = ["application"]
pytestmark = pytest.mark.usefixtures("application")
FIRST_DAY = ("2026-11-20T15:00:00Z", "2026-11-20T16:00:00Z", "2026-11-20T21:00:00Z")
SECOND_DAY = ("2026-11-21T09:00:00Z", "2026-11-21T15:00:00Z", "2026-11-21T20:00:00Z")
_PLACES = """
[location.fba]
kind = "amazon-mcf"
send = {fba}
stock_feed = {{ via = "file", path = "stock/fba.csv" }}

[location.lab]
send = {lab}
confirm = {answers}
stock_feed = {{ via = "file", path = "stock/lab.csv" }}

"""
_RULES = """
version = 1
currency = "USD"

[[location]]
name = "wherever it lies"
then.ship_from = ["fba", "lab", "east", "west"]
then.prefer = ["fewest_shipments", "listed"]
then.split.allow = true
then.split.max_shipments = 4
then.if_short = "backorder"
"""


@dataclass
class World:
    """A shop whose mugs lie at Amazon, lamps at `lab` and shirts at `east`; `in_lab` is where `lab` answers."""

    shop: Shop
    amazon: Mcf
    in_lab: Path

    def at(self, moment: str) -> Exit:
        """Two passes: the second one finds nothing new."""
        self.amazon.now = moment
        code = self.shop.run(at=moment)[0]
        self.shop.run(at=moment)
        return code

    def lab_answers(self, name: str, *rows: str) -> None:
        self.in_lab.mkdir(parents=True, exist_ok=True)
        path = self.in_lab / f"{name}.csv"
        path.write_text("reference,status,sku,quantity,carrier,tracking_number\n" + "".join(f"{row}\n" for row in rows))
        os.utime(path, (1_763_600_000, 1_763_600_000))  # old enough to be whole

    def parts(self) -> dict[str, str]:
        """Location -> the reference of the shipment of order 1001 there."""
        with self.shop.context(write=False) as ctx:
            return dict(ctx.db.execute("SELECT location, reference FROM shipments ORDER BY shipment_id"))

    def told(self) -> Counter[tuple[str, str]]:
        """(line, tracking number) -> units that the channel was told of, all its files together."""
        found: Counter[tuple[str, str]] = Counter()
        for path in sorted((self.shop.folder / "outbox" / "web").glob("tracking-*.csv")):
            for row in csv.DictReader(io.StringIO(path.read_text("utf-8"))):
                found[row["sku"], row["tracking_number"]] += int(row["quantity"])
        return found

    def order(self) -> str:
        with self.shop.context(write=False) as ctx:
            return str(ctx.db.execute("SELECT state FROM orders").fetchone()[0])


Build = Callable[[str], World]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """A world whose `lab` is reached by files or by SFTP."""
    with ExitStack() as running:

        def made(third: str) -> World:
            amazon = Mcf()
            url = running.enter_context(partner(answer=amazon.answer)).url
            there = tmp_path / "there"
            (there / "in").mkdir(parents=True)
            (there / "out").mkdir()
            ways: list[dict[str, object]] = [
                {"via": third, "path": f"{there}/in/{{batch}}.csv"},
                {"via": third, "path": f"{there}/out/*.csv"},
            ]
            if third == "sftp":
                server = running.enter_context(sshd(tmp_path / "sshd"))
                ways = [server.settings(**way) for way in ways]
            fba = {"via": "amazon-mcf", **KEYS, "base_url": url, "token_url": f"{url}/auth/o2/token"}
            places = _PLACES.format(fba=toml(fba), lab=toml(ways[0]), answers=toml(ways[1]))
            shop = a_shop(tmp_path / "shop", CHANNELS.replace("[location.east]", places + "[location.east]"), _RULES,
                          stock=False)  # fmt: skip
            shop.stock(fba={"MUG": 3}, lab={"LAMP": 4}, east={"TEE": 2}, west={"MUG": 0}, acme={})
            shop.orders("web", an_order_row("1001", "MUG*3", "LAMP*4", "TEE*2"))
            return World(shop, amazon, there / "out")

        yield made


THIRD = ["file", pytest.param("sftp", marks=needs_sshd)]


@pytest.mark.parametrize("third", THIRD)
def test_parts_that_leave_on_two_days_come_to_exactly_what_was_ordered(build, third):
    world = build(third)
    assert Exit.OK == world.at(FIRST_DAY[0])
    part = world.parts()
    assert {"fba", "lab", "east"} == set(part)

    world.amazon.now = FIRST_DAY[1]
    world.amazon.ships(part["fba"], "TBA1", {"mug": 1}, status="PROCESSING")
    world.lab_answers("a", f"{part['lab']},shipped,LAMP,3,DHL,LAB1")
    world.shop.answers("east", "a", f"{part['east']},shipped,tee,1,UPS,1Z1,")
    assert Exit.OK == world.at(FIRST_DAY[2])
    assert {("MUG", "TBA1"): 1, ("LAMP", "LAB1"): 3, ("TEE", "1Z1"): 1} == world.told()
    assert "partly_shipped" == world.order()

    world.lab_answers("a-again", f"{part['lab']},shipped,LAMP,3,DHL,LAB1")
    world.shop.answers("east", "a-again", f"{part['east']},shipped,tee,1,UPS,1Z1,")
    assert Exit.OK == world.at(SECOND_DAY[0])
    assert {("MUG", "TBA1"): 1, ("LAMP", "LAB1"): 3, ("TEE", "1Z1"): 1} == world.told()

    world.amazon.now = SECOND_DAY[1]
    world.amazon.ships(part["fba"], "TBA2", {"mug": 1})
    world.amazon.ships(part["fba"], "TBA3", {"mug": 1}, status="COMPLETE")
    world.lab_answers("b", f"{part['lab']},shipped,LAMP,1,DHL,LAB2")
    world.shop.answers("east", "b", f"{part['east']},shipped,tee,1,UPS,1Z2,")
    assert Exit.OK == world.at(SECOND_DAY[2])

    assert {
        ("MUG", "TBA1"): 1,
        ("MUG", "TBA2"): 1,
        ("MUG", "TBA3"): 1,
        ("LAMP", "LAB1"): 3,
        ("LAMP", "LAB2"): 1,
        ("TEE", "1Z1"): 1,
        ("TEE", "1Z2"): 1,
    } == world.told()
    assert ("closed", {"shipped"}, []) == (world.order(), set(states(world.shop).values()), waiting(world.shop))
    assert [part["fba"]] == world.amazon.effects


@pytest.mark.parametrize("third", THIRD)
def test_what_amazon_leaves_out_comes_from_elsewhere_and_is_told_once(build, third):
    """Amazon ends the order with two of three mugs; the third leaves from `lab`, which got one meanwhile."""
    world = build(third)
    world.at(FIRST_DAY[0])
    part = world.parts()
    world.amazon.now = FIRST_DAY[1]
    world.amazon.ships(part["fba"], "TBA1", {"mug": 2}, status="COMPLETE_PARTIALLED")
    world.lab_answers("a", f"{part['lab']},shipped,LAMP,4,DHL,LAB1")
    world.shop.answers("east", "a", f"{part['east']},shipped,tee,2,UPS,1Z1,")
    world.shop.stock(lab={"LAMP": 0, "MUG": 1}, fba={"MUG": 0})
    world.at(FIRST_DAY[2])
    world.at(SECOND_DAY[0])
    rest = world.parts()["lab"]
    assert rest != part["lab"]

    world.lab_answers("b", f"{rest},shipped,MUG,1,DHL,LAB2")
    world.at(SECOND_DAY[1])

    assert {("MUG", "TBA1"): 2, ("LAMP", "LAB1"): 4, ("TEE", "1Z1"): 2, ("MUG", "LAB2"): 1} == world.told()
    assert ("closed", {"shipped"}) == (world.order(), set(states(world.shop).values()))
    assert [part["fba"]] == world.amazon.effects
