from __future__ import annotations

from orderctl.store import exceptions, passes
from orderctl.store.exceptions import ExceptionFilter, Trouble
from orderctl.store.transactions import transaction
from tests.builders import an_order
from tests.store.shelf import kinds_of_events, save, stamp, troubles


def raise_all(db, *some: Trouble, minutes: int = 0) -> int:
    with transaction(db, "raise"):
        return exceptions.raise_all(db, stamp(minutes), some)


def test_an_exception_stands_once_per_code_and_subject(db):
    (order,) = save(db, an_order())
    trouble = Trouble("short_stock", "WEB-1042", "none left", order)

    assert [2, 0] == [raise_all(db, trouble, Trouble("short_stock", "WEB-1", "none")), raise_all(db, trouble)]
    assert 1 == kinds_of_events(db, order).count("exception")


def test_once_closed_it_may_be_raised_again(db):
    raise_all(db, Trouble("a", "b", "c"))
    with transaction(db, "settle"):
        exceptions.settle(db, stamp(), "a", "b")
    assert [] == troubles(db)

    assert 1 == raise_all(db, Trouble("a", "b", "c"))


def test_a_person_s_answer_closes_it_once_and_is_kept(db):
    raise_all(db, Trouble("a", "b", "c"))
    number = exceptions.find(db)[0]["id"]
    with transaction(db, "close"):
        assert [True, False] == [exceptions.close(db, stamp(1, "maria"), number, "seen") for _ in range(2)]

    found = exceptions.one(db, number)
    assert found is not None
    assert ("maria", "seen", stamp(1).at) == (found["closed_by"], found["answer"], found["closed_at"])
    assert exceptions.one(db, 99) is None


def test_they_are_listed_newest_first_and_closed_ones_only_when_asked_for(db):
    for code in ("a", "b", "c"):
        raise_all(db, Trouble(code, "x", ""))
    with transaction(db, "settle"):
        exceptions.settle(db, stamp(), "b", "x")

    assert ["c", "a"] == [one["code"] for one in exceptions.find(db)]
    assert ["c", "b", "a"] == [one["code"] for one in exceptions.find(db, ExceptionFilter(closed=True))]
    assert ["c"] == [one["code"] for one in exceptions.find(db, limit=1)]


def test_the_exceptions_of_an_order_close_as_far_as_their_cause_is_gone(db):
    one, other = save(db, an_order(), an_order(number="2", channel_order_id="2"))
    for order, subject in ((one, "WEB-1042"), (other, "WEB-2")):
        raise_all(db, *(Trouble(code, subject, "", order) for code in ("short_stock", "no_service", "uncertain")))

    with transaction(db, "settle"):
        exceptions.settle_orders(db, stamp(), {one: {"short_stock"}}, ("short_stock", "no_service"))

    assert {"short_stock", "uncertain"} == {found["code"] for found in exceptions.of_order(db, one)}
    assert 3 == len(exceptions.of_order(db, other))


def test_subjects_are_found_by_how_they_begin_whatever_characters_they_have(db):
    raise_all(db, Trouble("a", "web: 50%_x", ""), Trouble("a", "web: 50", ""), Trouble("b", "web: 50%", ""))

    assert {"web: 50%_x"} == exceptions.open_subjects(db, "a", "web: 50%")


def test_a_pass_tells_what_it_put_before_a_person_itself(db):
    raise_all(db, Trouble("a", "old", ""), minutes=1)
    raise_all(db, Trouble("a", "old", ""), Trouble("a", "new", ""), Trouble("a", "gone", ""), minutes=2)
    with transaction(db, "settle"):
        exceptions.settle(db, stamp(2), "a", "gone")

    news = passes.news(db, stamp(2).pass_id, 0)

    assert ["new"] == [one.subject for one in news]
    assert [] == passes.news(db, stamp(2).pass_id, news[0].exception_id)


def test_what_is_put_off_is_not_told_of_until_then_and_is_new_in_the_pass_after(db):
    raise_all(db, Trouble("a", "1", "m"), Trouble("b", "2", "m"))
    with transaction(db, "snooze"):
        exceptions.snooze(db, stamp(), 1, stamp(60).at)

    before, after = stamp(59), stamp(60)
    assert ["b"] == [one["code"] for one in exceptions.find(db, ExceptionFilter(now=before.at))]
    assert [stamp(60).at] == [
        one["snoozed_until"] for one in exceptions.find(db, ExceptionFilter(now=before.at, snoozed=True))
    ]
    assert ({"b": 1}, {"a": 1, "b": 1}) == (exceptions.counts(db, before.at), exceptions.counts(db, after.at))

    with transaction(db, "wake"):
        exceptions.wake(db, before)
        exceptions.wake(db, after)

    assert ["a"] == [one.code for one in passes.news(db, after.pass_id, 0)]


def test_what_was_put_off_ends_when_its_cause_is_gone(db):
    raise_all(db, Trouble("a", "1", "m"))
    with transaction(db, "snooze"):
        exceptions.snooze(db, stamp(), 1, stamp(60).at)
        exceptions.settle(db, stamp(1), "a", "1")
        exceptions.wake(db, stamp(60))

    assert [] == passes.news(db, stamp(60).pass_id, 0)


def test_exceptions_are_found_by_whom_they_belong_to_and_for_how_long_they_wait(db):
    (order,) = save(db, an_order())
    raise_all(db, Trouble("a", "1", "m", order), Trouble("b", "2", "m", owner="sales"))
    raise_all(db, Trouble("c", "3", "m"), minutes=30)
    with transaction(db, "assign"):
        assert exceptions.assign(db, stamp(1, "maria"), 1, "maria")
        assert not exceptions.assign(db, stamp(1, "maria"), 9, "maria")

    def found(**changes):
        return [one["code"] for one in exceptions.find(db, ExceptionFilter(**changes))]

    assert ["a"] == found(owner="maria")
    assert ["c"] == found(owner="")
    assert ["b", "a"] == found(opened_before=stamp(10).at)
    assert ["c", "a"] == found(codes=("a", "c"))
    assert "exception" == kinds_of_events(db, order)[-1]
