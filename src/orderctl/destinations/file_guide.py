"""What a partner has to know of files: those that it gets, and those that it gives us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orderctl.core.adapters import Chapter
from orderctl.core.effects import CallBack, Document
from orderctl.destinations import call_back
from orderctl.destinations.documents import DocumentSettings

#: A made-up wish, for samples.
WISH = CallBack(
    *("sample", "east", "WEB-1042-1", "", "1042", "the customer cancelled"), asked_at="2026-11-20T15:00:00Z"
)


def given(
    where: str, main: Document, settings: DocumentSettings, stop: str, *, manifest: bool, more: Sequence[str] = ()
) -> list[Chapter]:
    """Chapters about the files a partner gets `where`; `main` is a sample, `stop` the path of `call_back`."""
    lines = [
        f"Each batch is one file {where}, such as `{main.name}`; no name is ever used twice.",
        "A file appears under its name whole, and never changes. Take it and remove it, or leave it there.",
        "Pass over names that begin with a dot, and those that end in `.part`: they are not finished.",
        *more,
    ]
    if main.beside:
        beside = ", ".join(f"`{one.name.rpartition('/')[2]}`" for one in main.beside)
        lines.append(f"What goes with a file appears just before it: {beside}.")
    if manifest:
        lines.append("`NAME.manifest.json` appears just before NAME: its rows, units, bytes and SHA-256.")
    chapters = [Chapter("Files you get", _listed(lines), (main, *main.beside))]
    if stop:
        sample = call_back.document(WISH, stop, settings)
        columns = [f"`{name}`: {doc}" for name, doc in call_back.COLUMNS.items()]
        asked = [
            f"To have a shipment stopped we put a file there, such as `{sample.name}`.",
            "Answer `cancelled` once it is stopped, or `shipped` with its tracking number: until then we wait.",
            *columns,
        ]
        chapters.append(Chapter("Files that ask to stop a shipment", _listed(asked), (sample,)))
    return chapters


def taken(
    where: str, columns: Mapping[str, str], moves: str, *, is_feed: bool, form: str, more: Sequence[str] = ()
) -> list[Chapter]:
    """The chapter about the files a partner puts `where` for us; `columns` are our names and theirs."""
    lines = [
        f"Put files {where}, as {form}.",
        f"Their columns: {', '.join(f'`{theirs}`' for theirs in columns.values())}.",
        "Write a file under a name that begins with a dot or ends in `.part`, and rename it once it is whole.",
        *more,
        "The same counts in a later file count again." if is_feed else "The same content twice counts once.",
        "A file whose header is wrong counts for nothing; a row that is wrong waits for a person.",
        f"What was read {moves}.",
    ]
    return [Chapter("Counts you give us" if is_feed else "Answers you give us", _listed(lines))]


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
