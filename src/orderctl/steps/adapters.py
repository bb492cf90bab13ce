"""Opening the adapters that channels.toml names, and their note-taking doubles for a dry run.

What an adapter says against its settings becomes findings with file and line.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from orderctl import __version__
from orderctl.config.model import Config, LocationConfig, Way
from orderctl.config.secrets import resolve
from orderctl.core import copies, partners, registry, times
from orderctl.core.adapters import (
    Accounting,
    Acknowledging,
    AnswerPage,
    Channel,
    Chapter,
    Destination,
    MoneyPage,
    Page,
    Payload,
    Probe,
    Statements,
    Waiting,
)
from orderctl.core.effects import (
    ACCEPTED,
    Acknowledgment,
    Batch,
    BatchShipment,
    CallBack,
    Cancellation,
    Document,
    Holding,
    InHand,
    Receipt,
    StockLevel,
    Tracking,
)
from orderctl.core.errors import ConfigError, Finding, RecordError
from orderctl.core.money_entries import MoneyEntry
from orderctl.core.orders import Order
from orderctl.core.text import did_you_mean
from orderctl.steps.adapter_classes import class_of
from orderctl.wire.budgets import Allowance, Budgets, Deadline
from orderctl.wire.opening import Opening

if TYPE_CHECKING:
    from orderctl.wire.mail import Server

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
            kind = class_of("orderctl.channels", registry.CHANNELS, configured.type)
            settings = self._settings(kind, configured.settings, configured.path, "channel")
            opened = kind(name, settings, self._opening(f"channel:{name}", self._config.places.timezone))
            self._channels[name] = _noted(opened) if self._noted else opened
        return self._channels[name]

    def way(self, location: str, role: str) -> Destination | None:
        """The way called `role` (send, confirm, stock_feed) to or from `location`, None where it has none."""
        configured = self._config.partners.get(location)
        way: Way | None = getattr(configured, role) if configured else None
        if configured is None or way is None:
            return None
        if (location, role) not in self._ways:
            kind = class_of("orderctl.destinations", registry.DESTINATIONS, way.via)
            settings = self._checked(kind.Settings, way.settings, way.path, role, way.shared)
            zone = configured.location.timezone
            opening = replace(self._opening(f"location:{location}", zone), partner_class=configured.partner_class)
            opened = kind(location, settings, opening, role)
            if role == "send":
                _need_class(opened, configured, way, self._config.source.file)
                _need_mark(opened, configured, way, self._config.source.file)
            self._ways[location, role] = NotedDestination(opened) if self._noted else opened
        return self._ways[location, role]

    def settings_of_channel(self, name: str) -> Any:
        """The class of settings (a pydantic model) of the channel called `name`."""
        return class_of("orderctl.channels", registry.CHANNELS, self._config.channels[name].type).Settings

    def settings_of_way(self, location: str, role: str) -> Any:
        """The class of settings (a pydantic model) of the way called `role` to or from `location`."""
        way: Way = getattr(self._config.partners[location], role)
        return self.settings_by(way.via)

    def settings_by(self, via: str) -> Any:
        """The class of settings (a pydantic model) of the ways called `via`."""
        return class_of("orderctl.destinations", registry.DESTINATIONS, via).Settings

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
            smtp=self._smtp,
            settings_of_channel=self._checked_channel,
        )

    def _checked_channel(self, name: str, type_: str) -> Any:
        """The settings of the channel `name` if it is of this type, else LookupError. ConfigError if they are wrong."""
        configured = self._config.channels.get(name)
        if configured is None:
            message = f"there is no channel '{name[:100]}'{did_you_mean(name, self._config.channels)}"
            raise LookupError(message)
        if configured.type != type_:
            message = f"the channel '{name}' is of type {configured.type}, not {type_}"
            raise LookupError(message)
        kind = class_of("orderctl.channels", registry.CHANNELS, type_)
        return self._settings(kind, configured.settings, configured.path, "channel")

    def _smtp(self) -> Server | None:
        """The server of `[smtp]`, None where the file has none. ConfigError when its settings are refused."""
        if not self._config.smtp:
            return None
        from orderctl.wire.mail import Server

        server: Server = self._checked(Server, self._config.smtp, ("smtp",), "")
        return server

    def open_all(self) -> None:
        """Open everything; ConfigError with all findings at once."""
        findings: list[Finding] = []
        for open_one in self._everything():
            try:
                open_one()
            except ConfigError as error:
                findings += error.findings
        if findings:
            raise ConfigError(dict.fromkeys(findings))  # a location may name a channel whose settings are wrong

    def _everything(self) -> Iterable[Any]:
        yield self._smtp
        for name in self._config.channels:
            yield lambda name=name: self.channel(name)
        for location in self._config.partners:
            for role in ROLES:
                yield lambda location=location, role=role: self.way(location, role)

    def _settings(self, kind: Any, table: Mapping[str, Any], path: tuple[str, ...], role: str) -> Any:
        return self._checked(kind.Settings, table, path, role)

    def _checked(
        self, model: Any, table: Mapping[str, Any], path: tuple[str, ...], role: str, shared: tuple[str, ...] = ()
    ) -> Any:
        from pydantic import ValidationError

        from orderctl.config.findings import from_validation

        base = self._config.base
        context = {
            "resolve": lambda reference: resolve(reference, base, os.environ),
            "base": base,
            "role": role,
        }
        try:
            return model.model_validate(dict(table), context=context)
        except ValidationError as error:
            known = [field.alias or name for name, field in model.model_fields.items()]
            raise ConfigError(from_validation(error, self._config.source, path, known, shared)) from None


def _need_class(opened: Destination, configured: LocationConfig, way: Way, file: str) -> None:
    """ConfigError when the configuration promises more of the location than its way can keep."""
    wanted, best = configured.partner_class, opened.best_class
    if not partners.keeps(best, wanted):
        message = f"class is {wanted}, but '{way.via}' as it is set up here can keep {best} at most"
        where = ".".join(way.path[:-1])
        hint = f'write class = "{best}"'
        raise ConfigError([Finding("E213", f"[{where}] {message}", file, way.line, hint=hint)])


def _need_mark(opened: Destination, configured: LocationConfig, way: Way, file: str) -> None:
    """ConfigError when what a location in shadow would be handed does not say that nothing is to be shipped."""
    if not configured.beside:
        return
    from orderctl.destinations import template_data

    work = template_data.samples(configured.location.name)[0]
    one = replace(work, shipments=work.shipments[:1])
    try:
        opened.render(copies.batch_of(one, personal=configured.shadow_personal_data))
    except RecordError as error:
        message = f"[{'.'.join(way.path)}] in shadow: {error.message}"
        raise ConfigError([Finding("E213", message, file, way.line)]) from None


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


class _NotedAcknowledging:
    """Of one that wants to hear of every order that we have it."""

    _channel: Any

    def render_acknowledgments(self, number: int, orders: Sequence[Acknowledgment]) -> Document:
        """As the channel itself."""
        document: Document = self._channel.render_acknowledgments(number, orders)
        return document


class _NotedAccounting:
    """Of one whose orders say more of money than what was sold."""

    _channel: Any

    def entries_of(self, payload: Payload) -> Sequence[MoneyEntry]:
        """As the channel itself."""
        entries: Sequence[MoneyEntry] = self._channel.entries_of(payload)
        return entries


class _NotedStatements:
    """Of one that states fees and payouts apart from its orders."""

    _channel: Any

    def fetch_entries(self, position: str) -> Iterator[MoneyPage]:
        """As the channel itself."""
        pages: Iterator[MoneyPage] = self._channel.fetch_entries(position)
        return pages


#: What only some channels have, and how it is noted.
_SOME_HAVE: Sequence[tuple[type[Any], type[Any]]] = (
    (Acknowledging, _NotedAcknowledging),
    (Accounting, _NotedAccounting),
    (Statements, _NotedStatements),
)


def _noted(channel: Channel) -> NotedChannel:
    """A double of `channel` that has what it has, and no more."""
    parts = [noted for asked, noted in _SOME_HAVE if isinstance(channel, asked)]
    kind: type[NotedChannel] = type("NotedChannel", (*parts, NotedChannel), {})
    return kind(channel)


class NotedDestination(_Noted):
    """A location that is read but told nothing."""

    def __init__(self, destination: Destination) -> None:
        super().__init__(destination)
        self._destination = destination
        self.needs = destination.needs
        self.alone = destination.alone
        self.best_class = destination.best_class
        self.settle_s = destination.settle_s
        self.key_life_s = destination.key_life_s

    def objections(self, shipments: Sequence[BatchShipment]) -> Mapping[str, str]:
        """As the destination itself."""
        return self._destination.objections(shipments)

    def render(self, batch: Batch) -> Document:
        """As the destination itself."""
        return self._destination.render(batch)

    def render_call_back(self, wish: CallBack) -> Document | None:
        """As the destination itself."""
        return self._destination.render_call_back(wish)

    def holdings(self, in_hand: Sequence[InHand]) -> Iterator[Holding]:
        """As the destination itself."""
        return self._destination.holdings(in_hand)

    def collect(self, positions: Mapping[str, str], in_hand: Waiting) -> Iterator[AnswerPage]:
        """As the destination itself."""
        return self._destination.collect(positions, in_hand)

    def probe(self) -> list[Probe]:
        """As the destination itself: trying out changes nothing."""
        return self._destination.probe()

    def guide(self) -> list[Chapter]:
        """As the destination itself."""
        return self._destination.guide()
