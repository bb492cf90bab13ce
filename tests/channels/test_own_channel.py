"""The channel of `examples/own_channel`, installed as another package would be, keeps what every channel promises."""

from __future__ import annotations

import contextlib
import importlib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from orderctl.core import times
from orderctl.core.adapters import Channel
from orderctl.core.effects import Tracking, TrackingLine
from orderctl.core.errors import Exit
from orderctl.core.secrets import Secret
from orderctl.wire.opening import Opening
from tests.channels.contract import ChannelContract
from tests.channels.http_contract import HttpChannelContract, a_package, opening
from tests.partner import Asked, Reply, partner, saying
from tests.shop import CHANNELS, a_shop

EXAMPLE = Path(__file__).parents[2] / "examples" / "own_channel"
FILES = 'type = "file"\npath = "orders/web*.jsonl"\n'
STALL = 'type = "stall"\nkey = "env:STALL_KEY"\nbase_url = "{}"\n'


class StallShop:
    """Orders 1 to `orders`, each changed a second after the one before."""

    def __init__(self, orders: int = 0) -> None:
        self.orders = {str(number): an_order_of_stall(number) for number in range(1, orders + 1)}
        self.shipped: list[tuple[str, str]] = []
        self.stock: dict[str, int] = {}

    def answer(self, asked: Asked) -> Reply:
        url = urlsplit(asked.path)
        steps, query = url.path.split("/")[1:], dict(parse_qsl(url.query))
        if asked.headers.get("x-stall-key") != "key-1":
            return saying({"error": "wrong key"}, 401)
        if steps == ["stock"]:
            self.stock |= {row["sku"]: row["quantity"] for row in asked.value}
            return saying({})
        if len(steps) == 1:
            return self._list(query)
        if steps[1] not in self.orders:
            return saying({"error": "no such order"}, 404)
        if asked.method == "POST":
            number, parcels = asked.value["tracking_number"], self.orders[steps[1]]["parcels"]
            parcels[:] = [*(one for one in parcels if one != asked.value["replaces"]), number]
            self.shipped = [one for one in self.shipped if one != (steps[1], asked.value["replaces"])]
            self.shipped.append((steps[1], number))
        return saying(self.orders[steps[1]])

    def _list(self, query: dict[str, str]) -> Reply:
        after = (query["since"], "") if not query.get("after") else tuple(query["after"].split(" "))
        rows = sorted((row["changed_at"], row["id"].zfill(9), row) for row in self.orders.values())
        found = [row for row in rows if row[:2] > after]
        page = found[: int(query["limit"])]
        more = f"{page[-1][0]} {page[-1][1]}" if len(page) < len(found) else ""
        return saying({"orders": [row for *_, row in page], "next": more})


def an_order_of_stall(number: int) -> dict[str, Any]:
    at = times.later("2026-11-20T06:00:00Z", number)
    place = {"name": "Ana Diaz", "line1": "1 Main St", "city": "New York", "region": "NY", "postcode": "10001"}
    return {
        "id": str(number),
        "number": str(number),
        "ordered_at": at,
        "changed_at": at,
        "status": "paid",
        "currency": "USD",
        "to": {**place, "country": "US"},
        "postage": "5.00",
        "total": "45.00",
        "parcels": [],
        "items": [{"id": "11", "sku": "MUG", "title": "Mug", "quantity": 2, "unit_price": "20.00"}],
    }


@pytest.fixture(autouse=True)
def _installed(tmp_path_factory, monkeypatch):
    """What `pip install` leaves: the package, and beside it a folder that names its entry points."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    site = tmp_path_factory.mktemp("site")
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    groups = [
        "\n".join([f"[{group}]", *(f"{name} = {target}" for name, target in points.items())])
        for group, points in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(groups) + "\n")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.syspath_prepend(str(EXAMPLE))
    monkeypatch.setenv("STALL_KEY", "key-1")


def opened(url: str, opening: Opening, page_size: int) -> Channel:
    kind = importlib.import_module("orderctl_stall").Stall
    settings = {"base_url": url, "key": Secret("env:STALL_KEY", "key-1"), "page_size": page_size}
    channel: Channel = kind("web", kind.Settings.model_validate(settings), opening)
    return channel


class TestStall(ChannelContract):
    @pytest.fixture(autouse=True)
    def _stack(self) -> Iterator[None]:
        with contextlib.ExitStack() as self.running:
            yield

    def channel(self, base: Path, orders: int = 0) -> Channel:
        served = self.running.enter_context(partner(answer=StallShop(orders).answer))
        channel = opened(served.url, opening(base), 250)
        self.running.callback(channel.close)
        return channel


class TestStallOverHttp(HttpChannelContract):
    def shop(self, orders: int) -> StallShop:
        return StallShop(orders)

    def open(self, url: str, opening: Opening) -> Channel:
        return opened(url, opening, self.page)

    def package(self) -> Tracking:
        return a_package("1", "1", TrackingLine("11", "MUG", 2))

    def writes_tracking(self, asked: Asked) -> bool:
        return asked.path.endswith("/parcels")


def test_an_order_of_a_channel_of_ones_own_goes_all_the_way(tmp_path):
    stall = StallShop(1)
    with partner(answer=stall.answer) as served:
        text = CHANNELS.replace(FILES, STALL.format(served.url))
        shop = a_shop(tmp_path, text.replace('push = ["tracking"]', 'push = ["tracking", "stock"]', 1))
        assert Exit.OK == shop.run()[0]
        shop.answers("east", "a1", "WEB-1-1,shipped,11,2,UPS,1Z999,")
        assert Exit.OK == shop.run(at="2026-11-20T16:00:00Z")[0]
        with shop.context(write=False) as ctx:
            states = ctx.db.execute("SELECT number, state FROM orders").fetchall()

    assert ([("1", "closed")], [("1", "1Z999")]) == (states, stall.shipped)
    assert 12 == stall.stock["MUG"]
