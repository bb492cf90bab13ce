"""docs/rules.md: the rules language, with every field and action as they are registered.

What explains stands in rules.md, rules_test.md and rules_history.md beside this page; tables are made from the
registries.
"""

from __future__ import annotations

from pathlib import Path

from docs.pages.markdown import code, codes, page, table
from orderctl.core import text as texts
from orderctl.rules.actions import ACTIONS, Action
from orderctl.rules.fields import FIELDS, UNAVAILABLE, Field
from orderctl.rules.model import STAGES

FOLDER = Path(__file__).parent
FIELDS_INTRODUCTION = """\
Order fields are written bare, the others with their prefix. *missing*: an order may not have it. *moment*: it differs
from one moment to the next without the order changing.
"""
#: Heading -> the first parts of the names below it; the empty one takes the rest.
SCOPES = {
    "the order": "",
    "where it goes": "ship_to",
    "who bought it": "customer",
    "a line": "line",
    "a planned shipment": "shipment",
    "the clock": "now placed",
}
LINES = """\
Also as `all_lines.*` and `no_line.*`. What is known of a SKU beside an order (category, supplier, weight, kits, marks)
cannot be brought in yet: without it these fields are missing or false, and the tags of the line say what is marked.
"""
NOTES = {
    "line": LINES,
    "shipment": "In `[[service]]` and `[[enhance]]` only.\n",
}
PLACEHOLDERS = """\
`note` and `pack_note` may name any field above in braces, `{{attributes.NAME}}`, and {names}.
`{{{{` and `}}}}` are braces themselves.
"""


def text() -> str:
    """The page."""
    return page(
        "Rules",
        _part("rules.md"),
        "## Fields\n",
        FIELDS_INTRODUCTION,
        *(_scope(heading, prefixes) for heading, prefixes in SCOPES.items()),
        _unavailable_fields(),
        "## Actions\n",
        "Written as `then.ACTION = VALUE`.\n",
        *map(_stage, STAGES),
        _unavailable_actions(),
        "## Texts\n",
        PLACEHOLDERS.format(names=codes(f"{{{name}}}" for name in texts.TEMPLATE_NAMES)),
        _part("rules_test.md"),
        _part("rules_history.md"),
    )


def _part(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _scope(heading: str, prefixes: str) -> str:
    named = " ".join(SCOPES.values()).split()
    first = {name: name.partition(".")[0] for name in FIELDS}
    chosen = [
        one for name, one in FIELDS.items() if (first[name] in prefixes if prefixes else first[name] not in named)
    ]
    rows = ((code(one.name), _kind(one), code(one.example), _marks(one), one.doc) for one in chosen)
    note = f"{NOTES[prefixes]}\n" if prefixes in NOTES else ""
    return f"### Of {heading}\n\n{note}" + table(("field", "value", "example", "", "meaning"), rows)


def _kind(one: Field) -> str:
    words: tuple[str, ...] = getattr(one.kind, "words", ())
    return f"one of {codes(words)}" if words else one.kind.name


def _marks(one: Field) -> str:
    return ", ".join(word for word, marked in (("missing", one.missing), ("moment", one.moment)) if marked)


def _unavailable_fields() -> str:
    names = "".join(f"- `{name}`: {why}\n" for name, why in UNAVAILABLE.items())
    return f"Part of the language, and refused by name in this version:\n\n{names}"


def _stage(stage: str) -> str:
    known = [one for (of, _), one in ACTIONS.items() if of == stage and one.available]
    return f"### In `[[{stage}]]`\n\n" + table(("action", "value", "example", "meaning"), map(_action, known))


def _action(one: Action) -> tuple[str, ...]:
    return code(one.name), one.type, code(one.example), one.doc


def _unavailable_actions() -> str:
    names = dict.fromkeys(one.name for one in ACTIONS.values() if not one.available)
    return f"Part of the language, and refused by name in this version: {codes(names)}.\n"
