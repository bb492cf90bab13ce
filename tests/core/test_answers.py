from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core import answers
from orderctl.core.confirmations import KINDS
from orderctl.core.states import SHIPMENT_EDGES
from tests.core.asked_shipments import after, asked, beyond, codes, packed, row

STATES = ("dispatched", "acknowledged", "cancel_requested", "cancelled", "rejected", "shipped", "delivered")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("changes", [{}, {"line_id": "mug"}, {"line_id": "mug", "quantity": 1}, {"sku": "LAMP"}])
def test_whatever_comes_in_whatever_state_follows_the_edges_and_never_fails(state, kind, changes):
    shipment = asked(state, mug=2)

    answer = answers.read(shipment, [row(kind, **changes)])

    reached = {state} | set(SHIPMENT_EDGES[state])
    reached |= {further for next_one in SHIPMENT_EDGES[state] for further in SHIPMENT_EDGES[next_one]}
    assert answer.state in reached


ROWS = st.builds(
    row,
    st.sampled_from(KINDS),
    st.none() | st.integers(1, 4),
    line_id=st.sampled_from(["", "mug", "tee", "lamp"]),
    sku=st.sampled_from(["", "MUG", "TEE", "LAMP"]),
    tracking_number=st.sampled_from(["", "1Z1", "1Z2"]),
)


@given(st.lists(ROWS, max_size=6), st.sampled_from(STATES))
def test_packed_and_short_never_exceed_what_was_asked(rows, state):
    shipment = asked(state, mug=2, mug2=1, tee=3)

    done = after(shipment, answers.read(shipment, rows))

    for line in done.lines:
        assert 0 <= line.packed + line.short <= line.quantity


@given(st.lists(ROWS, max_size=5), st.sampled_from(("dispatched", "acknowledged", "cancel_requested")))
def test_a_file_that_comes_once_more_packs_nothing_and_takes_nothing_back(rows, state):
    shipment = asked(state, mug=2, mug2=1, tee=3)
    done = after(shipment, answers.read(shipment, rows))
    if done.state == "rejected":
        return  # whatever still ships is a matter for a person

    again = answers.read(done, rows)

    assert {} == again.short
    assert {} == {number: lines for number, lines in packed(again).items() if lines}


def test_one_row_without_line_packs_everything():
    answer = answers.read(asked(mug=2, tee=1), [row()])

    assert "shipped" == answer.state
    assert {"1Z1": {1: 2, 2: 1}} == packed(answer)
    assert ("UPS", "1Z1") == (answer.packages["1Z1"].carrier, answer.packages["1Z1"].tracking_number)


def test_a_part_leaves_the_shipment_open_until_the_rest_has_left():
    first = answers.read(asked(mug=3), [row(quantity=2, line_id="mug")])
    assert ("dispatched", {"1Z1": {1: 2}}) == (first.state, packed(first))

    rest = row(quantity=1, line_id="mug", tracking_number="1Z2")
    second = answers.read(after(asked(mug=3), first), [rest])

    assert ("shipped", {"1Z2": {1: 1}}) == (second.state, packed(second))


def test_two_parcels_in_one_file_are_two_packages():
    rows = [row(quantity=1, line_id="mug"), row(quantity=1, line_id="mug", tracking_number="1Z2")]

    assert {"1Z1": {1: 1}, "1Z2": {1: 1}} == packed(answers.read(asked(mug=2), rows))


def test_one_row_per_unit_adds_up():
    assert {"1Z1": {1: 2}} == packed(answers.read(asked(mug=2), [row(quantity=1, line_id="mug")] * 2))


def test_units_told_by_sku_fill_all_lines_of_that_sku_in_their_order():
    """The same article stands on two lines; the location reports three of it."""
    answer = answers.read(asked(mug=2, mug2=1), [row(quantity=3, sku="MUG")])

    assert ("shipped", {"1Z1": {1: 2, 2: 1}}, []) == (answer.state, packed(answer), codes(answer))


def test_units_told_of_the_whole_shipment_are_spread_and_not_taken_for_each_line():
    answer = answers.read(asked(mug=2, tee=1), [row(quantity=3)])

    assert ("shipped", {"1Z1": {1: 2, 2: 1}}, {}) == (answer.state, packed(answer), beyond(answer))


@pytest.mark.parametrize("same", [row(), row(quantity=2, line_id="mug"), row(quantity=2, sku="MUG"), row(quantity=2)])
def test_what_was_told_before_changes_nothing_in_whatever_words(same):
    done = after(asked(mug=2), answers.read(asked(mug=2), [row()]))

    answer = answers.read(done, [same])

    assert ("shipped", {}, []) == (answer.state, answer.packages, codes(answer))


def test_the_same_row_twice_in_one_file_is_one_answer():
    answer = answers.read(asked(mug=2), [row(quantity=2, line_id="mug")] * 2)

    assert ({"1Z1": {1: 2}}, {}, []) == (packed(answer), beyond(answer), codes(answer))


def test_a_known_package_with_other_contents_is_told_and_the_first_report_stands():
    done = after(asked(mug=2), answers.read(asked(mug=2), [row(quantity=1, line_id="mug")]))

    answer = answers.read(done, [row(quantity=2, line_id="mug")])

    assert (["package_changed"], {}) == (codes(answer), answer.packages)


def test_more_than_was_asked_is_counted_apart_and_told():
    answer = answers.read(asked(mug=2), [row(quantity=3, line_id="mug")])

    assert ("shipped", {"1Z1": {1: 2}}, {1: 1}) == (answer.state, packed(answer), beyond(answer))
    assert ["overshipped"] == codes(answer)


def test_more_units_after_everything_has_left_are_told_too():
    done = after(asked(mug=2), answers.read(asked(mug=2), [row()]))

    answer = answers.read(done, [row(quantity=1, line_id="mug", tracking_number="1Z2")])

    assert ({1: 1}, ["overshipped"]) == (beyond(answer), codes(answer))


def test_the_number_of_one_more_parcel_is_kept_even_when_nobody_says_what_is_in_it():
    boxes = [row(quantity=1), row(quantity=1, tracking_number="1Z2")]
    done = after(asked(mug=2), answers.read(asked(mug=2), boxes))
    more = row(tracking_number="1Z3")

    answer = answers.read(done, [more])

    assert (["1Z3"], ["extra_package"], "shipped") == (list(answer.packages), codes(answer), answer.state)
    assert [] == codes(answers.read(after(done, answer), [more]))


def test_a_line_that_was_not_asked_for_is_told_and_its_tracking_number_kept():
    answer = answers.read(asked(mug=2), [row(quantity=1, sku="LAMP")])

    assert (["unknown_line"], ["1Z1"], {}) == (codes(answer), list(answer.packages), beyond(answer))
    assert "1Z1" in answer.problems[0].message
    assert "dispatched" == answer.state


def test_an_added_gift_is_no_unknown_line():
    assert [] == codes(answers.read(asked(mug=1, added=("GIFT",)), [row(quantity=1, sku="GIFT"), row()]))


def test_what_is_short_goes_back_and_the_rest_ships():
    answer = answers.read(
        asked(mug=3), [row("short", 1, line_id="mug", reason="broken"), row(quantity=2, line_id="mug")]
    )

    assert ("shipped", {1: 1}, {"1Z1": {1: 2}}) == (answer.state, answer.short, packed(answer))
    assert ["WEB-1-1 ships 1 of MUG less: broken"] == [problem.message for problem in answer.problems]


def test_short_said_twice_is_short_once_and_said_higher_is_the_difference():
    done = after(asked(mug=3), answers.read(asked(mug=3), [row("short", 1, line_id="mug")]))

    assert {} == answers.read(done, [row("short", 1, line_id="mug")]).short
    assert {1: 1} == answers.read(done, [row("short", 2, line_id="mug")]).short


def test_a_shipment_that_is_short_of_everything_is_rejected():
    assert "rejected" == answers.read(asked(mug=2), [row("short", line_id="mug")]).state
    assert "cancelled" == answers.read(asked("cancel_requested", mug=2), [row("short", line_id="mug")]).state


@pytest.mark.parametrize("kind", ["rejected", "cancelled"])
def test_one_line_that_is_rejected_or_cancelled_leaves_the_others_alone(kind):
    """The location will send the tee; nothing of it may be ordered elsewhere."""
    answer = answers.read(asked(mug=2, tee=1), [row(kind, line_id="mug")])

    assert ("dispatched", {1: 2}) == (answer.state, answer.short)


def test_a_rejection_is_final_and_its_reason_is_kept():
    answer = answers.read(asked(), [row("rejected", reason="no gold")])

    assert ("rejected", "no gold", {}) == (answer.state, answer.reason, answer.short)
    assert "cancelled by the location" == answers.read(asked(), [row("cancelled")]).reason


def test_a_rejection_after_some_was_packed_is_about_the_rest():
    done = after(asked(mug=2), answers.read(asked(mug=2), [row(quantity=1, line_id="mug")]))

    answer = answers.read(done, [row("rejected")])

    assert ("shipped", {1: 1}, ["short_shipment"]) == (answer.state, answer.short, codes(answer))


def test_a_rejection_after_all_was_packed_contradicts_itself():
    assert ["contradiction"] == codes(answers.read(asked("shipped"), [row("rejected")]))


def test_what_was_asked_to_stop_is_cancelled_once_the_location_says_so():
    answer = answers.read(asked("cancel_requested"), [row("cancelled", reason="in time")])

    assert ("cancelled", "in time", []) == (answer.state, answer.reason, codes(answer))


def test_what_was_partly_packed_when_it_was_stopped_is_shipped_as_far_as_it_was():
    done = after(asked("cancel_requested", mug=3), answers.read(asked("cancel_requested", mug=3), [row(quantity=1)]))

    answer = answers.read(done, [row("cancelled")])

    assert ("shipped", {1: 2}, []) == (answer.state, answer.short, codes(answer))


def test_what_ships_though_it_was_to_stop_is_told():
    answer = answers.read(asked("cancel_requested"), [row()])

    assert ("shipped", ["shipped_after_cancel"], {"1Z1": {1: 2}}) == (answer.state, codes(answer), packed(answer))


def test_what_ships_after_it_was_cancelled_is_beyond_the_order():
    answer = answers.read(asked("cancelled"), [row()])

    assert ("shipped", ["shipped_after_cancel"], {1: 2}) == (answer.state, codes(answer), beyond(answer))
    assert [] == codes(answers.read(after(asked("cancelled"), answer), [row()]))


def test_what_ships_after_it_was_rejected_stays_rejected_and_is_told():
    answer = answers.read(asked("rejected"), [row()])

    assert ("rejected", ["shipped_after_rejection"], {1: 2}) == (answer.state, codes(answer), beyond(answer))


def test_acknowledging_moves_on_only_what_waits_for_it():
    assert "acknowledged" == answers.read(asked(), [row("acknowledged")]).state
    for state in ("cancel_requested", "shipped", "cancelled"):
        assert (state, True) == (
            answers.read(asked(state), [row("acknowledged")]).state,
            answers.read(asked(state), [row("acknowledged")]).acknowledged,
        )


def test_delivered_says_that_it_has_left_too():
    answer = answers.read(asked(mug=2), [row("delivered", tracking_number="1Z1", carrier="UPS")])

    assert ("delivered", {"1Z1": {1: 2}}) == (answer.state, packed(answer))


def test_one_delivered_parcel_of_two_delivers_nothing_yet():
    done = after(asked(mug=2, tee=1), answers.read(asked(mug=2, tee=1), [row(quantity=2, line_id="mug")]))

    answer = answers.read(done, [row("delivered", tracking_number="1Z1")])

    assert ("dispatched", {}) == (answer.state, answer.packages)


def test_a_problem_says_where_the_row_stood():
    assert "(a.csv line 2)" in answers.read(asked(), [row(sku="LAMP")]).problems[0].message
