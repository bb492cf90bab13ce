from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from orderctl.core.errors import RecordError, RemoteError
from orderctl.wire.inbox import END, Inbox, Piece, RefusedFiles, Source, incoming
from tests.wire.publishing import without_privileges


def put(base: Path, name: str, content: str = "x\n") -> Path:
    path = base / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def lines(source: Source, offset: int) -> Iterator[tuple[list[str], int]]:
    source.file.seek(offset)
    while line := source.file.readline():
        offset += len(line)
        yield [line.decode()], offset


def found(inbox: Inbox, positions: dict[str, str] | None = None) -> list[str]:
    return [item for piece in inbox.pieces(positions or {}, lines) for item in piece.items]


def test_whole_files_are_listed_in_order_and_nothing_else(tmp_path):
    for name in ("b.csv", "a.csv", ".hidden.csv", "c.csv.part", "d.tmp", "e.filepart", "done/f.csv"):
        put(tmp_path, f"in/{name}")
    put(tmp_path, "in/empty.csv", "")
    put(tmp_path, "secret.csv")
    (tmp_path / "in/folder.csv").mkdir()
    (tmp_path / "in/out.csv").symlink_to(tmp_path / "secret.csv")
    (tmp_path / "in/inside.csv").symlink_to(tmp_path / "in/a.csv")
    (tmp_path / "in/nowhere.csv").symlink_to(tmp_path / "gone")
    os.mkfifo(tmp_path / "in/pipe.csv")

    assert ["in/a.csv", "in/b.csv", "in/inside.csv"] == [file.name for file in incoming("in/*", tmp_path)]
    assert ["in/a.csv", "in/b.csv", "in/inside.csv"] == [file.name for file in incoming("in/**/*.csv", tmp_path)]


def test_a_folder_not_made_yet_is_empty_but_one_that_is_not_mounted_is_an_error(tmp_path):
    assert [] == incoming("in/*.csv", tmp_path)
    with pytest.raises(RemoteError, match="is not there"):
        incoming(f"{tmp_path}/mnt/*.csv", tmp_path)


def test_a_folder_that_cannot_be_read_is_not_an_empty_one(tmp_path):
    put(tmp_path, "in/a.csv")
    (tmp_path / "in").chmod(0o300)
    with without_privileges(), pytest.raises(RemoteError, match="cannot be read"):
        incoming("in/*.csv", tmp_path)

    put(tmp_path, "file")
    with pytest.raises(RemoteError, match="cannot be read: Not a directory"):
        incoming("file/*.csv", tmp_path)


def test_a_base_with_wildcards_in_its_name_is_taken_as_it_is(tmp_path):
    put(tmp_path, "odd[1]*/in/a.csv")

    assert ["in/a.csv"] == [file.name for file in incoming("in/*.csv", tmp_path / "odd[1]*")]


def test_a_file_that_changes_while_it_is_read_waits_and_the_others_are_read(tmp_path):
    changing = put(tmp_path, "in/a.csv", "1\n2\n")
    put(tmp_path, "in/b.csv", "3\n")

    def append_then_read(source: Source, offset: int) -> Iterator[tuple[list[str], int]]:
        if source.name == "in/a.csv":
            changing.write_text("1\n2\n3\n")
        yield from lines(source, offset)

    pieces: list[Piece[str]] = []
    with pytest.raises(RemoteError, match="changed while it was read"):
        pieces.extend(Inbox("in/*.csv", tmp_path).pieces({}, append_then_read))
    assert ["3\n"] == [item for piece in pieces for item in piece.items]


def test_a_file_that_somebody_still_writes_waits(tmp_path):
    put(tmp_path, "in/a.csv", "1\n")
    with (tmp_path / "in/a.csv").open("a"), pytest.raises(RemoteError, match="still being written"):
        found(Inbox("in/*.csv", tmp_path))

    assert ["1\n"] == found(Inbox("in/*.csv", tmp_path))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_where_nobody_can_say_who_writes_an_unfinished_line_waits_for_a_second_look(tmp_path):
    """The kernel tells only a file's owner, and a partner's upload belongs to the partner."""
    tmp_path.chmod(0o755)
    for name, content in (("a.csv", "1\n2"), ("b.csv", "3\n")):
        path = put(tmp_path, f"in/{name}", content)
        path.chmod(0o644)
        os.chown(path, 12345, 12345)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name.startswith(("test_", "pytest-", "popen-")):
            folder.chmod(0o755)
    inbox = Inbox("in/*.csv", tmp_path)
    positions: dict[str, str] = {}
    with without_privileges():
        first = list(inbox.pieces({}, lines))
        positions |= {piece.stream: piece.position for piece in first}
        second = found(inbox, positions)

    assert ["3\n"] == [item for piece in first for item in piece.items]
    assert ["1\n", "2"] == second


def test_a_file_whose_size_time_and_inode_are_known_is_not_hashed_again(tmp_path):
    path = put(tmp_path, "in/a.csv", "1\n")
    positions = {piece.stream: piece.position for piece in Inbox("in/*.csv", tmp_path).pieces({}, lines)}
    before = path.stat()
    path.write_text("2\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert [] == list(Inbox("in/*.csv", tmp_path).pieces(positions, lines))


def test_pieces_are_bounded_in_items_and_bytes(tmp_path):
    put(tmp_path, "in/a.csv", "x\n" * 1203)
    put(tmp_path, "in/b.csv", ("y" * 1_000_000 + "\n") * 9)
    sizes = [len(piece.items) for piece in Inbox("in/*.csv", tmp_path).pieces({}, lines)]

    assert [0, 500, 500, 203, 0, 4, 4, 1] == sizes


def test_every_refused_file_is_named(tmp_path):
    for name in "abc":
        put(tmp_path, f"in/{name}.csv", f"{name}\n")

    def refuse(source: Source, offset: int) -> Iterator[tuple[list[str], int]]:
        if source.name != "in/b.csv":
            raise RecordError("is wrong", where=source.name)
        yield from lines(source, offset)

    with pytest.raises(RefusedFiles) as caught:
        list(Inbox("in/*.csv", tmp_path).pieces({}, refuse))
    assert ["in/a.csv: is wrong", "in/c.csv: is wrong"] == [str(error) for error in caught.value.errors]


def test_the_same_content_twice_is_read_once_and_both_files_move(tmp_path):
    for name in "ab":
        put(tmp_path, f"in/{name}.csv", "1\n")
    inbox = Inbox("in/*.csv", tmp_path, after="move")
    items: list[str] = []
    for piece in inbox.pieces({}, lines):
        items += piece.items
        inbox.finished(piece.stream)

    assert ["1\n"] == items
    assert [] == incoming("in/*.csv", tmp_path)
    assert 2 == len(incoming("in/done/*.csv", tmp_path))


def test_reading_goes_on_where_it_stopped_after_the_file_was_renamed(tmp_path):
    put(tmp_path, "in/a.csv", "x\n" * 700)
    pieces = list(Inbox("in/*.csv", tmp_path).pieces({}, lines))
    (tmp_path / "in/a.csv").rename(tmp_path / "in/renamed.csv")
    positions = {piece.stream: piece.position for piece in pieces[:2]}

    assert 200 == len(found(Inbox("in/*.csv", tmp_path), positions))
    assert END == pieces[-1].position
