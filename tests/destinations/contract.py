"""What every destination promises. Its tests subclass this and say how to open one and what it has to answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orderctl.core.adapters import Destination
from orderctl.core.effects import Batch, BatchLine, BatchShipment


def a_batch(number: int = 1, *shipments: BatchShipment, **changes: Any) -> Batch:
    """A batch for the location `east`; one shipment of two mugs unless others are given."""
    fields: dict[str, Any] = {
        "location": "east",
        "number": number,
        "created_at": "2026-11-20T15:00:00Z",
        "date": "2026-11-20",
        "shipments": shipments or (a_shipment(),),
    }
    return Batch(**(fields | changes))


def a_shipment(*lines: BatchLine, **changes: Any) -> BatchShipment:
    """A shipment to New York; two mugs unless other lines are given."""
    fields: dict[str, Any] = {
        "reference": "WEB-1042-1",
        "order_number": "1042",
        "channel": "web",
        "placed_at": "2026-11-20T10:00:00Z",
        "ship_by": "",
        "ship_to": {"name": "Ana Diaz", "line1": "1 Main St", "city": "New York", "postcode": "00123", "country": "US"},
        "email": "ana@example.com",
        "carrier": "ups",
        "service": "ground",
        "lines": lines or (BatchLine("1", "MUG", "Mug, blue", 2),),
        "options": {},
    }
    return BatchShipment(**(fields | changes))


class SendingContract:
    """What everything that work is handed to promises. `sender` opens one."""

    def sender(self, base: Path) -> Destination:
        raise NotImplementedError

    def test_a_batch_always_renders_to_the_same_bytes(self, tmp_path):
        assert self.sender(tmp_path).render(a_batch()) == self.sender(tmp_path / "moved").render(a_batch())

    def test_a_batch_counts_its_rows_and_units(self, tmp_path):
        lines = (BatchLine("1", "MUG", "Mug", 2), BatchLine("2", "LAMP", "Lamp", 3))
        sender = self.sender(tmp_path)
        others = () if sender.alone else (a_shipment(reference="WEB-7-1"),)
        document = sender.render(a_batch(1, a_shipment(*lines), *others))

        assert (2 + len(others), 5 + 2 * len(others)) == (document.rows, document.units)


class AnsweringContract:
    """What everything that answers promises. `answering` opens one that has `answers` answers, one per shipment."""

    def answering(self, base: Path, answers: int) -> Destination:
        raise NotImplementedError

    def test_every_answer_is_collected_from_every_position(self, tmp_path):
        destination = self.answering(tmp_path, answers=1203)
        pages = list(destination.collect({}, list))
        assert 1203 == sum(len(page.rows) for page in pages)
        assert 500 >= max(len(page.rows) for page in pages)

        for read in range(len(pages) + 1):
            positions = {page.stream: page.position for page in pages[:read]}
            rest = [row for page in pages[read:] for row in page.rows]
            assert rest == [row for page in destination.collect(positions, list) for row in page.rows]


class DestinationContract(SendingContract, AnsweringContract):
    """What a way promises that does both."""
