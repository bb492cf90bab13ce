from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sftp_servers import Faulty, Server, faulty_sftp, sshd


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Faulty]:
    with faulty_sftp(tmp_path / "keys") as box:
        yield box


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the partner reads, and what it writes into."""
    made = tmp_path / "there" / "in"
    made.mkdir(parents=True)
    return made
