"""What a way by SFTP may say, what is found by trying it out, and what the partner is told."""

from __future__ import annotations

from contextlib import closing

import pytest
from pydantic import ValidationError

from orderctl.core.errors import ConfigError, RemoteDenied
from tests.destinations.contract import a_batch
from tests.destinations.sftp_opened import answers_from, listed, opened, put, refusing, to
from tests.sftp_servers import needs_sshd, sshd


@needs_sshd
def test_a_partner_that_forbids_renames_is_found_by_trying_out(tmp_path, folder):
    serving = "internal-sftp -P rename,posix-rename"
    with sshd(tmp_path / "sshd", serving) as server, closing(to(server, folder, tmp_path)) as way:
        tried = way.probe()
        document = way.render(a_batch())
        way.stage(document)
        receipt = way.deliver(document, "key")
        way.discard(document.name)

    assert ["ok", "fail"] == [probe.verdict for probe in tried]
    assert "nothing can be renamed" in tried[1].found
    assert ("retry", True) == (receipt.outcome, receipt.stuck)
    assert [] == listed(folder)


@needs_sshd
def test_trying_out_leaves_nothing(server, folder, tmp_path):
    put(folder, "a.csv", "WEB-1-1,acknowledged")
    with closing(to(server, folder, tmp_path)) as way:
        assert ["ok", "ok", "ok"] == [probe.verdict for probe in way.probe()]
    with closing(answers_from(server, folder, tmp_path)) as way:
        assert "has 1 files that would be read" in way.probe()[1].found

    assert ["a.csv"] == listed(folder)


@needs_sshd
def test_trying_out_looks_into_the_folder_of_this_location(server, folder, tmp_path):
    (folder / "east").mkdir()
    with closing(opened(server, tmp_path, path=f"{folder}/{{location}}/{{batch}}.csv")) as way:
        assert ["ok", "ok", "ok"] == [probe.verdict for probe in way.probe()]


@needs_sshd
def test_trying_out_says_what_is_missing(server, folder, tmp_path):
    with closing(to(server, folder / "nowhere", tmp_path)) as way:
        assert [("sftp", "ok"), ("folder", "fail")] == [(probe.what, probe.verdict) for probe in way.probe()]


@needs_sshd
def test_a_read_only_server_takes_nothing(tmp_path, folder):
    with (
        sshd(tmp_path / "sshd", "internal-sftp -R") as server,
        closing(to(server, folder, tmp_path)) as way,
        pytest.raises(RemoteDenied, match=r"nothing was published: Permission denied"),
    ):
        way.stage(way.render(a_batch()))
    assert [] == listed(folder)


@pytest.mark.parametrize(
    ("role", "changes", "words"),
    [
        ("send", {"path": "/in/a.csv"}, "the path needs {batch}"),
        ("send", {"path": "/in/.{batch}.csv"}, "does not name a file that others can see"),
        ("send", {"path": "/in*/{batch}.csv"}, "may not be a pattern"),
        ("send", {"path": "~/in/{batch}.csv"}, "leave that out"),
        ("send", {"path": "/in/{date}/{batch}.csv"}, "only the file may differ"),
        ("send", {"path": "/in\n/{batch}.csv"}, "has a character that no path"),
        ("send", {"path": "/in/{batch}" + "x" * 200}, "longer than 200 bytes"),
        ("send", {"call_back": "/in/stop.csv"}, "the path needs {reference}"),
        ("send", {"call_back": "/in/{number}{reference}.csv"}, "is not a placeholder"),
        ("send", {"host": "-oProxyCommand=x"}, "host"),
        ("send", {"host": "169.254.169.254"}, "no partner's address"),
        ("send", {"host": "a b"}, "host"),
        ("send", {"host": "example:22"}, "write the port as"),
        ("send", {"user": "-x"}, "user"),
        ("send", {"known_hosts": "nowhere"}, "ssh-keyscan"),
        ("send", {"key": "env:KEY"}, "is no private key"),
        ("send", {"key": "-----BEGIN OPENSSH PRIVATE KEY-----"}, "is no private key"),
        ("send", {"mode": "0200"}, "lets not even its owner"),
        ("send", {"format": "pdf", "columns": ["sku"]}, "columns are for tables"),
        ("confirm", {"path": "/out/*/a.csv"}, "not its folder"),
        ("confirm", {"path": "/out/*.csv", "format": "pdf"}, "not a form that can be read"),
        ("confirm", {"path": "/out/*.csv", "columns": {"skuu": "x"}}, "did you mean"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(tmp_path, role, changes, words):
    with pytest.raises((ValidationError, ConfigError)) as caught:
        refusing(tmp_path, role, **changes)

    assert words in str(caught.value)


def test_a_key_that_others_can_read_is_refused(tmp_path):
    key = tmp_path / "key"
    key.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nsecret-4711\n")
    key.chmod(0o644)
    with pytest.raises(ValidationError) as caught:
        refusing(tmp_path, key=f"file:{key}")

    assert "open to others" in str(caught.value.errors()[0]["ctx"])
    assert "secret-4711" not in str(caught.value)


def test_the_program_is_told_to_trust_nobody_else(tmp_path):
    key = tmp_path / "my key %h"
    key.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nx\n")
    key.chmod(0o600)
    told = refusing(tmp_path, key=f"file:{key}", host="2001:db8::1", port=2222)._remote._arguments

    assert {
        *("-oBatchMode=yes", "-oStrictHostKeyChecking=yes", "-oGlobalKnownHostsFile=none", "-oIdentitiesOnly=yes"),
        *(f'-oUserKnownHostsFile="{tmp_path}/known"', f'-oIdentityFile="{tmp_path}/my key %%h"', "-oUser=orders"),
        *("-oPreferredAuthentications=publickey", "-oServerAliveInterval=15", "-oConnectTimeout=30"),
    } <= set(told)
    assert ["-b", "-", "-F", "none", "-P", "2222"] == told[:6]
    assert "[2001:db8::1]" == told[-1]


@pytest.mark.parametrize("role", ["send", "confirm", "stock_feed"])
def test_a_partner_is_told_how_files_come_and_go(tmp_path, role):
    path = {"send": "/in/{batch}.json", "confirm": "/out/*.csv", "stock_feed": "/stock/*.csv"}[role]
    more = {"call_back": "/in/stop-{reference}.json", "manifest": True, "format": "json"} if role == "send" else {}
    chapters = refusing(tmp_path, role, path=path, **more).guide()

    expected: dict[str, dict[str, list[str]]] = {
        "send": {"Files you get": ["/in/0007.json"], "Files that ask to stop a shipment": ["/in/stop-WEB-1042-1.json"]},
        "confirm": {"Answers you give us": []},
        "stock_feed": {"Counts you give us": []},
    }
    told = {chapter.title: [sample.name for sample in chapter.samples] for chapter in chapters}
    assert expected[role].items() <= told.items()
