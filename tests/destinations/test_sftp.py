"""Work handed over by SFTP, against OpenSSH's own server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import pytest

from orderctl.core import failpoints
from orderctl.core.errors import RemoteError
from orderctl.destinations import file_guide
from orderctl.destinations.sftp import Sftp
from tests.destinations.contract import DestinationContract, a_batch
from tests.destinations.sftp_opened import after_a_kill, handed_over, listed, opened, refusing, to
from tests.sftp_servers import Server, needs_sshd, sshd
from tests.wire.publishing import Killed, Kills, visible


@needs_sshd
class TestSftp(DestinationContract):
    @pytest.fixture(autouse=True)
    def _running(self, server: Server) -> Iterator[None]:
        self.server = server
        with ExitStack() as self.stack:
            yield

    def opened(self, *given: Any, **said: Any) -> Sftp:
        return self.stack.enter_context(closing(opened(self.server, *given, **said)))

    def sender(self, base: Path) -> Sftp:
        base.mkdir(exist_ok=True)
        return self.opened(base, path="/in/{batch}.csv")

    def answering(self, base: Path, answers: int) -> Sftp:
        rows = "".join(f"WEB-{number}-1,acknowledged\n" for number in range(answers))
        (base / "a.csv").write_text("reference,status\n" + rows)
        return self.opened(base, "confirm", path=f"{base}/*.csv", settle="0 s")


@needs_sshd
def test_a_file_appears_whole_under_its_name_with_those_beside_it(server, folder, tmp_path):
    way = to(server, folder, tmp_path, manifest=True, documents=["packing-slip.csv"], mode="0640")
    document = way.render(a_batch())
    with closing(way):
        way.stage(document)
        assert {} == visible(folder)
        assert "accepted" == way.deliver(document, "key").outcome

    assert {"0001.csv", "0001.csv.packing-slip.csv", "0001.csv.manifest.json"} == set(listed(folder))
    assert document.content == (folder / "0001.csv").read_bytes()
    assert 0o640 == (folder / "0001.csv").stat().st_mode & 0o777
    assert document.to.startswith(f"sftp://{server.user}@127.0.0.1/")


@needs_sshd
def test_a_kill_at_any_point_publishes_it_once(server, tmp_path, monkeypatch):
    for at in range(1, 100):
        folder = tmp_path / str(at)
        folder.mkdir()
        kills = Kills(at)
        way = to(server, folder, tmp_path, manifest=True, documents=["packing-slip.csv"])
        document = way.render(a_batch())
        monkeypatch.setattr(failpoints, "reached", kills)
        state = "pending"
        with suppress(Killed), closing(way):
            way.stage(document)
            state = "sending"
            state = way.deliver(document, "key").outcome
        monkeypatch.undo()
        if state == "sending":
            after_a_kill(to(server, folder, tmp_path), document)
        elif state == "pending":
            with closing(to(server, folder, tmp_path, manifest=True, documents=["packing-slip.csv"])) as again:
                assert "accepted" == handed_over(again, document)

        assert {"0001.csv", "0001.csv.packing-slip.csv", "0001.csv.manifest.json"} == set(listed(folder)), at
        if len(kills.names) < at:
            return
    pytest.fail("more failpoints than anyone can review")


@needs_sshd
def test_what_the_partner_took_after_a_kill_does_not_come_again(server, folder, tmp_path, monkeypatch):
    way = to(server, folder, tmp_path)
    document = way.render(a_batch())
    way.stage(document)
    monkeypatch.setattr(failpoints, "reached", Kills(2))
    with pytest.raises(Killed), closing(way):
        way.deliver(document, "key")
    monkeypatch.undo()
    (folder / "0001.csv").unlink()
    after_a_kill(to(server, folder, tmp_path), document)

    assert [] == listed(folder)


@needs_sshd
def test_an_upload_that_the_server_lost_a_part_of_goes_up_again(server, folder, tmp_path):
    way = to(server, folder, tmp_path)
    document = way.render(a_batch())
    with closing(way):
        way.stage(document)
    (hidden,) = folder.iterdir()
    hidden.write_bytes(document.content[:10])
    after_a_kill(to(server, folder, tmp_path), document)

    assert {"0001.csv": document.content} == visible(folder)
    assert ["0001.csv"] == listed(folder)


@needs_sshd
def test_nothing_is_said_about_a_folder_that_is_not_there(server, folder, tmp_path):
    way = to(server, folder, tmp_path)
    document = way.render(a_batch())
    with closing(way):
        way.stage(document)
    folder.rename(folder.with_name("elsewhere"))

    with closing(to(server, folder, tmp_path)) as again, pytest.raises(RemoteError, match="no folder"):
        again.recover(document, "key")


@needs_sshd
def test_the_same_bytes_under_the_name_are_adopted_and_others_left_alone(server, folder, tmp_path):
    with closing(to(server, folder, tmp_path)) as way:
        document = way.render(a_batch())
        (folder / "0001.csv").write_bytes(document.content)
        assert "accepted" == handed_over(way, document)
        assert ["0001.csv"] == listed(folder)

        (folder / "0001.csv").write_bytes(document.content.swapcase())
        way.stage(document)
        receipt = way.deliver(document, "key")
        way.discard(document.name)

    assert "retry" == receipt.outcome
    assert "another file stands there" in receipt.message
    assert {"0001.csv": document.content.swapcase()} == visible(folder)
    assert ["0001.csv"] == listed(folder)


@needs_sshd
def test_an_earlier_attempt_leaves_nothing_behind(server, folder, tmp_path):
    with closing(to(server, folder, tmp_path, manifest=True)) as way:
        way.stage(way.render(a_batch(1, created_at="2026-11-20T16:00:00Z", date="2026-11-21")))
    with closing(to(server, folder, tmp_path)) as way:
        assert "accepted" == handed_over(way, way.render(a_batch()))

    assert ["0001.csv"] == listed(folder)


@needs_sshd
def test_a_reader_who_looks_all_the_time_sees_whole_files_only(server, folder, tmp_path):
    with closing(to(server, folder, tmp_path)) as way:
        documents = [way.render(a_batch(number)) for number in range(1, 40)]
        whole = {Path(document.name).name: document.content for document in documents}
        seen: set[tuple[str, bytes]] = set()
        stop = threading.Event()

        def look() -> None:
            while not stop.is_set():
                seen.update(visible(folder).items())

        reader = threading.Thread(target=look)
        reader.start()
        try:
            assert {"accepted"} == {handed_over(way, document) for document in documents}
        finally:
            stop.set()
            reader.join()

    assert seen | set(visible(folder).items()) == set(whole.items())


@needs_sshd
@pytest.mark.parametrize("part", ["a b", "[x]", "it's", "-", "ü"])
def test_a_folder_may_be_called_anything(server, tmp_path, part):
    folder = tmp_path / part
    folder.mkdir()
    with closing(to(server, folder, tmp_path)) as way:
        assert "accepted" == handed_over(way, way.render(a_batch()))

    assert ["0001.csv"] == listed(folder)


@needs_sshd
def test_a_relative_path_starts_where_one_logs_in(tmp_path, folder):
    with (
        sshd(tmp_path / "sshd", f"internal-sftp -d {folder.parent}") as server,
        closing(opened(server, tmp_path, path="in/{batch}.csv")) as way,
    ):
        document = way.render(a_batch())
        assert "in/0001.csv" == document.name
        assert "accepted" == handed_over(way, document)

    assert ["0001.csv"] == listed(folder)


@needs_sshd
def test_the_file_that_asks_to_stop_a_shipment(server, folder, tmp_path):
    with closing(to(server, folder, tmp_path, call_back=f"{folder}/cancel-{{reference}}.csv")) as way:
        document = way.render_call_back(file_guide.WISH)
        assert document is not None
        assert "accepted" == handed_over(way, document)

    assert {"cancel-WEB-1042-1.csv": document.content} == visible(folder)
    assert document.kept


def test_without_a_name_for_it_a_person_asks_to_stop(tmp_path):
    assert refusing(tmp_path).render_call_back(file_guide.WISH) is None
