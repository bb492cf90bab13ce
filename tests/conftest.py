"""How a run begins, and what it tells at its end: which recorded payloads became what, by channel."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest

_MARK = "recorded payloads"


def pytest_configure() -> None:
    """What tests start can be interrupted, also where the run itself was started in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def payload_table(record_property) -> Callable[[str, Mapping[str, int]], None]:
    """Puts what became of a channel's recorded payloads (outcome -> how many) into the table at the end of the run."""
    return lambda channel, counted: record_property(_MARK, [channel, dict(counted)])


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The table, where such tests ran."""
    told: dict[str, Counter[str]] = {}
    for report in terminalreporter.getreports("passed"):
        for name, value in getattr(report, "user_properties", ()):
            if name == _MARK:
                told.setdefault(value[0], Counter()).update(value[1])
    if not told:
        return
    terminalreporter.section("recorded payloads")
    for channel, counted in sorted(told.items()):
        for number, (outcome, count) in enumerate(counted.most_common()):
            terminalreporter.write_line(f"{'' if number else channel:12} {count:5}  {outcome}")
