"""Read rules.toml into a `RuleSet`, or say everything that is wrong with it at once.

1. the head: version, currency, weight, timezone, default_weight, lists
2. each rule of each stage: its conditions, then its actions
3. what only several parts together can get wrong: `rules.agreement`
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from orderctl.core import money, toml, weights
from orderctl.core.digests import digest
from orderctl.rules import actions, agreement, blocks, codes, numbers, values
from orderctl.rules.known import Known, Refused, Setup
from orderctl.rules.model import STAGES, Block, Condition, Rule, RuleSet
from orderctl.rules.reading import Path, Reader

HEAD = ("version", "currency", "weight", "timezone", "default_weight", "lists")
RULE = ("name", "why", "mode", "when", "unless", "then")


def load(source: str | bytes, file: str, known: Known) -> RuleSet:
    """The rules in `source`, the content of the file named `file`. ConfigError lists all findings, by line."""
    parsed = toml.parse(source, file)
    reader = Reader(parsed)
    reader.names(parsed.data, (*HEAD, *STAGES), (), "key")
    setup = _setup(reader, known)
    timezone = reader.attempt(("timezone",), known.timezone, _timezone, parsed.data, known)
    default_weight = reader.attempt(("default_weight",), 0, _default_weight, parsed.data, setup)
    stages = {stage: _stage(reader, stage, setup) for stage in STAGES}
    reader.settle()
    text = source if isinstance(source, str) else source.decode()
    return RuleSet(
        stages=stages,
        currency=setup.currency,
        timezone=timezone,
        lists=setup.lists,
        default_weight_g=default_weight,
        text=text,
        digest=digest(text),
    )


def _setup(reader: Reader, known: Known) -> Setup:
    data = reader.toml.data
    version = data.get("version")
    if version != 1 or isinstance(version, bool):
        message = f"version is {version}, and this reads version 1" if "version" in data else "version is missing"
        reader.find(codes.VERSION, message, "write version = 1", ("version",))
    return Setup(
        known=known,
        currency=reader.attempt(("currency",), known.currency, _currency, data, known),
        weight_unit=reader.attempt(("weight",), "kg", _weight_unit, data),
        lists=_lists(reader, data.get("lists", {})),
    )


def _currency(data: Mapping[str, Any], known: Known) -> str:
    code = data.get("currency", known.currency)
    if not isinstance(code, str) or not money.is_currency(code):
        raise Refused(codes.UNKNOWN_CURRENCY, f"'{code}' is not a currency code", "three capitals, such as USD")
    return code


def _weight_unit(data: Mapping[str, Any]) -> str:
    unit = data.get("weight", "kg")
    if unit not in weights.UNITS:
        raise Refused(codes.WRONG_UNIT, f"'{unit}' is not one of {', '.join(weights.UNITS)}")
    return str(unit)


def _timezone(data: Mapping[str, Any], known: Known) -> str:
    name = data.get("timezone", known.timezone)
    try:
        return ZoneInfo(name).key
    except (ValueError, KeyError, TypeError, OSError):
        raise Refused(codes.UNKNOWN_TIMEZONE, f"'{name}' is not a time zone", "for example America/New_York") from None


def _default_weight(data: Mapping[str, Any], setup: Setup) -> int:
    test = values.parse(numbers.Weight, data.get("default_weight", "0 g"), setup)
    weight = next(iter(test.exact), None)
    if weight is None or len(test.exact) > 1 or test.ranges or int(weight) < 0:
        raise Refused(codes.WRONG_TYPE, "default_weight is not one weight", 'write for example "500 g"')
    return int(weight)


def _lists(reader: Reader, raw: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(raw, dict):
        reader.find(codes.WRONG_TYPE, "lists is not a table", 'write [lists] and name = ["..."]', ("lists",))
        return {}
    return {name: reader.attempt(("lists", name), (), _list, value) for name, value in raw.items()}


def _list(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise Refused(codes.WRONG_TYPE, "a list holds texts only", 'write name = ["AT", "DE"]')
    if not value:
        raise Refused(codes.EMPTY, "the list is empty")
    for entry in value:
        if entry.startswith("@"):
            raise Refused(codes.UNKNOWN_LIST, f"'{entry}' is a list inside a list")
    return tuple(value)


def _stage(reader: Reader, stage: str, setup: Setup) -> tuple[Rule, ...]:
    rows = reader.toml.data.get(stage, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        reader.find(codes.WRONG_TYPE, f"'{stage}' is not a list of rules", f"write [[{stage}]]", (stage,))
        return ()
    found = []
    seen: dict[str, int] = {}
    for index, row in enumerate(rows):
        reader.stage, reader.rule = stage, str(row.get("name", "")) or f"#{index + 1}"
        rule = _rule(reader, stage, index, row, setup)
        first = seen.setdefault(rule.name.casefold(), rule.line)
        if first != rule.line and rule.name:
            message = f"another rule of [[{stage}]] has this name, on line {first}"
            reader.find(codes.DUPLICATE_NAME, message, "", (stage, index, "name"))
        found.append(rule)
    reader.stage = reader.rule = ""
    return tuple(found)


def _rule(reader: Reader, stage: str, index: int, row: Mapping[str, Any], setup: Setup) -> Rule:
    path: Path = (stage, index)
    reader.names(row, RULE, path, "key")
    name, why = (reader.attempt((*path, key), "", _words, row, key) for key in ("name", "why"))
    if "name" not in row:
        reader.find(codes.NO_NAME, "the rule has no name", 'write name = "..."', path)
    if row.get("mode", "observe") != "observe":
        message = f"mode is '{row['mode']}'; the only mode is observe"
        reader.find(codes.WRONG_CHOICE, message, "leave it out for a rule in force", (*path, "mode"))
    when, any_ = _conditions(reader, path, row, "when", setup)
    unless, unless_any = _conditions(reader, path, row, "unless", setup)
    rule = Rule(
        stage=stage,
        name=name,
        then=_then(reader, path, row, setup),
        when=when,
        any=any_,
        unless=unless,
        unless_any=unless_any,
        why=why,
        observe="mode" in row,
        line=reader.toml.line_of(*path),
    )
    for disagreement, action in agreement.disagreements(rule):
        if action not in rule.then and action in row["then"]:
            continue  # it stands there, and what is wrong with it is told already
        where = (*path, "then", *action.split("."))
        reader.find(disagreement.code, disagreement.message, disagreement.hint, where)
    return rule


def _words(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key, "")
    if not isinstance(value, str) or (key in row and not value.strip()):
        raise Refused(codes.WRONG_TYPE if not isinstance(value, str) else codes.NO_NAME, f"{key} is not a text")
    return value


def _conditions(
    reader: Reader, path: Path, row: Mapping[str, Any], key: str, setup: Setup
) -> tuple[Block, tuple[Block, ...]]:
    """The conditions of `when` or `unless`, and its blocks of `any`."""
    table = row.get(key)
    if table is None:
        return (), ()
    here = (*path, key)
    if not isinstance(table, dict) or not table:
        reader.find(codes.EMPTY, f"{key} is not a table of conditions", f"write {key}.FIELD = VALUE", here)
        return (), ()
    plain = {name: value for name, value in table.items() if name != "any"}
    blocks_ = table.get("any", [])
    if not isinstance(blocks_, list) or ("any" in table and not blocks_):
        reader.find(codes.EMPTY, f"{key}.any is not a list of blocks", "write any = [{ ... }, { ... }]", (*here, "any"))
        blocks_ = []
    return _block(reader, here, plain, setup), tuple(
        _any_block(reader, (*here, "any", index), entry, setup) for index, entry in enumerate(blocks_)
    )


def _any_block(reader: Reader, path: Path, entry: Any, setup: Setup) -> Block:
    if not isinstance(entry, dict) or not entry:
        reader.find(codes.EMPTY, "a block of any has no condition", "write { FIELD = VALUE }", path)
        return ()
    if "any" in entry:
        reader.find(codes.UNKNOWN_FIELD, "any holds conditions only, no other any", "", (*path, "any"))
        return ()
    return _block(reader, path, entry, setup)


def _block(reader: Reader, path: Path, table: Mapping[str, Any], setup: Setup) -> Block:
    found: list[Condition] = []
    for names, raw in blocks.entries(table):
        where = (*path, *names)
        line = reader.toml.line_of(*where)
        if any(condition.field == ".".join(names) for condition in found):
            reader.find(codes.TWICE, f"'{'.'.join(names)}' is asked twice", "write both values in one list", where)
        try:
            found.append(blocks.condition(names, raw, str(path[0]), setup, line))
        except Refused as refused:
            reader.find(refused.code, refused.message, refused.hint, where)
    return tuple(found)


def _then(reader: Reader, path: Path, row: Mapping[str, Any], setup: Setup) -> dict[str, Any]:
    table = row.get("then")
    here = (*path, "then")
    if not isinstance(table, dict) or not table:
        reader.find(codes.NO_THEN, "the rule has no then: it does nothing", "write then.ACTION = VALUE", here)
        return {}
    found: dict[str, Any] = {}
    for names, raw in _actions(table, str(path[0]), ()):
        name = ".".join(names)
        value = reader.attempt((*here, *names), None, _action, str(path[0]), name, raw, setup)
        if value is not None:
            found[name] = value
    return found


def _action(stage: str, name: str, raw: Any, setup: Setup) -> Any:
    known = actions.find(stage, name)
    try:
        return known.parse(raw, setup)
    except Refused as refused:
        raise Refused(refused.code, f"{name}: {refused.message}", refused.hint) from None


def _actions(table: Mapping[str, Any], stage: str, path: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], Any]]:
    """Each action of `table` with its raw value; a table is entered unless it is the action's value."""
    for name, value in table.items():
        names = (*path, name)
        if isinstance(value, dict) and value and not actions.takes_table(".".join(names)):
            yield from _actions(value, stage, names)
        else:
            yield names, value
