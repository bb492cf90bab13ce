"""Work handed over as files in a folder, and answers read from files: the way that needs nothing but a disk.

1. send: one file per batch, a row per line, under a name that is never used again, published by rename
2. confirm: the whole files that `path` names, each content once; a row per shipment or line
3. stock_feed: the same for counts, taken when the file was written; the same content written again counts again

Positions are those of `wire.inbox`. A file whose header, encoding or quotes are wrong is refused as a whole, before any
of its rows counts; a row that is wrong is put aside alone. In a feed a SKU that stands twice is put aside in every row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field, ValidationInfo, model_validator

from orderctl.core.adapters import AnswerPage, Chapter, Probe, Waiting
from orderctl.core.effects import Batch, BatchShipment, CallBack, Document
from orderctl.core.errors import ConfigError, Finding
from orderctl.destinations import answer_files, call_back, documents, file_guide, table_guide, template_data
from orderctl.destinations.answer_files import AnswerFiles, AnswerSettings
from orderctl.destinations.documents import Documents, DocumentSettings
from orderctl.destinations.pick_list import batch_text
from orderctl.destinations.way import Role, Sends
from orderctl.wire import files, folders, inbox, names
from orderctl.wire.inbox import Inbox
from orderctl.wire.opening import Opening
from orderctl.wire.outbox import HandsOver, Outbox
from orderctl.wire.settings import ModeField, OwnerField

_NOTHING_SENT = DocumentSettings()


class FileDestination(HandsOver, Sends):
    """A location that is reached by files. Nobody ever sees a part of one, and none ever changes."""

    class Settings(AnswerSettings):
        """What `send`, `confirm` and `stock_feed` may say beside the keys of every way."""

        path: Annotated[str, Field(min_length=1)]
        """`send`: the file of one batch, with `{batch}` and, if wanted, `{date}` and `{location}`. Else a pattern."""
        mode: ModeField = files.DEFAULT_MODE
        """`send`: the permission bits of the file, as text."""
        owner: OwnerField = files.OURS
        """`send`: whose the file is: `user`, `user:group` or `:group`. Default: whoever runs orderctl."""
        manifest: bool = False
        """`send`: put NAME.manifest.json with rows, units, bytes and SHA-256 beside each file."""
        call_back: str = ""
        """`send`: the file that asks to stop a shipment, with `{reference}`. Empty: a person has to ask."""

        @model_validator(mode="after")
        def _fits_its_role(self, info: ValidationInfo) -> FileDestination.Settings:
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
        self._base = opening.base
        self._zone = opening.timezone
        self.best_class = "F"
        self.outbox = Outbox(opening.base, settings.mode, settings.manifest, settings.owner)
        self._documents = Documents(name, settings if role == "send" else _NOTHING_SENT, opening.base)
        self.needs = self._documents.needs
        self._read = AnswerFiles(name, settings, role, opening.timezone)
        self._inbox = Inbox(settings.path, opening.base, settings.after, self._read.is_feed, self._read.most_rows)

    def render(self, batch: Batch) -> Document:
        """The file of `batch`, with those beside it. The same batch gives the same name and bytes."""
        values = {"date": batch.date, "batch": batch_text(batch), "location": batch.location}
        return self._documents.render(batch, names.fill(self._settings.path, values))

    def render_call_back(self, wish: CallBack) -> Document | None:
        """The file that asks to stop a shipment; None where `call_back` names none."""
        path = self._settings.call_back
        return call_back.document(wish, path, self._settings) if path else None

    def objections(self, shipments: Sequence[BatchShipment]) -> Mapping[str, str]:
        """What the location's own template cannot cope with."""
        return self._documents.objections(shipments)

    def collect(self, positions: Mapping[str, str], in_hand: Waiting) -> Iterator[AnswerPage]:  # noqa: ARG002
        """Pages of answers or counts beyond `positions`. RecordError or RemoteError at the end, for files left out."""
        for piece in self._inbox.pieces(positions, self._read.items):
            yield self._read.page(piece)

    def finished(self, stream: str) -> None:
        """The file of `stream` is applied to its end; it is moved to `done/` where `after` says so."""
        self._inbox.finished(stream)

    def probe(self) -> list[Probe]:
        """Whether the folders are there and can be written or read; a hidden file is written there and removed."""
        own, base = self._settings, self._base
        if self._role != "send":
            found = folders.readable(own.path, base)
            moved = own.after == "move" and found[0].verdict == "ok"
            return [*found, *folders.writable(inbox.folder_of(own.path, base))] if moved else found
        paths = [path.replace("{location}", names.slug(self._name)) for path in (own.path, own.call_back) if path]
        places = dict.fromkeys(folders.above(path, base) for path in paths)
        return [probe for folder in places for probe in folders.writable(folder)]

    def guide(self) -> list[Chapter]:
        """What the partner gets and gives, where, how files come and go there, and what stands in them."""
        own = self._settings
        if self._role == "send":
            sample = template_data.samples(self._name)[0]
            main = self.render(sample)
            about = file_guide.given("in the folder", main, own, own.call_back, manifest=own.manifest)
            return [*about, *table_guide.work(self._name, own, self._documents.columns)]
        moves = "is moved to `done/` beside it" if own.after == "move" else "stays there; remove it when you like"
        shown = {name: own.columns.get(name, name) for name in self._read.columns.known}
        where = f"where `{own.path}` names them"
        form = own.format.upper()
        about = file_guide.taken(where, shown, moves, is_feed=self._read.is_feed, form=form)
        told = table_guide.counts(own) if self._read.is_feed else table_guide.answers(own, self._zone)
        return [*about, *told]


def _problem(settings: FileDestination.Settings, role: str) -> str:
    """What is wrong with `settings` for `role`; empty when nothing is."""
    if role == "send":
        try:
            names.check_template(settings.path, ("date", "batch", "location"), needed="batch")
        except ValueError as error:
            return str(error)
        return call_back.problem_of(settings.call_back)
    return answer_files.problem_of(settings, role)
