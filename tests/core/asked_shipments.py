"""A shipment in a location's hands, what it answers, and how it stands afterwards."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from orderctl.core.answers import Answer, Asked, AskedLine
from orderctl.core.confirmations import Confirmation
from orderctl.core.labels import Change, Known, Label


def asked(state: str = "dispatched", added: tuple[str, ...] = (), **units: int) -> Asked:
    """A shipment of lines named after their SKU in small letters, numbered from 1; two mugs unless units are given."""
    lines = [
        AskedLine(line_id, name, name.rstrip("2").upper(), quantity)
        for line_id, (name, quantity) in enumerate((units or {"mug": 2}).items(), 1)
    ]
    return Asked(7, 3, "WEB-1-1", "east", state, tuple(lines), {}, frozenset(added))


def row(kind: str = "shipped", quantity: int | None = None, **changes: Any) -> Confirmation:
    fields = {"carrier": "UPS", "tracking_number": "1Z1", "where": "a.csv line 2"} if kind == "shipped" else {}
    return Confirmation(**({"kind": kind, "reference": "WEB-1-1", "quantity": quantity} | fields | changes))


def codes(answer: Answer) -> list[str]:
    return [problem.code for problem in answer.problems]


def packed(answer: Answer) -> dict[str, dict[int, int]]:
    return {
        number: {line: units.quantity for line, units in package.lines.items() if units.quantity}
        for number, package in answer.packages.items()
    }


def beyond(answer: Answer) -> Counter[int]:
    units: Counter[int] = Counter()
    for package in answer.packages.values():
        units.update({line: packed.overshipped for line, packed in package.lines.items() if packed.overshipped})
    return units


def after(shipment: Asked, answer: Answer) -> Asked:
    """The shipment as it stands once `answer` has been written down."""
    gone = {number for change in answer.changes.values() for number in change.absorbed}
    renamed = {known: change.label.tracking_number for known, change in answer.changes.items()}
    inside = {
        renamed.get(number, number): dict(units) for number, units in shipment.packages.items() if number not in gone
    }
    labels = {}
    for number, known in shipment.labels.items():
        change = answer.changes.get(number) or Change(known.label, (), known.voided)
        if number not in gone:
            stands = Known(change.label, (*known.before, *change.before), change.voided)
            labels[change.label.tracking_number] = stands
    lines = {line.line_id: line for line in shipment.lines}
    for number, package in answer.packages.items():
        label = Label(number, package.carrier, package.service, package.shipped_at)
        labels.setdefault(number, Known(label, package.before, package.voided))
        box = inside.setdefault(number, {})
        for line_id, units in package.lines.items():
            box[line_id] = box.get(line_id, 0) + units.quantity + units.overshipped
            line = lines[line_id]
            lines[line_id] = replace(line, packed=line.packed + units.quantity)
    for line_id, missing in answer.short.items():
        lines[line_id] = replace(lines[line_id], short=lines[line_id].short + missing)
    return replace(shipment, state=answer.state, lines=tuple(lines.values()), packages=inside, labels=labels)
