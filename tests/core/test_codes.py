from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import orderctl
from orderctl.core import codes
from orderctl.core.errors import Exit
from orderctl.store import decisions

SOURCE = Path(orderctl.__file__).parent
_RAISED = re.compile(r'(?:Trouble|Problem|\.problem|_raise)\(\s*"([a-z_]+)",')


def raised() -> set[str]:
    """Every code that a decision or an answer raises, as the source says it."""
    rooms = ("core", "rules", "store", "steps")
    found = {
        code
        for room in rooms
        for path in (SOURCE / room).glob("*.py")
        for code in _RAISED.findall(path.read_text(encoding="utf-8"))
    }
    return found | set(decisions.DECIDED) | {"push_refused", "push_uncertain", "oversold"}


def test_every_exception_that_can_be_raised_has_a_meaning_and_answers():
    known = set(codes.EXCEPTIONS) | set(decisions.NOTED) | set(codes.CHECKS)

    assert {"short_stock", "unmatched_answer", "edit_conflict", "overshipped"} <= raised()
    assert set() == raised() - known
    assert all(code.meaning.endswith(".") and code.answers for code in codes.EXCEPTIONS.values())


@pytest.mark.parametrize("code", sorted(codes.EXCEPTIONS))
def test_every_answer_can_be_pasted_into_a_shell(code):
    for command, when in codes.answers(code, exception_id=7, subject="east BLUE MUG; rm -rf $HOME", order="WEB-1"):
        words = shlex.split(command)
        assert "orderctl" == words[0]
        assert when
        assert "{" not in command
        assert not {";", "rm"}.intersection(words)


def test_an_answer_names_its_exception_its_subject_and_its_order():
    told = dict(codes.answers("uncertain", exception_id=7, subject="east batch 1", order=""))
    assert "orderctl shipments resolve 'east batch 1' --sent" in told

    told = dict(codes.answers("short_shipment", exception_id=7, subject="WEB-1-1", order="WEB-1"))
    assert {"orderctl orders show WEB-1", "orderctl exceptions resolve 7 --reason 'seen'"} == set(told)


def test_a_code_of_tomorrow_can_at_least_be_dismissed():
    assert [("orderctl exceptions resolve 7 --reason 'seen'", "it is dealt with elsewhere")] == codes.answers(
        "unheard_of", exception_id=7, subject="x", order=""
    )


def test_every_exit_code_is_explained():
    assert {str(int(code)) for code in Exit} == set(codes.EXITS)
