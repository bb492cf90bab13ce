from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import trustme

from orderctl.core.errors import RemoteBusy, RemoteDown, RemoteError
from orderctl.core.secrets import Secret
from orderctl.wire.budgets import Allowance, Deadline
from orderctl.wire.imap import Folder
from orderctl.wire.mail import Account
from tests.mail_servers import PASSWORD, USER, certificate, mailboxes

MAIL = b"From: a@acme.example\r\nSubject: Re\r\n\r\nhello\r\n"
THE_DAY = date(2026, 11, 20)


def folder(port: int, name: str = "INBOX", seconds: float = 20.0, **settings: Any) -> Folder:
    context = {"resolve": lambda reference: Secret(reference, PASSWORD), "base": Path("/")}
    stated = {"host": "127.0.0.1", "port": port, "tls": "none", "user": USER, "password": "env:MAIL", **settings}
    account = Account.model_validate(stated, context=context)
    return Folder("acme", account, name, Allowance(seconds, Deadline.after(60)))


def bodies(one: Folder) -> list[bytes]:
    """Every mail, as a reader walks through a folder."""
    with one.opened(to_move=False):
        heads = [head for some in one.heads(one.uids(0, THE_DAY)) for head in some]
        return [one.mail(head.uid) for head in heads]


@contextlib.contextmanager
def between(port: int, cut_after: int, *, hang: bool = False) -> Iterator[int]:
    """A way to the server at `port` that is cut, or silent, after so many bytes of its answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening, contextlib.ExitStack() as open_now:

        def serve() -> None:
            with contextlib.suppress(OSError):
                client = open_now.enter_context(listening.accept()[0])
                server = open_now.enter_context(socket.create_connection(("127.0.0.1", port)))
                for one in (client, server):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                asking = threading.Thread(target=carry, args=(client, server), daemon=True)
                asking.start()
                carry(server, client, cut_after)
                if not hang:
                    for one in (client, server):
                        one.shutdown(socket.SHUT_RDWR)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(20)


def carry(source: socket.socket, target: socket.socket, most: int = 1 << 40) -> None:
    with contextlib.suppress(OSError):
        while most > 0 and (said := source.recv(65_536)):
            target.sendall(said[:most])
            most -= len(said)


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return made


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_mails_are_read_where_nobody_reads_along(tmp_path: Path, authority: trustme.CA, tls: str):
    with mailboxes(tls=certificate(authority), sealed=tls == "tls") as box:
        found = bodies(folder(box.port, tls=tls, ca_file=str(tmp_path / "ca.pem")))

    assert [] == found


@pytest.mark.parametrize("names", [("mail.example",), ()])
@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_that_proves_nothing_is_refused(tmp_path: Path, authority: trustme.CA, tls: str, names: Any):
    trusted: dict[str, Any] = {"ca_file": str(tmp_path / "ca.pem")} if names else {}
    with (
        mailboxes(tls=certificate(authority, *names), sealed=tls == "tls") as box,
        pytest.raises(RemoteDown, match="its certificate is not trusted"),
    ):
        bodies(folder(box.port, tls=tls, **trusted))


def test_a_server_without_tls_never_hears_the_password():
    with mailboxes() as box, pytest.raises(RemoteDown, match="TLS not supported"):
        bodies(folder(box.port, tls="starttls"))


def test_a_connection_that_is_cut_anywhere_gives_whole_mails_or_an_error():
    with mailboxes() as box:
        box.put(MAIL, MAIL.replace(b"hello", b"h" * 3000))
        whole = bodies(folder(box.port))
        failed = 0
        for cut in range(0, 4200, 60):
            with between(box.port, cut) as port:
                try:
                    assert whole == bodies(folder(port)), cut
                except RemoteError:
                    failed += 1

    assert [len(MAIL), len(MAIL) + 2995] == list(map(len, whole))
    assert failed > 50


@pytest.mark.parametrize("cut", [0, 60, 400, 900])
def test_a_server_that_falls_silent_has_its_time_and_no_more(cut: int):
    with mailboxes() as box:
        box.put(MAIL)
        with between(box.port, cut, hang=True) as port:
            reading = folder(port, seconds=0.6)
            with pytest.raises(RemoteDown, match="did not answer in time"):
                bodies(reading)
            with pytest.raises(RemoteBusy, match="has had its time"):
                bodies(reading)


def test_a_mail_goes_into_a_folder_that_is_made_for_it():
    with mailboxes() as box:
        box.put(MAIL, MAIL)
        one = folder(box.port)
        with one.opened(to_move=True) as count:
            first, second = one.uids(0, None)
            one.move(first, "done")
            one.move(second, "done")
            one.move(second, "done")  # gone already

        assert 2 == count
        assert {} == box.held()
        assert 2 == len(box.held("done"))


def test_uids_go_on_from_where_they_were_and_end():
    with mailboxes() as box:
        box.put(*[MAIL] * 120)
        one = folder(box.port)
        with one.opened(to_move=False):
            uids = one.uids(0, THE_DAY)
            sizes = [len(some) for some in one.heads(uids)]
            after = one.uids(uids[-3], None)
            none = one.uids(uids[-1], None)
            gone = [list(some) for some in one.heads([1, uids[0]])]

    assert ([100, 20], uids[-2:], []) == (sizes, after, none)
    assert [[uids[0]]] == [[head.uid for head in some] for some in gone]
