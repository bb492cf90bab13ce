from __future__ import annotations

import json
from typing import Any

import pytest

from orderctl.cli import render
from orderctl.cli.options import Format, Shared
from orderctl.cli.reports import LONGEST_MAIL, Done, Problems, mail, sentence, subject, together
from orderctl.core.errors import Exit
from orderctl.core.failures import Recovered
from orderctl.steps.quiet import Telling
from orderctl.steps.report import Report, Together


def a_report(step: str = "route", *, held: int = 0, failed: int = 0, **counts: int) -> Report:
    report = Report(step, counts=dict(counts))
    for number in range(held):
        report.problem("no_address", f"web/{number}", "has no address", next=f"orderctl exceptions show {number}")
    for number in range(failed):
        report.problem("remote", f"shop{number}", "answered 503", next="orderctl pull", exit=Exit.REMOTE)
    return report


def problems_of(*reports: Report) -> Problems:
    return Done(reports).problems


def test_a_step_is_its_own_json_document(capsys: pytest.CaptureFixture[str]):
    render.show(Done([a_report(held=1, routed=2)]), Shared(format=Format.JSON))

    document = json.loads(capsys.readouterr().out)
    assert ["step", "exit_code", "counts", "problems", "items"] == list(document)
    assert ("route", 3, {"routed": 2}) == (document["step"], document["exit_code"], document["counts"])


def test_a_step_alone_also_tells_what_recovery_before_it_could_not_finish(capsys: pytest.CaptureFixture[str]):
    render.show(Done([a_report("recover", failed=1), a_report(routed=2)]), Shared(format=Format.JSON))

    document = json.loads(capsys.readouterr().out)
    assert ("route", 5, ["remote"]) == (
        document["step"],
        document["exit_code"],
        [problem["code"] for problem in document["problems"]],
    )


def test_a_pass_is_the_list_of_its_steps_with_the_worst_code(capsys: pytest.CaptureFixture[str]):
    render.show(Done([a_report("pull", failed=1), a_report(held=1)], whole_pass=True), Shared(format=Format.JSON))

    document = json.loads(capsys.readouterr().out)
    assert 5 == document["exit_code"]
    assert ["pull", "route"] == [step["step"] for step in document["steps"]]


def test_a_pass_without_a_terminal_is_silent_when_all_is_well(capsys: pytest.CaptureFixture[str]):
    render.show(Done([a_report("pull", new=7), a_report(routed=7)], whole_pass=True), Shared())

    assert ("", "") == capsys.readouterr()


def test_a_pass_without_a_terminal_sends_a_mail_of_a_subject_and_a_line_each(capsys: pytest.CaptureFixture[str]):
    render.show(Done([a_report("pull", failed=1), a_report(held=2)], whole_pass=True), Shared())

    out, err = capsys.readouterr()
    assert "" == out
    assert [
        "orderctl: 2 new exceptions, 1 channel failed",
        "shop0: answered 503; next: orderctl pull",
        "web/0: has no address; next: orderctl exceptions show 0",
        "web/1: has no address; next: orderctl exceptions show 1",
    ] == err.splitlines()


def test_what_works_again_is_told_in_the_same_mail():
    assert [
        "orderctl: 1 new exception, 2 failures have ended",
        "web/0: has no address; next: orderctl exceptions show 0",
        "east: dispatch works again; it failed since 2026-11-20T10:00:00Z",
        "web: pull works again; it failed since 2026-11-20T11:00:00Z",
    ] == mail(
        problems_of(a_report(held=1)),
        [Recovered("dispatch", "east", "2026-11-20T10:00:00Z"), Recovered("pull", "web", "2026-11-20T11:00:00Z")],
    )


def test_an_unattended_pass_says_only_what_is_worth_telling(capsys: pytest.CaptureFixture[str]):
    failed = a_report("pull", failed=1)
    render.show(Done([failed], whole_pass=True, telling=Telling((), ())), Shared())

    assert ("", "") == capsys.readouterr()
    assert Exit.REMOTE == Done([failed], whole_pass=True, telling=Telling((), ())).exit


@pytest.mark.parametrize("held", [1, 14, 15, 500])
def test_a_mail_is_never_longer_than_fifteen_lines(held: int):
    lines = mail(problems_of(a_report(held=held)))

    assert min(held + 1, LONGEST_MAIL) == len(lines)
    if held > 14:
        assert f"and {held - 13} more; next: orderctl exceptions list" == lines[-1]


def test_what_needs_a_person_is_shown_with_the_command_to_type(capsys: pytest.CaptureFixture[str]):
    render.show(Done([a_report("pull", new=1200, put_aside=1), a_report(held=1)]), Shared())

    out, err = capsys.readouterr()
    assert "pull   1,200 new, 1 put aside\nroute  nothing\n" in out
    assert "\nweb/0: has no address\n    orderctl exceptions show 0\n" in out
    assert "orderctl: 1 new exception; next: orderctl exceptions show 0\n" == err


def test_a_message_that_begins_with_its_subject_is_not_told_twice(capsys: pytest.CaptureFixture[str]):
    report = Report("collect")
    report.problem("overshipped", "WEB-1-1", "WEB-1-1 ships 1 of MUG more than asked")
    render.show(Done([report]), Shared())

    assert "\nWEB-1-1 ships 1 of MUG more than asked\n" in capsys.readouterr().out


def test_so_many_problems_that_nobody_reads_them_are_counted(capsys: pytest.CaptureFixture[str]):
    render.show(Done([a_report(held=1200)]), Shared())

    out, err = capsys.readouterr()
    assert out.endswith("\n    orderctl exceptions show 9\nand 1,190 more\n")
    assert "orderctl: 1,200 new exceptions; next: orderctl exceptions list\n" == err


def test_one_of_a_kind_is_told_in_the_singular():
    assert "1 unit cancelled, 2 packages, 1 batch" == sentence({"units cancelled": 1, "packages": 2, "batches": 1})


def test_a_dry_run_says_that_nothing_was_done(capsys: pytest.CaptureFixture[str]):
    report = a_report(routed=1, held=1)
    report.items.append({"order": "WEB-1042", "outcome": "routed"})
    render.show(Done([report], dry_run=True), Shared())

    out, err = capsys.readouterr()
    assert out.startswith("Dry run: this is what would be done. Nothing was changed, written or sent.\n")
    assert "route\norder     outcome\nWEB-1042  routed\n" in out
    assert out.endswith("\nweb/0: has no address\n"), "an exception of a dry run cannot be looked at"
    assert "orderctl: a dry run found 1 new exception; nothing was done\n" == err


def a_dry_run(*, whole_pass: bool) -> Done:
    lines = [{"sku": "MUG", "quantity": 2}, {"sku": "LAMP", "quantity": 1}]
    shipment = {"location": "east", "service": "usps:ground_advantage", "lines": lines}
    route, dispatch, push = a_report("route"), a_report("dispatch"), a_report("push")
    route.items.append(
        {"order": "WEB-1", "outcome": "routed", "shipments": [shipment], "backorders": lines, "holds": []}
    )
    dispatch.items.append({
        "location": "east", "orders": 1, "units": 3, "document": "out/east/1.csv", "shipments": ["WEB-1-1"]
    })  # fmt: skip
    push.items.append({
        "channel": "web",
        "document": "outbox/1.csv",
        "tracking": [{"reference": "WEB-1-1", "carrier": "usps", "tracking_number": "94", "replaces": "93"}],
    })  # fmt: skip
    return Done([route, dispatch, push], whole_pass=whole_pass, dry_run=True)


def test_a_dry_run_of_a_pass_shows_what_would_leave_the_house(capsys: pytest.CaptureFixture[str]):
    render.show(a_dry_run(whole_pass=True), Shared())

    out = capsys.readouterr().out
    assert "Would be handed over\nlocation  orders  units  document\neast           1      3  out/east/1.csv\n" in out
    assert "Would be told\nchannel  packages  document\nweb             1  outbox/1.csv\n" in out
    assert "LAMP" not in out


def test_a_dry_run_of_a_step_shows_who_gets_what(capsys: pytest.CaptureFixture[str]):
    render.show(a_dry_run(whole_pass=False), Shared(format=Format.TABLE))

    out = capsys.readouterr().out
    assert "WEB-1  routed   2 MUG + 1 LAMP from east by usps:ground_advantage  2 MUG + 1 LAMP\n" in out
    assert "east           1      3  out/east/1.csv  WEB-1-1\n" in out
    assert "WEB-1-1 usps 94 (was 93)\n" in out


def test_the_rows_of_a_pass_are_its_counts(capsys: pytest.CaptureFixture[str]):
    render.show(Done([a_report("pull", new=2, changed=1)], whole_pass=True), Shared(format=Format.CSV))

    assert "step,what,count\npull,new,2\npull,changed,1\n" == capsys.readouterr().out


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (a_report(held=1), "1 new exception"),
        (a_report("dispatch", failed=1), "1 location failed"),
        (a_report("push", failed=2), "2 channels failed"),
        (a_report("recover", failed=1), "1 problem"),
        (a_report("collect", held=3, failed=1), "3 new exceptions, 1 location failed"),
    ],
)
def test_the_subject_counts_by_kind(report: Report, said: str):
    assert said == subject(problems_of(report))


def test_a_place_that_fails_twice_is_counted_once():
    collect, dispatch = a_report("collect", failed=1), a_report("dispatch", failed=1)

    assert "1 location failed" == subject(problems_of(collect, dispatch))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "2 of 3 orders decided together: 11.50 USD instead of 35.00 one by one; nothing can cost less."),
        ({"bound_minor": 1000}, "one by one; at most 15.00 % above the least there can be."),
        ({"bound_minor": None, "short": 1, "short_alone": 3}, "one by one; 1 unit short, 3 one by one."),
        ({"bound_minor": None, "short": 2, "short_alone": 2}, "one by one; 2 units short, either way."),
        ({"bound_minor": None, "fell_back": 2}, "11.50 USD; for 2 of them one by one was as good, and stands."),
        ({"bound_minor": None, "finished": False}, "one by one; the time for it was over ([routing] max_time)."),
    ],
)
def test_what_deciding_together_came_to_is_one_sentence(changes: dict[str, Any], said: str):
    came: dict[str, Any] = {"orders": 3, "asked": 2, "cost_minor": 1150, "alone_minor": 3500, "bound_minor": 1150}
    sentence = together(Together("USD", **(came | changes)))
    assert sentence.endswith(said)
