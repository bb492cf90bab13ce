from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from orderctl.core.plan_json import plan_from_json, plan_text, plan_to_json
from orderctl.core.plans import Backorder, Hold, Plan, PlannedLine, PlannedShipment, Problem

words = st.text(max_size=8)
lists = st.lists(words, max_size=3).map(tuple)
planned = st.builds(PlannedLine, words, words, st.integers(1, 9))
options = st.dictionaries(words, st.one_of(words, st.integers(), st.booleans(), lists), max_size=3)
shipments = st.builds(
    PlannedShipment,
    location=words,
    lines=st.lists(planned, max_size=2).map(tuple),
    rules=lists,
    service=words,
    not_before=words,
    priority=words,
    tags=lists,
    options=options,
    cost_minor=st.none() | st.integers(),
    components=st.none() | st.lists(planned, max_size=2).map(tuple),
)
plans = st.builds(
    Plan,
    holds=st.lists(st.builds(Hold, words, words, words, words, st.booleans()), max_size=2).map(tuple),
    rejected=st.none() | words,
    track_only=st.booleans(),
    shipments=st.lists(shipments, max_size=2).map(tuple),
    backorders=st.lists(st.builds(Backorder, words, words, st.integers(1, 9), words), max_size=2).map(tuple),
    cancelled=st.lists(planned, max_size=2).map(tuple),
    problems=st.lists(st.builds(Problem, words, words, words, words), max_size=2).map(tuple),
    rules=lists,
    observed=lists,
    tags=lists,
    notes=lists,
    notify=lists,
    assigned=words,
    priority=words,
    events=lists,
)


@given(plans)
def test_a_plan_comes_back_from_its_text_as_it_was(plan):
    assert plan == plan_from_json(json.loads(plan_text(plan)))


def test_a_plan_that_wants_nothing_is_an_empty_table():
    assert {} == plan_to_json(Plan())


def test_an_empty_rejection_is_not_the_same_as_none():
    assert {"rejected": ""} == plan_to_json(Plan(rejected=""))
