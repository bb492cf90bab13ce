"""A shop driven at random: whatever happens in whatever order, the sums hold and nothing is sent twice."""

from __future__ import annotations

import json
import os
from collections import Counter

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from orderctl.core.digests import digest
from orderctl.core.states import SHIPMENT_EDGES
from orderctl.steps import by_hand, run, shipments
from orderctl.steps import locations as placing
from orderctl.store import care
from tests.steps.random_shop import LOCATIONS
from tests.steps.told_shop import TERMS, ToldShop


class ShopMachine(ToldShop):
    """What must hold in such a shop after each thing that happens."""

    @rule()
    def a_pass_without_news_changes_nothing(self) -> None:
        self.do(*run.STEPS)
        self.do(*run.STEPS)
        before = self.story()
        self.do(*run.STEPS)
        after = self.story()
        assert {name: rows for name, rows in before.items() if after[name] != rows} == {}
        for channel, (_, terms) in TERMS.items():
            assert self.numbers_by_hand(terms) == self.told(channel)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), stated=st.booleans(), carrier=st.sampled_from(["", "DHL"]))
    def a_location_corrects_a_label(self, data: st.DataObject, stated: bool, carrier: str) -> None:
        """In words that nobody can take for another parcel; whatever was said before comes again afterwards."""
        packages = self.db.execute(
            "SELECT s.location, s.reference, p.tracking_number FROM packages p JOIN shipments s USING (shipment_id)"
            " WHERE p.tracking_number <> '' ORDER BY p.package_id"
        ).fetchall()
        if not packages:
            return
        location, reference, old = data.draw(st.sampled_from(packages))
        number = f"1C{self.count:04}" if stated else old
        tables = ("order_lines", "stock_moves", "reservations", "package_lines", "shipments")
        before = self.story(*tables)
        for more in ("", "\n"):  # the same in another file
            self.count += 1
            row = f"reference,status,carrier,tracking_number,replaces\n{reference},shipped,{carrier},{number},{old}\n"
            self.shop.write(f"in/{location}/{self.count:04}.csv", row + more)
            self.do("collect")
            assert before == self.story(*tables)
            assert [(number,)] == self.db.execute(
                "SELECT p.tracking_number FROM packages p JOIN shipments USING (shipment_id) WHERE reference = ?"
                " AND p.tracking_number IN (?, ?)", (reference, old, number)
            ).fetchall()  # fmt: skip
        self.numbers.add(number)

    @precondition(lambda self: self.asked)
    @rule()
    def everyone_does_their_work(self) -> None:
        """With nothing in the way, a few passes bring every order to its end, to a backorder or before a person."""
        for location, number, document in self.uncertain():
            sent = (self.shop.folder / document).exists()
            self.by_hand(shipments.resolve, f"{location} batch {number}", sent=sent)
        for location in LOCATIONS:
            self.by_hand(placing.location_resume, location)
        for _ in range(4):
            self.do(*run.STEPS)
            for stem in sorted(self.held()):
                self.by_hand(by_hand.release, stem)
            for reference, asked in sorted(self.asked.items()):
                self.count += 1
                tracking = f"1X{self.count:04}"
                self.numbers.add(tracking)
                self.shop.answers(asked.location, f"{self.count:04}", f"{reference},shipped,,,UPS,{tracking},")
        self.do(*run.STEPS)
        self.none(
            "SELECT o.stem, o.state FROM orders o WHERE state NOT IN ('cancelled', 'closed', 'backordered')"
            " AND NOT EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.order_id AND l.backordered > 0)"
            " AND NOT EXISTS"
            " (SELECT 1 FROM exceptions e WHERE e.order_id = o.order_id AND e.closed_at IS NULL)"
        )

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
            "SELECT s.reference FROM shipment_lines x JOIN shipments s USING (shipment_id) WHERE s.state = 'planned'"
            " AND NOT EXISTS (SELECT 1 FROM reservations r"
            "  WHERE r.shipment_id = x.shipment_id AND r.line_id = x.line_id)"
        )
        self.none(
            "SELECT l.sku, l.location FROM stock_levels l WHERE l.reserved > l.on_hand AND l.reserved > 0"
            " AND l.location <> 'acme' AND EXISTS (SELECT 1 FROM passes WHERE command = 'collect'"
            "  AND pass_id = (SELECT max(pass_id) FROM passes)) AND NOT EXISTS (SELECT 1 FROM exceptions e"
            "  WHERE e.code = 'oversold' AND e.subject = l.location || ' ' || l.sku AND e.closed_at IS NULL)"
        )
        self.none("SELECT reference FROM shipments WHERE state = 'sending'")

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
        numbers = "SELECT tracking_number FROM packages UNION SELECT tracking_number FROM package_changes"
        kept = {row[0] for row in self.db.execute(numbers)}
        kept |= {
            json.loads(row[0])["tracking_number"] for row in self.db.execute("SELECT answer FROM unmatched_answers")
        }
        assert self.numbers <= kept
        parcels: dict[tuple[str, str], Counter[tuple[str, str]]] = {}  # as channels show them once all is told
        for payload, stored, state in self.db.execute(
            "SELECT payload, digest, state FROM effects WHERE kind = 'tracking' ORDER BY effect_id"
        ):
            assert digest(payload) == stored
            body = json.loads(payload)
            number, reference = body["order_number"], body["reference"]
            if state == "superseded":
                continue
            if "replaces" in body:
                parcels.pop((reference, body["replaces"]), None)
            here = parcels.setdefault((reference, body["tracking_number"]), Counter())
            here.update({(number, line["channel_line_id"]): line["quantity"] for line in body["lines"]})
        shown = {row[:2] for row in self.db.execute("SELECT reference, tracking_number FROM packages JOIN shipments"
                                                    " USING (shipment_id)")}  # fmt: skip
        assert set(parcels) <= shown
        told = sum(parcels.values(), Counter[tuple[str, str]]())
        for number, line, shipped in self.db.execute(
            "SELECT o.number, l.channel_line_id, l.shipped FROM order_lines l JOIN orders o USING (order_id)"
        ):
            assert told[number, line] == shipped

    def every_order_came_in_once(self) -> None:
        assert len(self.sold) == self.db.execute("SELECT count(*) FROM orders").fetchone()[0]


def test_whatever_happens_in_whatever_order_the_sums_hold_and_nothing_is_sent_twice():
    examples = int(os.environ.get("ORDERCTL_MODEL_EXAMPLES", "30"))
    run_state_machine_as_test(
        ShopMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
