from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orderctl.core.secrets import Secret
from orderctl.wire.http import Request
from orderctl.wire.oauth1 import OneLegged, signature

ASKED = [
    ("per_page", "100"),
    ("page", "1"),
    ("orderby", "modified"),
    ("order", "asc"),
    ("modified_after", "2026-11-20T10:00:00"),
    ("dates_are_gmt", "true"),
    ("status", "any"),
]
SIGNED = [
    ("oauth_consumer_key", "ck_test"),
    ("oauth_nonce", "abc123"),
    ("oauth_signature_method", "HMAC-SHA256"),
    ("oauth_timestamp", "1763640000"),
]
ORDERS = "http://shop.example/wp-json/wc/v3/orders"


def credentials(reached: str = "", called: str = "") -> OneLegged:
    return OneLegged(Secret("env:K", "ck_test"), Secret("env:S", "cs_test"), lambda: 1763640000.9, reached, called)


def test_a_signature_is_the_one_that_others_make():
    assert "Y0bsMFCZXG6XedU88kgZirevEvSk4dZIDd93gitF86s=" == signature("GET", ORDERS, [*ASKED, *SIGNED], "cs_test")


@given(st.permutations([*ASKED, *SIGNED]))
def test_the_order_of_parameters_does_not_matter(query):
    assert "Y0bsMFCZXG6XedU88kgZirevEvSk4dZIDd93gitF86s=" == signature("get", ORDERS, query, "cs_test")


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_text_can_be_signed(name, value):
    names, pairs = name.encode("utf-8", "replace").decode(), value.encode("utf-8", "replace").decode()

    assert 44 == len(signature("GET", ORDERS, [(names, pairs)], "cs_test"))


def test_every_attempt_has_a_nonce_of_its_own_and_never_the_secret():
    one, two = (dict(credentials().sign(Request("GET", "/orders", ASKED), ORDERS).query) for _ in range(2))

    assert one["oauth_nonce"] != two["oauth_nonce"]
    assert ("1763640000", "ck_test") == (one["oauth_timestamp"], one["oauth_consumer_key"])
    assert "cs_test" not in str(one)


def test_a_site_behind_a_proxy_is_signed_for_by_its_own_name():
    signed = credentials("https://shop.example", "http://inner.example/shop").sign(
        Request("GET", "/orders", [("sku", "ä b~")]), "https://shop.example/wp-json/wc/v3/orders"
    )
    *query, (_, found) = signed.query

    assert signature("GET", "http://inner.example/shop/wp-json/wc/v3/orders", query, "cs_test") == found
