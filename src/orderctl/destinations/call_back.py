"""The file that asks a location to stop a shipment: a table of one row, under a name of its own."""

from __future__ import annotations

from orderctl.core.effects import CallBack, Document
from orderctl.destinations.documents import MEDIA_TYPES, TEXTS, DocumentSettings
from orderctl.wire import names, table_text, tables

#: Column -> what stands in it, for whoever is told.
COLUMNS = {
    "reference": "The shipment that is to be stopped.",
    "their_reference": "What its location calls it, where it has said so.",
    "order_number": "The order's number at its channel.",
    "action": "Always `cancel`.",
    "reason": "Why, in words.",
    "asked_at": "When we asked, ISO 8601 in UTC.",
}
PLACEHOLDERS = ("reference", "location")


def problem_of(path: str) -> str:
    """What is wrong with `path` as the name of such files; empty when nothing is, and where there is none."""
    try:
        if path:
            names.check_template(path, PLACEHOLDERS, needed="reference")
    except ValueError as error:
        return f"call_back: {error}"
    return ""


def document(wish: CallBack, path: str, settings: DocumentSettings) -> Document:
    """The file of `wish`, as `settings` write tables; CSV where that is not text. Pure: the same bytes for ever."""
    form: tables.Format = next((known for known in TEXTS if known == settings.format), "csv")
    writer = table_text.Writer(
        form,
        settings.encoding,
        settings.delimiter or ",",
        for_people=settings.for_people,
        one_line=settings.newlines == "space",
    )
    row = (wish.reference, wish.partner_reference, wish.order_number, "cancel", wish.reason, wish.asked_at)
    values = {"reference": wish.reference, "location": wish.location}
    content = writer.content(list(COLUMNS), [row], {"location": wish.location})
    return Document(names.fill(path, values), content, MEDIA_TYPES[form], rows=1)
