"""What a partner's developer has to know of tables: those with work, those with answers, those with counts.

The samples are made by the code that makes the real ones, and tests read the sample answers as real ones are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from orderctl.core import confirmations
from orderctl.core.adapters import Chapter
from orderctl.core.effects import Document
from orderctl.destinations import answer_rows, columns, template_data
from orderctl.destinations.answer_files import AnswerSettings
from orderctl.destinations.documents import MEDIA_TYPES, TEXTS, DocumentSettings
from orderctl.wire import table_text, tables
from orderctl.wire.cells import in_format

_FORMS = {
    "csv": "comma-separated text (RFC 4180)",
    "tsv": "text separated by tabs",
    "jsonl": "JSON lines: one object for each row",
    "json": "one JSON object, whose `rows` is the list of rows",
    "xlsx": "an Excel workbook; its first sheet counts",
}
_LEFT_AT = "2026-11-20T18:30:00Z"
_NUMBER, _OTHER = "1Z999AA10123456784", "1Z12345E6605272234"
Cells = Mapping[str, str | int]


def work(location: str, settings: DocumentSettings, known: Mapping[str, str]) -> list[Chapter]:
    """The chapter about the rows of work; `known` are our names and headers. None where it is no table."""
    if not known:
        return []
    form = settings.format
    lines = [
        f"It is {_FORMS[form]}{_encoded(settings)}. There is one row for each line of a shipment.",
        "Rows with the same reference are one shipment, and stand together. It may leave in one parcel or in many.",
        "A cell is text as it stands: `00123` keeps its zeros. Units are whole numbers from 1.",
        "Columns may be added at the end; pass over those that you do not know.",
    ]
    if form in {"csv", "tsv"}:
        delimiter = {"\t": "a tab"}.get(settings.delimiter, f"`{settings.delimiter or ','}`")
        lines.insert(
            1,
            f"The first line names the columns; cells are separated by {'a tab' if form == 'tsv' else delimiter}, lines"
            " end in CR LF. A cell with a separator, a quote or a line end stands in quotes, and a quote in it is"
            " doubled: use a CSV library.",
        )
    if settings.for_people:
        lines.append("A text that a spreadsheet would take for a formula has an apostrophe before it.")
    rows = [(f"`{header}`", columns.MEANINGS[name]) for name, header in known.items()]
    text = f"{_listed(lines)}\n\n{_table(('column', 'meaning'), rows)}"
    return [Chapter(f"What a row of work says to {location}", text)]


def answers(settings: AnswerSettings, zone: str) -> list[Chapter]:
    """The chapters about answers: their columns and words, samples, and what is done with each."""
    named = {name: settings.columns.get(name, name) for name in answer_rows.CONFIRM}
    dated = f"As `{settings.dates}`" if settings.dates else "ISO 8601, such as `2026-11-20T18:30:00Z` or `2026-11-20`"
    meanings = {**answer_rows.MEANINGS, "shipped_at": f"When it left. {dated}; without a zone, in {zone}."}
    rows = [
        (f"`{header}`", _also(settings, name, answer_rows.CONFIRM[name]), meanings[name])
        for name, header in named.items()
    ]
    words = [(f"`{word}`", meaning) for word, meaning in confirmations.MEANINGS.items()]
    fields = (
        f"{_read_as(settings)} Only `{named['reference']}` has to be there, and one of `{named['status']}`,"
        f" `{named['quantity']}` and `{named['tracking_number']}`; leave out what you do not use, add what you like."
        f" Upper case, spaces and hyphens in names of columns do not matter.\n\n"
        f"{_table(('column', 'also', 'meaning'), rows)}\n\n{_table(('status', 'meaning'), words)}"
    )
    done = [
        "One row for each line in each parcel. Two parcels of one line are two rows, with the units of each.",
        "The same row again changes nothing: you may send everything that is open again and again.",
        "A shipment is done when every unit has been shipped or is short. Until then we wait for the rest.",
        "A reference that we do not know is kept, and a person of ours asks you about it.",
        "A row that cannot be understood is put aside with its text, and a person of ours reads it; the others count.",
        "Where columns, encoding or quotes are wrong, nothing of the whole table counts until you put a mended one.",
        "More units than were asked are noted as such. Nobody pays for them by accident.",
    ]
    return [
        Chapter("What an answer says", fields),
        Chapter("An answer about work that has arrived", _first(), [_sample("answer-1", settings, named, _accepted())]),
        Chapter(
            "An answer about what has left",
            "Line 1 of the sample has left in one parcel. Of line 2 one unit is broken, and will not come.",
            [_sample("answer-2", settings, named, _left(settings, zone))],
        ),
        Chapter(
            "A correction",
            f"The parcel has another number than you said. `{named['replaces']}` is the old one.",
            [_sample("answer-3", settings, named, _corrected())],
        ),
        Chapter("What we do with answers", _listed(done)),
    ]


def counts(settings: AnswerSettings) -> list[Chapter]:
    """The chapter about counts of stock, with a sample."""
    named = {name: settings.columns.get(name, name) for name in answer_rows.STOCK_FEED}
    rows = [
        (f"`{header}`", _also(settings, name, answer_rows.STOCK_FEED[name]), answer_rows.COUNT_MEANINGS[name])
        for name, header in named.items()
    ]
    lines = [
        "A count says what lies there now, also what you have picked for us and has not left. It is no difference.",
        "An article that a table does not name keeps its last count: write 0 for what is sold out.",
        "A count is as old as its table: a file was written then, a mail came then. It never replaces a newer one.",
        "An article that stands twice in a table is put aside in all its rows. A row that is wrong is put aside alone.",
        "A table that takes away, adds or leaves out far more than usual counts once a person of ours has agreed.",
    ]
    text = f"{_read_as(settings)}\n\n{_table(('column', 'also', 'meaning'), rows)}\n\n{_listed(lines)}"
    shown: list[Cells] = [{"sku": "MUG", "quantity": 12}, {"sku": "LAMP", "quantity": 0}]
    return [Chapter("What a count says", text, [_sample("stock", settings, named, shown)])]


def _first() -> str:
    return (
        "Say as soon as you can what you are going to send, and what not: a shipment that is rejected ships from"
        " elsewhere at once. The sample takes one shipment and rejects another."
    )


def _accepted() -> list[Cells]:
    one, other = (shipment.reference for shipment in template_data.samples("sample")[0].shipments)
    return [
        {"reference": one, "status": "acknowledged", "reason": ""},
        {"reference": other, "status": "rejected", "reason": "no stock"},
    ]


def _left(settings: AnswerSettings, zone: str) -> list[Cells]:
    shipment = template_data.samples("sample")[0].shipments[0]
    first, second = shipment.lines[:2]
    about = {"reference": shipment.reference}
    at = in_format(_LEFT_AT, settings.dates, ZoneInfo(zone))
    return [
        {**about, "status": "shipped", "line": first.line_id, "quantity": first.quantity, "carrier": "UPS",
         "tracking_number": _NUMBER, "shipped_at": at, "reason": ""},
        {**about, "status": "short", "line": second.line_id, "quantity": second.quantity, "carrier": "",
         "tracking_number": "", "shipped_at": "", "reason": "broken"},
    ]  # fmt: skip


def _corrected() -> list[Cells]:
    reference = template_data.samples("sample")[0].shipments[0].reference
    return [{"reference": reference, "status": "shipped", "tracking_number": _OTHER, "replaces": _NUMBER}]


def _sample(name: str, settings: AnswerSettings, named: Mapping[str, str], rows: Sequence[Cells]) -> Document:
    """`rows` as a partner would write them by `settings`."""
    header = [named[column] for column in rows[0]]
    cells = [list(row.values()) for row in rows]
    if settings.format == "xlsx":
        from orderctl.wire import workbook

        content = workbook.content(header, cells, at=_LEFT_AT)
    else:
        form: tables.Format = next((known for known in TEXTS if known == settings.format), "csv")
        content = table_text.Writer(form, settings.encoding, settings.delimiter or ",").content(header, cells)
    return Document(f"{name}.{settings.format}", content, MEDIA_TYPES[settings.format], rows=len(rows))


def _read_as(settings: AnswerSettings) -> str:
    text = f"A table is {_FORMS[settings.format]}{_encoded(settings)}."
    if settings.format == "csv" and not settings.delimiter:
        text += " Cells may be separated by `,` `;` `|` or tabs: the first line tells."
    return text


def _encoded(settings: DocumentSettings) -> str:
    return "" if settings.format == "xlsx" else f" in {settings.encoding.upper()}"


def _also(settings: AnswerSettings, name: str, synonyms: Sequence[str]) -> str:
    return "" if name in settings.columns else ", ".join(f"`{one}`" for one in synonyms)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(_table_lines(heads, rows))


def _table_lines(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
