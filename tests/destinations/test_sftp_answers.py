"""Answers and counts read by SFTP."""

from __future__ import annotations

import os
from contextlib import closing, suppress
from typing import Any

import pytest

from orderctl.core.confirmations import Confirmation, StockCount
from orderctl.core.errors import RecordError, RemoteDown, RemoteError
from orderctl.destinations.sftp import Sftp
from tests.destinations.sftp_opened import answers_from, listed, moment, put, taken
from tests.sftp_servers import needs_sftp, needs_sshd

NAMES = (
    *(" lead", "a  b", "x*", "x?", "[a]", "]", "q'q", 'q"q', "#h", "!x", ";x", "$(x)", "`x`", "-r", "--"),
    *("ü", "日本", "%41", "a&b", "é" * 60, "'", "a'b\"c", "x[!a]", "*", "back\\slash", "a|b>c", "-rf *"),
)


@needs_sshd
@pytest.mark.parametrize("name", NAMES)
def test_names_mean_what_they_say(server, folder, tmp_path, name):
    """Nothing is expanded, escaped or taken for an option."""
    (folder / f"{name}.csv").write_text("reference,status\nWEB-1-1,acknowledged\n")
    (folder / "x.csv").write_text("reference,status\nWEB-2-1,acknowledged\n")
    with closing(answers_from(server, folder, tmp_path, settle="0 s", after="move")) as way:
        found = {row.reference for row in taken(way)}

    assert {"WEB-1-1", "WEB-2-1"} == found
    assert {f"{name}.csv", "x.csv"} == set(listed(folder / "done"))
    assert ["done"] == listed(folder)


@needs_sshd
@pytest.mark.parametrize("name", ["a{b}.csv", "tab\tbed.csv", "esc\x1b[31m.csv"])
def test_a_name_that_cannot_be_asked_for_is_told(server, folder, tmp_path, name):
    put(folder, name, "WEB-1-1,acknowledged")
    put(folder, "z.csv", "WEB-2-1,acknowledged")
    with closing(answers_from(server, folder, tmp_path)) as way:
        read, refused = read_and_refused(way)

    assert ["WEB-2-1"] == read
    assert "by which it cannot be asked for" in refused


def read_and_refused(way: Sftp) -> tuple[list[str], str]:
    """The references that were read, and what was refused at the end."""
    references: list[str] = []
    try:
        for page in way.collect({}, list):
            references += [row.reference for row in page.rows if isinstance(row, Confirmation)]
    except RecordError as error:
        return references, str(error)
    return references, ""


@needs_sshd
def test_answers_are_read_once_kept_here_and_moved_away_there(server, folder, tmp_path):
    put(folder, "a.csv", "WEB-1-1,acknowledged")
    positions: dict[str, str] = {}
    with closing(answers_from(server, folder, tmp_path, after="move", archive="kept")) as way:
        (row,) = taken(way, positions)
        put(folder, "again.csv", "WEB-1-1,acknowledged")
        assert [] == taken(way, positions)

    assert Confirmation("acknowledged", "WEB-1-1", where=f"{folder}/a.csv line 2") == row
    assert {"a.csv", "again.csv"} == set(listed(folder / "done"))
    kept = [path for path in (tmp_path / "kept").iterdir() if path.is_file()]
    assert {b"reference,status\nWEB-1-1,acknowledged\n"} == {path.read_bytes() for path in kept}
    assert {0o600} == {path.stat().st_mode & 0o777 for path in kept}


@needs_sshd
def test_looking_alone_writes_nothing(server, folder, tmp_path):
    put(folder, "a.csv", "WEB-1-1,acknowledged")
    before = sorted(tmp_path.rglob("*"))
    with closing(answers_from(server, folder, tmp_path, after="move", archive="kept")) as way:
        assert 1 == sum(len(page.rows) for page in way.collect({}, list))

    assert before == sorted(tmp_path.rglob("*"))


@needs_sshd
def test_a_file_that_was_cut_off_while_it_was_moved_is_moved_next_time(server, folder, tmp_path):
    put(folder, "a.csv", "WEB-1-1,acknowledged")
    with closing(answers_from(server, folder, tmp_path, after="move", archive="kept")) as way:
        pages = list(way.collect({}, list))
    with closing(answers_from(server, folder, tmp_path, after="move", archive="kept")) as way:
        assert [] == taken(way, {page.stream: page.position for page in pages})

    assert ["a.csv"] == listed(folder / "done")
    assert 1 == len([path for path in (tmp_path / "kept").iterdir() if path.is_file()])


@needs_sshd
def test_hidden_temporary_empty_and_linked_files_are_passed_over(server, folder, tmp_path):
    for name in (".a.csv", "a.csv.part", "a.csv.tmp", "other.txt"):
        put(folder, name, "WEB-1-1,acknowledged")
    (folder / "empty.csv").touch()
    (folder / "folder.csv").mkdir()
    (folder / "link.csv").symlink_to(folder / ".a.csv")
    with closing(answers_from(server, folder, tmp_path, settle="0 s")) as way:
        assert [] == taken(way)


@needs_sshd
def test_a_file_is_read_once_it_has_rested(server, folder, tmp_path):
    """Whatever the server's clock says: this one is ahead."""
    path = put(folder, "a.csv", "WEB-1-1,acknowledged", at="2026-11-20T18:00:00Z")
    positions: dict[str, str] = {}

    def at(now: str) -> list[Any]:
        with closing(answers_from(server, folder, tmp_path, now=now)) as way:
            return [row.reference for row in taken(way, positions)]

    assert [] == at("2026-11-20T15:00:00Z")
    assert [] == at("2026-11-20T15:00:30Z")
    put(folder, "a.csv", "WEB-1-1,acknowledged", "WEB-2-1,acknowledged", at="2026-11-20T18:00:00Z")
    assert [] == at("2026-11-20T15:01:00Z")
    assert ["WEB-1-1", "WEB-2-1"] == at("2026-11-20T15:02:00Z")
    path.write_text("reference,status\nWEB-3-1,acknowledged\n")
    assert [] == at("2026-11-20T15:03:00Z")
    assert ["WEB-3-1"] == at("2026-11-20T15:04:00Z")


@needs_sshd
def test_an_old_file_whose_last_line_has_no_end_waits_to_be_seen_again(server, folder, tmp_path):
    path = put(folder, "a.csv")
    path.write_bytes(b"reference,status\nWEB-1-1,acknowl")
    os.utime(path, (moment("2026-11-20T12:00:00Z"),) * 2)
    positions: dict[str, str] = {}
    with closing(answers_from(server, folder, tmp_path)) as way:
        assert [] == taken(way, positions)
    path.write_bytes(b"reference,status\nWEB-1-1,acknowledged")
    os.utime(path, (moment("2026-11-20T12:00:00Z"),) * 2)
    with closing(answers_from(server, folder, tmp_path, now="2026-11-20T15:05:00Z")) as way:
        assert [] == taken(way, positions)
    with closing(answers_from(server, folder, tmp_path, now="2026-11-20T15:10:00Z")) as way:
        assert ["WEB-1-1"] == [row.reference for row in taken(way, positions)]


@needs_sshd
def test_counts_are_of_when_the_file_was_written_to_the_second(server, folder, tmp_path):
    put(folder, "stock.csv", "MUG,3", header="sku,quantity", at="2026-11-20T12:34:56Z")
    positions: dict[str, str] = {}
    with closing(answers_from(server, folder, tmp_path, "stock_feed")) as way:
        pages = [page for page in way.collect(positions, list) if page.rows]
        assert ["2026-11-20T12:34:56Z"] == [page.counts_at for page in pages]
        assert [StockCount("east", "MUG", 3, f"{folder}/stock.csv line 2")] == [*pages[0].rows]
        assert 1 == len(taken(way, positions))
        assert [] == taken(way, positions)

        put(folder, "stock.csv", "MUG,3", header="sku,quantity", at="2026-11-20T13:34:56Z")
        assert 1 == len(taken(way, positions))


@needs_sshd
def test_a_bad_file_stops_nobody_else(server, folder, tmp_path):
    put(folder, "a.csv", "x,y", header="foo,bar")
    put(folder, "b.csv", "WEB-1-1,acknowledged")
    put(folder, "c.csv", "WEB-2-1,acknowledged", header="reference,statos")
    with closing(answers_from(server, folder, tmp_path)) as way:
        read, refused = read_and_refused(way)

    assert ["WEB-1-1"] == read
    assert "a.csv" in refused
    assert "c.csv" in refused


@needs_sftp
def test_a_file_that_grows_while_it_is_read_waits(faulty, folder, tmp_path):
    path = put(folder, "a.csv", "WEB-1-1,acknowledged")
    faulty.after_close = lambda: put(folder, "a.csv", "WEB-1-1,acknowledged", "WEB-2-1,acknowledged")
    with (
        closing(answers_from(faulty.server, folder, tmp_path)) as way,
        pytest.raises(RemoteError, match="changed while it was read"),
    ):
        taken(way)
    assert 3 == len(path.read_text().splitlines())


@needs_sftp
def test_a_connection_that_breaks_while_answers_are_read_loses_none(faulty, folder, tmp_path):
    for number in range(1, 4):
        put(folder, f"{number}.csv", f"WEB-{number}-1,acknowledged")
    positions: dict[str, str] = {}
    rows: list[Any] = []
    for fault in ("login", "list", "stat", "open", "close", ""):
        faulty.faults = {fault: "drop"}
        faulty.once = True
        with closing(answers_from(faulty.server, folder, tmp_path)) as way, suppress(RemoteDown):
            for page in way.collect(dict(positions), list):
                rows += page.rows
                positions[page.stream] = page.position

    assert ["WEB-1-1", "WEB-2-1", "WEB-3-1"] == [row.reference for row in rows]


@needs_sftp
def test_what_is_larger_than_it_may_be_is_not_taken(faulty, folder, tmp_path):
    path = put(folder, "a.csv", *(["WEB-1-1,acknowledged"] * 10_000))
    with (
        closing(answers_from(faulty.server, folder, tmp_path)) as way,
        pytest.raises(RemoteError, match="more than 10"),
    ):
        way._remote.get(str(path), largest=10)
