"""The table of docs/states.md: every answer in every state leads along a known edge, loses no unit and counts once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from docs.pages import outcomes
from orderctl.core import answers
from orderctl.core.answers import Answer, Asked
from orderctl.core.codes import EXCEPTIONS
from orderctl.core.labels import Known, Label
from orderctl.core.states import SHIPMENT_EDGES

CELLS = [
    pytest.param(one, said, id=f"{stage}: {event}")
    for stage, one in outcomes.stages()
    for event, said in outcomes.EVENTS.items()
]


def after(one: Asked, answer: Answer) -> Asked:
    """The shipment as the store has it once `answer` is written down."""
    (line,) = one.lines
    packages = {number: dict(lines) for number, lines in one.packages.items()}
    labels = dict(one.labels)
    for old, change in answer.changes.items():
        packages[change.label.tracking_number] = packages.pop(old)
        labels.pop(old)
        labels[change.label.tracking_number] = Known(change.label, change.before, change.voided)
    for number, package in answer.packages.items():
        held = packages.setdefault(number, {})
        for line_id, units in package.lines.items():
            held[line_id] = held.get(line_id, 0) + units.quantity + units.overshipped
        label = Label(number, package.carrier, package.service, package.shipped_at)
        labels.setdefault(number, Known(label, package.before, package.voided))
    packed = line.packed + sum(
        units.quantity for package in answer.packages.values() for units in package.lines.values()
    )
    short = line.short + sum(answer.short.values())
    return replace(
        one,
        state=answer.state,
        lines=(replace(line, packed=packed, short=short),),
        packages=packages,
        labels=labels,
        delivered=one.delivered | answer.delivered,
    )


def reachable(state: str) -> set[str]:
    found, waiting = {state}, [state]
    while waiting:
        fresh = set(SHIPMENT_EDGES[waiting.pop()]) - found
        found |= fresh
        waiting += fresh
    return found


@pytest.mark.parametrize(("one", "said"), CELLS)
def test_an_answer_leads_along_the_edges(one, said):
    assert answers.read(one, said).state in reachable(one.state)


@pytest.mark.parametrize(("one", "said"), CELLS)
def test_no_more_units_are_packed_and_short_than_were_asked(one, said):
    (line,) = after(one, answers.read(one, said)).lines

    assert 0 <= line.packed + line.short <= outcomes.UNITS
    assert line.packed >= one.lines[0].packed


@pytest.mark.parametrize(("one", "said"), CELLS)
def test_the_same_answer_again_changes_nothing(one, said):
    once = after(one, answers.read(one, said))

    assert once == after(once, answers.read(once, said))


@pytest.mark.parametrize(("one", "said"), CELLS)
def test_what_a_person_is_told_has_answers(one, said):
    assert {problem.code for problem in answers.read(one, said).problems} <= set(EXCEPTIONS)


def test_a_shipment_that_is_done_has_no_unit_left_unaccounted():
    for stage, one in outcomes.stages():
        for event, said in outcomes.EVENTS.items():
            done = after(one, answers.read(one, said))
            if done.state in {"shipped", "delivered"} and one.state in {"dispatched", "acknowledged"}:
                (line,) = done.lines
                assert outcomes.UNITS == line.packed + line.short, f"{stage}: {event}"
