"""The configuration as a whole: is it right, what is in force. Adapters are opened; no store and no network are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from orderctl.config import show
from orderctl.config.findings import Refusal
from orderctl.config.load import load
from orderctl.config.locations import SHARING
from orderctl.config.model import Config
from orderctl.core import times
from orderctl.core.errors import ConfigError, Finding
from orderctl.core.secrets import Secret
from orderctl.steps.adapters import ROLES, Adapters
from orderctl.steps.rules import CONFIG, ruleset

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong with channels.toml and rules.toml, and what they name when nothing is."""

    findings: tuple[Finding, ...]
    summary: str = ""


def check(config: Path | None = None, rules: Path | None = None) -> Checked:
    """Everything that is wrong with the configuration, the settings of its adapters, and the rules."""
    from orderctl.rules.compiled import prepare

    try:
        loaded = load(config or Path(CONFIG))
    except ConfigError as error:
        return Checked(error.findings)
    findings: list[Finding] = []
    try:
        Adapters(loaded, noted=False, now=times.EPOCH).open_all()
    except ConfigError as error:
        findings += error.findings
    findings += _heartbeat(loaded)
    file, number = rules or loaded.rules, 0
    try:
        found = ruleset(file, loaded)
        prepare(found, loaded.places)
        number = sum(map(len, found.stages.values()))
    except ConfigError as error:
        findings += error.findings
    named = f"{_many(loaded.channels, 'channel')}, {_many(loaded.locations, 'location')}"
    return Checked(tuple(findings), f"{loaded.file}: {named}; {file}: {_many(range(number), 'rule')}")


def _heartbeat(loaded: Config) -> list[Finding]:
    """What is wrong with the address that every pass pings: a pass says nothing of it, and does its work."""
    from orderctl.steps.run_record import resolved

    try:
        resolved(str(loaded.heartbeat.get("url", "")), loaded.base)
    except Refusal as refusal:
        line = loaded.source.line_of("heartbeat", "url")
        return [Finding(refusal.code, f"[heartbeat] url {refusal}", str(loaded.file), line, hint=refusal.hint)]
    return []


def in_force(config: Path | None = None) -> dict[str, Any]:
    """channels.toml with every default filled in; secrets stand as the references that they were written as."""
    loaded = load(config or Path(CONFIG))
    adapters = Adapters(loaded, noted=True, now=times.EPOCH)
    return show.effective(loaded, lambda place: _is_plain(adapters, place))


def _is_plain(adapters: Adapters, place: tuple[str, ...]) -> bool:
    """Whether whoever reads the key at `place`, adapter or `[rates]`, knows that it holds no secret."""
    if place[0] == "rates":
        return True
    if place[0] == "channel":
        settings, keys = adapters.settings_of_channel(place[1]), place[2:]
    elif place[0] == "location" and place[2] in ROLES:
        settings, keys = adapters.settings_of_way(place[1], place[2]), place[3:]
    elif place[0] == "location" and place[2] in SHARING:
        settings, keys = adapters.settings_by(place[2]), place[3:]
    else:
        return False
    return _plain_key(settings, keys)


def _plain_key(settings: type[BaseModel], keys: tuple[str, ...]) -> bool:
    field = settings.model_fields.get(keys[0])
    if field is None:
        return False
    inner: Any = field.annotation
    if len(keys) > 1 and hasattr(inner, "model_fields"):
        return _plain_key(inner, keys[1:])
    return not _holds_secret(inner)


def _holds_secret(annotation: Any) -> bool:
    if annotation is Secret:
        return True
    inner = [field.annotation for field in getattr(annotation, "model_fields", {}).values()]
    return any(map(_holds_secret, (*inner, *get_args(annotation))))


def _many(ones: Any, name: str) -> str:
    return f"{len(ones)} {name}{'' if len(ones) == 1 else 's'}"
