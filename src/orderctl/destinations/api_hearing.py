"""What an answer means: by what the settings say of it, else by its status.

1. whatever was read completely is judged, also what the client takes for a refusal; what was not stays an error
2. the first judgment that fits counts
3. the partner's own words are found where the settings say, or where most have them, cleaned and cut
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orderctl.core.errors import RemoteDenied, RemoteRefused
from orderctl.core.secrets import redacted
from orderctl.core.text import printable
from orderctl.destinations.api_settings import Ask, Judgment
from orderctl.wire.budgets import Bucket
from orderctl.wire.http import Client, Request
from orderctl.wire.json_path import every, parsed, plain, texts

_LONGEST = 200
_USUAL = tuple(
    parsed(path)
    for path in (
        *(
            "errors[*].message",
            "error.message",
            "message",
            "Message",
            "error_description",
            "detail",
            "error",
            "errors[*]",
        ),
        *("title", "ErrorMessage", "messages[*]"),
    )
)
_FALSE = ("", "false", "0")
_DENIED = (401, 402, 403, 423)


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer that was read completely. `error` is what the client makes of it, where it is not of the 200s."""

    status: int
    value: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    error: RemoteRefused | RemoteDenied | None = None

    @property
    def is_yes(self) -> bool:
        """Whether its status says that all is well."""
        return 200 <= self.status < 300


def asked(client: Client, request: Request, bucket: Bucket) -> Heard:
    """What `client` hears. RemoteError when nothing was heard, or not all of it, or that it should come again later."""
    try:
        answer = client.send(request, bucket)
    except (RemoteRefused, RemoteDenied) as error:
        return Heard(error.status, error.details, error=error)
    return Heard(answer.status, answer.value, answer.headers)


def judged(ask: Ask, heard: Heard) -> str:
    """What the first judgment of `ask` that fits says of `heard`; empty when none fits."""
    return next((one.outcome for one in ask.judge if _fits(one, heard)), "")


def is_stuck(ask: Ask, heard: Heard) -> bool:
    """Whether `heard` is a no to the way of asking, which stays the same until a person changes something."""
    return 400 <= heard.status < 500 and heard.status not in _DENIED and not judged(ask, heard)


def outcome(ask: Ask, heard: Heard, by_status: Mapping[int, str], otherwise: str) -> str:
    """What `heard` means: by the judgments of `ask`, else accepted for the 200s, else `by_status`, else `otherwise`."""
    if said := judged(ask, heard):
        return said
    if heard.is_yes:
        return "accepted"
    return "retry" if heard.status in _DENIED else by_status.get(heard.status, otherwise)


def words(ask: Ask, heard: Heard) -> str:
    """What the partner says is wrong, and its status, for a person."""
    said = texts(ask.message, heard.value) or next(
        (found for path in _USUAL if (found := texts((path,), heard.value))), []
    )
    told = redacted(printable("; ".join(dict.fromkeys(said))))[:_LONGEST]
    status = heard.error.message if heard.error is not None else f"answers with status {heard.status}"
    return f"{status}: {told}" if told else status


def _fits(judgment: Judgment, heard: Heard) -> bool:
    if judgment.status and heard.status not in judgment.status:
        return False
    if not judgment.path:
        return judgment.contains.casefold() in _whole(heard.value).casefold()
    found = every(judgment.path, heard.value)
    plainly = [plain(one) for one in found]
    if judgment.equals:
        return bool({one.casefold() for one in judgment.equals}.intersection(one.casefold() for one in plainly))
    if judgment.contains:
        return any(judgment.contains.casefold() in one.casefold() for one in plainly)
    return _stands(found)


def _stands(found: Sequence[Any]) -> bool:
    return any(bool(one) if isinstance(one, dict | list) else plain(one).casefold() not in _FALSE for one in found)


def _whole(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str) if value is not None else ""
