"""A Shopify store that runs bulk operations, and the host that their files lie on.

1. a query is held against what Shopify refuses: pages, nodes, more than five lists, more than two of them inside
   another, parents without an id
2. an operation is done after `polls` questions, and ends as `ends` says
3. its file has each object on a line, followed by what belongs to it; what belongs to an object names it
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from graphql import FieldNode, FragmentSpreadNode, OperationDefinitionNode, SelectionSetNode, visit
from graphql.language import Visitor

from tests.channels.shopify_fake import FINE, Store
from tests.channels.shopify_graphql import Request, document
from tests.channels.shopify_orders import Row
from tests.partner import Asked, Reply

BEGUN = "2026-11-20T09:00:00Z"
_LONGEST = 65_535


class Files:
    """The other host. `asked` are its requests; `faults` come instead of the next answers."""

    def __init__(self) -> None:
        self.url = ""
        self.files: dict[str, bytes] = {}
        self.asked: list[Asked] = []
        self.faults: list[Reply] = []
        self.knows_ranges = True

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        assert "x-shopify-access-token" not in asked.headers
        assert "authorization" not in asked.headers
        body = self.files.get(asked.path.partition("?")[0])
        if body is None or "signature=" not in asked.path:
            return Reply(403, b"<Error>AccessDenied</Error>", {"content-type": "application/xml"})
        begin = int((re.findall(r"bytes=(\d+)-", asked.headers.get("range", "")) or ["0"])[0])
        if self.faults:
            return self.faults.pop(0)
        if begin and self.knows_ranges:
            headers = {"content-range": f"bytes {begin}-{len(body) - 1}/{len(body)}"}
            return Reply(206, body[begin:], headers) if begin < len(body) else Reply(416, b"")
        return Reply(200, body, {"content-type": "application/jsonl"})


class BulkStore(Store):
    """A store whose operations are `operations`, the newest last."""

    def __init__(self, orders: int, files: Files) -> None:
        super().__init__(orders)
        self.operations: list[Row] = []
        self.files = files
        self.polls, self.ends = 1, "COMPLETED"
        self.refuses = ""

    def _bulkOperationRunQuery(self, query: str, groupObjects: bool) -> Row:  # noqa: N802, N803
        assert groupObjects
        wrong = self.refuses or wrong_with(query)
        if wrong:
            error = {"code": "INVALID", "field": ["query"], "message": wrong}
            return {"bulkOperation": None, "userErrors": [error]}
        number = len(self.operations) + 1
        rows = list(objects(self, query))
        self.files.files[f"/results/{number}.jsonl"] = b"".join(_line(row) for row in rows)
        operation = {
            "id": f"gid://shopify/BulkOperation/{number}",
            "status": "CREATED",
            "errorCode": None,
            "createdAt": BEGUN,
            "objectCount": "0",
            "rootObjectCount": "0",
            "fileSize": None,
            "url": None,
            "query": query,
            "left": self.polls,
            "counts": (str(len(rows)), str(sum("__parentId" not in row for row in rows))),
        }
        self.operations.append(operation)
        return {"bulkOperation": operation} | FINE

    def _bulkOperations(self, first: int, query: str, sortKey: str, reverse: bool) -> Row:  # noqa: N802, N803
        assert ("operation_type:query", "CREATED_AT", True) == (query, sortKey, reverse)
        return {"nodes": self.operations[::-1][:first]}

    def _node(self, id: str) -> Row | None:  # noqa: A002
        operation = next((one for one in self.operations if one["id"] == id), None)
        if operation is None:
            return None
        operation["left"] -= 1
        if operation["left"] < 0:
            self.end(operation)
        elif operation["status"] == "CREATED":
            operation["status"] = "RUNNING"
        return operation

    def end(self, operation: Row) -> None:
        """It is over."""
        objects, roots = operation["counts"]
        found = {"status": self.ends, "objectCount": objects, "rootObjectCount": roots}
        if self.ends == "COMPLETED" and objects != "0":
            number = operation["id"].rpartition("/")[2]
            found["url"] = f"{self.files.url}/results/{number}.jsonl?signature=secret-{number}"
        operation |= found


def objects(store: Store, query: str) -> Iterator[Row]:
    """Every object that `query` finds, each before those that belong to it."""
    request = Request(query, {})
    (orders,) = request.fields(request.operation.selection_set)
    for order in store.matching(request.arguments(orders)["query"]):
        yield from _with_children(request, order, _node_of(request, orders))


def _with_children(request: Request, row: Row, selections: SelectionSetNode, parent: str = "") -> Iterator[Row]:
    own: Row = {}
    children = list[Row]()
    for one in request.fields(selections):
        value, inner = row[one.name.value], _node_of(request, one)
        if inner is None:
            value = value(**request.arguments(one)) if callable(value) else value
            own[one.name.value] = request.cut(value, one.selection_set)
        else:
            for number, child in enumerate(_all(value)):
                named = {"id": f"gid://shopify/ShippingLine/{number}", **child}
                children += _with_children(request, named, inner, row["id"])
    yield own | ({"__parentId": parent} if parent else {})
    yield from children


def _node_of(request: Request, field: FieldNode) -> Any:
    """What is selected of each element of a list; None of anything else."""
    edges = next((one for one in _fields(request, field) if one.name.value == "edges"), None)
    return None if edges is None else next(iter(_fields(request, edges))).selection_set


def _fields(request: Request, field: FieldNode) -> list[FieldNode]:
    return list(request.fields(field.selection_set)) if field.selection_set else []


def _all(pages: Any) -> Iterator[Row]:
    after = None
    while True:
        page = pages(first=250, after=after)
        yield from page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def _line(row: Row) -> bytes:
    return json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def wrong_with(query: str) -> str:
    """Why Shopify does not take `query`, in its words; empty when it does."""
    if len(query.encode()) > _LONGEST:
        return "Query is too long"
    parsed = document(query)
    (operation,) = (one for one in parsed.definitions if isinstance(one, OperationDefinitionNode))
    looked = _Looked()
    visit(parsed, looked)
    if operation.variable_definitions or looked.spread:
        return "takes neither variables nor fragments here"
    if looked.nodes:
        return "All connection fields in a bulk query must select their contents using 'edges' > 'node'."
    if looked.lists > 5:
        return "Bulk queries cannot contain more than 5 connections."
    if looked.deepest > 3:
        return "Bulk queries cannot contain connections with a nesting depth greater than 2."
    return "" if not looked.nameless else "The parent 'node' field for a nested connection must select the 'id' field"


class _Looked(Visitor):
    """What a look at a query finds."""

    def __init__(self) -> None:
        super().__init__()
        self.lists = self.depth = self.deepest = 0
        self.nodes = self.spread = self.nameless = False

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        if node.name.value == "edges":
            self.lists += 1
            self.depth += 1
            self.deepest = max(self.deepest, self.depth)
        self.nodes |= node.name.value in {"nodes", "pageInfo"}
        if node.name.value == "node" and node.selection_set:
            names = {one.name.value for one in node.selection_set.selections if isinstance(one, FieldNode)}
            self.nameless |= "id" not in names

    def leave_field(self, node: FieldNode, *_: Any) -> None:
        self.depth -= node.name.value == "edges"

    def enter_fragment_spread(self, _node: FragmentSpreadNode, *_: Any) -> None:
        self.spread = True
