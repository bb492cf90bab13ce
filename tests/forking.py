"""Work done in a forked process, which may be killed and never comes back into the test runner."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable

STUCK_S = 120  # no child has so much to do


def ended(work: Callable[[], object]) -> int:
    """Do `work` in a forked process; its wait status. It exits with 0, with 9 after an exception, or as `work` exits.

    A thread of this process may hold a lock of SQLite at the moment of the fork: whichever thread collects garbage
    closes what earlier tests left open. Nobody ever opens that lock in the child, which then has done nothing at all:
    its alarm ends it, and another one is forked.
    """
    for _ in range(5):
        child = fork()
        if child == 0:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(STUCK_S)
            try:
                work()
            except BaseException:  # noqa: BLE001 - nothing comes back into the test runner
                os._exit(9)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM):
            return status
    raise AssertionError("five children in a row were stuck")


def fork() -> int:
    """As `os.fork`, without the warning of newer Pythons that a test runner has threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()
