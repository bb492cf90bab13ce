"""What can be wrong with channels.toml: the codes, and pydantic's complaints in our own words.

No message repeats a value that may be a secret: pydantic's own texts, which quote the input, are never used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from orderctl.core.errors import Finding
from orderctl.core.text import did_you_mean
from orderctl.core.toml import Toml

if TYPE_CHECKING:
    from pydantic import ValidationError

NO_FILE = "E201"
UNKNOWN_KEY = "E202"
WRONG_TYPE = "E203"
WRONG_VALUE = "E204"
MISSING_KEY = "E205"
UNKNOWN_TYPE = "E206"
UNKNOWN_NAME = "E207"
SHORT_TAKEN = "E208"
LITERAL_SECRET = "E209"  # noqa: S105
NO_SECRET = "E210"  # noqa: S105
BAD_RATES = "E211"
NOT_AVAILABLE = "E212"
BAD_SETTING = "E213"

#: What each code means and what to do about it, for `orderctl help CODE`.
CODES: Mapping[str, str] = {
    NO_FILE: "The configuration file is not there or cannot be read. Name it with `-c FILE`, go to its folder, or make"
    " one: `orderctl init`.",
    UNKNOWN_KEY: "A key or table that orderctl does not know. docs/configuration.md lists all.",
    WRONG_TYPE: "A value of another type than the key has, e.g. a number where a text belongs.",
    WRONG_VALUE: "A value of the right type that the key cannot have: out of range, misspelled, of another form.",
    MISSING_KEY: "A key without default was left out.",
    UNKNOWN_TYPE: "A `type` or `via` that this installation does not have. Correct it, or install"
    " the package that brings it.",
    UNKNOWN_NAME: "The name of a location that the file does not define.",
    SHORT_TAKEN: "Two channels would have the same short code, so their shipment references could not be told apart."
    " Give one of them `short`.",
    LITERAL_SECRET: "A secret stands in the file itself. Write where it is to be found: `env:NAME`, `file:PATH`,"
    " `cred:NAME` or `keyring:SERVICE/USER`. Change the secret, too, if the file was ever shared.",
    NO_SECRET: "The place a secret reference names holds nothing that can be used. Set the variable where passes are"
    " started, or write the secret alone into a file that only you can read (`chmod 600`) and name that: `file:PATH`.",
    BAD_RATES: "A rate table (CSV with the columns max_weight, cost and optionally country, origin, zone) is wrong.",
    NOT_AVAILABLE: "The grammar knows this, but this version of orderctl cannot do it yet.",
    BAD_SETTING: "A setting that the adapter of the channel or location refuses.",
}


class Refusal(ValueError):
    """A value that cannot be taken: the finding's code, words that fit after the key's name, what to write instead."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


def near(word: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?` for the known word nearest to `word`, or nothing: a finding's hint."""
    return did_you_mean(word, known).removeprefix("; ")


def from_validation(
    error: ValidationError, toml: Toml, path: tuple[str, ...], known: Iterable[str] = (), shared: tuple[str, ...] = ()
) -> list[Finding]:
    """One finding for each complaint of `error` about the table at `path` of `toml`, without any value of it.

    `known` are the keys that may stand there: the adapter's fields and those orderctl itself reads. What does not
    stand there may stand in the table at `shared`.
    """
    complaints = error.errors(include_url=False, include_input=False)
    return [_reworded(one, toml, _home(toml, path, shared, one["loc"]), list(known)) for one in complaints]


def _home(toml: Toml, path: tuple[str, ...], shared: tuple[str, ...], loc: tuple[str | int, ...]) -> tuple[str, ...]:
    """`shared` for what stands there and not in the table at `path`."""
    stands_there = shared and len(_in_file(toml, shared, loc)) > len(shared)
    return shared if stands_there and len(_in_file(toml, path, loc)) == len(path) else path


def _reworded(complaint: Mapping[str, Any], toml: Toml, path: tuple[str, ...], known: list[str]) -> Finding:
    place = _in_file(toml, path, complaint["loc"])
    code, words = _words(complaint)
    subject = complaint["loc"] if code == MISSING_KEY else place[len(path) :]
    hint = ""
    if code == UNKNOWN_KEY:
        hint = near(str(complaint["loc"][-1]), known)
    if code == NO_SECRET:
        hint = complaint["ctx"]["hint"]
    if code == LITERAL_SECRET:
        hint = "write env:NAME, file:PATH, cred:NAME or keyring:SERVICE/USER"
    return Finding(code, said_of((*path, *subject), words), toml.file, toml.line_of(*place), hint=hint)


def said_of(place: tuple[str | int, ...], words: str) -> str:
    """`words` about what stands at `place`: ("channel", "web", "push", 0) -> `[channel.web] push WORDS`."""
    names = [part for part in place if isinstance(part, str)]
    table, key = names[:-1], names[-1:]
    return " ".join((*([f"[{'.'.join(table)}]"] if table else []), *key, words))


def _in_file(toml: Toml, path: tuple[str, ...], loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """`path` and as much of pydantic's `loc` as stands in the file; union tags and validators do not."""
    place: tuple[str | int, ...] = path
    value: Any = toml.data
    for name in path:
        value = value[name]
    for part in loc:
        if _holds(value, part):
            value = value[part]
            place = (*place, part)
    return place


def _holds(value: Any, part: str | int) -> bool:
    if isinstance(value, Mapping):
        return part in value
    return isinstance(value, list) and isinstance(part, int) and part < len(value)


_TYPES = {
    "string": "a text",
    "int": "a whole number",
    "bool": "true or false",
    "float": "a number",
    "decimal": "a number",
    "list": "a list",
    "tuple": "a list",
    "dict": "a table",
    "model": "a table",
    "datetime": "a date and time",
    "date": "a date",
    "path": "a path",
}
_BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def _words(complaint: Mapping[str, Any]) -> tuple[str, str]:
    """The code and words for one complaint, from pydantic's type of it and the bounds of the field."""
    kind, context = str(complaint["type"]), complaint.get("ctx", {})
    if kind == "missing":
        return MISSING_KEY, "is missing"
    if kind == "extra_forbidden":
        return UNKNOWN_KEY, "is not a key that is known here"
    if kind == "secret_literal":
        return LITERAL_SECRET, "holds a secret itself"
    if kind == "secret_missing":
        return NO_SECRET, str(context["reason"])
    if kind in {"literal_error", "enum"}:
        return WRONG_VALUE, f"can be {context['expected']}"
    if kind in _BOUNDS:
        says, bound = _BOUNDS[kind]
        return WRONG_VALUE, f"must be {says} {context[bound]}"
    if kind == "value_error":
        return BAD_SETTING, str(context["error"])
    if kind == "string_pattern_mismatch":
        return WRONG_VALUE, f"does not have the form {context['pattern']}"
    wanted = _TYPES.get(kind.partition("_")[0] if kind != "is_instance_of" else str(context["class"]).lower())
    if wanted and kind.endswith(("_type", "_parsing", "_from_float", "_of")):
        return WRONG_TYPE, f"is not {wanted}"
    return BAD_SETTING, "is not what it should be"
