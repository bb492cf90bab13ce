"""Work handed over as files on a partner's server, and answers read from there, by SFTP.

1. send: one file per batch, uploaded hidden into the folder where it belongs, then renamed (`wire.sftp_outbox`); its
   content is kept in the store until its receipt is certain, so that a later pass can find out and finish
2. confirm: the whole files that `path` names, each content once; a row per shipment or line (`wire.sftp_inbox`)
3. stock_feed: the same for counts, taken when the file was written; the same content written again counts again

The tables are those of `destinations.file`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationInfo, model_validator

from orderctl.core.adapters import AnswerPage, Chapter, Probe, Waiting
from orderctl.core.effects import Batch, BatchShipment, CallBack, Document, Receipt
from orderctl.core.errors import ConfigError, Finding, RemoteDenied, RemoteError
from orderctl.core.times import duration_text
from orderctl.destinations import answer_files, call_back, documents, file_guide, table_guide, template_data
from orderctl.destinations.answer_files import AnswerFiles, AnswerSettings
from orderctl.destinations.documents import Documents, DocumentSettings
from orderctl.destinations.pick_list import batch_text
from orderctl.destinations.way import Role, Sends
from orderctl.wire import names, settings, sftp
from orderctl.wire.opening import Opening
from orderctl.wire.sftp import Login, Remote
from orderctl.wire.sftp_inbox import RemoteInbox
from orderctl.wire.sftp_outbox import RemoteOutbox

_NOTHING_SENT = DocumentSettings()
_MAGIC = "*?["
#: Room for the digest and ending of a hidden name, in the 255 bytes that file systems give one.
_LONGEST_NAME = 200
_TRIAL = b"a trial of orderctl; it may be removed\n"


class Sftp(Sends):
    """A location that is reached by SFTP. Nobody ever sees a part of a file, and none ever changes."""

    class Settings(Login, AnswerSettings):
        """What `send`, `confirm` and `stock_feed` may say beside the keys of every way."""

        path: Annotated[str, Field(min_length=1)]
        """`send`: the file of one batch, with `{batch}` and, if wanted, `{date}`, `{location}`. Else FOLDER/PATTERN."""
        mode: settings.ModeField | None = None
        """`send`: the permission bits of the file, as text. Without it the server decides."""
        manifest: bool = False
        """`send`: put NAME.manifest.json with rows, units, bytes and SHA-256 beside each file."""
        call_back: str = ""
        """`send`: the file that asks to stop a shipment, with `{reference}`. Empty: a person has to ask."""
        settle: settings.DurationField = 60
        """`confirm`, `stock_feed`: how long a file has to rest before it is read; `0 s` if they appear by a rename."""
        archive: settings.PathField | None = None
        """`confirm`, `stock_feed`: a folder here in which a copy of every file that was read is kept."""

        @model_validator(mode="after")
        def _fits_its_role(self, info: ValidationInfo) -> Sftp.Settings:
            role = (info.context or {}).get("role")
            if role and (problem := _problem(self, role)):
                raise ValueError(problem)
            return self

    def __init__(self, name: str, settings: Settings, opening: Opening, role: Role = "send") -> None:
        problem = _problem(settings, role) or (documents.problem_of(settings, opening.base) if role == "send" else "")
        if problem:
            raise ConfigError([Finding("E213", f"[location.{name}.{role}] {problem}")])
        self._name = name
        self._settings = settings
        self._role = role
        self._zone = opening.timezone
        self.best_class = "F"
        self._remote = Remote(name, settings, opening)
        self._outbox = RemoteOutbox(self._remote, settings.mode, settings.manifest)
        self._documents = Documents(name, settings if role == "send" else _NOTHING_SENT, opening.base)
        self.needs = self._documents.needs
        self._read = AnswerFiles(name, settings, role, opening.timezone)
        self._inbox = RemoteInbox(
            self._remote,
            settings.path,
            opening.now,
            settings.settle,
            after=settings.after,
            dated=self._read.is_feed,
            most_rows=self._read.most_rows,
            archive=settings.archive,
            label=name,
        )

    def close(self) -> None:
        """Log out."""
        self._remote.close()

    def render(self, batch: Batch) -> Document:
        """The file of `batch`, with those beside it. The same batch gives the same name and bytes."""
        return self._sent(self._documents.render(batch, self._named(batch)))

    def render_call_back(self, wish: CallBack) -> Document | None:
        """The file that asks to stop a shipment; None where `call_back` names none."""
        path = self._settings.call_back
        return self._sent(call_back.document(wish, path, self._settings)) if path else None

    def objections(self, shipments: Sequence[BatchShipment]) -> Mapping[str, str]:
        """What the location's own template cannot cope with."""
        return self._documents.objections(shipments)

    def stage(self, document: Document) -> None:
        """Upload `document` under a hidden name. RemoteError when that cannot be done."""
        self._outbox.stage(document)

    def discard(self, name: str) -> None:
        """Remove the hidden upload of `name`, which is never going to be delivered."""
        self._outbox.discard(name)

    def deliver(self, document: Document, key: str) -> Receipt:  # noqa: ARG002 - a file's name is its key
        """Give the uploaded `document` its name."""
        return self._outbox.deliver(document)

    def recover(self, document: Document, key: str) -> Receipt:  # noqa: ARG002
        """Still hidden = publish it now, gone = it was published. RemoteError when nobody can tell yet."""
        return self._outbox.recover(document)

    def collect(self, positions: Mapping[str, str], in_hand: Waiting) -> Iterator[AnswerPage]:  # noqa: ARG002
        """Pages of answers or counts beyond `positions`. RecordError or RemoteError at the end, for files left out."""
        for piece in self._inbox.pieces(positions, self._read.items):
            yield self._read.page(piece)

    def finished(self, stream: str) -> None:
        """The file of `stream` is applied to its end; it is kept and moved as `archive` and `after` say."""
        self._inbox.finished(stream)

    def probe(self) -> list[Probe]:
        """Whether the server lets us in, shows the folder, and lets us write there; what is written is removed."""
        try:
            home = self._remote.home()
        except RemoteError as error:
            return [Probe("sftp", "fail", error.said, error.next)]
        found = [Probe("sftp", "ok", f"{self._remote.name} lets us in; paths start from {home}")]
        try:
            return [*found, *(self._try_writing() if self._role == "send" else self._try_reading())]
        except RemoteError as error:
            return [*found, Probe("folder", "fail", error.said, error.next)]

    def guide(self) -> list[Chapter]:
        """What the partner gets and gives, where, and how files come and go there."""
        own = self._settings
        if self._role == "send":
            sample = template_data.samples(self._name)[0]
            main = self._documents.render(sample, self._named(sample))
            more = ["The user that we log in as needs to write, list, rename and remove files there."]
            where = f"on {own.host}"
            about = file_guide.given(where, main, own, own.call_back, manifest=own.manifest, more=more)
            return [*about, *table_guide.work(self._name, own, self._documents.columns)]
        shown = self._read.columns
        columns = {name: shown.configured.get(name, name) for name in shown.known}
        moves = "is moved to `done/` beside it" if own.after == "move" else "stays there; remove it when you like"
        rests = [f"A file is read once it has not changed for {duration_text(own.settle)}."] if own.settle else []
        where = f"on {own.host}, called `{own.path}`"
        about = file_guide.taken(where, columns, moves, is_feed=self._read.is_feed, form=own.format.upper(), more=rests)
        told = table_guide.counts(own) if self._read.is_feed else table_guide.answers(own, self._zone)
        return [*about, *told]

    def _named(self, batch: Batch) -> str:
        values = {"date": batch.date, "batch": batch_text(batch), "location": batch.location}
        return names.fill(self._settings.path, values)

    def _sent(self, document: Document) -> Document:
        slash = "" if document.name.startswith("/") else "/"
        return replace(document, kept=True, to=f"{self._remote.name}{slash}{document.name}")

    def _try_reading(self) -> list[Probe]:
        files = self._inbox.listed()
        return [Probe("folder", "ok", f"{self._inbox.folder} has {len(files):,} files that would be read")]

    def _try_writing(self) -> list[Probe]:
        paths = [path for path in (self._settings.path, self._settings.call_back) if path]
        own = names.slug(self._name)
        folders = dict.fromkeys(_folder(path).replace("{location}", own) for path in paths)
        return [probe for folder in folders for probe in self._try_folder(folder)]

    def _try_folder(self, folder: str) -> list[Probe]:
        """Upload, rename and remove a hidden file in `folder`."""
        shown = self._remote.entries(folder or ".")
        found = [Probe("folder", "ok", f"{folder or '.'} can be listed")]
        if shown is None:
            found = [Probe("folder", "warn", f"{folder or '.'} shows no files", "ask the partner to let us list it")]
        uploaded, renamed = (f"{folder}.orderctl-trial-{word}.part" for word in ("1", "2"))
        if wrong := self._remote.put(_TRIAL, uploaded, 0o600):
            raise RemoteDenied(f"nothing can be uploaded to {folder or '.'}: {wrong}", where=self._remote.where)
        answer = self._remote.rename(uploaded, renamed)
        left = renamed if not answer.wrong else uploaded
        kept = self._remote.remove(left)
        if answer.wrong:
            raise RemoteDenied(f"nothing can be renamed in {folder or '.'}: {answer.wrong}", where=self._remote.where)
        if kept:
            words = f"uploads and renames work, but {left} cannot be removed ({kept.rpartition(': ')[2]})"
            return [*found, Probe("write", "warn", words, "ask the partner to let us remove our own files")]
        return [*found, Probe("write", "ok", f"{folder or '.'}: uploaded, renamed and removed a hidden file")]


def _folder(path: str) -> str:
    """The folder of `path`, with its slash."""
    folder, slash, _ = path.rpartition("/")
    return folder + slash


def _problem(settings: Sftp.Settings, role: str) -> str:
    """What is wrong with `settings` for `role`; empty when nothing is."""
    if role != "send":
        if any(character in _folder(settings.path) for character in _MAGIC):
            return "path: only the name of a file may be a pattern, not its folder"
        return _of_path(settings.path) or answer_files.problem_of(settings, role)
    try:
        names.check_template(settings.path, ("date", "batch", "location"), needed="batch")
    except ValueError as error:
        return str(error)
    if problem := call_back.problem_of(settings.call_back):
        return problem
    for path in (settings.path, settings.call_back):
        if "{" in _folder(path).replace("{location}", ""):
            return f"path: {path} names a new folder each time, and none are made there; only the file may differ"
        bare = names.fill(path, dict.fromkeys(("date", "batch", "location", "reference"), "0")) if path else ""
        if problem := _of_path(bare) or (f"path: {path} may not be a pattern" if "*" in bare or "?" in bare else ""):
            return problem
    return ""


def _of_path(path: str) -> str:
    if len(Path(path).name.encode()) > _LONGEST_NAME:
        return f"path: its last part is longer than {_LONGEST_NAME} bytes"
    problem = sftp.problem_of_path(path)
    return f"path: {problem}" if problem else ""
