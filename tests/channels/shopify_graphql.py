"""GraphQL as Shopify answers it, as far as the fake store needs it.

1. a document is validated against the published schema, where that is at hand (`ORDERCTL_SHARED`)
2. its cost is counted by the rule that Shopify's own answers keep to, and 1,000 points are the most
3. its selections are cut out of plain dicts; a value that can be called is a field with arguments
"""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    extend_schema,
    parse,
    validate,
    value_from_ast_untyped,
)
from graphql.language import DirectiveNode

MOST = 1000
#: What the cut of the schema leaves out and the channel asks for; held against the whole schema by a test.
_BESIDES = """
extend type QueryRoot { currentAppInstallation: AppInstallation! }
type AppInstallation { accessScopes: [AccessScope!]! }
type AccessScope { handle: String! }
extend type OrderConnection { edges: [OrderEdge!]! }
type OrderEdge { node: Order! }
extend type LineItemConnection { edges: [LineItemEdge!]! }
type LineItemEdge { node: LineItem! }
extend type ShippingLineConnection { edges: [ShippingLineEdge!]! }
type ShippingLineEdge { node: ShippingLine! }
extend type FulfillmentOrderConnection { edges: [FulfillmentOrderEdge!]! }
type FulfillmentOrderEdge { node: FulfillmentOrder! }
extend type FulfillmentOrderLineItemConnection { edges: [FulfillmentOrderLineItemEdge!]! }
type FulfillmentOrderLineItemEdge { node: FulfillmentOrderLineItem! }
"""


class Refused(Exception):
    """A top-level error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def shared() -> Path | None:
    """The folder of published schemas and recorded answers, None where there is none."""
    folder = os.environ.get("ORDERCTL_SHARED", "")
    return Path(folder) / "channels" / "shopify" if folder else None


@functools.cache
def schema() -> GraphQLSchema | None:
    """The Admin API 2026-10."""
    folder = shared()
    if folder is None:
        return None
    sdl = (folder / "admin_2026-10.pruned.graphql").read_text()
    return extend_schema(build_schema(sdl, assume_valid=True), parse(_BESIDES), assume_valid=True)


@functools.cache
def document(text: str) -> DocumentNode:
    """`text` as a document that the schema allows."""
    parsed = parse(text)
    known = schema()
    errors = validate(known, parsed) if known is not None else []
    assert not errors, [error.message for error in errors]
    return parsed


class Request:
    """One operation with its variables."""

    def __init__(self, text: str, variables: Mapping[str, Any]) -> None:
        parsed = document(text)
        (self.operation,) = (one for one in parsed.definitions if isinstance(one, OperationDefinitionNode))
        self.variables = variables
        self._fragments = {one.name.value: one for one in parsed.definitions if isinstance(one, FragmentDefinitionNode)}
        unknown = set(variables) - {one.variable.name.value for one in self.operation.variable_definitions or ()}
        assert not unknown, unknown

    @property
    def is_mutation(self) -> bool:
        return self.operation.operation.value == "mutation"

    def fields(self, selections: SelectionSetNode) -> Iterator[FieldNode]:
        """The fields that are asked for, those of fragments too."""
        for one in selections.selections:
            if isinstance(one, FragmentSpreadNode):
                yield from self.fields(self._fragments[one.name.value].selection_set)
            elif isinstance(one, FieldNode) and self._is_included(one):
                yield one

    def _is_included(self, field: FieldNode) -> bool:
        found = [self.arguments(one)["if"] for one in field.directives or () if one.name.value == "include"]
        return all(found)

    def arguments(self, of: FieldNode | DirectiveNode) -> dict[str, Any]:
        return {one.name.value: value_from_ast_untyped(one.value, dict(self.variables)) for one in of.arguments or ()}

    def directive(self, field: FieldNode, name: str) -> dict[str, Any] | None:
        return next((self.arguments(one) for one in field.directives or () if one.name.value == name), None)

    def cost(self) -> int:
        """Scalars and money are free, an object is 1, a mutation 10, a list 2 and what its length makes of a node."""
        return (10 if self.is_mutation else 0) + self._cost(self.operation.selection_set)

    def _cost(self, selections: SelectionSetNode) -> int:
        total = 0
        for field in self.fields(selections):
            name, inner = field.name.value, field.selection_set
            if inner is None or name.endswith("Set") or name in {"pageInfo", "amountSpent", "amount", "taxAmount"}:
                continue
            nodes = next((one for one in self.fields(inner) if one.name.value == "nodes"), None)
            first = self.arguments(field).get("first")
            if nodes is not None and nodes.selection_set is not None and first is not None:
                total += 2 + max(1, math.floor(2 * math.log(first))) * (1 + self._cost(nodes.selection_set))
            else:
                each = len(self.arguments(field).get("ids", "1"))
                total += each * (1 + self._cost(inner))
        return total

    def cut(self, value: Any, selections: SelectionSetNode | None) -> Any:
        """What `selections` ask for of `value`."""
        if selections is None or value is None:
            return value
        if isinstance(value, list):
            return [self.cut(one, selections) for one in value]
        found = {}
        for field in self.fields(selections):
            part = value[field.name.value]
            if callable(part):
                part = part(**self.arguments(field))
            found[(field.alias or field.name).value] = self.cut(part, field.selection_set)
        return found


def connection(rows: list[Any], key: Callable[[Any], Any] | None = None) -> Callable[..., dict[str, Any]]:
    """A list with pages; `key` orders it, so that a page begins after a value and not after a place."""

    def page(first: int, after: str | None = None, **_others: Any) -> dict[str, Any]:
        assert 1 <= first <= 250, first
        ordered = rows if key is None else sorted(rows, key=key)
        start = 0
        if after is not None:
            kind, _, last = after.partition("|")
            if kind != "after":
                raise Refused("BAD_REQUEST", "Invalid cursor for current pagination sort.")
            known = [str(index if key is None else key(one)) for index, one in enumerate(ordered)]
            start = sum(1 for one in known if one <= last) if key is not None else int(last) + 1
        nodes = ordered[start : start + first]
        more = start + first < len(ordered)
        end = None
        if nodes:
            end = f"after|{start + len(nodes) - 1 if key is None else key(nodes[-1])}"
        return {"nodes": nodes, "pageInfo": {"hasNextPage": more, "endCursor": end}}

    return page
