"""What orderctl starts gets the environment that orderctl was started with."""

from __future__ import annotations

import entry


def test_what_the_loader_has_put_into_the_environment_is_taken_out():
    environment = {"PATH": "/bin", "LD_LIBRARY_PATH": "/cache/lib", "_PYI_ARCHIVE_FILE": "/cache/orderctl"}
    entry.restore(environment)

    assert {"PATH": "/bin"} == environment


def test_what_stood_there_before_is_put_back():
    environment = {"LD_LIBRARY_PATH": "/cache/lib:/opt/own", "LD_LIBRARY_PATH_ORIG": "/opt/own"}
    entry.restore(environment)

    assert {"LD_LIBRARY_PATH": "/opt/own"} == environment
