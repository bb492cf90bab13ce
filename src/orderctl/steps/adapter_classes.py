"""Finds the class of an adapter by its name in channels.toml: one of ours, or one that is installed beside us."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

from orderctl.config.model import ChannelConfig
from orderctl.core import registry
from orderctl.core.quotas import Paced, Quota


def class_of(group: str, built_in: Mapping[str, str], name: str) -> Any:
    """The adapter called `name`; the configuration has made sure that there is one."""
    if name in built_in:
        module, _, attribute = built_in[name].partition(":")
        return getattr(importlib.import_module(module), attribute)
    return next(iter(entry_points(group=group, name=name))).load()


def quotas(channel: ChannelConfig) -> tuple[Quota, ...]:
    """What its kind says of how fast the channel may be asked; nothing is opened, and no secret read."""
    kind = class_of("orderctl.channels", registry.CHANNELS, channel.type)
    return kind.quotas(channel.settings) if isinstance(kind, Paced) else ()
