"""Paths into what a partner answers: names joined by points, `[2]` for an item of a list, `[*]` for each of them.

`$` stands for the whole and may be left out before a name. What is not there is nothing; it is never an error, since
partners leave out what they do not know. A name with points or brackets in it is written `['a.b']`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

_EACH = -1
_STEP = re.compile(r"\.?([^.\[\]'\"$\s]+)|\[([0-9]{1,6}|\*)\]|\['([^']+)'\]")


@dataclass(frozen=True, slots=True)
class JsonPath:
    """One path. `steps` are names, places in a list, and -1 for each item of one."""

    text: str
    steps: tuple[str | int, ...]

    def all(self, value: Any) -> list[Any]:
        """Everything that stands there, in its order, without what is null."""
        found = [value]
        for step in self.steps:
            found = [inner for one in found for inner in _inside(one, step)]
        return [one for one in found if one is not None]

    def stands(self, value: Any) -> bool:
        """Whether `value` has the place at all, be it empty or null: a list for a path that ends in `[*]`."""
        found = [value]
        steps = self.steps[:-1] if self.steps[-1:] == (_EACH,) else self.steps
        for step in steps:
            found = [inner for one in found for inner in _inside(one, step)]
        return any(one is None or isinstance(one, list) for one in found) if steps != self.steps else bool(found)


#: Paths of which the first that leads to something counts.
Paths = tuple[JsonPath, ...]


def parsed(text: str) -> JsonPath:
    """The path that `text` writes. ValueError when it is none."""
    rest = text.strip().removeprefix("$")
    steps: list[str | int] = []
    at = 0
    while at < len(rest):
        match = _STEP.match(rest, at)
        if match is None:
            message = f"'{text[:60]}' is no path; write for example 'data.items[0].id' or 'errors[*].message'"
            raise ValueError(message)
        name, place, quoted = match.groups()
        steps.append(name or quoted or (_EACH if place == "*" else int(place)))
        at = match.end()
    return JsonPath(text, tuple(steps))


def every(paths: Sequence[JsonPath], value: Any) -> list[Any]:
    """What stands in `value` at the first of `paths` that leads to something."""
    return next((found for path in paths if (found := path.all(value))), [])


def texts(paths: Sequence[JsonPath], value: Any) -> list[str]:
    """The plain values there, as text; tables, lists and empty texts are left out."""
    return [text for one in every(paths, value) if (text := plain(one))]


def text(paths: Sequence[JsonPath], value: Any) -> str:
    """The first plain value there, as text; empty when there is none."""
    return next(iter(texts(paths, value)), "")


def plain(value: Any) -> str:
    """A text, number or truth value as text, without white space around it; empty for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | Decimal) else ""


def _inside(value: Any, step: str | int) -> Iterator[Any]:
    if isinstance(value, Mapping):
        if step == _EACH:
            yield from value.values()
        elif step in value:
            yield value[step]
    elif isinstance(value, list) and isinstance(step, int):
        yield from value if step == _EACH else value[step : step + 1]


def _paths(value: Any) -> Paths:
    written = [value] if isinstance(value, str) else value
    if not isinstance(written, list | tuple) or not all(isinstance(one, str | JsonPath) for one in written):
        raise ValueError("is not a path, nor a list of paths")
    return tuple(one if isinstance(one, JsonPath) else parsed(one) for one in written if one != "")


def _written(paths: Paths) -> str | list[str]:
    texts_of = [path.text for path in paths]
    return texts_of if len(texts_of) > 1 else "".join(texts_of)


_PathText = Annotated[str, WithJsonSchema({"type": "string", "format": "path"})]
#: One path or several, of which the first that leads to something counts; nothing when it is empty.
PathsField = Annotated[
    Paths,
    PlainValidator(_paths, json_schema_input_type=_PathText | list[_PathText]),
    PlainSerializer(_written, return_type=_PathText | list[_PathText]),
]
