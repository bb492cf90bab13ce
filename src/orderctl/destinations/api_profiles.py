"""Ready-made settings for partners that many have, and settings of one's own that several locations share.

1. `profile = "shipbob"` names a file of this package, `profile = "acme.toml"` one of the user's, beside channels.toml
2. what is written in channels.toml is laid over it, key by key, tables inside tables
3. `[needs]` in such a file says what everyone has to write for themselves, and why
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from orderctl.core import text, toml
from orderctl.core.errors import ConfigError

_SUFFIX = ".toml"
_NEEDS = "needs"


def names() -> list[str]:
    """The profiles that come with orderctl."""
    folder = resources.files(__package__).joinpath("profiles")
    return sorted(one.name.removesuffix(_SUFFIX) for one in folder.iterdir() if one.name.endswith(_SUFFIX))


def completed(written: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """`written` laid over the profile that it names, if it names one. ValueError says what is wrong with that."""
    name = written.get("profile", "")
    if not isinstance(name, str) or not name:
        return dict(written)
    profile = _read(name, base)
    needs = profile.pop(_NEEDS, {})
    whole = toml.laid_over(profile, written)
    for key, why in needs.items() if isinstance(needs, Mapping) else ():
        if not _stands(whole, key):
            message = f"profile '{name}' needs {key}: {why}"
            raise ValueError(message)
    return whole


def _read(name: str, base: Path) -> dict[str, Any]:
    if not name.endswith(_SUFFIX):
        known = names()
        if name not in known:
            near = text.did_you_mean(name, known)
            message = f"'{name[:40]}' is no profile{near}; there are {', '.join(known)}, and files that end in .toml"
            raise ValueError(message)
        raw = resources.files(__package__).joinpath("profiles", name + _SUFFIX).read_bytes()
    else:
        try:
            raw = (base / name).read_bytes()
        except OSError as error:
            message = f"profile '{name[:60]}' cannot be read: {error.strerror}"
            raise ValueError(message) from None
    try:
        return dict(toml.parse(raw, name).data)
    except ConfigError as error:
        raise ValueError("; ".join(map(str, error.findings))) from None


def _stands(table: Mapping[str, Any], key: str) -> bool:
    value: Any = table
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value not in (None, "", {})
