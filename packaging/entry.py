"""What the binary runs first: programs that orderctl starts, such as sftp, get the machine's libraries, not its own.

PyInstaller's loader puts its own folder into LD_LIBRARY_PATH and keeps what stood there beside it. By now it has had
its effect on this process; a child would load a library that is not the one it was built with.
"""

from __future__ import annotations

import os
import sys


def restore(environment: dict[str, str] | os._Environ[str]) -> None:
    """Take out of `environment` what the loader has put there."""
    before = environment.pop("LD_LIBRARY_PATH_ORIG", None)
    environment.pop("LD_LIBRARY_PATH", None)
    if before is not None:
        environment["LD_LIBRARY_PATH"] = before
    for name in [name for name in environment if name.startswith("_PYI_")]:
        del environment[name]


if __name__ == "__main__":
    restore(os.environ)
    from orderctl.__main__ import main

    sys.exit(main())
