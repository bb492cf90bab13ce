"""Documents handed over as files: stage, publish, and tell after a kill what became of one.

A document's name is its path relative to `base`, so a name in the store finds its file whatever the settings are by
now. What goes with a document is called NAME.SOMETHING, as its manifest `NAME.manifest.json` (rows, units, SHA-256) is,
and is published just before it, so that the file's own rename is the one moment that counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from orderctl.core import digests
from orderctl.core.effects import ACCEPTED, Document, Receipt
from orderctl.core.errors import RemoteError
from orderctl.wire import files

#: How the name of a manifest ends.
MANIFEST = ".manifest.json"


@dataclass(frozen=True, slots=True)
class Outbox:
    """Where documents go: below `base`, with `mode` as their permission bits, as `owner`'s."""

    base: Path
    mode: int = files.DEFAULT_MODE
    manifest: bool = False
    owner: files.Owner = files.OURS

    def stage(self, document: Document) -> None:
        """Write `document` beside its final place. RemoteError when that cannot be done; nobody saw anything then."""
        folder, name = self._place(document.name)
        for leftover in files.staged_beside(folder, name):
            files.discard(folder, leftover)
        for one in document.beside:
            files.stage(folder, self._place(one.name)[1], one.content, self.mode, self.owner)
        if self.manifest:
            files.stage(folder, name + MANIFEST, manifest(name, document), self.mode, self.owner)
        files.stage(folder, name, document.content, self.mode, self.owner)

    def deliver(self, document: Document) -> Receipt:
        """Publish the staged `document`. `retry`: surely not published; `uncertain`: a person has to look."""
        folder, name = self._place(document.name)
        try:
            if files.is_staged(folder, name):
                _publish(folder, name)
            elif not files.holds(folder / name, document.content):
                return Receipt("uncertain", message=f"{document.name} is neither staged nor published")
        except files.UnflushedError as error:
            return Receipt("uncertain", message=str(error))
        except RemoteError as error:
            return Receipt("retry", message=str(error))
        return Receipt(ACCEPTED.outcome, reference=document.name)

    def recover(self, document_name: str) -> Receipt:
        """Finish what a killed delivery began: still staged = publish it now, gone = it was published.

        RemoteError when the folder cannot be seen or written: then nothing can be said yet.
        """
        folder, name = self._place(document_name)
        if files.is_staged(folder, name):
            _publish(folder, name)
        return Receipt(ACCEPTED.outcome, reference=document_name)

    def discard(self, document_name: str) -> None:
        """Forget a staged document that is never going to be delivered."""
        folder, name = self._place(document_name)
        for staged in (name, *files.staged_beside(folder, name)):
            files.discard(folder, staged)

    def _place(self, document_name: str) -> tuple[Path, str]:
        path = self.base / document_name
        return path.parent, path.name


class HandsOver:
    """The half of an adapter that hands documents over through its `outbox`. A file's name is its key."""

    outbox: Outbox
    remote: ClassVar[bool] = False
    at_once: ClassVar[Mapping[str, int]] = {}
    settle_s: ClassVar[int] = 0

    def stage(self, document: Document) -> None:
        """Write `document` where nobody looks. RemoteError when that cannot be done."""
        self.outbox.stage(document)

    def discard(self, name: str) -> None:
        """Forget the staged document `name`, which is never going to be delivered."""
        self.outbox.discard(name)

    def deliver(self, document: Document, key: str) -> Receipt:  # noqa: ARG002
        """Publish the staged `document`."""
        return self.outbox.deliver(document)

    def close(self) -> None:
        """Nothing is held open."""

    def recover(self, document: Document, key: str) -> Receipt:  # noqa: ARG002
        """Still staged = publish it now, gone = it was published. RemoteError when nobody can tell yet."""
        return self.outbox.recover(document.name)


def _publish(folder: Path, name: str) -> None:
    for beside in files.staged_beside(folder, name):
        files.publish(folder, beside)
    files.publish(folder, name)


def manifest(name: str, document: Document) -> bytes:
    """What stands in the manifest of `document`, which is published as `name`."""
    facts = {
        "file": name,
        "rows": document.rows,
        "units": document.units,
        "bytes": len(document.content),
        "sha256": digests.digest(document.content),
    }
    if document.beside:
        facts["beside"] = {one.name.rpartition("/")[2]: one.digest for one in document.beside}
    return (json.dumps(facts, indent=2) + "\n").encode()
