"""Walks through what a partner lists: page after page, by number, by cursor, by the address it gives, or all at once.

A walk ends: with the partner's last page, with a page that says nothing new, and after `MOST_PAGES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from orderctl.core.errors import RemoteError
from orderctl.destinations.api_hearing import Heard, outcome, words
from orderctl.destinations.api_partner import Partner
from orderctl.destinations.api_requests import Requests
from orderctl.destinations.api_settings import Pages
from orderctl.wire.http import Request
from orderctl.wire.json_path import every, text

#: Sends a request that only reads, and gives what was heard.
Asking = Callable[[Request], Heard]
MOST_PAGES = 2_000
_LINK = re.compile(r"<([^>]*)>\s*;[^,]*rel=\"?next\"?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listed:
    """One page: its items, and what leads to the next one, empty after the last."""

    items: list[Any]
    following: str


class Walk:
    """Walks through the pages of the request called `name`. `ask` sends a request that only reads."""

    def __init__(self, location: str, name: str, partner: Partner, requests: Requests, ask: Asking) -> None:
        self._location = location
        self._url = partner.url
        self._name = name
        self._pages: Pages = getattr(partner, name)
        self._requests = requests
        self._ask = ask

    def pages(self, said: Mapping[str, str], begin: str = "") -> Iterator[Listed]:
        """The pages from `begin` on, what an earlier page of the same walk called `following`; empty = from the first.

        `said` are the words of the address. RemoteError ends the walk.
        """
        token = begin
        for _ in range(MOST_PAGES):
            heard = self._heard(said, token)
            listed = self._listed(heard, token)
            yield listed
            if not listed.following:
                return
            if listed.following == token:
                break
            token = listed.following
        raise RemoteError("lists pages without an end", where=f"{self._location}: {self._name}")

    def _heard(self, said: Mapping[str, str], token: str) -> Heard:
        kind = self._pages.pages
        page = token or str(self._pages.first_page)
        cursor = token if kind == "cursor" else ""
        words_said = {**said, "page": page if kind == "number" else "", "cursor": cursor}
        made = self._requests.made(self._name, words_said)
        request = made.request("read", "json", {})
        if kind == "link" and token:
            parts = urlsplit(token)
            address = f"{parts.scheme}://{parts.netloc}{parts.path}"
            query = tuple(parse_qsl(parts.query, keep_blank_values=True))
            request = Request(made.method, address, query, made.headers, made.body.encode())
        heard = self._ask(request)
        if outcome(self._pages, heard, {}, "retry") != "accepted":
            raise heard.error or RemoteError(words(self._pages, heard), where=self._location)
        return heard

    def _listed(self, heard: Heard, token: str) -> Listed:
        items = items_of(self._pages, heard.value)
        return Listed(items, self._following(heard, items, token))

    def _following(self, heard: Heard, items: list[Any], token: str) -> str:
        kind = self._pages.pages
        if kind == "number":
            page = int(token or self._pages.first_page)
            last = text(self._pages.next, heard.value)
            if last.isdigit():
                return str(page + 1) if page < int(last) + self._pages.first_page - 1 else ""
            return str(page + 1) if items else ""
        if kind == "cursor":
            return text(self._pages.next, heard.value)
        return self._link(heard) if kind == "link" else ""

    def _link(self, heard: Heard) -> str:
        found = text(self._pages.next, heard.value)
        if not found and not self._pages.next:
            match = _LINK.search(heard.headers.get("link", ""))
            found = match[1] if match else ""
        if not found:
            return ""
        address = urljoin(self._url + self._pages.path, found)
        if urlsplit(address)[:2] != urlsplit(self._url)[:2]:
            message = f"gives the address of its next page at another host, {urlsplit(address).netloc[:60]}"
            raise RemoteError(message, where=f"{self._location}: {self._name}")
        return address


def items_of(ask: Any, value: Any) -> list[Any]:
    """The items of an answer: what stands at `items`, else the answer itself, or each of its list.

    RemoteError where that place is not there: an answer that says something else must not pass for an empty one.
    """
    if ask.items:
        if not any(path.stands(value) for path in ask.items):
            raise RemoteError(f"answers without '{ask.items[0].text}', where its items should be")
        found = every(ask.items, value)
        return [one for each in found for one in (each if isinstance(each, list) else [each])]
    if isinstance(value, list):
        return value
    return [] if value is None else [value]
