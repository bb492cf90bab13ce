"""What docs/json.md says of locations: one in shadow that answers in every way, and one that says it has nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from docs.pages.sample_shop import LATER, SampleShop
from orderctl.core.effects import Holding, InHand
from orderctl.destinations.way import Sends

if TYPE_CHECKING:
    from docs.pages.json_shapes import Samples

SHADOW = """
[location.camden]
shadow = true
beside = "newark"
send       = { via = "file", path = "out/camden/{date}-{batch}.csv" }
confirm    = { via = "file", path = "in/camden/*.csv", acknowledge_within = "4 h" }
stock_feed = { via = "file", path = "stock/camden.csv" }
"""
_HEADER = "reference,status,sku,quantity,carrier,tracking_number,reason\n"


def begin(shop: SampleShop) -> None:
    """`camden` runs beside newark from now on."""
    with (shop.folder / "channels.toml").open("a", encoding="utf-8") as file:
        file.write(SHADOW)


def answers_arrive(shop: SampleShop) -> None:
    """`camden` answers its copies: one is rejected, one shipped under a wrong number, one short; and makes mistakes."""
    shipped = [one["reference"] for one in shop.json("shipments list", LATER) if one["location"] == "newark"]
    first, second, third = sorted(shipped)[:3]
    rows = (
        f"TEST-{first},rejected,,,,,no stock",
        f"TEST-{second},shipped,,,UPS,1Z999AA10123456783,",
        f"TEST-{second},shipped,NO-SUCH-SKU,1,UPS,1Z999AA10123456784,",
        f"TEST-{third},short,,1,,,broken",
        "TEST-WEB-1,shipped,,,UPS,1Z,",
        f"TEST-{first},nonsense,,,,,",
    )
    folder = shop.folder / "in/camden"
    folder.mkdir(parents=True)
    (folder / "answers.csv").write_text(_HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    (shop.folder / "stock/camden.csv").write_text("sku,quantity\nMUG-BLUE,1\n", encoding="utf-8")


def ask(samples: Samples) -> None:
    """What can be asked about locations."""
    for name in ("newark", "lumen", "camden"):
        samples.ask("orderctl locations show LOCATION", f"locations show {name}")
    samples.ask("orderctl locations test LOCATION", "locations test camden")
    samples.ask("orderctl locations spec LOCATION", "locations spec camden")
    samples.ask("orderctl locations spec LOCATION", "locations spec camden --output {shop}/camden.md")
    samples.ask("orderctl locations compare NEW", "locations compare camden")
    with _nothing_there():
        samples.ask("orderctl reconcile shipments")


@contextlib.contextmanager
def _nothing_there() -> Iterator[None]:
    """Every location says that it has nothing of what it was handed."""
    holdings = Sends.holdings

    def absent(_: Sends, in_hand: Sequence[InHand]) -> Iterator[Holding]:
        return (Holding(one.reference, "absent", "no such order") for one in in_hand)

    setattr(Sends, "holdings", absent)  # noqa: B010 - mypy rightly refuses the plain assignment
    try:
        yield
    finally:
        setattr(Sends, "holdings", holdings)  # noqa: B010
