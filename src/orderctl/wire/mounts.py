r"""Which file system a path lies on, as the kernel's table of mounts says it (Linux).

1. of the mounts whose point the path begins with the longest counts, of two at one point the later
2. file systems that others write to as well, or that a program stands behind, promise neither locks nor flushes
"""

from __future__ import annotations

import re
from pathlib import Path, PurePath

TABLE = Path("/proc/self/mountinfo")
_ELSEWHERE = frozenset("9p afs ceph cifs coda lustre ncpfs nfs nfs4 smb2 smb3 smbfs".split())
_ESCAPED = re.compile(r"\\([0-7]{3})")


def unsafe_type(path: Path) -> str:
    """The type of the file system of `path` when no store may lie there; empty when one may, or nobody can tell."""
    try:
        table = TABLE.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""
    kind = type_of(path.resolve(), table)
    return kind if kind in _ELSEWHERE or kind.startswith("fuse") else ""


def type_of(path: PurePath, table: str) -> str:
    """The type of the file system that holds `path` (absolute, no links) by the text of mountinfo; empty if none."""
    best, kind = -1, ""
    for line in table.splitlines():
        mount, _, source = line.partition(" - ")
        fields = mount.split(" ")
        if len(fields) < 5 or not source:
            continue
        point = PurePath(_ESCAPED.sub(lambda match: chr(int(match[1], 8)), fields[4]))
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), source.split(" ")[0]
    return kind
