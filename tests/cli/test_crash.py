from __future__ import annotations

import stat
from pathlib import Path

import pytest

from orderctl.cli import crash

CANARIES = ("ana@example.com", "secret-token-4f9a8b7c6d5e4f3a2b1c", "Ana Diaz", "/home/ops/channels.toml", "1042")


def a_crash() -> BaseException:
    try:
        look_up("Ana Diaz")
    except ValueError as error:
        return error
    return AssertionError("nothing was raised")


def look_up(customer: str) -> str:
    known: dict[str, str] = {}
    try:
        return known[customer]
    except KeyError as error:
        message = "ana@example.com sent 'Ana Diaz' 1042 with secret-token-4f9a8b7c6d5e4f3a2b1c"
        raise ValueError(message) from error


def test_a_report_holds_the_way_of_the_error_and_nothing_of_a_customer():
    text = crash.report_text(a_crash(), ["orders", "show", "1042", "--config", "/home/ops/channels.toml"])

    assert [] == [canary for canary in CANARIES if canary in text]
    assert "command: orderctl orders show … --config …\n" in text
    assert "ValueError: … sent … … with …\n" in text
    assert "KeyError: …\n" in text
    assert "test_crash.py" in text


def test_a_report_is_readable_by_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    path = Path(crash.write_report(a_crash(), []))

    assert tmp_path == path.parent
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_without_a_place_for_files_there_is_no_report_and_no_second_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", "/nowhere/at/all")

    assert "" == crash.write_report(a_crash(), [])
