from __future__ import annotations

import json

import pytest

from orderctl.cli import render
from orderctl.cli.options import Format, Shared
from orderctl.cli.reports import LONGEST_MAIL, Done, mail, subject
from orderctl.core.errors import Exit
from orderctl.steps.report import Report


def a_report(step: str = "route", *, held: int = 0, failed: int = 0, **counts: int) -> Report:
    report = Report(step, counts=dict(counts))
    for number in range(held):
        report.problem("no_address", f"web/{number}", "has no address", next=f"orderctl exceptions show {number}")
    for number in range(failed):
        report.problem("remote", f"shop{number}", "answered 503", next="orderctl pull", exit=Exit.REMOTE)
    return report


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
        "orderctl: 2 new exceptions, 1 channel or location failed",
        "shop0: answered 503; next: orderctl pull",
        "web/0: has no address; next: orderctl exceptions show 0",
        "web/1: has no address; next: orderctl exceptions show 1",
    ] == err.splitlines()


@pytest.mark.parametrize("held", [1, 14, 15, 500])
def test_a_mail_is_never_longer_than_fifteen_lines(held: int):
    lines = mail(a_report(held=held).problems)

    assert min(held + 1, LONGEST_MAIL) == len(lines)
    if held > 14:
        assert f"and {held - 13} more; next: orderctl exceptions list" == lines[-1]


def test_what_needs_a_person_is_shown_with_the_command_to_type(capsys: pytest.CaptureFixture[str]):
    render.show(Done([a_report("pull", new=1200, put_aside=1), a_report(held=1)]), Shared())

    out, err = capsys.readouterr()
    assert "pull   1,200 new, 1 put aside\nroute  nothing to do\n" in out
    assert "1 new exception:\n  web/0: has no address\n      orderctl exceptions show 0\n" in out
    assert "orderctl: 1 new exception\n" == err


def test_a_dry_run_says_that_nothing_was_done(capsys: pytest.CaptureFixture[str]):
    report = a_report(routed=1)
    report.items.append({"order": "WEB-1042", "outcome": "routed"})
    render.show(Done([report], dry_run=True), Shared())

    out = capsys.readouterr().out
    assert out.startswith("Dry run: this is what would be done; nothing was.\n")
    assert "route\norder     outcome\nWEB-1042  routed\n" in out


def test_a_dry_run_shows_per_step_who_gets_what_and_where_it_goes(capsys: pytest.CaptureFixture[str]):
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
        "channel": "web", "tracking": [{"reference": "WEB-1-1", "carrier": "usps", "tracking_number": "94"}]
    })  # fmt: skip

    render.show(Done([route, dispatch, push], whole_pass=True, dry_run=True), Shared(format=Format.TABLE))

    out = capsys.readouterr().out
    assert "WEB-1  routed   2 MUG + 1 LAMP from east by usps:ground_advantage  2 MUG + 1 LAMP\n" in out
    assert "east           1      3  out/east/1.csv  WEB-1-1\n" in out
    assert "web      WEB-1-1 usps 94\n" in out


def test_the_rows_of_a_pass_are_its_counts(capsys: pytest.CaptureFixture[str]):
    render.show(Done([a_report("pull", new=2, changed=1)], whole_pass=True), Shared(format=Format.CSV))

    assert "step,what,count\npull,new,2\npull,changed,1\n" == capsys.readouterr().out


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (a_report(held=1), "1 new exception"),
        (a_report(failed=2), "2 channels or locations failed"),
        (a_report(held=3, failed=1), "3 new exceptions, 1 channel or location failed"),
    ],
)
def test_the_subject_counts_by_kind(report: Report, said: str):
    assert said == subject(report.problems)
