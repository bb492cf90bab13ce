"""A shop to which anything may happen, with its channel, its locations and the people who look after it.

The channel and the locations are simulated beside the shop; what they hold true is compared with the store. What a
location was asked is read from the files it was handed, not from the store.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)

from orderctl.core import times
from orderctl.core.effects import Receipt
from orderctl.core.errors import UsageError
from orderctl.core.stamp import Stamp
from orderctl.steps import by_hand, run, shipments, skus, stock_by_hand
from orderctl.steps import locations as placing
from tests.shop import CHANNELS, a_shop, an_order_row

START = "2026-11-20T15:00:00Z"
SKUS = ("MUG", "LAMP", "TEE", "RING-1", "SET")
LINES = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 4), min_size=1, max_size=3)
LOCATIONS = ("east", "west", "acme")
RULES = """
version  = 1
currency = "USD"

[[hold]]
name = "expensive"
when.total = ">= 140"
then.hold = "fraud"

[[location]]
name = "made to order"
when.line.sku = "RING*"
then.ship_from = ["acme"]
then.failover_to = ["east"]
then.if_short = "backorder"

[[location]]
name = "given up soon"
when.line.sku = "LAMP"
then.ship_from = ["west", "east"]
then.if_short = "cancel"

[[location]]
name = "everything"
then.ship_from = ["east", "west"]
then.prefer = ["fewest_shipments", "listed"]
then.split.allow = true
then.split.lines = true
then.if_short = "backorder"
then.backorder.ship_available_now = true

[[enhance]]
name = "thanks"
when.line.sku = "MUG"
then.add_item = { sku = "TEE", quantity = 1 }
"""


#: What one SET is made of.
KIT = {"MUG": 2, "TEE": 1}


@dataclass
class Sold:
    """An order as its channel has it."""

    number: str
    lines: dict[str, int]
    version: int = 0
    cancelled: bool = False
    rows: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Asked:
    """What a location was handed for one shipment: line -> units."""

    location: str
    units: dict[str, int]
    rows: set[tuple[str, str]] = field(default_factory=set)  # line and SKU of what was read of it


class RandomShop(RuleBasedStateMachine):
    """One shop, its channel and its locations."""

    channels = CHANNELS

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")  # noqa: S108 - flushing costs nothing there
        self.folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        self.sold: dict[str, Sold] = {}
        self.asked: dict[str, Asked] = {}
        self.files: set[Path] = set()
        self.numbers: set[str] = set()
        self.changed_by_hand: set[str] = set()
        self.now = START
        self.count = 0

    @initialize()
    def open_shop(self) -> None:
        self.shop = a_shop(self.folder / "shop", self.channels, rules=RULES)
        self.stack = ExitStack()
        self.ctx = self.stack.enter_context(self.shop.context())
        self.db = self.ctx.db
        self.do("collect")
        stock_by_hand.adjust(self.ctx, "SET", "east", 3, "received")
        skus.kit(self.ctx, "SET", KIT)

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.stack.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # what happens

    def do(self, *steps: str) -> None:
        """A pass of `steps`, a minute later. Nothing on hold or cancelled may leave in it."""
        self.now = times.later(self.now, 60)
        self.ctx.stamp = Stamp(at=self.now)
        stopped = self.held()
        before = self.handed()
        run.run(self.ctx, only=steps)
        left = {reference for reference in self.handed() - before if reference.rpartition("-")[0] in stopped}
        if steps == ("dispatch",):
            assert set() == left
        self.read_batches()

    def by_hand(self, action: Any, *arguments: Any, **options: Any) -> bool:
        self.now = times.later(self.now, 60)
        self.ctx.stamp = Stamp(at=self.now, actor="maria")
        try:
            action(self.ctx, *arguments, **options)
        except UsageError:
            return False
        return True

    def held(self) -> set[str]:
        query = (
            "SELECT stem FROM orders o WHERE state IN ('cancelled', 'rejected') OR EXISTS"
            " (SELECT 1 FROM holds h WHERE h.order_id = o.order_id AND h.ended_at IS NULL)"
        )
        return {row[0] for row in self.db.execute(query)}

    def handed(self) -> set[str]:
        rows = self.db.execute("SELECT reference FROM shipments WHERE batch_id IS NOT NULL")
        return {row[0] for row in rows}

    def read_batches(self) -> None:
        """Take the new pick files to their locations. No shipment is ever handed over twice."""
        for path in sorted((self.shop.folder / "out").rglob("*.csv")):
            if path in self.files:
                continue
            self.files.add(path)
            for row in csv.DictReader(io.StringIO(path.read_text())):
                if not row["line"]:  # a gift that goes along
                    continue
                asked = self.asked.setdefault(row["reference"], Asked(path.parent.name, {}))
                assert asked.location == path.parent.name
                assert (row["line"], row["sku"]) not in asked.rows, f"{row['reference']} was handed over twice"
                asked.rows.add((row["line"], row["sku"]))
                units, rest = divmod(int(row["quantity"]), KIT[row["sku"]] if row["line"] == "set" else 1)
                assert (0, units) == (rest, asked.units.setdefault(row["line"], units))

    def publish(self, sold: Sold) -> None:
        sold.version += 1
        self.count += 1
        lines = [
            {"id": sku.lower(), "sku": sku, "quantity": units, "unit_price": "20.00"}
            for sku, units in sold.lines.items()
        ]
        self.now = times.later(self.now, 60)
        row = an_order_row(sold.number, lines=lines, updated_at=self.now, note=f"version {sold.version}")
        if sold.cancelled:
            row["cancelled_at"] = self.now
        sold.rows.append(row)
        self.shop.orders(f"web-{self.count:04}", row)

    @rule(lines=LINES, steps=st.sampled_from([("pull",), ("pull", "route"), ("pull", "route", "dispatch")]))
    def order(self, lines: dict[str, int], steps: tuple[str, ...]) -> None:
        sold = Sold(str(1000 + len(self.sold)), lines)
        self.sold[sold.number] = sold
        self.publish(sold)
        self.do(*steps)

    @precondition(lambda self: self.sold)
    @rule(data=st.data(), lines=LINES)
    def edit_on_channel(self, data: st.DataObject, lines: dict[str, int]) -> None:
        sold = self.sold[data.draw(st.sampled_from(sorted(self.sold)))]
        sold.lines, sold.cancelled = lines, False
        self.publish(sold)
        self.do("pull")

    @precondition(lambda self: self.sold)
    @rule(data=st.data())
    def cancel_on_channel(self, data: st.DataObject) -> None:
        sold = self.sold[data.draw(st.sampled_from(sorted(self.sold)))]
        sold.cancelled = True
        self.publish(sold)
        self.do("pull")

    @precondition(lambda self: any(len(sold.rows) > 1 for sold in self.sold.values()))
    @rule(data=st.data())
    def an_older_version_comes_late(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(name for name, sold in self.sold.items() if len(sold.rows) > 1)))
        row = data.draw(st.sampled_from(self.sold[number].rows[:-1]))
        before = self.story("orders", "order_lines", "shipments")
        self.count += 1
        self.shop.orders(f"web-{self.count:04}", row | {"po_number": f"late {self.count}"})
        self.do("pull")
        assert before == self.story("orders", "order_lines", "shipments")

    @rule()
    def a_bad_order(self) -> None:
        self.count += 1
        self.shop.orders(f"web-{self.count:04}", an_order_row("1", "MUG*-1", note=str(self.count)))
        self.do("pull")

    @rule()
    def whole_pass(self) -> None:
        self.do(*run.STEPS)

    @rule(step=st.sampled_from(["collect", "route", "dispatch", "push"]))
    def one_step(self, step: str) -> None:
        self.do(step)

    @rule(
        location=st.sampled_from(["east", "west"]), outcome=st.sampled_from(["uncertain", "lost", "retry", "refused"])
    )
    def a_hand_over_goes_wrong(self, location: str, outcome: str) -> None:
        way: Any = self.ctx.adapters.way(location, "send")
        deliver = type(way).deliver

        def badly(document: Any, key: str) -> Receipt:
            if outcome == "uncertain":  # it got there, but nobody knows
                deliver(way, document, key)
            else:
                way.discard(document.name)
            return Receipt({"lost": "uncertain"}.get(outcome, outcome), message="the line went dead")

        way.deliver = badly
        try:
            self.do("dispatch")
        finally:
            del way.deliver

    @precondition(lambda self: self.uncertain())
    @rule(data=st.data(), told=st.booleans())
    def a_person_says_what_became_of_a_batch(self, data: st.DataObject, told: bool) -> None:
        location, number, document = data.draw(st.sampled_from(self.uncertain()))
        sent = (self.shop.folder / document).exists()
        assert self.by_hand(shipments.resolve, f"{location} batch {number}", sent=sent)
        if told:
            self.do("route", "dispatch")

    def uncertain(self) -> list[tuple[str, int, str]]:
        return self.db.execute(
            "SELECT b.location, b.number, b.document FROM batches b JOIN effects e"
            " ON e.kind = 'handoff' AND e.subject_id = b.batch_id WHERE e.state = 'uncertain' ORDER BY b.batch_id"
        ).fetchall()

    # what locations do

    def answer(self, location: str, *rows: str) -> None:
        self.count += 1
        self.shop.answers(location, f"{self.count:04}", *rows)
        self.do("collect")

    def some_asked(self, data: st.DataObject) -> tuple[str, Asked]:
        reference = data.draw(st.sampled_from(sorted(self.asked)))
        return reference, self.asked[reference]

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), kind=st.sampled_from(["acknowledged", "rejected", "cancelled", "delivered"]))
    def a_location_answers_about_all(self, data: st.DataObject, kind: str) -> None:
        reference, asked = self.some_asked(data)
        self.answer(asked.location, f"{reference},{kind},,,,,")

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), whole=st.booleans(), twice=st.booleans())
    def a_location_ships(self, data: st.DataObject, whole: bool, twice: bool) -> None:
        reference, asked = self.some_asked(data)
        number = f"1Z{self.count:04}"
        self.numbers.add(number)
        if whole:
            row = f"{reference},shipped,,,UPS,{number},"
        else:
            line = data.draw(st.sampled_from(sorted(asked.units)))
            units = data.draw(st.integers(1, asked.units[line] + 1))
            row = f"{reference},shipped,{line},{units},UPS,{number},"
        self.answer(asked.location, row)
        before = self.story("order_lines", "packages", "stock_levels", "shipments")
        if twice:
            self.answer(asked.location, row)
            assert before == self.story("order_lines", "packages", "stock_levels", "shipments")

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), kind=st.sampled_from(["short", "rejected", "cancelled"]), twice=st.booleans())
    def a_location_is_short_of_a_line(self, data: st.DataObject, kind: str, twice: bool) -> None:
        reference, asked = self.some_asked(data)
        line = data.draw(st.sampled_from(sorted(asked.units)))
        units = data.draw(st.integers(1, asked.units[line]))
        row = f"{reference},{kind},{line},{units},,,broken"
        self.answer(asked.location, row)
        before = self.story("order_lines", "shipments", "stock_levels", "shipment_lines")
        if twice:
            self.answer(asked.location, row)
            assert before == self.story("order_lines", "shipments", "stock_levels", "shipment_lines")

    @rule(reference=st.sampled_from(["WEB-1000-1", "WEB-1000-2", "WEB-1001-1", "WEB-9-1", "?"]))
    def an_answer_that_nobody_asked_for(self, reference: str) -> None:
        number = f"1Y{self.count:04}"
        self.numbers.add(number)
        self.answer("west", f"{reference},shipped,tee,1,UPS,{number},")

    # stock

    @rule(sku=st.sampled_from(SKUS), location=st.sampled_from(["east", "west"]), delta=st.integers(-3, 6))
    def adjust(self, sku: str, location: str, delta: int) -> None:
        self.by_hand(stock_by_hand.adjust, sku, location, delta, "count")

    @rule(
        location=st.sampled_from(LOCATIONS),
        levels=st.dictionaries(st.sampled_from(SKUS), st.integers(0, 6), min_size=1),
    )
    def feed(self, location: str, levels: dict[str, int]) -> None:
        path = self.shop.folder / "stock" / f"{location}.csv"
        self.shop.stock(**{location: levels})
        self.count += 1
        moment = 1_900_000_000 + self.count
        os.utime(path, (moment, moment))
        self.do("collect")

    # people

    @precondition(lambda self: self.sold)
    @rule(data=st.data(), action=st.sampled_from(["hold", "release", "reroute", "note", "edit", "cancel", "route_to"]))
    def a_person_acts(self, data: st.DataObject, action: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.sold)))
        if action == "hold":
            self.by_hand(by_hand.hold, number, "call")
        elif action in {"release", "reroute"}:
            self.by_hand(getattr(by_hand, action), number)
        elif action == "note":
            self.by_hand(by_hand.note, number, "hello")
        elif action == "edit":
            city = data.draw(st.sampled_from(["Albany", "Troy"]))
            self.by_hand(by_hand.edit, number, {"ship_to.city": city}, "typo")
        elif action == "cancel":
            lines = sorted(self.sold[number].lines)
            units = data.draw(st.sampled_from([{}, {lines[0].lower(): 1}]))
            if self.by_hand(by_hand.cancel, number, units, "asked to"):
                self.changed_by_hand.add(number)
        else:
            location = data.draw(st.sampled_from(LOCATIONS))
            self.by_hand(by_hand.route_to, number, location, {}, "", "nearer")

    @rule(location=st.sampled_from(LOCATIONS), pause=st.booleans())
    def switch(self, location: str, pause: bool) -> None:
        if pause:
            self.by_hand(placing.location_pause, location, "flood")
        else:
            self.by_hand(placing.location_resume, location)

    # what there is

    def story(self, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of `tables`, of all that may not change by themselves when none is named."""
        if not tables:
            names = self.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = tuple(row[0] for row in names if row[0] not in {"passes", "_sqlite_migrations"})
        found = {name: self.db.execute(f"SELECT * FROM {name}").fetchall() for name in tables}  # noqa: S608
        if "meta" in found:  # when a channel was last read says something of the pass, not of the shop
            found["meta"] = [row for row in found["meta"] if not row[0].startswith("read:")]
        return found
