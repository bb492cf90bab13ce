"""Reading what a partner sends as JSON: parts of it by the path they stand at, which a refusal names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from orderctl.core.errors import RecordError
from orderctl.core.order_fields import LARGEST_QUANTITY


def refuse(field: str, problem: str) -> NoReturn:
    """The order is not what it should be: `field` (the partner's name) and what is wrong with it."""
    raise RecordError(f"{field} {problem}", field=field)


def part(row: Mapping[str, Any], path: str, where: str = "") -> Any:
    """What stands at `path`, names joined by points; None where anything on the way is missing."""
    value: Any = row
    walked: list[str] = []
    for name in path.split("."):
        if value is None:
            return None
        if not isinstance(value, dict):
            refuse(where + ".".join(walked), "is not a table of fields")
        value = value.get(name)
        walked.append(name)
    return value


def rows(row: Mapping[str, Any], path: str, where: str = "") -> list[dict[str, Any]]:
    """The list of tables at `path`; empty where it is missing."""
    found = part(row, path, where)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        refuse(where + path, "is not a list of tables")
    return found


def texts(row: Mapping[str, Any], path: str, where: str = "") -> list[str]:
    """The list of texts at `path`; empty where it is missing."""
    found = part(row, path, where)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        refuse(where + path, "is not a list of texts")
    return found


def needed(row: Mapping[str, Any], path: str) -> str:
    """The text at `path`, which has to be there."""
    found = part(row, path)
    if not isinstance(found, str) or not found:
        refuse(path, "is missing" if found is None or found == "" else "is not a text")
    return found


def known(row: Mapping[str, Any], path: str, words: Iterable[str]) -> str:
    """The word at `path`, one of `words`."""
    found = needed(row, path)
    if found not in words:
        refuse(path, f"is '{found[:40]}'; it can be {', '.join(words)}")
    return found


def whole(row: Mapping[str, Any], path: str, where: str = "") -> int | None:
    """The number of units at `path`; None where it is missing."""
    found = part(row, path, where)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= LARGEST_QUANTITY:
        refuse(where + path, f"is not a whole number from 0 to {LARGEST_QUANTITY}: {str(found)[:40]}")
    return found
