"""What may be said of a partner, and what is wrong with what does not fit together."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from orderctl.core.errors import ConfigError
from orderctl.core.secrets import Secret
from orderctl.core.toml import laid_over
from orderctl.destinations import api_profiles
from orderctl.destinations.api import ApiDestination
from orderctl.destinations.api_partner import Partner
from tests.destinations.api_opened import described, opened
from tests.destinations.api_shop import an_api_shop
from tests.destinations.contract import a_batch

URL = "https://api.example"
TOKEN = {"token": "env:T"}


def partner(role: str = "send", base: Path | None = None, **written: Any) -> Partner:
    def resolve(reference: str) -> Secret:
        return Secret(reference, "tok-12345\n" if reference == "env:LONG" else "tok-12345")

    context = {"role": role, "base": base or Path(), "resolve": resolve}
    return Partner.model_validate(written, context=context)


def complaint(role: str = "send", **changes: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        partner(role, **{"url": URL, **described(**changes)})
    return str(caught.value)


@pytest.mark.parametrize(
    ("role", "changes", "words"),
    [
        ("send", {"url": ""}, "is not an https address"),
        ("send", {"create": None}, "needs `create`"),
        ("confirm", {"poll": None}, "needs `poll`"),
        ("stock_feed", {"stock": {"sku": ""}}, "needs `stock` with `path`, `sku` and `quantity`"),
        ("send", {"create": {"idempotency": "Idempotency-Key"}}, "are said together"),
        ("send", {"create": {"key_lifetime": "1 d"}}, "are said together"),
        ("send", {"shipment": {"reference": ""}}, "shipment.reference is needed"),
        ("send", {"auth": {"kind": "bearer"}}, "auth of the kind 'bearer' needs token"),
        ("send", {"auth": {"kind": "header", "token": "env:T"}}, "needs name"),
        ("send", {"auth": {"kind": "client_credentials"}}, "needs token_url and client_id and client_secret"),
        ("send", {"auth": {"kind": "bearer", "token": "tok-12345"}}, "holds a secret itself"),
        ("send", {"url": "http://api.example"}, "is not an https address"),
        ("send", {"create": {"path": "orders"}}, "create.path"),
        ("send", {"create": {"path": "/orders?x=1"}}, "create.path"),
        ("send", {"create": {"path": "/orders/{id}"}}, "'{id}' is no word here"),
        ("send", {"create": {"path": "/{referenz}"}}, "did you mean 'reference'?"),
        ("send", {"lookup": {"path": "/orders/{id}"}}, "'{id}' is no word here; there are reference, values.NAME"),
        ("send", {"lookup": {"query": {"a": "{since}"}}}, "no word here"),
        ("send", {"headers": {"x": "{values.account}"}}, "values.account is not written"),
        ("send", {"create": {"form": "none"}}, "a body needs a `form`"),
        ("send", {"create": {"form": "graphql"}}, "needs `graphql`"),
        ("send", {"create": {"template": "order.json.j2"}}, "write one of them"),
        ("send", {"create": {"body": "", "template": "order.json.j2"}}, "there is no template 'order.json.j2'"),
        ("send", {"create": {"required": ["ship_to.telephone"]}}, "did you mean 'ship_to.phone'?"),
        ("confirm", {"poll": {"next": ""}}, "pages by cursor need `next`"),
        ("confirm", {"poll": {"pages": "number"}}, "pages by number need the word '{page}'"),
        ("send", {"create": {"id": "data..id"}}, "is no path; write for example"),
        ("send", {"shipment": {"words": {"gone": ["X"]}}}, "gone"),
        ("send", {"timezone": "Mars/Base"}, "is no time zone"),
        ("send", {"headers": {"x a": "1"}}, "'x a' cannot be the name of a header"),
        ("send", {"create": {"headers": {"x:\n": "1"}}}, "cannot be the name of a header"),
        ("send", {"create": {"idempotency": "Idem Key", "key_lifetime": "1 d"}}, "cannot be the name of a header"),
        ("send", {"auth": {"kind": "bearer", "token": "env:LONG"}}, "that no header can carry"),
        ("send", {"profile": "shipbbo"}, "did you mean 'shipbob'?"),
        ("send", {"profile": "mine.toml"}, "cannot be read"),
    ],
)
def test_what_does_not_fit_together_is_refused_before_anything_is_asked(role, changes, words):
    assert words in complaint(role, **changes)


@pytest.mark.parametrize("body", ['{"a": "{{ reference }}"}', '{"a": {{ nothing }}}', "{% for x in lines %}"])
def test_a_template_is_tried_when_it_is_opened(body):
    with pytest.raises(ConfigError, match=r"\[location\.east\.send\] create"):
        opened(URL, create={"body": body})


def test_every_other_body_is_tried_as_well():
    with pytest.raises(ConfigError, match="cancel line 1: 'why' is undefined"):
        opened(URL, cancel={"form": "json", "body": '{"a": {{ why }}}'})


def test_a_template_may_be_a_file_beside_the_configuration(tmp_path):
    (tmp_path / "order.json.j2").write_text('{"n": {{ order_number }}}', encoding="utf-8")
    destination = opened(URL, base=tmp_path, create={"body": "", "template": "order.json.j2"})

    assert b'{\\"n\\":\\"1042\\"}' in destination.render(a_batch()).content


def test_a_profile_is_laid_under_what_is_written():
    one = partner(profile="shipbob", auth=TOKEN, values={"channel_id": "7"}, poll={"every": "30 min"})

    assert ("https://api.shipbob.com", "DTC", 1800) == (one.url, one.values["type"], one.poll.every)
    assert "/2026-01/order" == one.poll.path
    assert (
        "https://sandbox.example"
        == partner(profile="shipbob", auth=TOKEN, values={"channel_id": "7"}, url="https://sandbox.example").url
    )


def test_a_profile_says_what_everyone_has_to_write_for_themselves():
    with pytest.raises(ValidationError, match=r"profile 'shipbob' needs values\.channel_id: the id of the channel"):
        partner(profile="shipbob", auth=TOKEN)
    with pytest.raises(ValidationError, match=r"profile 'shipstation' needs auth\.token: an API key"):
        partner(profile="shipstation", values={"phone": "555"})


def test_a_partner_has_an_address():
    with pytest.raises(ValidationError, match="needs `url`"):
        partner(**described())


def test_a_profile_may_be_a_file_of_ones_own(tmp_path):
    (tmp_path / "acme.toml").write_text(
        'url = "https://acme.example"\n[needs]\n"values.site" = "our site"\n[create]\npath = "/o"\nbody = "{}"\n',
        encoding="utf-8",
    )

    assert "https://acme.example" == partner(base=tmp_path, profile="acme.toml", values={"site": "1"}).url
    (tmp_path / "acme.toml").write_text("url = ", encoding="utf-8")
    with pytest.raises(ValidationError, match=r"acme\.toml:1"):
        partner(base=tmp_path, profile="acme.toml")


@pytest.mark.parametrize("name", api_profiles.names())
def test_every_profile_can_be_opened_for_every_role(name):
    written: dict[str, Any] = {"profile": name, "auth": TOKEN, "values": {"channel_id": "7", "phone": "555"}}

    for role in ("send", "confirm", "stock_feed"):
        assert partner(role, **written).url.startswith("https://")


def test_without_the_package_for_templates_it_says_what_to_install():
    ask = (
        "import sys; sys.modules['jinja2'] = None\n"
        "from orderctl.destinations.api import ApiDestination as Api\n"
        f"Api.Settings.model_validate({{'url': '{URL}', 'create': {{'path': '/o', 'body': '{{}}'}}}})\n"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)

    assert 'create needs jinja2: pip install "orderctl[templates]"' in done.stderr


def test_profiles_are_in_the_package():
    assert ["shipbob", "shipstation"] == api_profiles.names()


def test_tables_are_laid_over_each_other_key_by_key():
    under = {"a": {"b": 1, "c": {"d": 2}}, "e": [1], "f": {"g": 1}}

    assert {"a": {"b": 1, "c": {"d": 3}}, "e": [2], "f": 7} == laid_over(
        under, {"a": {"c": {"d": 3}}, "e": [2], "f": 7}
    )
    assert {"a": {"b": 1, "c": {"d": 2}}, "e": [1], "f": {"g": 1}} == under


def test_what_is_wrong_in_the_shared_table_is_told_with_its_line(tmp_path):
    shop = an_api_shop(tmp_path, URL, "B")
    text = shop.config.read_text("utf-8").replace('"path" = "/orders"', '"path" = "orders"', 1)
    shop.config.write_text(text, encoding="utf-8")
    line = next(number for number, one in enumerate(text.splitlines(), 1) if one.startswith("create ="))

    with pytest.raises(ConfigError) as caught, shop.context() as ctx:
        ctx.adapters.open_all()
    assert f"channels.toml:{line}: [location.east.api.create] path" in str(caught.value)


def test_what_stands_in_one_way_comes_before_what_they_share(tmp_path):
    shop = an_api_shop(tmp_path, URL, "B")
    text = shop.config.read_text("utf-8")
    other = '{ via = "api", poll = { every = "30 min" }, carriers = { Bruno = "bpost" } }'
    shop.config.write_text(text.replace('confirm    = { via = "api" }', f"confirm = {other}"), encoding="utf-8")

    def settings(role: str) -> Partner:
        with shop.context() as ctx:
            way = ctx.adapters.way("east", role)
        assert isinstance(way, ApiDestination)
        return way._partner

    assert (0, 1800) == (settings("send").poll.every, settings("confirm").poll.every)
    assert "/shipments" == settings("confirm").poll.path
    assert ({}, {"Bruno": "bpost"}) == (settings("send").carriers, settings("confirm").carriers)
