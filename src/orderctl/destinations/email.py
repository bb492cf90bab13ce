"""Work handed over as a mail: one for each batch, its documents attached.

1. the mail is made of the batch alone; when it is sent, it gets its moment and an id made of the effect's key, by which
   a partner can drop what came twice
2. it goes to everybody in `to` or to nobody
3. a lost answer after the end of the mail leaves the batch uncertain, and a person decides: nobody can be asked
4. another mail asks to stop a shipment; what became of that, the location has to say

Subjects hold references, numbers and dates, and no data of customers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from orderctl.core import copies, text
from orderctl.core.adapters import Chapter, Probe
from orderctl.core.effects import Batch, BatchShipment, CallBack, Document, Receipt
from orderctl.core.errors import ConfigError, Finding
from orderctl.destinations import documents, table_guide, template_data
from orderctl.destinations.documents import Documents, DocumentSettings
from orderctl.destinations.pick_list import batch_text
from orderctl.destinations.way import Sends
from orderctl.wire import mail_text, names
from orderctl.wire.asked import Asked
from orderctl.wire.mail import AddressField, Envelope, Post, Server, bare
from orderctl.wire.mail_text import Attachment, Letter
from orderctl.wire.opening import Opening

#: What subject and body of a batch may name.
ABOUT_BATCH = ("batch", "location", "date", "orders", "shipments", "units", "references", "documents")
#: What subject and body of the wish to stop a shipment may name.
ABOUT_STOP = ("reference", "order", "location", "reason")
_MOST_NAMED = 5
_MEDIA_TYPE = "message/rfc822"

BODY = """\
Hello,

please ship what the attached list says: {shipments} shipments, {units} units.

Shipments: {references}
Batch: {batch} of {date}
Attached: {documents}

Please answer to this mail with a table (CSV, Excel or JSON) that has the columns reference, status, carrier and
tracking_number: status is acknowledged, shipped, short, rejected or cancelled.

The same mail twice has the same Message-ID; please ship it once.
"""
_TEST_BODY = f"""\
*** {copies.NOTICE} ***
Everything in this mail is a copy for comparison. Answer it as if it were real, and send nothing.

"""
STOP_BODY = """\
Hello,

please do NOT ship {reference} (order {order}).
Reason: {reason}

Please tell us whether it could be stopped: answer with the status cancelled, or shipped with its tracking number.
"""


def _template(known: Sequence[str]) -> AfterValidator:
    def checked(value: str) -> str:
        for name in text.template_names(value):
            if name not in known:
                near = text.did_you_mean(name, known)
                raise ValueError(f"'{{{name}}}' is not known here{near}; there are {', '.join(known)}")
        return value

    return AfterValidator(checked)


BatchText = Annotated[str, Field(min_length=1), _template(ABOUT_BATCH)]
StopText = Annotated[str, Field(min_length=1), _template(ABOUT_STOP)]


class Email(Asked, Sends):
    """A location that gets each batch by mail. It is answered by mail (`via = "mailbox"`), by file, or by telephone."""

    class Settings(DocumentSettings):
        """What `send` may say beside the documents."""

        to: Annotated[tuple[AddressField, ...], Field(strict=False, min_length=1)]
        """Who gets it. The mail goes to all of them or, when the server refuses one, to none."""
        from_: AddressField | None = Field(default=None, alias="from")
        """Who it is from. Default: `from` of the mail server."""
        reply_to: AddressField | None = None
        """Where answers go, if not to who it is from: the mailbox that `confirm` reads."""
        subject: BatchText = "Please ship {references} (batch {batch}, {location})"
        """May name batch, location, date, orders, shipments, units, references and documents, each in braces."""
        body: BatchText = BODY
        """What the mail says; the same names. Default: a few English sentences."""
        stop_subject: StopText = "Please do NOT ship {reference} ({location})"
        """Of the mail that asks to stop a shipment; may name reference, order, location and reason."""
        stop_body: StopText = STOP_BODY
        """What that mail says; the same names."""
        name: Annotated[str, Field(min_length=1)] = "{location}-{batch}"
        """What the attached main document is called, without suffix; with `{batch}`, also `{date}`, `{location}`."""
        for_people: bool = True
        """Make harmless what a spreadsheet would run as a formula; `false` where a program reads the attachment."""
        smtp: Server | None = None
        """A mail server of its own, with the keys of `[smtp]`, none of which counts then."""

        @model_validator(mode="after")
        def _only_sends(self, info: ValidationInfo) -> Email.Settings:
            if (info.context or {}).get("role", "send") != "send":
                raise ValueError("mails are read by via = 'mailbox'")
            names.check_template(self.name, ("date", "batch", "location"), needed="batch")
            return self

    def __init__(self, name: str, settings: Settings, opening: Opening, role: Literal["send"] = "send") -> None:
        problem = documents.problem_of(settings, opening.base)
        server = settings.smtp or opening.smtp()
        if server is None:
            problem = problem or "needs a mail server: add [smtp], or a table `smtp` here"
        sender = settings.from_ or (server.from_ if server else None)
        if not sender:
            problem = problem or "does not say who mails are from: add `from` here or to [smtp]"
        if problem or server is None or not sender:
            raise ConfigError([Finding("E213", f"[location.{name}.{role}] {problem}")])
        self._name = name
        self._settings = settings
        self._now = opening.now
        self._sender = sender
        self._envelope = Envelope(bare(sender), tuple(dict.fromkeys(map(bare, settings.to))))
        self._post = Post(name, server, opening.allowance)
        self._documents = Documents(name, settings, opening.base)
        self._suffix = documents.main_of(settings, opening.base).format
        self.needs = self._documents.needs

    def objections(self, shipments: Sequence[BatchShipment]) -> Mapping[str, str]:
        """What the location's own template cannot cope with."""
        return self._documents.objections(shipments)

    def render(self, batch: Batch) -> Document:
        """The mail about `batch`, without its moment and id. The same batch gives the same name and bytes."""
        main = self._documents.render(batch, self._named(batch))
        attached = [main, *main.beside]
        about = _about(batch, main, [one.name for one in attached])
        files = [Attachment(PurePosixPath(one.name).name, one.content, one.media_type) for one in attached]
        number = names.slug(batch_text(batch))
        notice = f"{copies.NOTICE}: " if batch.test else ""
        return Document(
            name=f"{names.slug(batch.location)}-{number}.eml",
            content=self._composed(
                f"{notice}{self._settings.subject}", f"{notice and _TEST_BODY}{self._settings.body}", about, files
            ),
            media_type=_MEDIA_TYPE,
            rows=main.rows,
            units=main.units,
            to=", ".join(self._envelope.recipients),
            notes=main.notes,
        )

    def render_call_back(self, wish: CallBack) -> Document:
        """The mail that asks to stop a shipment. It may come twice; its id is the same then."""
        about = {
            "reference": wish.reference,
            "order": wish.order_number,
            "location": wish.location,
            "reason": mail_text.header_text(wish.reason) or "the order was cancelled",
        }
        return Document(
            name=f"{names.slug(wish.location)}-stop-{names.slug(wish.reference)}.eml",
            content=self._composed(self._settings.stop_subject, self._settings.stop_body, about, ()),
            media_type=_MEDIA_TYPE,
            kept=True,
            to=", ".join(self._envelope.recipients),
        )

    def deliver(self, document: Document, key: str) -> Receipt:
        """Hand the mail to the server; accepted once it says that it has all of it, for everybody."""
        sender = self._envelope.sender
        return self._post.send(self._envelope, mail_text.addressed(document.content, sender, key, self._now))

    def probe(self) -> list[Probe]:
        """Whether the server lets us in and takes mails for everybody. None is sent."""
        return self._post.probe(self._envelope)

    def guide(self) -> list[Chapter]:
        """What the partner gets, by whom and how, and what is to be answered."""
        sample = template_data.samples(self._name)[0]
        main = self._documents.render(sample, self._named(sample))
        about = _about(sample, main, [one.name for one in (main, *main.beside)])
        words = text.render_template(self._settings.body, about)
        lines = (
            f"- Each batch is one mail from `{self._envelope.sender}` to {self._document_readers()}.",
            f"- Its subject is like: {mail_text.header_text(text.render_template(self._settings.subject, about))}",
            "- Two mails with the same `Message-ID` are the same mail: take it once.",
            "- A mail with `NOT` in its subject asks to stop a shipment; say whether it could be stopped.",
            "- Let our mails through your spam filter before the first live order.",
        )
        quoted = "\n".join(f"> {line}".rstrip() for line in words.splitlines())
        mails = Chapter("Mails you get", "\n".join(lines) + f"\n\n{quoted}", (main, *main.beside))
        return [mails, *table_guide.work(self._name, self._settings, self._documents.columns)]

    def _document_readers(self) -> str:
        return " and ".join(f"`{address}`" for address in self._envelope.recipients)

    def _named(self, batch: Batch) -> str:
        values = {"date": batch.date, "batch": batch_text(batch), "location": batch.location}
        return f"{names.fill(self._settings.name, values)}.{self._suffix}"

    def _composed(self, subject: str, body: str, about: Mapping[str, str], attachments: Sequence[Attachment]) -> bytes:
        return mail_text.composed(
            Letter(
                sender=self._sender,
                to=self._settings.to,
                subject=text.render_template(subject, about),
                body=text.render_template(body, about),
                attachments=attachments,
                reply_to=self._settings.reply_to or "",
            )
        )


def _about(batch: Batch, main: Document, attached: Sequence[str]) -> dict[str, str]:
    """What subject and body may name. None of it comes from a customer."""
    references = [shipment.reference for shipment in batch.shipments]
    named = ", ".join(references[:_MOST_NAMED])
    more = len(references) - _MOST_NAMED
    return {
        "batch": batch_text(batch),
        "location": batch.location,
        "date": batch.date,
        "orders": str(len({(shipment.channel, shipment.order_number) for shipment in batch.shipments})),
        "shipments": str(len(references)),
        "units": str(main.units),
        "references": f"{named} and {more} more" if more > 0 else named,
        "documents": ", ".join(attached),
    }
