"""Asks one Shopify store by GraphQL.

1. every request is a POST with one of our documents; its cost is taken from the store's bucket beforehand, and what the
   store says is left replaces our own count ("Admin API rate limits": 2,000 points, 100 a second on the smallest plan)
2. THROTTLED means that nothing was done: the same request is made again when the bucket has room
3. an answer with `errors` is an error however good its status is; `userErrors` of a mutation are a refusal
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal, NoReturn

from orderctl.channels.shopify_documents import DOCUMENTS
from orderctl.core.errors import RemoteBusy, RemoteDenied, RemoteError, RemoteRefused
from orderctl.core.quotas import Price, Quota, hourly
from orderctl.core.text import storable
from orderctl.wire.http import Answer, Client, Request

#: Points a second and points at most, until the store says how many it has.
_PER_S, _BURST = 100.0, 2000.0
_THROTTLED_TIMES = 5
_USUAL = 50.0
#: What an order costs in a list of orders; a list of n costs as much as 2 ln(n) of them.
_ORDER = 110.0
_FIRST = {"OrdersAgain": 5 * _ORDER, "FulfillmentOrders": 160.0}
#: What is asked again and again until it is done, and how many first waits lie between at least.
_PACED = {"Job": 1, "Bulk": 5}
_DENIED = {
    "ACCESS_DENIED": "lacks an access scope or the approval for protected customer data",
    "SHOP_INACTIVE": "is not active",
}
#: Lists of whole orders; those are read one by one, as the payloads they are.
_APART = {"Orders": ("data", "orders", "nodes"), "OrdersAgain": ("data", "nodes")}
_UNKNOWN = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT", ""})
_LONGEST = 300
#: So many numbers are set at once, and so many SKUs looked up before.
ROWS, SKUS = 250, 25


def quotas(page_size: int) -> tuple[Quota, ...]:
    """What orders, packages and SKUs cost; of a package what left and what may is read before, of SKUs the levels."""
    prices = {
        "orders": Price(int(_page_cost(page_size)), page_size),
        "tracking": Price(int(2 * _USUAL + _FIRST["FulfillmentOrders"])),
        "stock": Price(int(_USUAL + _USUAL * SKUS / ROWS), SKUS),
    }
    return (Quota("graphql", prices, *hourly(_PER_S, _BURST), unit="points"),)


def _page_cost(first: int) -> float:
    return 2 + max(1, int(2 * math.log(first))) * _ORDER


class Api:
    """The Admin API of one store. `first_wait_s` is the least that a throttled request waits."""

    def __init__(self, client: Client, version: str, first_wait_s: float) -> None:
        self.client = client
        self.served = ""  # the version the store answered with last
        self._path = f"/admin/api/{version}/graphql.json"
        self._first_wait_s = first_wait_s
        self._bucket = client.budgets.bucket("graphql", _PER_S, _BURST)
        self._costs = dict(_FIRST)

    def ask(
        self, operation: str, variables: Mapping[str, Any], kind: Literal["read", "keyed", "blind"] = "read"
    ) -> Answer:
        """What the store answers to `operation`; `value` is its `data`. RemoteError, with `details` = its errors.

        A list of orders stands in `elements` alone.
        """
        body = json.dumps({"query": DOCUMENTS[operation], "variables": variables}, ensure_ascii=False).encode()
        headers = {"content-type": "application/json"}
        apart = _APART.get(operation)
        request = Request("POST", self._path, headers=headers, content=body, kind=kind, apart=apart)
        for _ in range(_THROTTLED_TIMES):
            answer = self._sent(operation, request, variables)
            self.served = answer.headers.get("x-shopify-api-version", self.served)
            value = answer.value if isinstance(answer.value, dict) else {}
            errors = value.get("errors")
            throttled = _codes(errors) == {"THROTTLED"}
            self._learn(operation, value, throttled=throttled)
            if not throttled:
                break
        else:
            raise RemoteBusy("allows no further request: throttled again and again", where=self._where(operation))
        if errors:
            self._refuse(operation, errors)
        if not isinstance(value.get("data"), dict):
            raise RemoteError("answers with neither data nor errors", where=self._where(operation))
        return replace(answer, value=value["data"])

    def change(self, operation: str, variables: Mapping[str, Any], kind: Literal["keyed", "blind"]) -> dict[str, Any]:
        """What a mutation gives back. RemoteRefused when it says that it did nothing, with `details` = userErrors."""
        data = self.ask(operation, variables, kind).value
        payload = next(iter(data.values()), None)
        if not isinstance(payload, dict):
            raise RemoteError("answers without saying what it did", where=self._where(operation))
        if payload.get("userErrors"):
            said = _said(payload["userErrors"])
            raise RemoteRefused(said, where=self._where(operation), details=payload["userErrors"])
        return payload

    def nodes(self, operation: str, variables: Mapping[str, Any], *path: str) -> Iterator[tuple[bytes, Any]]:
        """Every page of the list that stands below `path` of the answer: the answer's bytes, and the nodes read."""
        after = variables.get("after")
        while True:
            answer = self.ask(operation, {**variables, "after": after})
            connection = part(answer.value, self._where(operation), *path)
            yield answer.content, part(connection, self._where(operation), "nodes")
            after = next_page(connection, self._where(operation))
            if after is None:
                return

    def _sent(self, operation: str, request: Request, variables: Mapping[str, Any]) -> Answer:
        """One answer. Work that goes on is asked for at most once in a while, so that nobody has to wait elsewhere."""
        guess = _page_cost(variables["first"]) if operation == "Orders" else _USUAL
        bucket, cost = self._bucket, self._costs.get(operation, guess)
        if operation in _PACED:
            bucket = self.client.budgets.bucket(operation, 1 / (_PACED[operation] * self._first_wait_s), 1.0)
            cost = 1.0
        try:
            return self.client.send(request, bucket, cost)
        except RemoteRefused as error:
            errors = _table(error.details).get("errors")
            said = f"{error.message}: {_said(errors)}" if errors else error.message
            if error.status == 404:
                said += "; there is no such shop or version"
            raise RemoteRefused(said, where=error.where, status=error.status, details=errors) from None

    def _learn(self, operation: str, value: Mapping[str, Any], *, throttled: bool) -> None:
        """The store says what the request cost and what is left. A throttled request waits at least a moment."""
        cost = (value.get("extensions") or {}).get("cost") or {}
        status = cost.get("throttleStatus") or {}
        asked, left = _number(cost.get("requestedQueryCost")), _number(status.get("currentlyAvailable"))
        per_s = _number(status.get("restoreRate")) or self._bucket.per_s
        if asked:
            self._costs[operation] = asked
        if throttled:
            most = self._costs.get(operation, _USUAL) - per_s * self._first_wait_s
            left = most if left is None else min(left, most)
        if left is not None:
            now = self.client.budgets.now()
            self._bucket.learn(left, now, burst=_number(status.get("maximumAvailable")) or 0.0, per_s=per_s)

    def _refuse(self, operation: str, errors: Any) -> NoReturn:
        where, codes = self._where(operation), _codes(errors)
        said = _said(errors)
        denied = next((words for code, words in _DENIED.items() if code in codes), "")
        if denied:
            raise RemoteDenied(f"{denied}: {said}", where=where)
        if codes & _UNKNOWN:
            raise RemoteError(f"failed: {said}", where=where)
        raise RemoteRefused(said, where=where, details=errors)

    def _where(self, operation: str) -> str:
        return f"{self.client.target}: {operation}"


def part(value: Any, where: str, *path: str) -> Any:
    """What stands below `path`; RemoteError when the answer does not have it."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
        if value is None:
            raise RemoteError(f"answers without `{'.'.join(path)}`", where=where)
    return value


def next_page(connection: Any, where: str) -> str | None:
    """The cursor of the page after this one, None when the list says that it ends here."""
    info = part(connection, where, "pageInfo")
    more = part(info, where, "hasNextPage")
    return str(part(info, where, "endCursor")) if more is not False else None


def code_of(error: RemoteRefused) -> str:
    """The first code among the errors that a refusal is about, empty without one."""
    return min(_codes(error.details), default="")


def _codes(errors: Any) -> set[str]:
    if not isinstance(errors, list):
        return set() if not errors else {""}
    return {str(_table(_table(one).get("extensions")).get("code") or _table(one).get("code") or "") for one in errors}


def _said(errors: Any) -> str:
    """Code, message and field of each error, in Shopify's words."""
    if not isinstance(errors, list):
        return storable(str(errors))[:_LONGEST]
    parts = []
    for one in map(_table, errors):
        code = _table(one.get("extensions")).get("code") or one.get("code")
        field = one.get("field") or one.get("path")
        words = str(one.get("message") or "does not say why")
        place = f" ({'.'.join(map(str, field))})" if isinstance(field, list) else ""
        parts.append(f"{code}: {words}{place}" if code else f"{words}{place}")
    return storable("; ".join(dict.fromkeys(parts)))[:_LONGEST]


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float | None:
    """A number of points. They are no money, and come as 1000 or 1000.0."""
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
