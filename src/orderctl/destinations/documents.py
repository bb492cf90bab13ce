"""The documents of a batch: which ones a location gets, in which form, and how they are made.

1. the settings name one main document and any number beside it: a built-in kind in a format, or the user's own template
2. each becomes a maker once, when the way is opened; what is wrong with it is found then, a template by trying it out
3. a maker turns a batch into bytes: the same batch gives the same bytes for ever

Every way of handing work over asks `Documents` for its document; its settings inherit `DocumentSettings`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from orderctl.core import copies, text
from orderctl.core.effects import Batch, BatchShipment, Document
from orderctl.core.errors import RecordError
from orderctl.destinations import columns, sheets
from orderctl.destinations.pick_list import batch_text
from orderctl.wire import extras, settings, table_text, tables
from orderctl.wire.settings import Texts

Kind = Literal["pick", "packing-slip", "purchase-order", "commercial-invoice"]
KINDS: tuple[Kind, ...] = ("pick", "packing-slip", "purchase-order", "commercial-invoice")
Format = Literal["csv", "tsv", "jsonl", "json", "xlsx", "pdf", "html"]
#: Tables as text, which can be read as well.
TEXTS: tuple[tables.Format, ...] = ("csv", "tsv", "jsonl", "json")
TABLES = (*TEXTS, "xlsx")
PAPERS = ("pdf", "html")
_EXTRA = {"xlsx": "xlsx", "pdf": "pdf", "html": "templates"}
MEDIA_TYPES = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "jsonl": "application/jsonl",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "html": "text/html",
    "txt": "text/plain",
    "xml": "application/xml",
}
_TEMPLATE = ".j2"


def listed_columns(value: object) -> object:
    """A list of our names is short for a table in which each is its own header."""
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        return value
    if len(set(value)) != len(value):
        raise ValueError("names a column twice")
    return {name: name for name in value}


Columns = Annotated[dict[str, str], BeforeValidator(listed_columns, json_schema_input_type=dict[str, str] | list[str])]


class DocumentSettings(settings.Settings):
    """What a way that hands over documents says of them."""

    format: Format = "csv"
    """How it is written: a table (csv, tsv, jsonl, json, xlsx) or paper (pdf, html). Not for a template of your own."""
    template: Annotated[str, Field(min_length=1)] = "pick"
    """`send`: `pick`, `packing-slip`, `purchase-order`, `commercial-invoice`, or your own `NAME.FORMAT.j2`."""
    columns: Columns = Field(default_factory=dict)
    """Column = its header; `send` also takes a list of columns in their order. Default: those that are usual for it."""
    encoding: table_text.OutEncoding = "utf-8"
    """How text is encoded; `utf-8-sig` begins with a byte order mark, as Excel likes it."""
    delimiter: tables.Delimiter = ""
    """What stands between cells. Empty: a comma to send, found out from the header to read."""
    for_people: bool = False
    """`send`: make harmless what a spreadsheet would run as a formula."""
    newlines: Literal["keep", "space"] = "keep"
    """`send`: whether line ends inside a cell stay or become spaces."""
    hide_prices: bool = False
    """`send`: leave out what the customer pays, also where no rule asks for that. Customs papers always show values."""
    paper: Literal["", "a4", "letter"] = ""
    """`send`: the size of paper. Empty: what is usual in the country of the location."""
    fonts: Texts = ()
    """`send`: TrueType files, first choice first, for letters that the standard fonts of a PDF lack."""
    documents: Texts = ()
    """`send`: what goes beside it, e.g. `["packing-slip.pdf"]`: KIND.FORMAT, or the path of your own template."""

    @model_validator(mode="after")
    def _can_be_made(self, info: ValidationInfo) -> DocumentSettings:
        context: Mapping[str, Any] = info.context or {}
        if context.get("role") == "send" and (problem := problem_of(self, context.get("base", Path()))):
            raise ValueError(problem)
        return self


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One document: a built-in kind in a format, or a template at `path`; `suffix` ends the name of one beside."""

    kind: str
    format: str
    suffix: str = ""
    path: Path | None = None


class Documents:
    """Makes the documents of one location, as its settings want them. Relative paths start from `base`."""

    def __init__(self, location: str, settings: DocumentSettings, base: Path) -> None:
        self._location = location
        self._settings = settings
        self._base = base
        self._main = main_of(settings, base)
        self._beside = [beside_of(name, base) for name in settings.documents]

    @property
    def needs(self) -> frozenset[str]:
        """What has to be gathered for them, of `core.papers.NEEDS`."""
        return frozenset().union(*(self._needs(one, main=one is self._main) for one in (self._main, *self._beside)))

    @property
    def columns(self) -> Mapping[str, str]:
        """Our name -> header, of the columns of the main document; empty where it is no table."""
        if self._main.path or self._main.format in PAPERS:
            return {}
        return self._columns(self._main, main=True)

    def render(self, batch: Batch, name: str) -> Document:
        """The main document of `batch`, called `name`, with those beside it. RecordError where one cannot be made."""
        main = self._made(self._main, batch, name, main=True)
        beside = [
            self._made(one, part, f"{name}.{one.suffix}")
            for one in self._beside
            if (part := sheets.concerned(one.kind, batch)).shipments
        ]
        notes = tuple(dict.fromkeys((*main.notes, *(note for one in beside for note in one.notes))))
        return replace(main, beside=tuple(beside), notes=notes)

    def objections(self, shipments: Sequence[BatchShipment]) -> dict[str, str]:
        """Reference -> why no document can be made of it: what a template cannot cope with is put aside alone."""
        if not any(one.path for one in (self._main, *self._beside)):
            return {}
        try:
            self._try(shipments)
        except RecordError:
            found = {}
            for shipment in shipments:
                try:
                    self._try([shipment])
                except RecordError as error:
                    found[shipment.reference] = error.message
            return found
        return {}

    def _try(self, shipments: Sequence[BatchShipment]) -> None:
        self.render(Batch(self._location, 1, "2000-01-01T00:00:00Z", "2000-01-01", tuple(shipments)), "document")

    def _needs(self, one: _Wanted, *, main: bool) -> frozenset[str]:
        if one.path or one.format in PAPERS:
            return sheets.NEEDS.get(one.kind, frozenset(("order", "goods")))
        return columns.needs(list(self._columns(one, main=main)))

    def _columns(self, one: _Wanted, *, main: bool) -> dict[str, str]:
        usual = {name: name for name in columns.USUAL[one.kind]}
        return (self._settings.columns or usual) if main else usual

    def _made(self, one: _Wanted, batch: Batch, name: str, *, main: bool = False) -> Document:
        notes: tuple[str, ...] = ()
        if one.path:
            content = self._from_template(one, batch)
        elif one.format in PAPERS:
            content, notes = self._paper(one, batch)
        else:
            content = self._table(one, batch, self._columns(one, main=main))
        lines = [line for shipment in batch.shipments for line in shipment.lines]
        return Document(
            name=name,
            content=content,
            media_type=MEDIA_TYPES.get(one.format, "text/plain"),
            rows=len(lines),
            units=sum(line.quantity for line in lines),
            notes=notes,
        )

    def _table(self, one: _Wanted, batch: Batch, named: Mapping[str, str]) -> bytes:
        hide = self._settings.hide_prices
        header = list(named.values())
        rows = columns.rows(batch, list(named), hide_prices=hide)
        if batch.test:
            header, rows = columns.marked(header, rows)
        if one.format == "xlsx":
            from orderctl.wire import workbook

            return workbook.content(
                header,
                rows,
                at=f"{batch.date}T00:00:00Z",  # the day, as papers show it: a preview made again is the same
                for_people=self._settings.for_people,
                one_line=self._settings.newlines == "space",
            )
        about = {"location": batch.location, "batch": batch_text(batch), "date": batch.date}
        return self._writers[one.format].content(header, rows, about | (columns.OF_TESTS if batch.test else {}))

    @cached_property
    def _writers(self) -> dict[str, table_text.Writer]:
        own = self._settings
        return {
            format_: table_text.Writer(
                format_,
                own.encoding,
                own.delimiter or ",",
                for_people=own.for_people,
                one_line=own.newlines == "space",
            )
            for format_ in TEXTS
        }

    def _paper(self, one: _Wanted, batch: Batch) -> tuple[bytes, tuple[str, ...]]:
        laid_out = sheets.of(one.kind, batch, hide_prices=self._settings.hide_prices)
        if one.format == "html":
            from orderctl.destinations import sheet_html

            return sheet_html.content(laid_out, self._settings.paper or sheets.paper_of(batch)), ()
        from orderctl.destinations import sheet_pdf

        return sheet_pdf.content(laid_out, self._settings.paper or sheets.paper_of(batch), self._fonts)

    @cached_property
    def _fonts(self) -> tuple[Path, ...]:
        return tuple(self._base / name for name in self._settings.fonts)

    def _from_template(self, one: _Wanted, batch: Batch) -> bytes:
        from orderctl.destinations import template_data
        from orderctl.destinations.templates import TemplateFault

        try:
            written = self._templates[one].render(template_data.of(batch, hide_prices=self._settings.hide_prices))
        except TemplateFault as fault:
            raise RecordError(str(fault)) from None
        if batch.test and copies.MARK not in written:
            message = f"does not say that nothing is to be shipped; let it show {{{{ notice }}}}: {one.path}"
            raise RecordError(message)
        return text.storable(written).encode(self._settings.encoding, "replace")

    @cached_property
    def _templates(self) -> dict[_Wanted, Any]:
        own = [one for one in (self._main, *self._beside) if one.path]
        return {one: _template(one, for_people=self._settings.for_people) for one in own}


#: What a document that is asked for by name takes over from what the location usually gets.
_TAKEN_OVER = ("encoding", "delimiter", "for_people", "newlines", "hide_prices", "paper", "fonts")


def one_of(location: str, name: str, said: Mapping[str, Any], base: Path) -> Documents:
    """The document called `name` (`packing-slip.pdf`, or the path of a template) of `location`, whose way says `said`.

    ValueError says what is wrong with the name.
    """
    wanted = beside_of(name, base)
    taken = {key: said[key] for key in _TAKEN_OVER if key in said}
    chosen = {"template": name} if wanted.path else {"template": wanted.kind, "format": wanted.format}
    settings = DocumentSettings.model_validate({**taken, **chosen})
    if problem := problem_of(settings, base):
        raise ValueError(problem)
    return Documents(location, settings, base)


def main_of(settings: DocumentSettings, base: Path) -> _Wanted:
    """The document that `settings` name as the main one. ValueError says what is wrong with it."""
    if settings.template.endswith(_TEMPLATE):
        wanted = beside_of(settings.template, base)
        if "format" in settings.model_fields_set and settings.format != wanted.format:
            message = f"format is '{settings.format}', but the template '{settings.template}' makes {wanted.format}"
            raise ValueError(message)
        if settings.columns:
            raise ValueError("columns are for tables; a template says itself what it shows")
        return wanted
    kind = _kind(settings.template)
    if settings.columns and settings.format in PAPERS:
        raise ValueError(f"columns are for tables ({', '.join(TABLES)}), not for {settings.format}")
    return _Wanted(kind, settings.format)


def beside_of(name: str, base: Path) -> _Wanted:
    """The document called `packing-slip.pdf`, or the template at the path `name`. ValueError for neither."""
    if name.endswith(_TEMPLATE):
        stem = Path(name).name.removesuffix(_TEMPLATE)
        format_ = stem.rpartition(".")[2].lower()
        if not stem.rpartition(".")[0] or not format_.isalnum():
            message = f"'{name[:60]}' does not say what it makes; call it NAME.html.j2, .json.j2, .csv.j2 or .txt.j2"
            raise ValueError(message)
        return _Wanted("", format_, stem, base / name)
    kind, _, format_ = name.rpartition(".")
    if format_ not in (*TABLES, *PAPERS):
        near = text.did_you_mean(format_, (*TABLES, *PAPERS))
        message = f"'{name[:60]}' is no document{near}; write KIND.FORMAT, such as packing-slip.pdf"
        raise ValueError(message)
    return _Wanted(_kind(kind), format_, name)


def _kind(name: str) -> str:
    if name not in KINDS:
        near = text.did_you_mean(name, KINDS)
        message = f"'{name[:40]}' is not a document{near}; there are {', '.join(KINDS)}, and paths that end in .j2"
        raise ValueError(message)
    return name


def problem_of(settings: DocumentSettings, base: Path) -> str:
    """What is wrong with `settings`, whose paths start from `base`; empty when nothing is."""
    try:
        wanted = [main_of(settings, base), *(beside_of(name, base) for name in settings.documents)]
    except ValueError as error:
        return str(error)
    if len({one.suffix for one in wanted[1:]}) != len(settings.documents):
        return "documents names one twice"
    for one in wanted:
        extra = "templates" if one.path else _EXTRA.get(one.format, "")
        if extra and (lacking := extras.lacking(extra)):
            return f"{one.format} {lacking}"
    unknown = next((name for name in settings.columns if name not in columns.KNOWN), None)
    if unknown is not None:
        near = text.did_you_mean(unknown, columns.KNOWN)
        return f"'{unknown[:40]}' is not a column here{near}; there are {', '.join(columns.KNOWN)}"
    return _problem_of_files(settings, base, [one for one in wanted if one.path])


def _problem_of_files(settings: DocumentSettings, base: Path, templates: Sequence[_Wanted]) -> str:
    """What is wrong with fonts and templates, which are read and tried for that."""
    if settings.fonts:
        if lacking := extras.lacking("pdf"):
            return f"fonts {lacking}"
        from orderctl.destinations import fonts

        if problem := fonts.problem_of([base / name for name in settings.fonts]):
            return problem
    if templates:
        from orderctl.destinations import template_data
        from orderctl.destinations.templates import TemplateFault

        for one in templates:
            try:
                template = _template(one, for_people=settings.for_people)
                for sample in template_data.samples("sample"):
                    template.check(template_data.of(sample, hide_prices=settings.hide_prices))
            except TemplateFault as fault:
                return str(fault)
    return ""


def _template(one: _Wanted, *, for_people: bool) -> Any:
    from orderctl.destinations import templates

    assert one.path is not None  # noqa: S101 - asked for templates only
    return templates.read(one.path, for_people=for_people)
