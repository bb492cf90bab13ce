"""A shop driven at random: whatever happens in whatever order, the sums hold and nothing is sent twice.

The channel and the locations are simulated beside the shop; what they hold true is compared with the store. What a
location was asked is read from the files it was handed, not from the store.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from orderctl.core import times
from orderctl.core.confirmations import Confirmation
from orderctl.core.digests import digest
from orderctl.core.effects import Receipt
from orderctl.core.errors import UsageError
from orderctl.core.stamp import Stamp
from orderctl.core.states import SHIPMENT_EDGES
from orderctl.steps import by_hand, run, shipments
from orderctl.steps import care as caring
from orderctl.store import care
from tests.shop import a_shop, an_order_row

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
    """What a location was handed: reference -> line -> units, and what it has sent."""

    location: str
    units: dict[str, int]
    sent: Counter[str] = field(default_factory=Counter)
    refused: bool = False


class ShopMachine(RuleBasedStateMachine):
    """One shop, its channel and its locations."""

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")  # noqa: S108 - flushing costs nothing there
        self.folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        self.sold: dict[str, Sold] = {}
        self.asked: dict[str, Asked] = {}
        self.files: set[Path] = set()
        self.unpublished: set[str] = set()
        self.numbers: set[str] = set()
        self.changed_by_hand: set[str] = set()
        self.now = START
        self.count = 0

    @initialize()
    def open_shop(self) -> None:
        self.shop = a_shop(self.folder / "shop", rules=RULES)
        self.stack = ExitStack()
        self.ctx = self.stack.enter_context(self.shop.context())
        self.db = self.ctx.db
        self.do("collect")
        caring.stock_adjust(self.ctx, "SET", "east", 3, "received")
        self.db.execute(
            "UPDATE skus SET data = ? WHERE sku = 'SET'", (json.dumps({"components": {"MUG": 2, "TEE": 1}}),)
        )

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
                assert row["line"] not in asked.units, f"{row['reference']} was handed over twice"
                asked.units[row["line"]] = int(row["quantity"])

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

    @rule()
    def a_pass_without_news_changes_nothing(self) -> None:
        self.do(*run.STEPS)
        self.do(*run.STEPS)
        before = self.story()
        self.do(*run.STEPS)
        after = self.story()
        assert {name: rows for name, rows in before.items() if after[name] != rows} == {}

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
        if kind == "delivered" and not asked.sent:
            asked.sent += Counter(asked.units)
        asked.refused |= kind in {"rejected", "cancelled"}
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
        self.by_hand(caring.stock_adjust, sku, location, delta, "count")

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
            self.by_hand(caring.location_pause, location, "flood")
        else:
            self.by_hand(caring.location_resume, location)

    @precondition(lambda self: self.asked)
    @rule()
    def everyone_does_their_work(self) -> None:
        """With nothing in the way, a few passes bring every order to its end, to a backorder or before a person."""
        for location, number, document in self.uncertain():
            sent = (self.shop.folder / document).exists()
            self.by_hand(shipments.resolve, f"{location} batch {number}", sent=sent)
        for location in LOCATIONS:
            self.by_hand(caring.location_resume, location)
        for _ in range(4):
            self.do(*run.STEPS)
            for stem in sorted(self.held()):
                self.by_hand(by_hand.release, stem)
            for reference, asked in sorted(self.asked.items()):
                self.count += 1
                number = f"1X{self.count:04}"
                self.numbers.add(number)
                self.shop.answers(asked.location, f"{self.count:04}", f"{reference},shipped,,,UPS,{number},")
        self.do(*run.STEPS)
        self.none(
            "SELECT o.stem, o.state FROM orders o WHERE state NOT IN ('cancelled', 'closed', 'backordered') AND NOT EXISTS"
            " (SELECT 1 FROM order_lines l WHERE l.order_id = o.order_id AND l.backordered > 0) AND NOT EXISTS"
            " (SELECT 1 FROM exceptions e WHERE e.order_id = o.order_id AND e.closed_at IS NULL)"
        )

    # what must hold

    def story(self, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of `tables`, of all that may not change by themselves when none is named."""
        if not tables:
            names = self.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = tuple(row[0] for row in names if row[0] not in {"passes", "_sqlite_migrations"})
        return {name: self.db.execute(f"SELECT * FROM {name}").fetchall() for name in tables}  # noqa: S608

    def none(self, query: str) -> None:
        assert [] == self.db.execute(query).fetchall()

    @invariant()
    def everything_holds(self) -> None:
        if hasattr(self, "db"):
            self.the_store_is_sound()
            self.quantities_hold()
            self.nothing_unwanted_is_on_its_way()
            self.every_state_is_where_its_story_led()
            self.every_file_says_what_the_store_says()
            self.no_tracking_is_lost_and_no_channel_is_told_too_much()
            self.every_order_came_in_once()

    def the_store_is_sound(self) -> None:
        assert {} == {name: wrong for name, wrong in care.check(self.db) if wrong}

    def quantities_hold(self) -> None:
        self.none(
            "SELECT l.line_id FROM order_lines l WHERE shipped <>"
            " (SELECT coalesce(sum(packed), 0) FROM shipment_lines s WHERE s.line_id = l.line_id)"
        )
        self.none(
            "SELECT l.line_id FROM order_lines l WHERE overshipped <>"
            " (SELECT coalesce(sum(p.overshipped), 0) FROM package_lines p WHERE p.line_id = l.line_id)"
        )
        self.none(
            "SELECT s.reference FROM shipment_lines x JOIN shipments s USING (shipment_id) WHERE s.state = 'planned' AND"
            " NOT EXISTS (SELECT 1 FROM reservations r WHERE r.shipment_id = x.shipment_id AND r.line_id = x.line_id)"
        )
        self.none(
            "SELECT l.sku, l.location FROM stock_levels l WHERE l.reserved > l.on_hand AND l.reserved > 0"
            " AND l.location <> 'acme' AND EXISTS (SELECT 1 FROM passes WHERE command = 'collect'"
            "  AND pass_id = (SELECT max(pass_id) FROM passes)) AND NOT EXISTS (SELECT 1 FROM exceptions e"
            "  WHERE e.code = 'oversold' AND e.subject = l.location || ' ' || l.sku AND e.closed_at IS NULL)"
        )
        self.none("SELECT s.reference FROM shipments s JOIN orders o USING (order_id) WHERE s.state = 'sending'")

    def nothing_unwanted_is_on_its_way(self) -> None:
        """Units beyond what the channel lists have shipped already, or are being called back."""
        for number, line, alive, waiting, in_hand, called_back in self.db.execute(
            "SELECT o.number, l.channel_line_id, ordered - cancelled - called_back, open + backordered,"
            " planned + dispatched, called_back FROM order_lines l JOIN orders o USING (order_id)"
        ):
            sold = self.sold[number]
            wish = 0 if sold.cancelled else sold.lines.get(line.upper(), 0)
            if alive > wish:
                assert (0, called_back) == (waiting, in_hand), (number, line, alive, wish)
            elif alive < wish:
                by_rule = line == "lamp"
                assert number in self.changed_by_hand or by_rule, (number, line, alive, wish)

    def every_state_is_where_its_story_led(self) -> None:
        told: dict[str, str] = {}
        for kind, detail in self.db.execute(
            "SELECT kind, detail FROM events WHERE kind LIKE 'shipment %' ORDER BY event_id"
        ):
            told[detail.split()[0]] = kind.removeprefix("shipment ")
        for reference, state in self.db.execute("SELECT reference, state FROM shipments"):
            assert state in SHIPMENT_EDGES
            assert told.get(reference, "planned") == state

    def every_file_says_what_the_store_says(self) -> None:
        for reference, asked in self.asked.items():
            lines = dict(
                self.db.execute(
                    "SELECT l.channel_line_id, x.quantity FROM shipment_lines x JOIN shipments s USING (shipment_id)"
                    " JOIN order_lines l USING (line_id) WHERE s.reference = ?",
                    (reference,),
                ).fetchall()
            )
            assert lines == asked.units

    def no_tracking_is_lost_and_no_channel_is_told_too_much(self) -> None:
        kept = {row[0] for row in self.db.execute("SELECT tracking_number FROM packages")}
        kept |= {
            json.loads(row[0])["tracking_number"] for row in self.db.execute("SELECT answer FROM unmatched_answers")
        }
        assert self.numbers <= kept
        told: Counter[tuple[str, str]] = Counter()
        for payload, stored, kind in self.db.execute("SELECT payload, digest, kind FROM effects"):
            if kind == "tracking":
                assert digest(payload) == stored
                body = json.loads(payload)
                told.update(
                    {(body["order_number"], line["channel_line_id"]): line["quantity"] for line in body["lines"]}
                )
        for number, line, shipped in self.db.execute(
            "SELECT o.number, l.channel_line_id, l.shipped FROM order_lines l JOIN orders o USING (order_id)"
        ):
            assert told[number, line] == shipped

    def every_order_came_in_once(self) -> None:
        assert len(self.sold) == self.db.execute("SELECT count(*) FROM orders").fetchone()[0]


def test_whatever_happens_in_whatever_order_the_sums_hold_and_nothing_is_sent_twice():
    examples = int(os.environ.get("ORDERCTL_MODEL_EXAMPLES", "20"))
    run_state_machine_as_test(
        ShopMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
