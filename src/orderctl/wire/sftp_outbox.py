"""Documents handed over by sftp: uploaded where nobody looks, published by a rename, found out about after a loss.

1. stage: each document goes up as `.NAME.DIGEST.part` into the folder of its final name, and its size is checked there;
   because the digest is part of the name, an upload that outlives a killed process never mixes with another one
2. deliver: nothing may stand under the final name, except these very bytes; what goes with the document is renamed
   first, so that its own rename is the one moment that counts
3. when the answer to that rename is lost: the hidden name is still there = not published, gone = published, even if the
   partner has taken the file already. A server that shows nothing is asked for the rename again: it can be done once

What is hidden was whole before the step wrote down that it sends; should the server have lost of it, it goes up again.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field

from orderctl.core import digests, failpoints
from orderctl.core.effects import ACCEPTED, Document, Receipt, receipt_of
from orderctl.core.errors import RemoteDenied, RemoteError
from orderctl.wire.outbox import MANIFEST, manifest
from orderctl.wire.sftp import Entry, Remote
from orderctl.wire.sftp_session import Answer, ConnectionLost

_TAKEN = "another file stands there under this name; it was left alone and nothing was published"
_MARK = 12


@dataclass(frozen=True, slots=True)
class _Part:
    """One file of a document: its final path and its bytes."""

    path: str
    content: bytes

    @property
    def hidden(self) -> str:
        """Where it lies until it is published."""
        folder, name = _parted(self.path)
        return f"{folder}.{name}.{digests.digest(self.content)[:_MARK]}.part"


@dataclass(slots=True)
class RemoteOutbox:
    """Where documents go on `remote`; their names are paths there. `mode` None leaves permissions to the server."""

    remote: Remote
    mode: int | None = None
    manifest: bool = False
    _staged: dict[str, list[_Part]] = field(default_factory=dict)  # what this process has uploaded, by document

    def stage(self, document: Document) -> None:
        """Upload `document`. RemoteError when that cannot be done; nobody saw anything then."""
        folder = _parted(document.name)[0]
        parts = self._parts(document)
        shown = self.remote.entries(folder or ".")
        self._forget_others(document.name, shown, parts)
        failpoints.reached("sftp.stage.before")
        for part in parts:
            self._upload(part, listed=shown is not None)
            failpoints.reached("sftp.uploaded")
        if len(parts) > 1:
            self._need_shown(folder, parts)
        self._staged[document.name] = parts

    def deliver(self, document: Document) -> Receipt:
        """Publish the staged `document`. `retry`: surely not published; `uncertain`: it can be asked later."""
        parts = self._staged.get(document.name)
        if parts is None:
            return self._asked(document)
        try:
            for part in parts[:-1]:
                if not self._stands(part) and (answer := self.remote.rename(part.hidden, part.path)).wrong:
                    return self._refused(part, answer)
                failpoints.reached("sftp.published.beside")
            is_there = self._stands(parts[-1])
        except RemoteError as error:
            return receipt_of(error)
        return self._done(document) if is_there else self._deliver(document, parts[-1])

    def recover(self, document: Document) -> Receipt:
        """Finish what was begun. RemoteError when nobody can tell yet; `uncertain` when nobody ever can."""
        if not document.content:
            return Receipt("uncertain", message="nobody can tell; look for the file, and ask the partner")
        folder, name = _parted(document.name)
        part = _Part(document.name, document.content)
        shown = self.remote.entries(folder or ".")
        for hidden, final in _beside(name, shown or {}):
            self._publish_beside(folder + hidden, folder + final, shown or {})
        there = self.remote.look(part.hidden)
        if there is None and shown is not None:
            return self._done(document)
        if there is not None and there.size != len(part.content):
            self._upload(part, listed=True)
        if there is None or not self._stands(part):
            failpoints.reached("sftp.publish.before")
            answer = self.remote.rename(part.hidden, part.path)
            failpoints.reached("sftp.published")
            if answer.wrong and not (there is None and answer.is_missing):
                raise RemoteDenied(f"cannot be renamed ({answer.status})", where=self._at(document.name))
        return self._done(document)

    def discard(self, document_name: str) -> None:
        """Forget a staged document that is never going to be delivered. What cannot be reached stays hidden."""
        with contextlib.suppress(RemoteError):
            for part in self._staged.pop(document_name, ()):
                self.remote.remove(part.hidden)

    def _parts(self, document: Document) -> list[_Part]:
        """The files of `document` in the order in which they appear; itself last."""
        parts = [_Part(one.name, one.content) for one in document.beside]
        if self.manifest:
            facts = manifest(_parted(document.name)[1], document)
            parts.append(_Part(document.name + MANIFEST, facts))
        return [*parts, _Part(document.name, document.content)]

    def _upload(self, part: _Part, *, listed: bool) -> None:
        """`part` under its hidden name, whole; on a server that shows nothing, by its word alone."""
        mode = 0o644 if self.mode is None else self.mode
        wrong = self.remote.put(part.content, part.hidden, mode)
        there = self.remote.look(part.hidden)
        found = there.size if there else -1
        if not wrong and (listed or there) and found != len(part.content):
            wrong = f"{max(found, 0):,} of {len(part.content):,} bytes arrived"
        if not wrong and self.mode is not None:
            wrong = self.remote.permit(part.hidden, self.mode)
        if wrong:
            with contextlib.suppress(RemoteError):
                self.remote.remove(part.hidden)
            message = f"nothing was published: {wrong.rpartition(': ')[2]}"
            raise RemoteDenied(message, where=self._at(part.path), next="ask the partner, and run again")

    def _stands(self, part: _Part) -> bool:
        """Whether the bytes of `part` stand under its final name already; its hidden twin is removed then.

        RemoteDenied when anything else stands there.
        """
        there = self.remote.look(part.path)
        if there is None:
            return False
        if not self._holds(part, there):
            raise RemoteDenied(_TAKEN, where=self._at(part.path), next="have that file moved away and run again")
        self.remote.remove(part.hidden)
        return True

    def _holds(self, part: _Part, there: Entry) -> bool:
        if there.size != len(part.content):
            return False
        file = self.remote.get(part.path, len(part.content))
        return file is not None and file.read() == part.content

    def _refused(self, part: _Part, answer: Answer) -> Receipt:
        """The server would not rename. That the hidden name is missing says that somebody took it."""
        if not answer.is_missing:
            said = f"{self._at(part.path)}: cannot be renamed ({answer.status})"
            return Receipt("retry", message=said, stuck="denied" in answer.status.lower())
        message = f"{self._at(part.path)}: the upload was taken away before it had its name"
        return Receipt("uncertain", message=f"{message}; ask the partner to leave hidden files alone")

    def _deliver(self, document: Document, part: _Part) -> Receipt:
        """The rename that counts. After a loss what became of it is looked up at once, or in a next pass."""
        failpoints.reached("sftp.publish.before")
        try:
            answer = self.remote.rename(part.hidden, part.path)
        except ConnectionLost:
            return self._asked(document)
        except RemoteError as error:
            return receipt_of(error)
        failpoints.reached("sftp.published")
        return self._refused(part, answer) if answer.wrong else self._done(document)

    def _asked(self, document: Document) -> Receipt:
        """What became of `document`; `uncertain` while nobody can be asked."""
        try:
            return self.recover(document)
        except RemoteError as error:
            return Receipt("uncertain", message=error.said)

    def _publish_beside(self, hidden: str, final: str, shown: dict[str, Entry]) -> None:
        if _parted(final)[1] in shown:
            self.remote.remove(hidden)
            return
        answer = self.remote.rename(hidden, final)
        if answer.wrong and not answer.is_missing:
            raise RemoteDenied(f"cannot be renamed ({answer.status})", where=self._at(final))

    def _need_shown(self, folder: str, parts: list[_Part]) -> None:
        """RemoteDenied where what goes beside a document could not be found again after a kill."""
        shown = self.remote.entries(folder or ".") or {}
        if any(_parted(part.hidden)[1] not in shown for part in parts):
            message = "the server does not show hidden files, so what goes beside a file could not be found again"
            raise RemoteDenied(message, where=self._at(folder), next="leave out `documents` and `manifest`")

    def _forget_others(self, path: str, shown: dict[str, Entry] | None, parts: list[_Part]) -> None:
        """What an earlier attempt would have published under this name is in nobody's interest any more."""
        folder, name = _parted(path)
        ours = {_parted(part.hidden)[1] for part in parts}
        for other in sorted(shown or {}):
            if _of_name(name).fullmatch(other) and other not in ours:
                self.remote.remove(folder + other)

    def _done(self, document: Document) -> Receipt:
        self._staged.pop(document.name, None)
        return Receipt(ACCEPTED.outcome, reference=document.name)

    def _at(self, path: str) -> str:
        return f"{self.remote.where} {path}"


def _parted(path: str) -> tuple[str, str]:
    """The folder of `path` with its slash, and its name."""
    folder, slash, name = path.rpartition("/")
    return folder + slash, name


def _of_name(name: str) -> re.Pattern[str]:
    """Hidden names of the document called `name`, and of what goes with it, whose own ending is the group."""
    return re.compile(rf"\.{re.escape(name)}(?:\.(.+))?\.[0-9a-f]{{{_MARK}}}\.part")


def _beside(name: str, shown: dict[str, Entry]) -> list[tuple[str, str]]:
    """What is hidden and goes with `name`: the hidden name, and the final one."""
    found = [(hidden, match[1]) for hidden in sorted(shown) if (match := _of_name(name).fullmatch(hidden))]
    return [(hidden, f"{name}.{ending}") for hidden, ending in found if ending]
