from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orderctl.core import states
from orderctl.core.states import LineCounters, order_state


def state(*lines: LineCounters, **flags: bool) -> str:
    nothing = dict.fromkeys(("rejected", "track_only", "held", "effects_open"), False)
    return order_state(lines, **(nothing | flags))


def test_every_edge_leads_to_a_state_that_exists():
    for edges in (states.SHIPMENT_EDGES, states.EFFECT_EDGES):
        assert {after for reached in edges.values() for after in reached} <= set(edges)


def test_what_is_over_has_no_way_out():
    assert {"rejected", "delivered"} == {name for name, after in states.SHIPMENT_EDGES.items() if not after}
    assert {"accepted", "refused", "superseded"} == {name for name, after in states.EFFECT_EDGES.items() if not after}
    assert set(states.OPEN_EFFECTS) == {name for name, after in states.EFFECT_EDGES.items() if after}


def test_nothing_that_may_have_been_handed_over_is_sent_again_without_a_word_from_outside():
    ways_to_send = {name for name, after in states.SHIPMENT_EDGES.items() if "sending" in after}
    assert {"planned"} == ways_to_send
    assert {"sending", "uncertain"} == {name for name, after in states.SHIPMENT_EDGES.items() if "planned" in after}


def test_the_first_state_that_holds_is_the_order_s():
    line = LineCounters
    assert "cancelled" == state(line(2, open=0, cancelled=2), rejected=True)
    assert "cancelled" == state(line(0, open=0))
    assert "rejected" == state(line(2, open=2), rejected=True, track_only=True)
    assert "track_only" == state(line(2, open=2), track_only=True, held=True)
    assert "shipped" == state(line(2, open=0, shipped=1, cancelled=1), effects_open=True, held=True)
    assert "closed" == state(line(2, open=0, shipped=1, cancelled=1), held=True)
    assert "partly_shipped" == state(line(2, open=0, shipped=1, dispatched=1), held=True)
    assert "held" == state(line(2, open=1, dispatched=1), held=True)
    assert "dispatched" == state(line(3, open=0, dispatched=1, planned=1, backordered=1))
    assert "routed" == state(line(2, open=0, planned=1, backordered=1))
    assert "backordered" == state(line(2, open=1, backordered=1))
    assert "new" == state(line(2, open=2))


def test_lines_that_are_not_ours_to_ship_keep_no_order_open():
    digital = LineCounters(1, open=1, to_ship=False)

    assert "closed" == state(digital)
    assert "closed" == state(digital, LineCounters(1, open=0, shipped=1))
    assert "new" == state(digital, LineCounters(1, open=1))


COUNTERS = st.builds(
    lambda parts, ours: LineCounters(sum(parts), *parts, to_ship=ours),
    st.lists(st.integers(0, 2), min_size=6, max_size=6),
    st.booleans(),
)


@given(st.lists(COUNTERS, max_size=4), st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_every_order_is_in_exactly_one_documented_state(lines, rejected, track_only, held, effects_open):
    found = order_state(lines, rejected=rejected, track_only=track_only, held=held, effects_open=effects_open)

    assert found in states.ORDER_STATES
