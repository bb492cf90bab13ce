"""What can follow the words that were typed so far, by the table of commands and the names of this shop.

1. the words lead to a command, and to what its next word is: a verb, an option, the value of one, an argument
2. kinds of names are looked up where they stand: channels and locations in channels.toml, rules in rules.toml, the
   rest in the store; a file that is wrong or missing has no names
Only the standard library is loaded, and of it only what is needed: a shell waits for this while somebody types.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

#: Candidates with a word about each.
Candidates = list[tuple[str, str]]
#: What a shell is told to complete by itself.
FILES = "__files__"
_STORED = frozenset({"order", "shipment", "sku", "exception"})
_STAGES = ("hold", "location", "service", "enhance")


def candidates(table: Mapping[str, Any], words: Sequence[str]) -> Candidates:
    """What `words` (without the program's name, the last one unfinished) can end in.

    `table` is what `cli/words.json` says: commands with their options and arguments, and the words of each kind.
    """
    *before, typed = words or [""]
    if typed.startswith("--") and "=" in typed:  # one word for most shells, three for bash, which wants the last alone
        option = typed.partition("=")[0]
        return [(f"{option}={word}", about) for word, about in _last(table, *_apart(before, typed)) if word != FILES]
    return _last(table, *_apart(before, typed))


def _last(table: Mapping[str, Any], before: list[str], typed: str) -> Candidates:
    name, command, given, waiting = _parsed(table, before)
    if waiting:
        return _fitting(_of_kind(table, waiting, before, typed), typed)
    if command is None:
        known = table["verbs"].get(name, {}) if name else table["commands"]
        if typed.startswith("-"):
            return _fitting([(option, "") for option in table["shared"]], typed)
        return _fitting(list(known.items()), typed)
    if typed.startswith("-"):
        return _fitting([(option, "") for option in command["options"] if option not in before], typed)
    kinds = command["arguments"]
    kind = kinds[min(given, len(kinds) - 1)] if kinds and (given < len(kinds) or kinds[-1].endswith("*")) else ""
    return _fitting(_of_kind(table, kind.rstrip("*"), before, typed), typed)


def _apart(before: Sequence[str], typed: str) -> tuple[list[str], str]:
    """`--option=value` as bash hands it over, in three words, or the others, in one; quotes and backslashes away."""
    plain = [_unquoted(word) for word in (*before, typed)]
    found: list[str] = []
    for word in plain:
        if word == "=" and found and found[-1].startswith("--"):
            found.append("")
        elif found and found[-1] == "" and len(found) > 1 and found[-2].startswith("--") and word:
            found[-1] = word
        elif word.startswith("--") and "=" in word:
            found += word.split("=", 1)
        else:
            found.append(word)
    return found[:-1], found[-1]


def _unquoted(word: str) -> str:
    return word.replace("\\", "").lstrip("'\"")


def _parsed(table: Mapping[str, Any], before: Sequence[str]) -> tuple[str, dict[str, Any] | None, int, str]:
    """The name so far, the command once it is whole, how many arguments it has, and what kind of value comes next."""
    name, command, given, waiting = "", None, 0, ""
    for word in before:
        if waiting:
            waiting = ""
        elif word.startswith("-") and word != "-":
            options = command["options"] if command is not None else table["shared"]
            waiting = options.get(word, "")
        elif command is not None:
            given += 1
        else:
            name = f"{name} {word}".strip()
            command = table["leaves"].get(name)
    return name, command, given, waiting


def _fitting(found: Candidates, typed: str) -> Candidates:
    return [(word, about) for word, about in found if word.startswith(typed) or word == FILES]


def _of_kind(table: Mapping[str, Any], kind: str, before: Sequence[str], typed: str) -> Candidates:
    if kind in {"", "-"}:
        return []
    if kind == "file":
        return [(FILES, "")]
    if kind in table["words"]:
        return [(word, "") for word in table["words"][kind]]
    config = _value(before, "-c", "--config") or os.environ.get("ORDERCTL_CONFIG") or "channels.toml"
    base = os.path.dirname(config)  # noqa: PTH120 - pathlib costs as much as all this
    if kind in _STORED:
        from orderctl.store import names

        written = _toml(config)
        database = _value(before, "--db") or (_beside(base, written.get("database", "orderctl.db")) if written else "")
        return [(word, "") for word in names.beginning(database, kind, typed)]
    written = _toml(config)
    if kind == "rule":
        rules = _toml(_value(before, "-r", "--rules") or _beside(base, written.get("rules", "rules.toml")))
        return [(name, stage) for stage in _STAGES for name in _names_of(rules.get(stage))]
    tables = written.get(kind)  # channel, location
    return [(name, str(one.get("type", one.get("kind", "")))) for name, one in _tables(tables)]


def _tables(found: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(name, one) for name, one in found.items() if isinstance(one, dict)] if isinstance(found, dict) else []


def _names_of(found: Any) -> list[str]:
    rules = found if isinstance(found, list) else []
    return [str(one["name"]) for one in rules if isinstance(one, dict) and "name" in one]


def _value(before: Sequence[str], *options: str) -> str:
    """What one of `options` was given."""
    for option, value in zip(before, before[1:], strict=False):  # noqa: RUF007 - one import less
        if option in options:
            return os.path.expanduser(value)  # noqa: PTH111 - as above
    return ""


def _beside(base: str, path: Any) -> str:
    return os.path.join(base, os.path.expanduser(str(path)))  # noqa: PTH111, PTH118 - as above


def _toml(path: str) -> dict[str, Any]:
    import tomllib

    try:
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            return tomllib.load(file)
    except (OSError, ValueError, RecursionError):
        return {}
