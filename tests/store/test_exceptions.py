from __future__ import annotations

from orderctl.store import exceptions, passes
from orderctl.store.exceptions import Trouble
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
    assert ["c", "b", "a"] == [one["code"] for one in exceptions.find(db, include_closed=True)]
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
