"""Set up a folder: the first channels.toml, rules.toml and rules.test.toml, checked before they are written.

1. what nobody said has a value that is safe: one channel of files, one location, nothing live
2. the files are made in a folder of their own first and looked at as `config check` and `rules check` do; what is
   wrong is told, and nothing is written; only a secret that is not there yet is no reason to stop
3. no file is written over: if any of them is there, none is written
"""

from __future__ import annotations

import importlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from orderctl.config.findings import NO_SECRET
from orderctl.core import registry
from orderctl.core.errors import Finding, StoreError, UsageError
from orderctl.core.secrets import is_reference
from orderctl.core.text import did_you_mean
from orderctl.steps import configuration, context, first_files, made_up
from orderctl.steps.first_files import Beginning

THREE = ("channels.toml", "rules.toml", "rules.test.toml")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")
#: Country -> currency, where it is not the dollar of the United States.
_CURRENCIES = dict.fromkeys("AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK".split(), "EUR") | dict(
    pair.split(":")
    for pair in (
        "GB:GBP CA:CAD AU:AUD NZ:NZD CH:CHF SE:SEK DK:DKK NO:NOK JP:JPY PL:PLN CZ:CZK IN:INR BR:BRL MX:MXN"
    ).split()
)
#: What a type needs besides the keys that its settings require: one of these ways of letting us in.
_LETS_IN = {"shopify": "token", "vendure": "api_key"}
_FILES = {"path": '"inbox/{name}*.jsonl"'}
_MARKETPLACES = {"amazon", "ebay", "walmart"}
_QUESTIONS = {
    "shop": "What is the name of {name} at Shopify, as in NAME.myshopify.com?",
    "base_url": "What is the address of {name}, as in https://shop.example?",
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was said: `NAME=TYPE` per channel, names of locations, `CHANNEL.KEY=VALUE`; empty = the usual."""

    channels: Sequence[str] = ()
    locations: Sequence[str] = ()
    keys: Sequence[str] = ()
    country: str = ""
    currency: str = ""
    timezone: str = ""
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """The files that were written below `folder`, what is missing to reach everything, and what a person does then."""

    folder: Path
    files: Sequence[str]
    missing: Sequence[str] = ()
    to_do: Sequence[str] = ()
    next: Sequence[str] = field(default_factory=tuple)


def types() -> list[str]:
    """The types of channels that this installation has."""
    return sorted({*registry.CHANNELS, *(point.name for point in entry_points(group="orderctl.channels"))})


def needed(type_: str) -> dict[str, bool]:
    """The keys that a channel of this type cannot do without -> whether each is a secret."""
    from orderctl.core.secrets import Secret

    fields = _settings(type_).model_fields
    keys = {one.alias or name: one.annotation is Secret for name, one in fields.items() if one.is_required()}
    if type_ in _LETS_IN:
        keys[_LETS_IN[type_]] = True
    return {name: secret for name, secret in keys.items() if type_ != "file"}


def channels_of(wishes: Wishes) -> dict[str, str]:
    """The channels that were asked for: name -> type. UsageError for a name or a type that cannot be."""
    known = types()
    found: dict[str, str] = {}
    for written in wishes.channels or ("web=file",):
        name, _, kind = written.partition("=")
        kind = kind or name
        if kind not in known:
            message = f"there is no type of channel '{kind[:40]}', only {', '.join(known)}{did_you_mean(kind, known)}"
            raise UsageError(f"{message}; nothing was written", next="orderctl init --help")
        _need_name(name, found)
        found[name] = kind
    return found


def default_currency(country: str) -> str:
    """The currency of a country, as far as this page knows."""
    return _CURRENCIES.get(country, "USD")


def reference(channel: str, key: str) -> str:
    """Where a secret of a channel is expected when nobody says."""
    return f"env:{channel}_{key}".upper().replace("ENV:", "env:").replace("-", "_")


def question(channel: str, key: str, *, secret: bool) -> str:
    """What a person is asked for a key of a channel."""
    if secret:
        return f"Where is the {key} of {channel}? env:NAME or file:PATH, never the secret itself"
    return _QUESTIONS.get(key, "What is the {key} of {name}?").format(key=key, name=channel)


def selling(wishes: Wishes, said: str) -> Wishes:
    """`wishes` with the types that a person named; a shop of its own is called web, if it is the only one."""
    kinds = _words(said)
    is_shop = len(kinds) == 1 and kinds[0] not in _MARKETPLACES
    return replace(wishes, channels=tuple(f"web={kind}" if is_shop else kind for kind in kinds))


def shipping(wishes: Wishes, said: str) -> Wishes:
    """`wishes` with the places that a person named; "New Jersey" becomes new-jersey."""
    return replace(wishes, locations=tuple("-".join(word.split()) for word in _words(said)))


def within(wishes: Wishes, said: str) -> Wishes:
    """`wishes` with the country that a person named."""
    return replace(wishes, country=said.upper())


def tried(wishes: Wishes) -> None:
    """UsageError where what was said cannot be; what was not said yet is the usual."""
    _checked(_texts(*_beginning(wishes)))


def _words(said: str) -> list[str]:
    return [word.strip().lower() for word in said.split(",") if word.strip()]


def set_up(folder: Path, wishes: Wishes, *, write: bool) -> Made:
    """Make the files of `wishes` in `folder`; only say which they would be unless `write`.

    UsageError when one is there already or what was said cannot be; StoreError when they cannot be written.
    """
    first, more = _beginning(wishes)
    texts = _texts(first, more)
    need_room(folder, texts)
    missing = _checked(texts)
    if write:
        _write_new(folder, texts, first.folders)
        missing = _missing(configuration.check(folder / THREE[0]).findings)  # a file of a secret may lie there already
    here = folder.resolve() == Path.cwd()
    steps = [] if here else [f"cd {folder}"]
    steps += list(made_up.NEXT) if wishes.demo else ["orderctl doctor", "orderctl run --dry-run"]
    return Made(folder, list(texts), missing, () if wishes.demo else first_files.to_do(first), steps)


def _texts(first: Beginning, more: Mapping[str, str]) -> dict[str, str]:
    three = (first_files.channels_toml(first), first_files.rules_toml(first), first_files.rules_test_toml(first))
    return dict(zip(THREE, three, strict=True)) | dict(more)


def _beginning(wishes: Wishes) -> tuple[Beginning, dict[str, str]]:
    """What the files name, and what else is written: path below the folder -> text."""
    if wishes.demo:
        if any((wishes.channels, wishes.locations, wishes.keys, wishes.country, wishes.currency, wishes.timezone)):
            message = "--demo makes its own channel and locations; nothing was written"
            raise UsageError(message, next="orderctl init --demo")
        now = context.now()
        return made_up.shop(now), made_up.files(now)
    channels = channels_of(wishes)
    said = _keys(wishes.keys, channels)
    locations: dict[str, str] = {}
    for name in wishes.locations or ("main",):
        _need_name(name, locations)
        locations[name] = name
    country = wishes.country or "US"
    first = Beginning(
        channels=channels,
        keys={name: _of_channel(name, kind, said.get(name, {})) for name, kind in channels.items()},
        locations=tuple(locations),
        country=country,
        currency=wishes.currency or default_currency(country),
        timezone=wishes.timezone or _timezone(),
        day=context.now()[:10],
    )
    return first, {".gitignore": first_files.NOT_IN_GIT}


def _of_channel(name: str, kind: str, said: Mapping[str, str]) -> dict[str, str]:
    """The keys of one channel as TOML: what was said, what it cannot do without, secrets where they are expected."""
    keys = {key: value.format(name=name) for key, value in (_FILES if kind == "file" else {}).items()}
    for key, secret in needed(kind).items():
        if secret:
            keys[key] = json.dumps(reference(name, key))
        elif key not in said:
            message = f"a channel of type {kind} needs its {key}: --set {name}.{key}=VALUE; nothing was written"
            raise UsageError(message, next=f"orderctl init --channel {name}={kind} --set {name}.{key}=VALUE")
    return keys | {key: _toml(value) for key, value in said.items()}


def _keys(written: Sequence[str], channels: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """CHANNEL.KEY=VALUE by channel. UsageError for one that names no channel, or holds a secret itself."""
    found: dict[str, dict[str, str]] = {}
    for one in written:
        place, equals, value = one.partition("=")
        channel, _, key = place.partition(".")
        if not equals or not re.fullmatch(r"[a-z][a-z0-9_]*", key):
            raise UsageError("--set is written CHANNEL.KEY=VALUE; nothing was written", next="orderctl init --help")
        if channel not in channels:
            message = f"--set {place}: no channel '{channel[:40]}' is set up{did_you_mean(channel, channels)}"
            raise UsageError(f"{message}; nothing was written", next="orderctl init --help")
        if needed(channels[channel]).get(key) and not is_reference(value):
            message = f"--set {place} is a secret: say where it is, e.g. {place}={reference(channel, key)}"
            raise UsageError(f"{message}; nothing was written", next="orderctl help E209")
        found.setdefault(channel, {})[key] = value
    return found


def _toml(value: str) -> str:
    """A value as it was typed: yes or no, a list, else a text."""
    is_list = value.startswith("[") and value.endswith("]")
    return value if value in {"true", "false"} or is_list else json.dumps(value, ensure_ascii=False)


def _need_name(name: str, taken: Mapping[str, Any]) -> None:
    if not _NAME.fullmatch(name) or name in taken:
        why = "is there twice" if name in taken else "is no name: a-z, 0-9, - and _, a letter first"
        raise UsageError(f"'{name[:40]}' {why}; nothing was written", next="orderctl init --help")


def _timezone() -> str:
    """The time zone that this machine is set to, where it says so by name."""
    try:
        target = str(Path("/etc/localtime").readlink())
    except OSError:
        return "UTC"
    name = target.partition("zoneinfo/")[2]
    return name if re.fullmatch(r"[A-Z][A-Za-z_]+/[A-Za-z_/+-]+", name) and not name.startswith("Etc/") else "UTC"


def _settings(type_: str) -> Any:
    target = registry.CHANNELS.get(type_)
    if target is None:
        return next(iter(entry_points(group="orderctl.channels", name=type_))).load().Settings
    module, _, attribute = target.partition(":")
    return getattr(importlib.import_module(module), attribute).Settings


def need_room(folder: Path, names: Iterable[str] = THREE) -> None:
    """UsageError when a file is there already; an own .gitignore stays as it is."""
    there = [name for name in names if os.path.lexists(folder / name) and name != ".gitignore"]
    if there:
        message = f"{', '.join(there)} {'is' if len(there) == 1 else 'are'} there already; nothing was written"
        raise UsageError(message, where=str(folder), next="orderctl init NEW_FOLDER")


def _checked(texts: Mapping[str, str]) -> list[str]:
    """What is missing before every channel can be reached. UsageError when the files would be wrong."""
    with tempfile.TemporaryDirectory(prefix="orderctl-init-") as name:
        trial = Path(name)
        _write_all(trial, texts)
        findings = configuration.check(trial / THREE[0]).findings
    for one in findings:
        if one.code != NO_SECRET:
            hint = f" ({one.hint})" if one.hint else ""
            raise UsageError(f"{one.message}{hint} [{one.code}]; nothing was written", next=f"orderctl help {one.code}")
    return _missing(findings)


def _missing(findings: Sequence[Finding]) -> list[str]:
    return [one.message for one in findings if one.code == NO_SECRET]


def _write_new(folder: Path, texts: Mapping[str, str], folders: Iterable[str]) -> None:
    own = folder / ".gitignore"
    try:
        _write_all(folder, {name: text for name, text in texts.items() if name != own.name or not own.exists()})
        for name in folders:
            (folder / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror}", where=str(error.filename or folder)) from None


def _write_all(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
