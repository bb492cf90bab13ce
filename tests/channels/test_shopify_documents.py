from __future__ import annotations

import gzip
import json

import pytest
from graphql import NoDeprecatedCustomRule, build_client_schema, parse, specified_rules, validate

from orderctl.channels.shopify_documents import DOCUMENTS
from tests.channels.shopify_graphql import MOST, Request, shared

SHARED = shared()
published = pytest.mark.skipif(SHARED is None, reason="ORDERCTL_SHARED names no folder with the published schema")


@published
def test_the_whole_published_schema_allows_every_document_and_calls_nothing_in_it_deprecated():
    assert SHARED
    with gzip.open(SHARED / "admin_2026-10.introspection.json.gz") as file:
        whole = build_client_schema(json.load(file)["data"], assume_valid=True)
    rules = [*specified_rules, NoDeprecatedCustomRule]

    assert {name: [] for name in DOCUMENTS} == {
        name: validate(whole, parse(text), rules) for name, text in DOCUMENTS.items()
    }


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_request_costs_more_than_one_may(name):
    assert Request(DOCUMENTS[name], counted(name)).cost() <= MOST


def counted(name: str) -> dict[str, object]:
    """The variables of a document that its cost depends on."""
    every: dict[str, object] = {"first": 100, "ids": ["1"] * 5, "personal": True}
    return {variable: value for variable, value in every.items() if f"${variable}:" in DOCUMENTS[name]}


def test_what_a_page_of_orders_costs_is_what_its_page_says():
    variables = {"first": 50, "personal": True, "query": "", "after": None}

    assert 772 == Request(DOCUMENTS["Orders"], variables).cost()
