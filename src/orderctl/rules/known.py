"""The names a rules file may use, handed in as values: nothing here reads a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orderctl.core.places import Places


@dataclass(frozen=True, slots=True)
class Known:
    """What channels.toml configures, by name; `channels` maps each channel to its type."""

    currency: str
    timezone: str = "UTC"
    locations: tuple[str, ...] = ()
    services: tuple[str, ...] = ()  # "carrier:service"
    channels: Mapping[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    shadows: tuple[str, ...] = ()  # locations that are tried out, from which nothing ships

    @classmethod
    def from_places(cls, places: Places) -> Known:
        """The names in `places`."""
        return cls(
            currency=places.currency,
            timezone=places.timezone,
            locations=tuple(places.locations),
            services=tuple(places.services),
            channels={name: channel.type for name, channel in places.channels.items()},
            packages=places.packages,
            notify=places.notify,
        )


@dataclass(frozen=True, slots=True)
class Setup:
    """What the head of a rules file says about every value below it, beside the known names."""

    known: Known
    currency: str
    weight_unit: str = "kg"
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Refused(Exception):
    """A value that cannot be what a person meant. `code` is a finding's code, `hint` what to write instead."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
