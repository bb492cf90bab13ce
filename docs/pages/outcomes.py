"""The part of docs/states.md that says what each answer of a location makes of a shipment in each state.

Every cell is worked out by the code that reads answers: a shipment of 3 units in that state, and one answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from docs.pages.markdown import code, codes, table
from orderctl.core import answers
from orderctl.core.answers import Answer, Asked, AskedLine
from orderctl.core.confirmations import Confirmation
from orderctl.core.labels import Known, Label
from orderctl.core.states import ANSWERED, CALLED_BACK, RECEIPTS, SHIPMENT_EDGES

INTRODUCTION = """\
Worked out for a shipment of 3 units. A cell names the state after the answer, units that are sent (`+`), routed again
(`-`) or gone beyond the order (`!`), and the exceptions that are raised. The same answer again changes nothing. An
answer about a shipment that is `planned` or `sending`, or that is not known, is kept as `unmatched_answer` until it
fits; one about an `uncertain` shipment proves that the location has it, which makes it `dispatched` first.
"""
ABSENT = """\
`absent` is what a partner says when it is asked after a lost answer; two of them, some time apart, are a `retry`.
"""
UNITS = 3
NUMBER, OTHER = "1Z1", "1Z2"


def _said(kind: str, **changes: Any) -> Confirmation:
    return replace(Confirmation(kind, "WEB-1-1", at="2026-11-20T15:00:00Z"), **changes)


def _shipped(units: int, number: str = OTHER, **changes: Any) -> Confirmation:
    return _said("shipped", quantity=units, tracking_number=number, carrier="ups", **changes)


#: What a location may say of a shipment of 3 units.
EVENTS: Mapping[str, Sequence[Confirmation]] = {
    "acknowledges it": [_said("acknowledged")],
    "rejects it": [_said("rejected", reason="no gold")],
    "says it is cancelled": [_said("cancelled")],
    "ships all": [_shipped(UNITS)],
    "ships 1 of 3": [_shipped(1)],
    "ships 1, is short of 2": [_shipped(1), _said("short", sku="MUG", quantity=2)],
    "is short of all": [_said("short", sku="MUG", quantity=UNITS)],
    "ships one more than asked": [_shipped(UNITS + 1)],
    "ships another article": [_shipped(UNITS, sku="CUP")],
    "says it was delivered": [_said("delivered")],
    "names another tracking number": [_shipped(UNITS, replaces=NUMBER)],
}
#: State -> the shipment of 3 units in it: how many are packed in the package that is known, if any.
_PACKED = {"shipped": UNITS, "delivered": UNITS}


def stages() -> Iterator[tuple[str, Asked]]:
    """Every stage of a shipment that answers meet, with a shipment in it."""
    for state in SHIPMENT_EDGES:
        if state in ANSWERED:
            yield state, asked(state, _PACKED.get(state, 0))
            if state in {"dispatched", "cancel_requested"}:
                yield f"{state}, 1 packed", asked(state, 1)


def asked(state: str, packed: int) -> Asked:
    """A shipment of 3 mugs in `state`, of which so many have left in one package."""
    packages = {NUMBER: {1: packed}} if packed else {}
    labels = {NUMBER: Known(Label(NUMBER, "ups", "", "2026-11-20T12:00:00Z"))} if packed else {}
    arrived = frozenset({NUMBER}) if state == "delivered" else frozenset()
    line = AskedLine(1, "mug", "MUG", UNITS, packed=packed)
    return Asked(1, 1, "WEB-1-1", "east", state, (line,), packages, labels=labels, delivered=arrived)


def text() -> str:
    """The tables."""
    heads = ("the location", *(code(stage) for stage, _ in stages()))
    rows = [(event, *(cell(one, answers.read(one, said)) for _, one in stages())) for event, said in EVENTS.items()]
    return "\n".join(
        [
            "## What a location's answer makes of a shipment\n",
            INTRODUCTION,
            table(heads, rows),
            "## What the receipt of a hand-over makes of it\n",
            table(
                ("receipt", "a shipment that is `sending` or `uncertain` becomes"),
                [(code(receipt), code(state)) for receipt, state in RECEIPTS.items()],
            ),
            ABSENT,
            "## What a cancellation or another address makes of it\n",
            table(
                ("a shipment that is", "becomes"),
                [(code(state), code(becomes)) for state, becomes in CALLED_BACK.items()],
            ),
            "One that is `sending` or `uncertain` first waits for its receipt. What has left stays as it is.\n",
        ]
    )


def cell(one: Asked, answer: Answer) -> str:
    """What an answer came to, in a few signs."""
    sent = sum(units.quantity for package in answer.packages.values() for units in package.lines.values())
    beyond = sum(units.overshipped for package in answer.packages.values() for units in package.lines.values())
    signs = [
        f"{sign}{units}" for sign, units in (("+", sent), ("-", sum(answer.short.values())), ("!", beyond)) if units
    ]
    if answer.state in {"rejected", "cancelled"} and answer.state != one.state:
        signs.append("-all")
    if answer.changes:
        signs.append("label changed")
    state = "" if answer.state == one.state else code(answer.state)
    problems = codes(dict.fromkeys(problem.code for problem in answer.problems))
    return " ".join(part for part in (state, " ".join(signs), problems) if part) or "-"
