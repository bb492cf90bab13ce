from __future__ import annotations

from tests.cli.shop import Shop, a_row


def test_an_exception_is_shown_with_what_it_means_and_answers_to_paste(a_day_later: Shop):
    text = a_day_later.orderctl("exceptions", "show", "1").out

    assert text.startswith("quarantine: total")
    assert "could not be understood" in text
    assert "    orderctl exceptions resolve 1 --reason 'seen'\n" in text


def test_what_was_put_aside_can_be_read_whole(a_day_later: Shop):
    record = a_day_later.orderctl("exceptions", "show", "1", "--json").json["record"]
    text = a_day_later.orderctl("exceptions", "show", "1").out

    assert ("web", "inbox/web.jsonl line 3", "total") == (record["channel"], record["source"], record["field"])
    assert '"total": "many"' in record["payload"]
    assert '"number": "3"' in text


def test_of_a_long_record_the_beginning_is_shown(a_day_later: Shop):
    a_day_later.receive(a_row("4", total="many", note="x" * 5000), file="web2")
    a_day_later.orderctl("run")

    text = a_day_later.orderctl("exceptions", "show", "2").out

    assert "... (whole with --json)" in text
    assert len(text) < 3000


def test_a_resolved_exception_no_longer_waits(a_day_later: Shop):
    said = a_day_later.orderctl("exceptions", "resolve", "1", "--reason", "typed again by hand")
    closed = a_day_later.orderctl("exceptions", "show", "1", "--json").json

    assert (0, 2) == (said.code, a_day_later.orderctl("exceptions", "resolve", "1", "--reason", "x").code)
    assert [] == a_day_later.orderctl("exceptions", "list", "--json").json
    assert [1] == [row["id"] for row in a_day_later.orderctl("exceptions", "list", "--all", "--json").json]
    assert "typed again by hand" == closed["answer"]
    assert closed["record"]


def test_an_exception_that_does_not_exist_is_no_bug(a_day_later: Shop):
    assert [2, 2, 2] == [a_day_later.orderctl("exceptions", "show", number).code for number in ("9", "-1", "x")]


def test_an_exception_that_is_put_off_waits_for_nobody_and_can_be_looked_up(a_day_later: Shop):
    said = a_day_later.orderctl("exceptions", "snooze", "1", "--for", "2d", "--json")

    assert (0, {"put off": 1}) == (said.code, said.json["counts"])
    assert [] == a_day_later.orderctl("exceptions", "list", "--json").json
    assert [1] == [row["id"] for row in a_day_later.orderctl("exceptions", "list", "--snoozed", "--json").json]
    assert {} == a_day_later.orderctl("status", "--json").json["exceptions"]
    assert (0, "") == tuple(getattr(a_day_later.orderctl("run"), name) for name in ("code", "err"))


def test_an_exception_has_an_owner_by_whom_it_is_found(a_day_later: Shop):
    assert 0 == a_day_later.orderctl("exceptions", "assign", "1", "--to", "maria").code

    def found(*options: str) -> list[int]:
        return [row["id"] for row in a_day_later.orderctl("exceptions", "list", "--json", *options).json]

    assert ([1], [], [1], []) == (
        found("--owner", "maria"),
        found("--owner", "nobody"),
        found("--code", "quarantine"),
        found("--age", "1d"),
    )
    assert 2 == a_day_later.orderctl("exceptions", "list", "--code", "quarantin").code


def test_of_several_numbers_all_are_closed_or_none(a_day_later: Shop):
    wrong = a_day_later.orderctl("exceptions", "resolve", "1", "9", "--reason", "x")

    assert (2, True) == (wrong.code, "exception 9 is not there; nothing was done" in wrong.err)
    assert [1] == [row["id"] for row in a_day_later.orderctl("exceptions", "list", "--json").json]


def test_only_a_moment_to_come_can_be_waited_for(a_day_later: Shop):
    for options in ([], ["--until", "2020-01-01"], ["--for", "soon"], ["--for", "1d", "--until", "2999-01-01"]):
        assert 2 == a_day_later.orderctl("exceptions", "snooze", "1", *options).code
