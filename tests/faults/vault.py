"""A channel with a secret, as another package would bring it, that says the secret wherever it can go wrong."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from orderctl.channels.file import FileChannel
from orderctl.core.adapters import Page
from orderctl.core.errors import RemoteError
from orderctl.wire.opening import Opening
from orderctl.wire.settings import SecretField


class VaultChannel(FileChannel):
    """Reads files, after it has quarreled about its token."""

    class Settings(FileChannel.Settings):
        """`quarrel` says how it goes wrong."""

        token: SecretField
        quarrel: str = ""

    def __init__(self, name: str, settings: Settings, opening: Opening) -> None:
        super().__init__(name, settings, opening)
        self._token = settings.token
        self._quarrel = settings.quarrel

    def fetch(self, positions: Mapping[str, str]) -> Iterator[Page]:
        token = self._token.reveal()
        said = f"{token} {quote(token, safe='')} {base64.b64encode(token.encode()).decode()} {self._token}"
        if self._quarrel == "remote":
            raise RemoteError(f"401 for https://shop/?token={said}")
        if self._quarrel == "bug":
            raise RuntimeError(said)
        yield from super().fetch(positions)
