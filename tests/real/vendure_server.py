"""A real Vendure: installed once below .venv, started on a loopback port, filled and asked through its own APIs."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.real import npm

PROGRAM = Path(__file__).resolve().parent / "vendure" / "shop.js"
BOOT_S, END_S = 120, 20
PASSWORD = "superadmin-of-a-test"

_FILL = """mutation fill(
  $country: CreateCountryInput!, $tax: CreateTaxCategoryInput!, $ship: CreateShippingMethodInput!,
  $pay: CreatePaymentMethodInput!, $product: CreateProductInput!
) {
  createCountry(input: $country) { id }
  createTaxCategory(input: $tax) { id }
  createShippingMethod(input: $ship) { id }
  createPaymentMethod(input: $pay) { id }
  createProduct(input: $product) { id }
}"""


@dataclass
class Api:
    """One client of one of the two APIs, with its cookies."""

    http: httpx.Client
    path: str

    def __call__(self, text: str, **variables: Any) -> Any:
        """The `data` of the answer, which holds no error and no error result."""
        answer = self.http.post(self.path, json={"query": text, "variables": variables})
        if "vendure-auth-token" in answer.headers:
            self.http.headers["authorization"] = f"Bearer {answer.headers['vendure-auth-token']}"
        said = answer.json()
        assert not said.get("errors"), said["errors"]
        for result in said["data"].values():
            assert not isinstance(result, dict) or "errorCode" not in result, result
        return said["data"]


@dataclass
class Server:
    """A shop in `folder`. It can be killed and started again on the same port, with all it has answered."""

    folder: Path
    packages: Path
    methods: str = "cookie"
    port: int = 0
    process: subprocess.Popen[str] | None = None
    reader: threading.Thread | None = None
    variants: dict[str, str] = field(default_factory=dict)
    _clients: list[httpx.Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns once the shop answers."""
        environment = {
            **os.environ,
            "NODE_PATH": str(self.packages / "node_modules"),
            "VENDURE_DISABLE_TELEMETRY": "true",
            "TZ": "UTC",
            "SHOP_PASSWORD": PASSWORD,
            "SHOP_COOKIES": "a test",
        }
        command = ["node", str(PROGRAM), str(self.folder / "shop.sqlite"), str(self.port), self.methods]
        log = (self.folder / "shop.log").open("a")
        with log:
            process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        self.process = process
        assert process.stdout is not None
        late = threading.Timer(BOOT_S, process.kill)  # ends the reading, which then finds no line any more
        late.start()
        said = next((line for line in process.stdout if line.startswith("READY")), "")
        late.cancel()
        assert said, (self.folder / "shop.log").read_text(encoding="utf-8")[-2000:]
        self.port = int(said.split()[1])
        self.reader = threading.Thread(target=process.stdout.read, daemon=True)  # a full pipe would stop the shop
        self.reader.start()

    def kill(self) -> None:
        """As the power going out: SIGKILL."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(END_S)
            if self.reader is not None:
                self.reader.join(END_S)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process, self.reader = None, None

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.kill()

    def api(self, path: str) -> Api:
        client = httpx.Client(base_url=self.url, trust_env=False, timeout=30)
        self._clients.append(client)
        return Api(client, path)

    def admin(self) -> Api:
        """The admin API, logged in as who may do everything."""
        api = self.api("/admin-api")
        api(
            'mutation ($password: String!) { login(username: "superadmin", password: $password) {'
            " __typename ... on ErrorResult { errorCode message } } }",
            password=PASSWORD,
        )
        return api

    def fill(self, **prices: int) -> None:
        """Ship to the United States for 5.00, pay by a button, and sell one unit-priced variant per SKU, 20 of each."""
        admin = self.admin()
        made = admin(_FILL, **_filling())
        country, tax = made["createCountry"]["id"], made["createTaxCategory"]["id"]
        zone = admin(
            'mutation ($members: [ID!]!) { createZone(input: { name: "US", memberIds: $members }) { id } }',
            members=[country],
        )["createZone"]["id"]
        rate = {"name": "tax", "enabled": True, "value": 20, "categoryId": tax, "zoneId": zone}
        admin("mutation ($input: CreateTaxRateInput!) { createTaxRate(input: $input) { id } }", input=rate)
        channel = {"id": admin("{ activeChannel { id } }")["activeChannel"]["id"]}
        channel |= {"defaultTaxZoneId": zone, "defaultShippingZoneId": zone}
        admin("mutation ($input: UpdateChannelInput!) { updateChannel(input: $input) { __typename } }", input=channel)
        self._sell(admin, made["createProduct"]["id"], prices)

    def _sell(self, admin: Api, product: str, prices: Mapping[str, int]) -> None:
        options = [{"code": sku.lower(), "translations": [_english(sku)]} for sku in prices]
        group = admin(
            "mutation ($input: CreateProductOptionGroupInput!) {"
            " createProductOptionGroup(input: $input) { id options { id } } }",
            input={"code": "kind", "translations": [_english("kind")], "options": options},
        )["createProductOptionGroup"]
        admin(
            "mutation ($product: ID!, $group: ID!) {"
            " addOptionGroupToProduct(productId: $product, optionGroupId: $group) { id } }",
            product=product,
            group=group["id"],
        )
        variants = [
            {
                "productId": product,
                "sku": sku,
                "price": price,
                "stockOnHand": 20,
                "trackInventory": "TRUE",
                "optionIds": [option["id"]],
                "translations": [_english(sku)],
            }
            for (sku, price), option in zip(prices.items(), group["options"], strict=True)
        ]
        made = admin(
            "mutation ($input: [CreateProductVariantInput!]!) { createProductVariants(input: $input) { id sku } }",
            input=variants,
        )["createProductVariants"]
        self.variants = {one["sku"]: one["id"] for one in made}

    def cart(self, **units: int) -> Api:
        """A customer who has chosen everything and has not paid yet."""
        shop = self.api("/shop-api")
        for sku, quantity in units.items():
            shop(
                "mutation ($variant: ID!, $quantity: Int!) { addItemToOrder(productVariantId: $variant,"
                " quantity: $quantity) { __typename ... on ErrorResult { errorCode message } } }",
                variant=self.variants[sku],
                quantity=quantity,
            )
        shop(
            'mutation { setCustomerForOrder(input: { firstName: "Ana", lastName: "Diaz",'
            ' emailAddress: "ana@example.com" }) { __typename ... on ErrorResult { errorCode message } } }'
        )
        shop(
            'mutation { setOrderShippingAddress(input: { fullName: "Ana Diaz", streetLine1: "1 Main St",'
            ' city: "New York", province: "NY", postalCode: "10001", countryCode: "US" }) { __typename } }'
        )
        method = shop("{ eligibleShippingMethods { id } }")["eligibleShippingMethods"][0]["id"]
        shop(
            "mutation ($method: [ID!]!) { setOrderShippingMethod(shippingMethodId: $method) {"
            " __typename ... on ErrorResult { errorCode message } } }",
            method=[method],
        )
        return shop

    def pay(self, cart: Api) -> tuple[str, str]:
        """The customer pays; id and code of the order."""
        cart(
            'mutation { transitionOrderToState(state: "ArrangingPayment") {'
            " __typename ... on ErrorResult { errorCode message } } }"
        )
        order = cart(
            'mutation { addPaymentToOrder(input: { method: "button", metadata: {} }) {'
            " __typename ... on Order { id code state } ... on ErrorResult { errorCode message } } }"
        )["addPaymentToOrder"]
        assert "PaymentSettled" == order["state"]
        return order["id"], order["code"]

    def sold(self, **units: int) -> str:
        """A paid order; its code."""
        return self.pay(self.cart(**units))[1]


@contextlib.contextmanager
def running(folder: Path, methods: str = "cookie") -> Iterator[Server]:
    """A shop without anything in it; killed at the end."""
    server = Server(folder, npm.installed("vendure"), methods)
    try:
        server.start()
        yield server
    finally:
        server.close()


def _filling() -> dict[str, Any]:
    free = [{"name": "orderMinimum", "value": "0"}]
    price = [("rate", "500"), ("includesTax", "auto"), ("taxRate", "20")]
    return {
        "country": {"code": "US", "enabled": True, "translations": [_english("United States")]},
        "tax": {"name": "standard", "isDefault": True},
        "ship": {
            "code": "ground",
            "fulfillmentHandler": "manual-fulfillment",
            "checker": {"code": "default-shipping-eligibility-checker", "arguments": free},
            "calculator": {
                "code": "default-shipping-calculator",
                "arguments": [{"name": name, "value": value} for name, value in price],
            },
            "translations": [_english("Ground", description="")],
        },
        "pay": {
            "code": "button",
            "enabled": True,
            "handler": {
                "code": "dummy-payment-handler",
                "arguments": [{"name": "automaticSettle", "value": "true"}],
            },
            "translations": [_english("Button")],
        },
        "product": {"enabled": True, "translations": [_english("Things", slug="things", description="")]},
    }


def _english(name: str, **more: str) -> dict[str, str]:
    return {"languageCode": "en", "name": name, **more}
