from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.real.prism import Prisms


@pytest.fixture(scope="session")
def prisms() -> Iterator[Prisms]:
    """Vendors' descriptions, each served by one Prism for the whole session."""
    running = Prisms()
    yield running
    running.close()
