"""A small shop on files, run through the installed command as its people and its cron would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ORDERCTL = str(Path(sys.executable).parent / "orderctl")

CHANNELS = """
[channel.web]
type = "file"
path = "inbox/*.jsonl"
live_from = 2026-01-01T00:00:00Z
push = ["tracking"]

[location.east]
send = { via = "file", path = "out/east/{batch}.csv" }
confirm = { via = "file", path = "back/east*.csv" }

[location.west]
send = { via = "file", path = "out/west/{batch}.csv" }
confirm = { via = "file", path = "back/west*.csv" }
"""
RULES = """
version = 1

[[hold]]
name = "unpaid"
when.payment = "pending"
then.hold = "payment"

[[location]]
name = "all"
then.ship_from = ["east", "west"]
then.split.allow = true
"""
ADDRESS = {
    "name": "Ana Diaz",
    "line1": "1 Main St",
    "city": "New York",
    "region": "NY",
    "postcode": "10001",
    "country": "US",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What one call answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Shop:
    """A folder with a configuration, rules, orders and stock."""

    folder: Path

    def orderctl(self, *arguments: str, **environment: str) -> Said:
        """What the installed command answers to `arguments`, without a terminal."""
        done = subprocess.run(
            [ORDERCTL, *arguments],
            cwd=self.folder,
            env={**os.environ, "ORDERCTL_CONFIG": "", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def receive(self, *orders: dict[str, Any], file: str = "web") -> None:
        """Orders that the channel leaves in its folder."""
        text = "".join(json.dumps(order) + "\n" for order in orders)
        self.write(f"inbox/{file}.jsonl", text)

    def write(self, name: str, text: str) -> Path:
        """A file in the shop's folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def copy(self, folder: Path) -> Shop:
        """The same shop in another folder, so that it need not be made again."""
        shutil.copytree(self.folder, folder, copy_function=shutil.copy2, dirs_exist_ok=True)
        return Shop(folder)

    def files(self) -> dict[str, bytes]:
        """Every file with its content."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }


def a_shop(folder: Path) -> Shop:
    """A shop with five mugs in the east and a lamp in the west."""
    shop = Shop(folder)
    shop.write("channels.toml", CHANNELS)
    shop.write("rules.toml", RULES)
    shop.write("stock.csv", "location,sku,quantity\neast,MUG,5\nwest,LAMP,1\n")
    shop.write("count.csv", "sku,quantity\nMUG,5\nHAT,1\n")
    shop.write("postcodes.csv", "country,postcode,latitude,longitude\nUS,10001,40.75,-73.99\n")
    assert 0 == shop.orderctl("stock", "import", "stock.csv").code
    return shop


def a_row(number: str = "1", **changes: Any) -> dict[str, Any]:
    """An order as the channel writes it: one mug, paid."""
    row: dict[str, Any] = {
        "number": number,
        "placed_at": "2026-11-20T10:00:00Z",
        "payment": "paid",
        "currency": "USD",
        "total": "10.00",
        "customer": {"name": "Ana Diaz", "email": "ana@example.com"},
        "ship_to": ADDRESS,
        "lines": [{"id": "1", "sku": "MUG", "quantity": 1, "unit_price": "10.00", "weight_g": 300}],
    }
    return row | changes
