"""Mails with answers, and a mailbox that reads them, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from orderctl.core.effects import InHand
from orderctl.core.secrets import Secret
from orderctl.destinations.mailbox import Mailbox, Role
from orderctl.wire.opening import Opening
from tests.mail_servers import PASSWORD, USER, Mailboxes

NOW = "2026-11-20T15:00:00Z"
SHIPPED = "reference,status,carrier,tracking_number\n{},shipped,UPS,1Z{}\n"


def a_mail(
    *files: tuple[str, bytes | str, str] | tuple[str, bytes | str],
    words: str = "Hello, see the list.",
    sender: str = "Acme <answers@acme.example>",
    subject: str = "Re: Please ship",
    **headers: str,
) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "orders@shop.example", subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(words)
    for name, content, *kind in files:
        main, sub = (kind[0] if kind else "text/csv").split("/")
        data = content.encode() if isinstance(content, str) else content
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def an_answer(number: int, **changes: Any) -> bytes:
    return a_mail(("answer.csv", SHIPPED.format(f"WEB-{number}-1", number)), **changes)


def way(box: Mailboxes | int, base: Path = Path("/"), role: Role = "confirm", **settings: Any) -> Mailbox:
    port = box if isinstance(box, int) else box.port
    stated = {"host": "127.0.0.1", "port": port, "tls": "none", "user": USER, "password": "env:MAIL"}
    context = {"resolve": lambda reference: Secret(reference, PASSWORD), "base": base, "role": role}
    checked = Mailbox.Settings.model_validate({**stated, "from": ["@acme.example"], **settings}, context=context)
    return Mailbox("acme", checked, Opening(base, now=NOW, timezone="America/New_York"), role)


def rows(
    mailbox: Mailbox,
    positions: dict[str, str],
    in_hand: Sequence[InHand] = (),
    *,
    dry: bool = False,
    into: list[Any] | None = None,
) -> list[Any]:
    """What is new, applied as a step does it: rows and position together, then what is to be finished."""
    found = [] if into is None else into
    for page in mailbox.collect(dict(positions), lambda: in_hand):
        found += page.rows
        positions[page.stream] = page.position
        if page.closes and not dry:
            mailbox.finished(page.stream)
    return found


def references(found: Sequence[Any]) -> list[str]:
    return [row.reference for row in found]
