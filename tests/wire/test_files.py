from __future__ import annotations

import os

import pytest

from orderctl.core import failpoints
from orderctl.core.errors import RemoteError
from orderctl.wire import files
from tests.wire.publishing import Kills


def test_every_write_flush_and_rename_has_a_place_to_be_killed_at(tmp_path, monkeypatch):
    reached = Kills()
    monkeypatch.setattr(failpoints, "reached", reached)
    files.stage(tmp_path, "a.csv", b"x")
    files.publish(tmp_path, "a.csv")

    assert [
        *("files.stage.before", "files.stage.created", "files.stage.written", "files.stage.flushed", "files.staged"),
        *("files.publish.before", "files.published", "files.publish.synced"),
    ] == reached.names


def test_staging_again_replaces_what_a_kill_left(tmp_path):
    files.stage(tmp_path, "a.csv", b"half")
    files.stage(tmp_path, "a.csv", b"whole")
    files.publish(tmp_path, "a.csv")

    assert b"whole" == (tmp_path / "a.csv").read_bytes()


def test_the_same_bytes_under_the_name_count_as_published(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"x")
    before = (tmp_path / "a.csv").stat()
    files.stage(tmp_path, "a.csv", b"x")
    files.publish(tmp_path, "a.csv")

    assert before.st_ino == (tmp_path / "a.csv").stat().st_ino
    assert not files.is_staged(tmp_path, "a.csv")


def test_a_link_in_place_of_the_staging_folder_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / files.STAGING).symlink_to(tmp_path / "elsewhere")

    with pytest.raises(RemoteError, match="not a folder that belongs to this user"):
        files.stage(tmp_path, "a.csv", b"x")
    assert [] == list((tmp_path / "elsewhere").iterdir())


def test_a_staging_folder_open_to_others_is_closed(tmp_path):
    (tmp_path / files.STAGING).mkdir()
    (tmp_path / files.STAGING).chmod(0o777)
    files.stage(tmp_path, "a.csv", b"x")

    assert 0o700 == (tmp_path / files.STAGING).stat().st_mode & 0o777


def test_folders_that_are_missing_are_made_without_access_for_others(tmp_path):
    before = os.umask(0)
    try:
        files.stage(tmp_path / "out" / "east", "a.csv", b"x")
    finally:
        os.umask(before)

    assert [0o750, 0o750] == [(tmp_path / name).stat().st_mode & 0o777 for name in ("out", "out/east")]


def test_a_name_that_a_link_has_taken_is_left_alone(tmp_path):
    (tmp_path / "target").write_bytes(b"theirs")
    (tmp_path / "a.csv").symlink_to(tmp_path / "target")
    files.stage(tmp_path, "a.csv", b"theirs")

    with pytest.raises(RemoteError, match="another file stands there"):
        files.publish(tmp_path, "a.csv")


def test_what_nobody_waits_for_any_more_is_discarded(tmp_path):
    files.discard(tmp_path, "a.csv")
    for name in ("a.csv", "b.csv"):
        files.stage(tmp_path, name, b"x")

    files.discard(tmp_path, "a.csv")

    assert [False, True] == [files.is_staged(tmp_path, name) for name in ("a.csv", "b.csv")]
