"""Opening the adapters that channels.toml names, and their note-taking doubles for a dry run.

What an adapter says against its settings becomes findings with file and line.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import entry_points
from typing import Any

from orderctl import __version__
from orderctl.config.model import Config, Way
from orderctl.config.secrets import resolve
from orderctl.core import registry, times
from orderctl.core.adapters import Acknowledging, AnswerPage, Channel, Destination, Page, Payload, Probe
from orderctl.core.effects import ACCEPTED, Acknowledgment, Batch, Cancellation, Document, Receipt, StockLevel, Tracking
from orderctl.core.errors import ConfigError, Finding
from orderctl.core.orders import Order
from orderctl.wire.budgets import Allowance, Budgets, Deadline
from orderctl.wire.opening import Opening

ROLES = ("send", "confirm", "stock_feed")


class Adapters:
    """The channels and destinations of one configuration, each opened once, when it is first needed."""

    def __init__(self, config: Config, *, noted: bool, now: str) -> None:
        self._config = config
        self._noted = noted
        self._now = now
        self._over = Deadline.after(config.safety.max_time_s)
        self._saved: Mapping[str, str] = {}
        self._budgets: dict[str, Budgets] = {}
        self._channels: dict[str, Channel] = {}
        self._ways: dict[tuple[str, str], Destination] = {}

    def channel(self, name: str) -> Channel:
        """The channel called `name`. ConfigError when its settings are refused."""
        if name not in self._channels:
            configured = self._config.channels[name]
            kind = _class_of("orderctl.channels", registry.CHANNELS, configured.type)
            settings = self._settings(kind, configured.settings, configured.path, "channel")
            opened = kind(name, settings, self._opening(f"channel:{name}", self._config.places.timezone))
            self._channels[name] = _noted(opened) if self._noted else opened
        return self._channels[name]

    def way(self, location: str, role: str) -> Destination | None:
        """The way called `role` (send, confirm, stock_feed) to or from `location`, None where it has none."""
        configured = self._config.locations.get(location)
        way: Way | None = getattr(configured, role) if configured else None
        if way is None:
            return None
        if (location, role) not in self._ways:
            kind = _class_of("orderctl.destinations", registry.DESTINATIONS, way.via)
            settings = self._settings(kind, way.settings, way.path, role)
            zone = self._config.places.locations[location].timezone
            opened = kind(location, settings, self._opening(f"location:{location}", zone), role)
            self._ways[location, role] = NotedDestination(opened) if self._noted else opened
        return self._ways[location, role]

    def settings_of_channel(self, name: str) -> Any:
        """The class of settings (a pydantic model) of the channel called `name`."""
        return _class_of("orderctl.channels", registry.CHANNELS, self._config.channels[name].type).Settings

    def settings_of_way(self, location: str, role: str) -> Any:
        """The class of settings (a pydantic model) of the way called `role` to or from `location`."""
        way: Way = getattr(self._config.locations[location], role)
        return _class_of("orderctl.destinations", registry.DESTINATIONS, way.via).Settings

    def recall(self, budgets: Mapping[str, str]) -> None:
        """What was left of each channel's and location's budgets at the end of the last run."""
        self._saved = budgets

    def spent(self) -> dict[str, str]:
        """What is left of the budgets now, of those that were touched."""
        texts = {target: budgets.to_text() for target, budgets in self._budgets.items()}
        return {target: text for target, text in texts.items() if text != self._saved.get(target, "")}

    def close(self) -> None:
        """Nothing more is asked of anyone."""
        for channel in self._channels.values():
            channel.close()
        for way in self._ways.values():
            way.close()

    def _opening(self, target: str, timezone: str) -> Opening:
        if target not in self._budgets:
            began = times.as_datetime(self._now).timestamp()
            self._budgets[target] = Budgets(began, self._saved.get(target, ""))
        return Opening(
            base=self._config.base,
            currency=self._config.places.currency,
            timezone=timezone,
            now=self._now,
            agent=f"orderctl/{__version__}",
            budgets=self._budgets[target],
            allowance=Allowance(self._config.safety.max_time_each_s, self._over),
        )

    def open_all(self) -> None:
        """Open everything; ConfigError with all findings at once."""
        findings: list[Finding] = []
        for open_one in self._everything():
            try:
                open_one()
            except ConfigError as error:
                findings += error.findings
        if findings:
            raise ConfigError(findings)

    def _everything(self) -> Iterable[Any]:
        for name in self._config.channels:
            yield lambda name=name: self.channel(name)
        for location in self._config.locations:
            for role in ROLES:
                yield lambda location=location, role=role: self.way(location, role)

    def _settings(self, kind: Any, table: Mapping[str, Any], path: tuple[str, ...], role: str) -> Any:
        from pydantic import ValidationError

        from orderctl.config.findings import from_validation

        base = self._config.base
        context = {
            "resolve": lambda reference: resolve(reference, base, os.environ),
            "base": base,
            "role": role,
        }
        try:
            return kind.Settings.model_validate(dict(table), context=context)
        except ValidationError as error:
            known = kind.Settings.model_fields
            raise ConfigError(from_validation(error, self._config.source, path, known)) from None


def _class_of(group: str, built_in: Mapping[str, str], name: str) -> Any:
    """The adapter called `name`; the configuration has made sure that there is one."""
    if name in built_in:
        module, _, attribute = built_in[name].partition(":")
        return getattr(importlib.import_module(module), attribute)
    return next(iter(entry_points(group=group, name=name))).load()


class _Noted:
    """Takes notes instead of handing anything over."""

    def __init__(self, adapter: Channel | Destination) -> None:
        self._adapter = adapter

    def stage(self, document: Document) -> None:
        """Nothing is written."""

    def discard(self, name: str) -> None:
        """Nothing was written."""

    def deliver(self, document: Document, key: str) -> Receipt:  # noqa: ARG002
        """Nothing is handed over; the pass goes on as if it had been."""
        return ACCEPTED

    def recover(self, document: Document, key: str) -> Receipt:  # noqa: ARG002
        """What a killed process began counts as done."""
        return ACCEPTED

    def finished(self, stream: str) -> None:
        """Inputs stay where they are."""

    def close(self) -> None:
        """The adapter that is read may hold connections."""
        self._adapter.close()


class NotedChannel(_Noted):
    """A channel that is read but told nothing."""

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        self._channel = channel
        self.remote = channel.remote
        self.at_once = channel.at_once
        self.settle_s = channel.settle_s
        self.meanings = channel.meanings

    def fetch(self, positions: Mapping[str, str]) -> Iterator[Page]:
        """As the channel itself."""
        return self._channel.fetch(positions)

    def positions_at(self, moment: str) -> Mapping[str, str]:
        """As the channel itself."""
        return self._channel.positions_at(moment)

    def fetch_one(self, order_id: str) -> Payload | None:
        """As the channel itself."""
        return self._channel.fetch_one(order_id)

    def to_order(self, payload: Payload) -> Order:
        """As the channel itself."""
        return self._channel.to_order(payload)

    def render_tracking(self, number: int, packages: Sequence[Tracking]) -> Document:
        """As the channel itself."""
        return self._channel.render_tracking(number, packages)

    def render_cancellations(self, number: int, cancellations: Sequence[Cancellation]) -> Document:
        """As the channel itself."""
        return self._channel.render_cancellations(number, cancellations)

    def probe(self) -> list[Probe]:
        """As the channel itself: trying out changes nothing."""
        return self._channel.probe()

    def render_stock(self, number: int, levels: Sequence[StockLevel]) -> Document:
        """As the channel itself."""
        return self._channel.render_stock(number, levels)


class NotedAcknowledging(NotedChannel):
    """One that wants to hear of every order that we have it."""

    def __init__(self, channel: Any) -> None:
        super().__init__(channel)
        self._acknowledging: Acknowledging = channel

    def render_acknowledgments(self, number: int, orders: Sequence[Acknowledgment]) -> Document:
        """As the channel itself."""
        return self._acknowledging.render_acknowledgments(number, orders)


def _noted(channel: Channel) -> NotedChannel:
    return NotedAcknowledging(channel) if isinstance(channel, Acknowledging) else NotedChannel(channel)


class NotedDestination(_Noted):
    """A location that is read but told nothing."""

    def __init__(self, destination: Destination) -> None:
        super().__init__(destination)
        self._destination = destination

    def render(self, batch: Batch) -> Document:
        """As the destination itself."""
        return self._destination.render(batch)

    def collect(self, positions: Mapping[str, str]) -> Iterator[AnswerPage]:
        """As the destination itself."""
        return self._destination.collect(positions)
