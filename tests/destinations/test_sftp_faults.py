"""What becomes of work by SFTP when the server, the connection or the partner fails."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import closing, suppress
from pathlib import Path

import asyncssh
import pytest

from orderctl.core.errors import RemoteBusy, RemoteDenied, RemoteDown, RemoteError
from orderctl.destinations.sftp import Sftp
from orderctl.wire.opening import Opening
from tests.destinations.contract import a_batch
from tests.destinations.sftp_opened import after_a_kill, handed_over, listed, settings, to
from tests.sftp_servers import Server, a_key, needs_sftp, needs_sshd, write_keys
from tests.wire.publishing import visible

LOSSES = [
    *((request, "drop") for request in ("login", "list", "stat", "open", "write", "close")),
    *((request, how) for request in ("open", "write") for how in ("failure", "denied")),
    ("login", "denied"),
]


@needs_sftp
@pytest.mark.parametrize(("request_", "how"), LOSSES)
def test_what_fails_before_the_rename_publishes_nothing_and_comes_once_later(faulty, folder, tmp_path, request_, how):
    faulty.faults = {request_: how}
    with closing(to(faulty.server, folder, tmp_path)) as way:
        document = way.render(a_batch())
        with pytest.raises(RemoteError):
            way.stage(document)
    assert {} == visible(folder)
    assert [] == faulty.published

    faulty.faults = {}
    with closing(to(faulty.server, folder, tmp_path)) as way:
        assert "accepted" == handed_over(way, document)
    assert [("0001.csv", document.content)] == faulty.published
    assert ["0001.csv"] == listed(folder)


@needs_sftp
@pytest.mark.parametrize("takes", [False, True])
@pytest.mark.parametrize("how", ["drop", "drop after"])
def test_a_lost_answer_to_the_rename_is_found_out_at_once(faulty, folder, tmp_path, how, takes):
    faulty.takes = takes
    faulty.once = True
    with closing(to(faulty.server, folder, tmp_path)) as way:
        document = way.render(a_batch())
        way.stage(document)
        faulty.faults = {"rename": how}
        assert "accepted" == way.deliver(document, "key").outcome

    assert [("0001.csv", document.content)] == faulty.published
    assert ([] if takes else ["0001.csv"]) == listed(folder)


@needs_sftp
@pytest.mark.parametrize("how", ["drop", "drop after"])
def test_where_nobody_can_be_asked_any_more_it_is_uncertain_until_later(faulty, folder, tmp_path, how):
    with closing(to(faulty.server, folder, tmp_path)) as way:
        document = way.render(a_batch())
        way.stage(document)
        faulty.faults = {"rename": how, "login": "drop"}
        assert "uncertain" == way.deliver(document, "key").outcome
        with pytest.raises(RemoteDown):
            way.recover(document, "key")
    faulty.faults = {}
    after_a_kill(to(faulty.server, folder, tmp_path), document)

    assert [("0001.csv", document.content)] == faulty.published


@needs_sftp
@pytest.mark.parametrize(("how", "outcome", "stuck"), [("denied", "retry", True), ("failure", "retry", False)])
def test_a_rename_that_is_refused_is_surely_not_published(faulty, folder, tmp_path, how, outcome, stuck):
    with closing(to(faulty.server, folder, tmp_path)) as way:
        document = way.render(a_batch())
        way.stage(document)
        faulty.faults = {"rename": how}
        receipt = way.deliver(document, "key")
        way.discard(document.name)

    assert (outcome, stuck) == (receipt.outcome, receipt.stuck)
    assert [] == faulty.published
    assert [] == listed(folder)


@needs_sftp
def test_an_upload_that_somebody_took_is_for_a_person(faulty, folder, tmp_path):
    with closing(to(faulty.server, folder, tmp_path)) as way:
        document = way.render(a_batch())
        way.stage(document)
        for hidden in folder.iterdir():
            hidden.unlink()
        receipt = way.deliver(document, "key")

    assert "uncertain" == receipt.outcome
    assert "taken away before it had its name" in receipt.message


@needs_sftp
@pytest.mark.parametrize("published", [False, True])
def test_a_server_that_shows_nothing_is_asked_for_the_rename_again(faulty, folder, tmp_path, published):
    faulty.blind = True
    with closing(to(faulty.server, folder, tmp_path)) as way:
        document = way.render(a_batch())
        way.stage(document)
        if published:
            assert "accepted" == way.deliver(document, "key").outcome
    after_a_kill(to(faulty.server, folder, tmp_path), document)

    assert [("0001.csv", document.content)] == faulty.published


@needs_sftp
def test_what_goes_beside_a_file_needs_a_server_that_shows_it(faulty, folder, tmp_path):
    faulty.blind = True
    with (
        closing(to(faulty.server, folder, tmp_path, manifest=True)) as way,
        pytest.raises(RemoteDenied, match="does not show hidden files"),
    ):
        way.stage(way.render(a_batch()))
    assert [] == faulty.published


@needs_sftp
@pytest.mark.parametrize("request_", ["login", "list", "open", "write", "rename"])
def test_a_server_that_hangs_takes_its_time_and_no_more(faulty, folder, tmp_path, request_):
    faulty.faults = {request_: "hang"}
    way = to(faulty.server, folder, tmp_path, seconds=2.0)
    document = way.render(a_batch())
    with closing(way):
        if request_ == "rename":
            assert "uncertain" == handed_over(way, document)
        else:
            with pytest.raises(RemoteDown, match="did not answer in time"):
                way.stage(document)
        with pytest.raises(RemoteBusy, match="has had its time"):
            way.stage(document)
        for _ in range(10_000):  # killed at once, and gone once the kernel has come to it
            if not running_for(tmp_path):
                break
        assert [] == running_for(tmp_path)
    assert [] == faulty.published


def running_for(folder: Path) -> list[str]:
    """The programs that were told of something in `folder` and have not ended."""
    found = []
    for told in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found += [told.read_text().partition("\0")[0]] if str(folder) in told.read_text() else []
    return found


@needs_sftp
def test_another_host_key_is_refused_before_anything_is_sent(faulty, folder, tmp_path):
    assert faulty.server is not None
    other = asyncssh.generate_private_key("ssh-ed25519")
    write_keys(tmp_path / "other", other)
    line = faulty.server.known_hosts.read_text().split()[0]
    known = tmp_path / "changed"
    known.write_text(f"{line} {' '.join(other.export_public_key().decode().split()[:2])}\n")
    unknown = tmp_path / "unknown"
    unknown.write_text("")
    for file, words in ((known, "another host key than the one"), (unknown, "host key that is not in known_hosts")):
        with (
            closing(to(faulty.server, folder, tmp_path, known_hosts=str(file))) as way,
            pytest.raises(RemoteDenied, match=words),
        ):
            way.stage(way.render(a_batch()))

    assert [] == faulty.requests


@needs_sftp
def test_another_key_or_user_is_not_let_in(faulty, folder, tmp_path):
    faulty.faults = {"login": "denied"}
    with (
        closing(to(faulty.server, folder, tmp_path)) as way,
        pytest.raises(RemoteDenied, match="does not let this user in"),
    ):
        way.stage(way.render(a_batch()))


@needs_sshd
def test_without_a_key_the_agent_is_asked(server, folder, tmp_path, monkeypatch):
    agent, add = shutil.which("ssh-agent"), shutil.which("ssh-add")
    assert agent is not None
    assert add is not None
    with subprocess.Popen([agent, "-D", "-a", tmp_path / "agent"], stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.readline()
        monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
        subprocess.run([add, "-q", server.key], check=True)
        said = {key: value for key, value in server.settings().items() if key != "key"}
        path = f"{folder}/{{batch}}.csv"
        with closing(Sftp("east", settings(said | {"path": path}, tmp_path, "send"), Opening(tmp_path))) as way:
            document = way.render(a_batch())
            assert "accepted" == handed_over(way, document)
        running.terminate()

    assert ["0001.csv"] == listed(folder)


@needs_sftp
def test_a_command_that_sftp_would_cut_in_two_is_refused(faulty, folder, tmp_path):
    with closing(to(faulty.server, folder, tmp_path)) as way, pytest.raises(RemoteDenied, match="too long"):
        way._remote.look("/" + "x" * 2100)


@needs_sftp
def test_nobody_there(folder, tmp_path):
    write_keys(tmp_path / "keys", a_key())
    (tmp_path / "known").write_text("")
    server = Server(1, tmp_path / "keys" / "user_key", tmp_path / "known")
    with closing(to(server, folder, tmp_path)) as way, pytest.raises(RemoteDown, match="Connection refused"):
        way.stage(way.render(a_batch()))


def test_no_program_to_ask_with(folder, tmp_path, monkeypatch):
    (tmp_path / "known").write_text("")
    write_keys(tmp_path / "keys", a_key())
    monkeypatch.setenv("PATH", str(tmp_path))
    server = Server(22, tmp_path / "keys" / "user_key", tmp_path / "known")
    with closing(to(server, folder, tmp_path)) as way, pytest.raises(RemoteDown, match="cannot be started") as caught:
        way.stage(way.render(a_batch()))

    assert "openssh-client" in caught.value.next
