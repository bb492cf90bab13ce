from __future__ import annotations

from hypothesis import given, settings

from orderctl.core.plans import Backorder, Hold, Plan, PlannedLine, PlannedShipment
from orderctl.rules import record
from orderctl.rules.facts import Facts
from orderctl.steps.records import Records
from orderctl.store import order_documents
from tests.rules import languages

PLAN = Plan(
    holds=(Hold("fraud", "hold/expensive"),),
    shipments=(PlannedShipment("east", (PlannedLine("1", "TASSE ä", 2),), options={"insure_minor": 5}),),
    backorders=(Backorder("2", "LAMP", 1, "location/all"),),
    rules=("hold/expensive", "location/all"),
)


@given(languages.facts())
@settings(max_examples=30, deadline=None)
def test_a_record_gives_back_the_facts_and_the_plan(facts: Facts):
    written = Records().text(facts, PLAN, order_documents.written(facts.order))

    assert (facts, PLAN) == record.decode(written, languages.PLACES)
