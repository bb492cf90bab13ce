"""How an action is registered, found and its value read: from a TOML value to a checked one.

A function gets the raw value and the file's `Setup` and returns what `Rule.then` holds: money in minor units of the
file's currency, durations in seconds, names in tuples. Refused when the value cannot be meant. Its docstring and
example make the reference table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from orderctl.core import times
from orderctl.core.text import did_you_mean, template_problem
from orderctl.rules import codes, fields, values
from orderctl.rules.kinds import text_of
from orderctl.rules.known import Refused, Setup
from orderctl.rules.numbers import Money
from orderctl.rules.values import written

Parse = Callable[[Any, Setup], Any]
#: What a text may name besides the fields of the order and what `core.text` fills in.
NAMES_IN_TEXTS = ("ship_to.name", "customer.name")
_ATTRIBUTE = re.compile(r"\{attributes\.([^{}]+)\}")
_REASON = re.compile(r"[a-z][a-z0-9_-]{0,59}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a rule may do. `available` is False while nothing carries it out: then it is refused by name."""

    name: str
    stages: tuple[str, ...]
    parse: Parse
    doc: str
    example: str
    type: str
    available: bool = True
    table: bool = False


ACTIONS: dict[tuple[str, str], Action] = {}


def action(
    name: str,
    *stages: str,
    type: str,  # noqa: A002
    example: str,
    available: bool = True,
    table: bool = False,
) -> Callable[[Parse], Parse]:
    """Register the decorated function as the action `name` of `stages`. `type` and `example` are for the reference.

    `table` says that the value itself is a TOML table.
    """

    def register(parse: Parse) -> Parse:
        doc = " ".join((parse.__doc__ or "").split())
        known = Action(name, stages, parse, doc, example, type, available, table)
        ACTIONS.update({(stage, name): known for stage in stages})
        return parse

    return register


def names_of(stage: str) -> tuple[str, ...]:
    """The actions a rule of `stage` may have."""
    return tuple(name for known, name in ACTIONS if known == stage)


def find(stage: str, name: str) -> Action:
    """The action `name` of `stage`. Refused when there is none, it belongs elsewhere, or nothing carries it out."""
    known = ACTIONS.get((stage, name))
    if known is None:
        elsewhere = [other for other, known_name in ACTIONS if known_name == name]
        if elsewhere:
            where = " and ".join(f"[[{other}]]" for other in elsewhere)
            raise Refused(codes.ACTION_STAGE, f"'{name}' is not an action of [[{stage}]]", f"it belongs to {where}")
        hint = did_you_mean(name, names_of(stage)).removeprefix("; ")
        raise Refused(codes.UNKNOWN_ACTION, f"unknown action '{name}'", hint)
    if not known.available:
        raise Refused(codes.NOT_AVAILABLE, f"'{name}' is not available in this version")
    return known


def takes_table(name: str) -> bool:
    """Whether the action `name` has a table for its value, as `add_item` has."""
    return any(known == name and item.table for (_, known), item in ACTIONS.items())


def flag(raw: Any) -> bool:
    """True or false."""
    if not isinstance(raw, bool):
        raise Refused(codes.WRONG_TYPE, f"'{written(raw)}' is neither true nor false")
    return raw


def texts(raw: Any, what: str) -> tuple[str, ...]:
    """One text or a list of them, each once."""
    entries = raw if isinstance(raw, list) else [raw]
    found = tuple(text_of(entry, what) for entry in entries)
    if not found:
        raise Refused(codes.EMPTY, f"the list is empty; it needs {what}")
    for entry in found:
        if found.count(entry) > 1:
            raise Refused(codes.TWICE, f"'{entry}' is named twice")
    return found


def one_of(raw: Any, words: Iterable[str]) -> str:
    """One of a few words."""
    words = tuple(words)
    word = text_of(raw, "one of " + ", ".join(words))
    if word not in words:
        hint = did_you_mean(word, words).removeprefix("; ")
        raise Refused(codes.WRONG_CHOICE, f"'{word}' is not one of {', '.join(words)}", hint)
    return word


def named(raw: Any, known: Iterable[str], what: str, code: str) -> tuple[str, ...]:
    """Names that channels.toml configures."""
    known = tuple(known)
    found = texts(raw, f"the name of a {what}")
    for name in found:
        if name not in known:
            raise Refused(code, f"unknown {what} '{name}'", did_you_mean(name, known).removeprefix("; "))
    return found


def duration(raw: Any) -> int:
    """A span of time in seconds, at least one."""
    if not isinstance(raw, str):
        raise Refused(codes.WRONG_TYPE, f"{written(raw)} is not a span of time", 'write for example "30 min" or "7d"')
    try:
        seconds = times.parse_duration(raw)
    except ValueError:
        raise Refused(
            codes.WRONG_UNIT, f"'{raw}' is not a span of time", 'write for example "30 min" or "7d"'
        ) from None
    if not seconds:
        raise Refused(codes.EMPTY_RANGE, f"'{raw}' is no time at all")
    return seconds


def count(raw: Any, smallest: int) -> int:
    """A whole number, at least `smallest`."""
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < smallest:
        raise Refused(codes.WRONG_TYPE, f"{written(raw)} is not a whole number from {smallest}")
    return raw


def amount(raw: Any, setup: Setup) -> int:
    """An amount in minor units of the file's currency."""
    test = values.parse(Money, raw, setup)
    if len(test.exact) != 1 or test.ranges or test.currency != setup.currency:
        raise Refused(codes.WRONG_TYPE, f"'{written(raw)}' is not one amount in {setup.currency}")
    (minor,) = test.exact
    if int(minor) < 0:
        raise Refused(codes.WRONG_TYPE, f"'{written(raw)}' is less than nothing")
    return int(minor)


def reason(raw: Any) -> str:
    """The reason of a hold: one word."""
    word = text_of(raw, "a reason")
    if not _REASON.fullmatch(word):
        raise Refused(codes.WRONG_TYPE, f"'{word}' is not a reason", "one word of letters, digits, - and _")
    return word


def template(raw: Any) -> str:
    """A text whose placeholders are fields, or what every text may name."""
    text = text_of(raw, "a text")
    problem = template_problem(text, (*fields.FIELDS, *NAMES_IN_TEXTS, *_attributes_in(text)))
    if problem:
        raise Refused(codes.UNKNOWN_PLACEHOLDER, problem)
    return text


def _attributes_in(text: str) -> list[str]:
    return [f"attributes.{name}" for name in _ATTRIBUTE.findall(text)]
