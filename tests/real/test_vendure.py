"""The whole loop against a real Vendure shop: real carts, real payments, its own admin API to read back from."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from orderctl.channels.vendure import Vendure
from orderctl.core import times
from orderctl.core.errors import Exit
from orderctl.core.secrets import Secret
from orderctl.wire.opening import Opening
from tests.cli import shop as installed
from tests.partner import Asked, Partner, Reply, partner
from tests.real.vendure_server import PASSWORD, Api, Server, running
from tests.shop import Shop, a_shop

CHANNELS = """
version  = 1
currency = "USD"

[channel.web]
type = "vendure"
base_url = "{url}"
{credentials}
since = 2026-01-01
overlap = "1 s"
live_from = {live_from}
push = ["tracking", "cancel", "stock"]
stock = {{ locations = ["east", "west"] }}

[safety]
max_time_each = "{patience}"

[location.east]
address = {{ country = "US", region = "NJ", postcode = "07102" }}
send       = {{ via = "file", path = "out/east/{{date}}-{{batch}}.csv" }}
confirm    = {{ via = "file", path = "in/east/*.csv" }}
stock_feed = {{ via = "file", path = "stock/east.csv" }}

[location.west]
address = {{ country = "US", region = "NV", postcode = "89502" }}
send       = {{ via = "file", path = "out/west/{{date}}-{{batch}}.csv" }}
confirm    = {{ via = "file", path = "in/west/*.csv" }}
stock_feed = {{ via = "file", path = "stock/west.csv" }}
"""
USER = 'username = "superadmin"\npassword = "env:SHOP_PASSWORD"'
KEY = 'api_key = "env:SHOP_KEY"'
RULES = """
version  = 1
currency = "USD"

[[hold]]
name = "made to order"
when.line.sku = "RING"
then.hold = "goldsmith"

[[location]]
name = "sold out"
when.line.sku = "GONE"
then.ship_from = ["east"]
then.if_short = "cancel"

[[location]]
name = "everything"
then.ship_from = ["east", "west"]
then.if_short = "backorder"
"""
STOCK = {"east": {"MUG": 10, "TEE": 4, "GONE": 0}, "west": {"MUG": 4, "LAMP": 3}}
PRICES = {"MUG": 1999, "LAMP": 4550, "TEE": 1000, "GONE": 500, "RING": 9900}
ORDERS = """{ orders(options: { take: 100, filter: { active: { eq: false } } }) { items {
  id code state totalWithTax lines { id quantity productVariant { sku } }
  fulfillments { state method trackingCode lines { orderLineId quantity } } } } }"""
VARIANTS = "{ productVariants { items { sku stockLevels { stockOnHand stockAllocated } } } }"


def orders(admin: Api) -> dict[str, dict[str, Any]]:
    """Code -> what the shop says of an order."""
    return {order["code"]: order for order in admin(ORDERS)["orders"]["items"]}


def parcels(order: dict[str, Any]) -> list[tuple[str, str, int]]:
    """State, tracking code and units of the fulfillments of an order."""
    return [
        (one["state"], one["trackingCode"], sum(line["quantity"] for line in one["lines"]))
        for one in order["fulfillments"]
    ]


def for_sale(admin: Api) -> dict[str, int]:
    """SKU -> how many the shop will sell."""
    return {
        one["sku"]: sum(level["stockOnHand"] - level["stockAllocated"] for level in one["stockLevels"])
        for one in admin(VARIANTS)["productVariants"]["items"]
    }


def told(admin: Api) -> dict[str, int]:
    """What we have a say in: the order for the ring waits, so that nothing is promised for it."""
    return {sku: units for sku, units in for_sale(admin).items() if sku != "RING"}


def available(cli: installed.Shop) -> dict[str, int]:
    """SKU -> how many there are in all locations, as orderctl shows it."""
    found: dict[str, int] = {}
    for row in cli.orderctl("stock", "show", "--json").json:
        found[row["sku"]] = found.get(row["sku"], 0) + row["available"]
    return found


def orderctl(folder: Path, **stated: str) -> Shop:
    """A folder with a configuration that sells at `url` with `credentials`."""
    shop = a_shop(folder, configured(**stated), RULES, stock=False)
    shop.stock(**STOCK)
    return shop


def configured(**stated: str) -> str:
    """channels.toml. `patience` is how long a shop that does not answer may keep a pass waiting."""
    return CHANNELS.format(**{"live_from": "2026-01-01T00:00:00Z", "patience": "3 min"} | stated)


@pytest.fixture(scope="module")
def vendure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("vendure")) as server:
        server.fill(**PRICES)
        yield server


def a_pass(cli: installed.Shop) -> dict[str, Any]:
    said = cli.orderctl("run", "--json", SHOP_PASSWORD=PASSWORD)
    assert 0 == said.code, said
    return {step["step"]: step["counts"] for step in said.json["steps"]}


def cancel(admin: Api, order_id: str) -> None:
    admin(
        "mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) {"
        " __typename ... on ErrorResult { errorCode message } } }",
        input={"orderId": order_id, "reason": "changed her mind", "cancelShipping": True},
    )


def test_orders_of_a_real_shop_are_shipped_and_its_stock_follows(vendure: Server, tmp_path: Path):
    """Every pass is the installed command; the shop is read back through its own admin API."""
    admin = vendure.admin()
    ours = orderctl(tmp_path, url=vendure.url, credentials=USER)
    cli = installed.Shop(tmp_path)
    run = partial(a_pass, cli)

    two_mugs, both = vendure.sold(MUG=2), vendure.sold(MUG=1, LAMP=1)
    sold_out, ring = vendure.sold(GONE=1), vendure.sold(RING=1)
    slow = vendure.cart(TEE=1)

    assert 4 == run()["pull"]["new"]
    assert {"MUG": 11, "LAMP": 2, "TEE": 4, "GONE": 0} == available(cli) == told(admin)
    there = orders(admin)
    assert ("Cancelled", 0) == (there[sold_out]["state"], there[sold_out]["totalWithTax"])
    assert {"PaymentSettled"} == {there[code]["state"] for code in (two_mugs, both, ring)}

    late = vendure.pay(slow)[1]  # chosen before the first pass, paid after it
    cancel(admin, there[ring]["id"])
    (mugs,) = there[two_mugs]["lines"]
    ours.answers("east", "1", f"WEB-{two_mugs}-1,shipped,{mugs['id']},1,ups,1Z-FIRST,")
    ours.answers("west", "1", f"WEB-{both}-1,shipped,,,dhl,JD-BOTH,")
    assert 1 == run()["pull"]["new"]

    there = orders(admin)
    assert ("PartiallyShipped", [("Shipped", "1Z-FIRST", 1)]) == (there[two_mugs]["state"], parcels(there[two_mugs]))
    assert ("Shipped", [("Shipped", "JD-BOTH", 2)]) == (there[both]["state"], parcels(there[both]))
    assert "DHL" == there[both]["fulfillments"][0]["method"]
    assert "cancelled" == cli.orderctl("orders", "show", f"web/{ring}", "--json").json["state"]
    assert {"MUG": 11, "LAMP": 2, "TEE": 3, "GONE": 0} == available(cli) == told(admin)

    ours.answers(
        "east",
        "2",
        f"WEB-{two_mugs}-1,shipped,{mugs['id']},1,ups,1Z-SECOND,",
        f"WEB-{late}-1,shipped,,,ups,1Z-LATE,",
    )
    run()
    quiet = run()

    there = orders(admin)
    assert [("Shipped", "1Z-FIRST", 1), ("Shipped", "1Z-SECOND", 1)] == sorted(parcels(there[two_mugs]))
    assert [("Shipped", "1Z-LATE", 1)] == parcels(there[late])
    assert {"Shipped"} == {there[code]["state"] for code in (two_mugs, both, late)}
    assert {"MUG": 11, "LAMP": 2, "TEE": 3, "GONE": 0} == available(cli) == told(admin)
    assert not quiet["push"].get("tracking"), quiet

    ours.answers("east", "3", f"WEB-{late}-1,shipped,,,dhl_express,JD-LATE,")  # the label was made anew
    assert 1 == run()["push"]["tracking"]
    assert not run()["push"].get("tracking")

    there = orders(admin)
    assert [("Cancelled", "1Z-LATE", 1), ("Shipped", "JD-LATE", 1)] == sorted(parcels(there[late]))
    assert "Shipped" == there[late]["state"]
    assert {"MUG": 11, "LAMP": 2, "TEE": 3, "GONE": 0} == available(cli) == told(admin)
    assert {"closed", "cancelled"} == {row["state"] for row in cli.orderctl("orders", "list", "--json").json}


def test_a_probe_of_a_real_shop_finds_everything_in_order(vendure: Server, tmp_path: Path):
    settings = {"base_url": vendure.url, "username": "superadmin", "password": Secret("env:SHOP_PASSWORD", PASSWORD)}
    channel = Vendure("web", Vendure.Settings.model_validate(settings), Opening(tmp_path))
    with contextlib.closing(channel):
        found = {one.what: one.verdict for one in channel.probe() if one.what != "clock"}

    expected = ("credentials", "orders", "tracking, cancel", "stock", "money", "overselling", "stock location")
    assert dict.fromkeys(expected, "ok") == found


class Wire:
    """Between orderctl and the shop: at the `number`-th request that names `operation`, the shop is killed."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.operation, self.number, self.processed = "", 0, False
        self.asked: list[str] = []
        self.turn = threading.Lock()

    def arm(self, operation: str, number: int, *, processed: bool) -> None:
        self.operation, self.number, self.processed = operation, number, processed

    def has_killed(self) -> bool:
        """Whether it did, once it is done with what it was asked last."""
        with self.turn:
            return self.server.process is None

    def answer(self, asked: Asked) -> Reply:
        with self.turn:
            text = asked.value["query"].split("(")[0].split()[-1]
            self.asked.append(text)
            if text == self.operation and self.server.process is not None:
                self.number -= 1
                if self.number == 0:
                    if self.processed:
                        self._through(asked)
                    self.server.kill()
            return self._through(asked) if self.server.process is not None else Reply(how="close")

    def _through(self, asked: Asked) -> Reply:
        headers = {
            name: value for name, value in asked.headers.items() if name.startswith(("vendure-", "content-type"))
        }
        said = httpx.post(self.server.url + asked.path, content=asked.content, headers=headers, trust_env=False)
        return Reply(said.status_code, said.content, {"content-type": said.headers["content-type"]})


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Wire, Partner, str]]:
    """A shop that can be killed between two requests, the way to it, and a key of its admin API."""
    with running(tmp_path_factory.mktemp("vendure"), "bearer,api-key") as server:
        server.fill(**PRICES)
        key = _key_of(server)
        wire = Wire(server)
        with partner(answer=wire.answer) as served:
            yield server, wire, served, key


def _key_of(server: Server) -> str:
    """An API key of who may do everything."""
    made = server.admin()(
        'mutation { createApiKey(input: { roleIds: ["1"], translations: [{ languageCode: en, name: "orderctl" }] })'
        " { apiKey } }"
    )
    return str(made["createApiKey"]["apiKey"])


@pytest.mark.parametrize(
    ("operation", "number", "processed"),
    [
        ("orderctlStanding", 2, False),  # between two orders
        ("orderctlFulfill", 2, False),  # the request never arrives, but nobody knows
        ("orderctlFulfill", 2, True),  # it is done, and nobody hears of it
        ("orderctlShip", 2, False),  # half done: there, and not shipped yet
    ],
)
def test_a_shop_killed_in_the_middle_of_a_pass_is_told_everything_once(
    mortal: tuple[Server, Wire, Partner, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    number: int,
    processed: bool,
):
    server, wire, served, key = mortal
    monkeypatch.setenv("SHOP_KEY", key)
    codes = [server.sold(MUG=1) for _ in range(3)]
    admin = server.admin()
    placed = admin("{ orders(options: { sort: { orderPlacedAt: DESC }, take: 3 }) { items { orderPlacedAt } } }")
    now = times.parse_moment(placed["orders"]["items"][0]["orderPlacedAt"])
    begun = times.parse_moment(placed["orders"]["items"][-1]["orderPlacedAt"])
    stated = {"url": served.url, "credentials": KEY, "live_from": begun}
    shop = orderctl(tmp_path, **stated)

    assert Exit.OK == shop.run(at=now)[0]
    shop.answers("east", "1", *[f"WEB-{code}-1,shipped,,,ups,1Z-{code}," for code in codes])
    wire.arm(operation, number, processed=processed)
    shop.write("channels.toml", configured(**stated, patience="5 s"))
    moments = iter(range(1, 10))
    while not wire.has_killed():  # on a slow machine a pass may end before it comes to that request
        exit_code, _ = shop.run(at=times.later(now, 60 * next(moments)))
    assert exit_code in {Exit.REMOTE, Exit.ATTENTION}
    server.start()
    shop.write("channels.toml", configured(**stated))
    for hour in (1, 2, 3):
        shop.run(at=times.later(now, 3600 * hour))

    there = orders(server.admin())
    assert {code: [("Shipped", f"1Z-{code}", 1)] for code in codes} == {code: parcels(there[code]) for code in codes}
    assert {"Shipped"} == {there[code]["state"] for code in codes}
    asked = len(wire.asked)
    assert Exit.OK == shop.run(at=times.later(now, 4 * 3600))[0]
    assert {"orderctlOrders"} == set(wire.asked[asked:])
    with contextlib.closing(admin.http):
        assert for_sale(server.admin())["MUG"] == 11
