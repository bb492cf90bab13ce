"""Input files that were read and moved away, put back to where they are read from.

A store that was put back in time has not read them; those whose content it knows are moved away again by their reader.
"""

from __future__ import annotations

import glob
from pathlib import Path

from orderctl.core import times
from orderctl.core.errors import RemoteError
from orderctl.wire.inbox import DONE


def put_back(pattern: str, base: Path, since: str) -> list[str]:
    """Move what `pattern` named and was moved to `done/` after the moment `since` back; the names, as messages show it.

    A file whose name is taken stays. RemoteError when one cannot be moved.
    """
    earliest = times.as_datetime(since).timestamp() if since else 0.0
    named = Path(pattern)
    moved = []
    for name in sorted(glob.glob(str(named.parent / DONE / named.name), root_dir=base, recursive=True)):  # noqa: PTH207
        path = base / name
        target = path.parent.parent / path.name
        if not path.is_file() or path.stat().st_ctime < earliest or target.exists():
            continue
        try:
            path.rename(target)
        except OSError as error:
            message = f"was read and moved away after the backup, and cannot be moved back: {error.strerror}"
            raise RemoteError(message, where=name, next="move it back by hand and run again") from None
        moved.append(name)
    return moved
