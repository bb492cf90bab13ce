"""Text that came from outside, made safe to keep, to compare and to show."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_TEMPLATE = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}]+)\}|(?P<lone>[{}])")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_NOT_REFERENCE = re.compile(r"[^A-Z0-9]+")


def storable(text: str) -> str:
    """`text` as sent, with NUL and lone surrogates, which no store can keep, replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def is_storable(text: str) -> bool:
    """Whether `storable` would leave `text` as it is."""
    if text.isascii():
        return "\x00" not in text
    return text.isprintable() or _UNSTORABLE.search(text) is None


def printable(text: str) -> str:
    r"""`text` for a terminal: control characters, ESC and bidi overrides made visible as \\xNN or \\uNNNN."""
    if text.isprintable() and text.isascii():
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character in _BIDI or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
        code = ord(character)
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    return character


def spreadsheet_text(text: str) -> str:
    """`text` for a CSV cell that a person opens: an apostrophe before what a spreadsheet would run as a formula.

    So does what begins with an apostrophe: taking one apostrophe away gives the text back. A plain number stays.
    """
    runs = text.startswith(("=", "+", "-", "@", "\t", "\r", "'")) and not _NUMBER.fullmatch(text)
    return f"'{text}" if runs else text


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the known word nearest to `word`, or nothing when none is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""


def reference_part(text: str) -> str:
    """`text` with only A-Z, 0-9 and single hyphens, for use in a shipment reference."""
    return _NOT_REFERENCE.sub("-", text.upper()).strip("-")


#: What a template may name that is known only when a batch is made.
LATE_NAMES = ("shipment.reference", "batch", "date")
#: What a template may name besides the rules' fields.
TEMPLATE_NAMES = ("number", "gift_message", "note", "ship_to.name", "customer.name", *LATE_NAMES)


def template_names(template: str) -> tuple[str, ...]:
    """The names that `template` mentions as `{name}`, in order. ValueError when a brace has no partner.

    `{{` and `}}` stand for the braces themselves.
    """
    names = []
    for match in _TEMPLATE.finditer(template):
        if match["lone"]:
            message = f"'{match['lone']}' at character {match.start() + 1} has no partner; a brace itself is doubled"
            raise ValueError(message)
        if match["name"]:
            names.append(match["name"])
    return tuple(names)


def template_problem(template: str, known: Iterable[str]) -> str:
    """What is wrong with `template` when only `known` and `TEMPLATE_NAMES` exist; empty when nothing is."""
    names = frozenset(known).union(TEMPLATE_NAMES)
    try:
        unknown = [name for name in template_names(template) if name not in names]
    except ValueError as error:
        return str(error)
    return f"'{{{unknown[0]}}}' is not known{did_you_mean(unknown[0], names)}" if unknown else ""


def fill_template(template: str, values: Mapping[str, str]) -> str:
    """`template` with the names in `values` filled in; it stays a template in which the other names wait."""

    def filled(match: re.Match[str]) -> str:
        value = values.get(match["name"] or "")
        return match[0] if value is None else value.replace("{", "{{").replace("}", "}}")

    return _TEMPLATE.sub(filled, template)


def render_template(template: str, values: Mapping[str, str]) -> str:
    """`template` as the text it stands for; a name without value leaves nothing."""

    def shown(match: re.Match[str]) -> str:
        return values.get(match["name"], "") if match["name"] else match[0][:1]

    return _TEMPLATE.sub(shown, template)
