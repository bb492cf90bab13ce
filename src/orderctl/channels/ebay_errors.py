"""What eBay says against a request, in its own words: number, message and the names of the fields, never their values.

A value may be someone's name or number; the message and the field are enough to find it.
"""

from __future__ import annotations

from typing import Any

from orderctl.core.errors import RemoteError


def error_ids(error: RemoteError) -> set[str]:
    """The numbers of what eBay complains of."""
    return {str(one.get("errorId")) for one in _errors(getattr(error, "details", None))}


def words(details: Any) -> str:
    """The words in which eBay refuses; the values it refuses are left out, they may be someone's data."""
    said = []
    for one in _errors(details)[:5]:
        message = one.get("message")
        message = message.get("content") if isinstance(message, dict) else message
        parameters = one.get("parameters")
        names = [
            str(parameter["name"])
            for parameter in (parameters if isinstance(parameters, list) else [])
            if isinstance(parameter, dict) and parameter.get("name")
        ]
        said.append(
            f"{one.get('errorId', '')} {str(message or '')[:200]}{f' ({chr(44).join(names)})' if names else ''}"
        )
    return "; ".join(said).strip()


def oauth_words(details: Any) -> str:
    """What the token service says against a grant."""
    if not isinstance(details, dict):
        return ""
    return ": ".join(str(details[name])[:200] for name in ("error", "error_description") if details.get(name))


def _errors(details: Any) -> list[dict[str, Any]]:
    if not isinstance(details, dict):
        return []
    found = details.get("errors") or details.get("error")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
