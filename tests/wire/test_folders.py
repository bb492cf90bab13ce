from __future__ import annotations

import os
from pathlib import Path

import pytest

from orderctl.core.adapters import Probe
from orderctl.wire import folders

AS_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")


def verdicts(found: list[Probe]) -> list[tuple[str, str]]:
    return [(one.what, one.verdict) for one in found]


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("out/east/{date}-{batch}.csv", "out/east"),
        ("out/{date}/{batch}.csv", "out"),
        ("{batch}.csv", "."),
        ("/mnt/acme/{batch}.csv", "/mnt/acme"),
    ],
)
def test_the_folder_is_what_all_files_have_in_common(tmp_path: Path, path: str, folder: str):
    assert tmp_path / folder == folders.above(path, tmp_path)


def test_a_folder_that_can_be_written_has_nothing_in_it_afterwards(tmp_path: Path):
    found = folders.writable(tmp_path)

    assert [("folder", "ok"), ("room", "ok")] == verdicts(found)
    assert [] == list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_told_and_not_made(tmp_path: Path):
    (one,) = folders.writable(tmp_path / "a" / "b")

    assert ("warn", True) == (one.verdict, one.next.endswith(f"mkdir -p {tmp_path / 'a' / 'b'}"))
    assert [] == list(tmp_path.iterdir())


def test_a_file_in_place_of_a_folder_fails(tmp_path: Path):
    place = tmp_path / "out"
    place.write_text("no folder")

    assert [("folder", "fail")] == verdicts(folders.writable(place))


@AS_ROOT
def test_a_folder_that_nobody_may_write_fails(tmp_path: Path):
    tmp_path.chmod(0o500)

    assert [("folder", "fail")] == verdicts(folders.writable(tmp_path))


def test_files_that_would_be_read_are_counted(tmp_path: Path):
    (tmp_path / "back").mkdir()
    for name in ("a.csv", "b.csv", "c.txt", ".hidden.csv"):
        (tmp_path / "back" / name).write_text("x\n")
    (one,) = folders.readable("back/*.csv", tmp_path)

    assert ("ok", True) == (one.verdict, "has 2 files" in one.found)


def test_a_relative_folder_that_is_not_there_is_a_warning_an_absolute_one_a_failure(tmp_path: Path):
    assert [("folder", "warn")] == verdicts(folders.readable("back/*.csv", tmp_path))
    assert [("folder", "fail")] == verdicts(folders.readable(f"{tmp_path}/mnt/*.csv", tmp_path))


@AS_ROOT
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path):
    closed = tmp_path / "a.csv"
    closed.write_text("x\n")
    closed.chmod(0o000)
    (one,) = folders.readable("*.csv", tmp_path)

    assert ("fail", True) == (one.verdict, "a.csv" in one.found)
