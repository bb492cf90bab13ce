"""src/orderctl/cli/words.json: every command with its options and arguments, for shells that complete words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from docs.pages.commands import every_command
from orderctl.cli.front import COMMANDS
from orderctl.cli.group import loaded
from orderctl.cli.options import Format
from orderctl.core.states import ORDER_STATES, SHIPMENT_EDGES
from orderctl.core.stock import REASONS
from orderctl.steps.care import codes_list
from orderctl.steps.run import STEPS

#: What stands for a value in the help -> the kind of its names.
KINDS = dict.fromkeys(("LOCATION", "FROM", "TO", "NEW"), "location") | {
    "CHANNEL": "channel",
    "ORDER": "order",
    "REFERENCE": "shipment",
    "SKU": "sku",
    "CODE": "code",
    "STEP": "step",
    "FILE": "file",
    "NEW.toml": "file",
    "FILE.jsonl": "file",
    "FOLDER": "file",
}
#: Where that does not tell.
OTHERS = {
    ("orders list", "STATE"): "order_state",
    ("shipments list", "STATE"): "shipment_state",
    ("shipments resolve", "NAME"): "shipment",
    ("stock adjust", "REASON"): "stock_reason",
    ("stock explain", "NAME"): "channel",
    ("explain", "NAME"): "rule",
    **{(f"exceptions {verb}", "N"): "exception" for verb in ("show", "resolve", "snooze", "assign", "confirm")},
}
#: Of which the same word means something else.
NOT_NAMES = frozenset({("init", "CODE"), ("init", "NAME"), ("orders assign", "TO")})


def text() -> str:
    """The file."""
    words: dict[str, list[str]] = {
        "step": list(STEPS),
        "code": [row["code"] for row in codes_list()],
        "order_state": list(ORDER_STATES),
        "shipment_state": sorted(SHIPMENT_EDGES),
        "stock_reason": list(REASONS),
    }
    leaves = {path.removeprefix("orderctl "): command for path, command in every_command()}
    table = {
        "commands": {name: line for name, (_, line) in COMMANDS.items()},
        "verbs": dict(_verbs()),
        "shared": _leaf("status", leaves["status"], words)["options"],
        "leaves": {name: _leaf(name, command, words) for name, command in leaves.items()},
        "words": words,
    }
    return _laid_out(table)


def _verbs() -> Iterator[tuple[str, dict[str, str]]]:
    for name, (target, _) in COMMANDS.items():
        verbs: Mapping[str, Any] = getattr(loaded(name, target), "commands", {})
        if verbs:
            yield name, {verb: re.split(r"[:.;,(]", one.help)[0] for verb, one in verbs.items()}


def _leaf(name: str, command: Any, words: dict[str, list[str]]) -> dict[str, Any]:
    options: dict[str, str] = {}
    arguments = []
    for one in command.params:
        kind = _kind(name, one, words)
        if one.param_type_name == "argument":
            many = "*" if one.nargs == -1 else ""
            arguments.append(kind + many)
        else:
            options |= dict.fromkeys((*one.opts, *one.secondary_opts), "" if one.is_flag else kind)
    if "--format" in options:
        options |= {"--json": "", "--csv": ""}
    return {"options": options | {"--help": ""}, "arguments": arguments}


def _kind(name: str, one: Any, words: dict[str, list[str]]) -> str:
    """The kind of a value's names, `-` for none; the choices of an enumeration are a kind of their own."""
    choices = one.type_descriptor.annotation
    shown = (one.metavar or one.name or "").strip("[].")
    if isinstance(choices, type) and issubclass(choices, Enum):
        own = "format" if choices is Format else f"{name} {one.name}"
        words[own] = [str(choice.value) for choice in choices]
        return own
    if (name, shown) in NOT_NAMES:
        return "-"
    return OTHERS.get((name, shown)) or KINDS.get(shown, "-")


def _laid_out(table: Mapping[str, Any]) -> str:
    """JSON with a line for each command, so that a change of one shows as that."""
    parts = []
    for name, value in table.items():
        rows = ",\n".join(f"  {json.dumps(key)}: {json.dumps(one, ensure_ascii=False)}" for key, one in value.items())
        parts.append(f" {json.dumps(name)}: {{\n{rows}\n }}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
