from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orderctl.config.load import load
from orderctl.config.model import Config
from orderctl.core.errors import ConfigError, Finding


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[[str], Config]:
    """The configuration that a text means as channels.toml."""

    def load_text(text: str) -> Config:
        path = tmp_path / "channels.toml"
        path.write_text(text)
        return load(path)

    return load_text


@pytest.fixture
def refused(loaded: Callable[[str], Config]) -> Callable[[str], list[Finding]]:
    """What is wrong with a text as channels.toml."""

    def findings(text: str) -> list[Finding]:
        with pytest.raises(ConfigError) as caught:
            loaded(text)
        return list(caught.value.findings)

    return findings
