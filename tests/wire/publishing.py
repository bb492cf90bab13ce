"""What everyone who publishes files promises, and the ways to break it: kills, full disks, watchful readers."""

from __future__ import annotations

import contextlib
import os
import resource
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orderctl.core import failpoints
from orderctl.core.effects import Document
from orderctl.core.errors import RemoteError
from orderctl.wire.files import STAGING

NOBODY = 65534


class Killed(BaseException):
    """The process ends here."""


class Kills:
    """Counts the failpoints reached, and kills at the one called for."""

    def __init__(self, at: int = 0) -> None:
        self.at = at
        self.names: list[str] = []

    def __call__(self, name: str, /) -> None:
        self.names.append(name)
        if len(self.names) == self.at:
            raise Killed(name)


def visible(folder: Path) -> dict[str, bytes]:
    """Every file below `folder` that is not hidden, by its path, as a reader sees it."""
    found = {}
    for top, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith("."):
                with contextlib.suppress(FileNotFoundError):
                    path = Path(top, name)
                    found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


@contextlib.contextmanager
def disk_full_at(size: int) -> Iterator[None]:
    """No file can grow beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.contextmanager
def without_privileges() -> Iterator[None]:
    """As a normal user, also where the tests run as root."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


class PublishingContract:
    """Subclass it with `publisher`, which opens an adapter with its folder below `base`, and `document` for it."""

    def publisher(self, base: Path) -> Any:
        raise NotImplementedError

    def document(self, publisher: Any, number: int = 1) -> Document:
        raise NotImplementedError

    def test_a_document_appears_whole_under_its_name(self, tmp_path):
        publisher = self.publisher(tmp_path)
        document = self.document(publisher)
        publisher.stage(document)

        assert {} == visible(tmp_path)
        assert "accepted" == publisher.deliver(document, "key").outcome
        assert {document.name: document.content} == visible(tmp_path)

    def test_no_two_documents_share_a_name(self, tmp_path):
        publisher = self.publisher(tmp_path)

        assert 1000 == len({self.document(publisher, number).name for number in range(9500, 10500)})

    def test_the_same_input_gives_the_same_bytes(self, tmp_path):
        assert self.document(self.publisher(tmp_path)) == self.document(self.publisher(tmp_path / "moved"))

    def test_a_kill_at_any_point_publishes_it_once(self, tmp_path, monkeypatch):
        """The intent is written down between staging and delivery, the receipt after it, as a step does it."""
        for at in range(1, 100):
            base = tmp_path / str(at)
            kills = Kills(at)
            monkeypatch.setattr(failpoints, "reached", kills)
            document = self.document(self.publisher(base))
            state = self._hand_over(base, document)
            monkeypatch.undo()
            assert visible(base) in ({}, {document.name: document.content}), kills.names[-1]
            if state == "sending":
                assert "accepted" == self.publisher(base).recover(document, "key").outcome
            elif state == "pending":
                assert "accepted" == self._hand_over(base, document)
            assert {document.name: document.content} == visible(base), kills.names[-1]
            if len(kills.names) < at:
                return
        pytest.fail("more failpoints than anyone can review")

    def test_what_the_reader_took_after_a_kill_does_not_come_again(self, tmp_path, monkeypatch):
        publisher = self.publisher(tmp_path)
        document = self.document(publisher)
        publisher.stage(document)
        monkeypatch.setattr(failpoints, "reached", _kill_when("files.published"))
        with pytest.raises(Killed):
            publisher.deliver(document, "key")
        monkeypatch.undo()
        (tmp_path / document.name).unlink()

        assert "accepted" == self.publisher(tmp_path).recover(document, "key").outcome
        assert {} == visible(tmp_path)

    def test_nothing_is_said_about_a_folder_that_is_not_mounted(self, tmp_path):
        publisher = self.publisher(tmp_path)
        document = self.document(publisher)
        publisher.stage(document)
        (tmp_path / document.name).parent.rename(tmp_path / "elsewhere")

        with pytest.raises(RemoteError, match="nobody can tell"):
            self.publisher(tmp_path).recover(document, "key")

    def test_another_file_under_the_name_is_left_alone(self, tmp_path):
        publisher = self.publisher(tmp_path)
        document = self.document(publisher)
        publisher.stage(document)
        (tmp_path / document.name).write_bytes(b"theirs")

        receipt = publisher.deliver(document, "key")

        assert "retry" == receipt.outcome
        assert "another file stands there" in receipt.message
        assert {document.name: b"theirs"} == visible(tmp_path)

    def test_a_disk_that_fills_up_leaves_nothing_to_see(self, tmp_path):
        publisher = self.publisher(tmp_path)
        document = self.document(publisher)
        for size in (0, 1, len(document.content) - 1):
            with disk_full_at(size), pytest.raises(RemoteError, match="nothing was published"):
                publisher.stage(document)
            assert {} == visible(tmp_path)

        publisher.stage(document)
        assert "accepted" == publisher.deliver(document, "key").outcome

    def test_a_folder_that_cannot_be_written_is_named(self, tmp_path):
        publisher = self.publisher(tmp_path)
        document = self.document(publisher)
        tmp_path.chmod(0o500)
        try:
            with without_privileges(), pytest.raises(RemoteError, match="Permission denied") as caught:
                publisher.stage(document)
        finally:
            tmp_path.chmod(0o700)

        assert Path(document.name).name in caught.value.where

    def test_a_file_where_the_folder_should_be_is_named(self, tmp_path):
        publisher = self.publisher(tmp_path)
        document = self.document(publisher)
        (tmp_path / Path(document.name).parts[0]).write_text("in the way")

        with pytest.raises(RemoteError, match=r"Not a directory|exists"):
            publisher.stage(document)

    def test_a_reader_who_looks_all_the_time_sees_whole_files_only(self, tmp_path):
        publisher = self.publisher(tmp_path)
        documents = [self.document(publisher, number) for number in range(1, 60)]
        whole = {document.name: document.content for document in documents}
        seen: set[tuple[str, bytes]] = set()
        stop = threading.Event()

        def look() -> None:
            while not stop.is_set():
                seen.update(visible(tmp_path).items())

        reader = threading.Thread(target=look)
        reader.start()
        for document in documents:
            publisher.stage(document)
            publisher.deliver(document, "key")
        stop.set()
        reader.join()

        assert seen | set(visible(tmp_path).items()) == set(whole.items())

    def test_staged_files_are_for_nobody_else(self, tmp_path):
        publisher = self.publisher(tmp_path)
        document = self.document(publisher)
        publisher.stage(document)
        staging = (tmp_path / document.name).parent / STAGING

        assert 0o700 == staging.stat().st_mode & 0o777

    def _hand_over(self, base: Path, document: Document) -> str:
        """The state a store would hold after this, killed or not."""
        publisher = self.publisher(base)
        state = "pending"
        try:
            publisher.stage(document)
            state = "sending"
            state = publisher.deliver(document, "key").outcome
        except Killed:
            pass
        return state


def _kill_when(name: str) -> Any:
    def reached(here: str, /) -> None:
        if here == name:
            raise Killed(here)

    return reached
