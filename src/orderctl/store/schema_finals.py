"""What is only ever added to: triggers that refuse to change or delete it.

Of events only what they say of a person may be taken out, and those of orders that move to an archive: by whoever sets
the mark `redacting` or `archiving` in the same transaction.
"""

from __future__ import annotations

_UNLESS = {"UPDATE": "redacting", "DELETE": "archiving"}


def _append_only(table: str, *, redacted: bool = False) -> str:
    return "".join(
        f"CREATE TRIGGER {table}_are_final_on_{verb.lower()} BEFORE {verb} ON {table}"
        f"{f' WHEN NOT EXISTS (SELECT 1 FROM meta WHERE name = {_UNLESS[verb]!r})' if redacted else ''}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;\n"
        for verb in ("UPDATE", "DELETE")
    )


FINALS = _append_only("events", redacted=True) + _append_only("stock_moves") + _append_only("package_changes")
