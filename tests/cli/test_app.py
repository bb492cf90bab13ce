from __future__ import annotations

import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from orderctl.cli import app
from orderctl.core.errors import BusyError, ConfigError, Finding, RemoteError, StoreError, UsageError

FINDINGS = [
    Finding("E101", "unknown field 'contry'", "rules.toml", 12, "location", "west", "did you mean 'country'?"),
    Finding("E110", "no such location 'reno'", "rules.toml", 20),
]


@pytest.fixture(autouse=True)
def handlers():
    """The signal handlers of the test run, put back."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def failing(error: BaseException, *arguments: str) -> int:
    def call(arguments: Sequence[str]) -> int:
        raise error

    return app.run(arguments, call)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("no order '7'", next="orderctl orders list"), 2),
        (ConfigError(FINDINGS), 2),
        (BusyError("another pass is running"), 4),
        (RemoteError("web answered 503"), 5),
        (StoreError("the disk is full"), 6),
        (KeyboardInterrupt(), 130),
        (app.Terminated(), 143),
    ],
)
def test_every_error_has_its_exit_code_and_one_line(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int
):
    assert code == failing(error, "orders", "list")
    out, err = capsys.readouterr()
    assert "" == out
    assert err.startswith("orderctl: ")


def test_an_error_says_what_and_what_to_type_next(capsys: pytest.CaptureFixture[str]):
    failing(UsageError("no order '7'", where="orders show", next="orderctl orders list"))

    assert "orderctl: orders show: no order '7'; next: orderctl orders list\n" == capsys.readouterr().err


def test_with_json_the_same_reasons_are_one_document(
    capsys: pytest.CaptureFixture[str],
):
    failing(ConfigError(FINDINGS), "route", "--json")

    document = json.loads(capsys.readouterr().out)
    assert 2 == document["exit_code"]
    assert ["rules.toml:12", "rules.toml:20"] == [problem["subject"] for problem in document["problems"]]
    assert "did you mean 'country'?" == document["problems"][0]["next"]


def test_a_bug_is_one_line_with_the_path_of_a_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    assert 1 == failing(ZeroDivisionError("ana@example.com"), "route")
    err = capsys.readouterr().err
    (report,) = tmp_path.iterdir()
    assert str(report) in err
    assert 1 == err.count("\n")
    assert "ana@example.com" not in err


def test_sigterm_stops_with_143(capsys: pytest.CaptureFixture[str]):
    def call(arguments: Sequence[str]) -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        return 0

    assert 143 == app.run(["run"], call)
    assert "the rest is left for the next pass; next: orderctl run\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ordrs"], "Did you mean 'orders'? Nothing was done; next: orderctl --help"),
        (
            ["batches"],
            "Missing command: one of list, show, preview, reprint; nothing was done; next: orderctl batches --help",
        ),
        (["orders", "--nope"], "next: orderctl orders --help"),
    ],
)
def test_a_slip_in_the_command_exits_2_with_the_help_to_ask_for(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
):
    assert 2 == app.run(arguments)
    assert said in capsys.readouterr().err
