"""Answers and counts that come by mail: attached tables out of one folder of a mailbox.

1. mails are read in the order in which they arrived, by UID; only those from the senders in `from` count, and by
   `subject`; where `verified_by` is set, only those whose sender our own mail server has proven
2. an attached table is read like any other (`destinations.answer_table`), each content once, whatever mail it comes in;
   counts are of the moment the mail arrived, and the same counts in a later mail count again
3. a mail with a table that was refused as a whole, or put aside, is looked at again in every pass until it can be
   taken, or is gone
4. an answer in words alone is put aside once, so that a person sees it; so is a mail that is too large
5. nothing is marked or deleted; a mail all of whose tables were taken is filed (`archive`, `after = "move"`) once what
   they said is stored

Positions: `uid:ACCOUNT:FOLDER:UIDVALIDITY` -> the last UID, and those to be looked at again (`mail_positions`);
`DIGEST` (of counts `DIGEST@MOMENT`) -> how far a content was read, or `end`.
"""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from orderctl.core import times
from orderctl.core.adapters import AnswerPage, Chapter, Probe, Waiting
from orderctl.core.confirmations import BadRow
from orderctl.core.digests import digest
from orderctl.core.errors import RecordError, RemoteError
from orderctl.destinations import answer_rows, table_guide
from orderctl.destinations.answer_files import AnswerSettings
from orderctl.destinations.answer_rows import AnswerColumns
from orderctl.destinations.answer_table import AnswerTable
from orderctl.destinations.documents import TEXTS
from orderctl.destinations.mail_positions import MailPosition
from orderctl.destinations.mailbox_settings import MailboxSettings
from orderctl.destinations.way import Sends
from orderctl.wire import extras, files, mail_parts, names, tables
from orderctl.wire.imap import LARGEST_MAIL, Folder, Head
from orderctl.wire.inbox import END, MOST_ROWS, RefusedFiles, grouped
from orderctl.wire.mail_parts import Attached, Heading
from orderctl.wire.opening import Opening

Role = Literal["confirm", "stock_feed"]
#: So many counts are one transaction, as where they come in files.
_MOST_COUNTS = 5_000
_MODE = 0o600


@dataclass(slots=True)
class _Walk:
    """One reading of the folder: how far it is, what was known before, and what was refused."""

    stream: str
    position: MailPosition
    positions: Mapping[str, str]
    in_hand: Waiting
    errors: list[RecordError] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)  # contents yielded to their end

    def page(self, *rows: BadRow, closes: bool = False) -> AnswerPage:
        """The position as it is now."""
        return AnswerPage(self.stream, self.position.to_text(), rows, closes)


class Mailbox(Sends):
    """A location that answers, or tells its stock, by mails with tables attached. Reading leaves no mark on them."""

    Settings = MailboxSettings

    def __init__(self, name: str, settings: MailboxSettings, opening: Opening, role: Role = "confirm") -> None:
        self._name = name
        self._settings = settings
        self._opening = opening
        self._feed = role == "stock_feed"
        known = answer_rows.STOCK_FEED if self._feed else answer_rows.CONFIRM
        self._columns = AnswerColumns(known, settings.columns)
        self._folder = Folder(name, settings, settings.folder, opening.allowance)
        self._moves = settings.after == "move"
        self._stored: set[str] = set()  # contents whose last page is stored
        self._to_file: dict[str, tuple[Head, bytes]] = {}  # a mail that was taken, by the stream that says so

    def collect(self, positions: Mapping[str, str], in_hand: Waiting) -> Iterator[AnswerPage]:
        """Pages beyond `positions`. At the end RecordError for tables that were refused; RemoteError ends the walk."""
        self._stored = {stream for stream, position in positions.items() if position == END}
        self._to_file.clear()
        with self._folder.opened(to_move=self._moves):
            stream = self._stream()
            walk = _Walk(stream, MailPosition.of(positions.get(stream, "")), positions, in_hand)
            yield from self._cut_off(walk)
            back = times.later(self._opening.now, -self._settings.since)
            since = None if stream in positions else times.as_datetime(back).date()
            before = list(walk.position.again)
            gone = set(before)
            for heads in self._folder.heads([*before, *self._folder.uids(walk.position.last, since)]):
                for head in heads:
                    gone.discard(head.uid)
                    yield from self._mail(walk, head)
                yield walk.page()
            for uid in gone:
                walk.position.taken(uid)
            if gone:
                yield walk.page()
        if len(walk.errors) > 1:
            raise RefusedFiles(walk.errors)
        if walk.errors:
            raise walk.errors[0]

    def finished(self, stream: str) -> None:
        """What `stream` says is stored; a mail that was taken is filed. RemoteError when that cannot be done."""
        self._stored.add(stream)
        head, content = self._to_file.pop(stream, (None, b""))
        if head is None:
            return
        if self._settings.archive is not None:
            path = self._archived(head)
            if not files.holds(path, content):
                files.stage(path.parent, path.name, content, _MODE)
                files.publish(path.parent, path.name)
        if self._moves:
            self._folder.move(head.uid, self._settings.done)

    def probe(self) -> list[Probe]:
        """Whether the server lets us in and has the folder, and which mails there would count."""
        try:
            with self._folder.opened(to_move=self._moves) as mails:
                back = times.later(self._opening.now, -self._settings.since)
                uids = self._folder.uids(0, times.as_datetime(back).date())
                heads = [head for some in self._folder.heads(uids) for head in some]
        except RemoteError as error:
            return [Probe("mailbox", "fail", error.said, error.next)]
        ours = sum(self._is_for_us(mail_parts.heading(head.headers)) for head in heads)
        found = f"{self._settings.folder} has {mails:,} mails; of {len(heads):,} newer ones {ours:,} are from `from`"
        if self._settings.verified_by:
            return [Probe("mailbox", "ok", found)]
        unproven = Probe("senders", "warn", "whoever forges an address can answer", "set `verified_by`")
        return [Probe("mailbox", "ok", found), unproven]

    def guide(self) -> list[Chapter]:
        """What the partner is to mail, from where, and what is done with it."""
        senders = ", ".join(f"`{one}`" for one in self._settings.from_)
        shown = self._columns.configured
        columns = ", ".join(f"`{shown.get(name, name)}`" for name in self._columns.known)
        lines = (
            f"- Mail us tables (CSV, TSV, JSON or Excel) as attachments, from {senders}.",
            f"- Their columns: {columns}.",
            "- The same table twice counts once."
            if not self._feed
            else "- A table says what lies there when it comes.",
            "- A table whose header is wrong counts for nothing; mail it again.",
            "- What you write without a table is read by a person, later.",
        )
        title = "Counts you mail us" if self._feed else "Answers you mail us"
        own = self._settings
        form = {"format": own.format or "csv", "encoding": own.encoding, "delimiter": own.delimiter}
        read = AnswerSettings.model_validate({**form, "columns": own.columns, "dates": own.dates})
        told = table_guide.counts(read) if self._feed else table_guide.answers(read, self._opening.timezone)
        return [Chapter(title, "\n".join(lines)), *told]

    def _mail(self, walk: _Walk, head: Head) -> Iterator[AnswerPage]:
        """The pages of one mail; after them it is taken, or is to be looked at again."""
        heading = mail_parts.heading(head.headers)
        if not self._is_for_us(heading):
            walk.position.taken(head.uid)
            return
        if why := self._unread(head, heading):
            walk.position.taken(head.uid)
            yield walk.page(self._aside(head, heading, why, ""))
            return
        content = self._folder.mail(head.uid)
        parts = mail_parts.parts(content)
        wanted = [file for file in parts.files if self._form(file)]
        done = True
        for file in wanted:
            try:
                done &= yield from self._table(walk, head, file)
            except RecordError as error:
                walk.errors.append(error)
                done = False
        if done:
            walk.position.taken(head.uid)
        else:
            walk.position.left(head.uid)
        others = [file.name for file in parts.files if file not in wanted]
        rows = []
        if content and not self._feed and not any(file.format for file in parts.files):
            why = f"an answer in words{_about(walk, heading.subject + parts.words)}; read it, and confirm by hand"
            rows.append(self._aside(head, heading, why, parts.words, others))
        files_it = done and bool(wanted) and not others and (self._moves or self._settings.archive is not None)
        if files_it:
            self._to_file[walk.stream] = (head, content)
        yield walk.page(*rows, closes=files_it)

    def _table(self, walk: _Walk, head: Head, file: Attached) -> Generator[AnswerPage, None, bool]:
        """The pages of one attached table; whether what it says is stored after them."""
        content = digest(file.content)
        stream = f"{content}@{head.arrived_at}" if self._feed else content
        if stream in self._stored or stream in walk.ended:
            return stream in self._stored
        table = AnswerTable(
            self._name, self._reader(file), self._columns, self._settings.dates, ZoneInfo(self._opening.timezone)
        )
        read = table.counts if self._feed else table.confirmations
        begin = int(walk.positions.get(stream, "0"))
        items = read(io.BytesIO(file.content), f"{self._where(head)}/{file.name}", len(file.content), begin)
        moment = head.arrived_at if self._feed else ""
        for found, end in grouped(items, begin, _MOST_COUNTS if self._feed else MOST_ROWS):
            if end is None:
                walk.ended.add(stream)
            yield AnswerPage(stream, END if end is None else str(end), found, end is None, moment)
        return stream in self._stored

    def _cut_off(self, walk: _Walk) -> Iterator[AnswerPage]:
        """The last mail that was taken, once more, if a killed process may have taken it without filing it."""
        last, archive = walk.position.last, self._settings.archive is not None
        if not last or last in walk.position.again or not (self._moves or archive):
            return
        for heads in self._folder.heads([last]):
            for head in heads:
                if self._is_for_us(mail_parts.heading(head.headers)) and (
                    self._moves or not self._archived(head).exists()
                ):
                    yield from self._mail(walk, head)

    def _is_for_us(self, heading: Heading) -> bool:
        like = self._settings.subject.lower()
        return self._settings.lets_in(heading.sender) and fnmatchcase(heading.subject.lower(), like)

    def _unread(self, head: Head, heading: Heading) -> str:
        """Why a mail is not even read; empty when it is."""
        if self._settings.verified_by and not heading.proven_by(self._settings.verified_by):
            return f"says that it is from one of `from`, but {self._settings.verified_by} has not proven that"
        if head.size > LARGEST_MAIL:
            return f"has {head.size:,} bytes; more than {LARGEST_MAIL:,} are not read"
        return ""

    def _form(self, file: Attached) -> str:
        """The form in which an attached file is read as a table; empty when it is not."""
        wanted, stated = self._settings.attachments, self._settings.format
        if wanted and not any(fnmatchcase(file.name.lower(), one.lower()) for one in wanted):
            return ""
        if stated:
            return stated if wanted or file.format == stated else ""
        return file.format

    def _reader(self, file: Attached) -> tables.Reader:
        form = self._form(file)
        if form == "xlsx":
            if lacking := extras.lacking("xlsx"):
                raise RecordError(f"xlsx {lacking}", where=file.name)
            from orderctl.wire.workbook_rows import WorkbookReader

            return WorkbookReader()
        known = next(known for known in TEXTS if known == form)
        return tables.Reader(known, self._settings.encoding, self._settings.delimiter)

    def _aside(self, head: Head, heading: Heading, why: str, words: str, others: list[str] | None = None) -> BadRow:
        """A mail that a person has to read."""
        about = [f"From: {heading.sender}", f"Subject: {heading.subject}", f"Date: {head.arrived_at}"]
        if others:
            about.append(f"Attached: {', '.join(others)[:500]}")
        return BadRow("\n".join([*about, "", words]), why, self._where(head))

    def _where(self, head: Head) -> str:
        return f"{self._settings.folder}/{head.uid}"

    def _archived(self, head: Head) -> Path:
        folder = self._settings.archive
        assert folder is not None  # noqa: S101 - asked for only where there is one
        return folder / f"{names.slug(self._name)}-{head.arrived_at[:10]}-{self._folder.validity}-{head.uid}.eml"

    def _stream(self) -> str:
        account = digest(f"{self._settings.host} {self._settings.user}")[:12]
        return f"uid:{account}:{self._settings.folder}:{self._folder.validity}"


def _about(walk: _Walk, words: str) -> str:
    """` about WEB-1042-1` for the shipments in hand that `words` mention."""
    upper = words.upper()
    found = [one.reference for one in walk.in_hand() if one.reference in upper]
    return f" about {', '.join(found[:5])}" if found else ""
