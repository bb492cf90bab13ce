"""docs/json.md: the shapes of what commands answer with `--json`, learned from a shop that is asked everything."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from docs.pages import json_locations
from docs.pages.commands import every_command
from docs.pages.markdown import block, page
from docs.pages.sample_shop import AT, LATER, SampleShop, opened
from docs.pages.shapes import learned, told
from orderctl.cli.web import started

INTRODUCTION = """\
With `--json` (short for `--format json`) a command writes exactly one document to stdout; messages go to stderr. A list
is an array. Nothing in a document depends on the moment of asking.

`moment` is UTC to the second (`2026-11-20T15:00:00Z`), `amount` decimal text beside a `currency` (`"12.50"`), `empty` a
text without characters. `[]` stands for each item of a list; names in capitals are data, not fixed.
"""
FAILURE = """\
When a command fails (exit 1, 2, 4, 5 before anything was done, 6, 130, 143), the document says why, also where success
would be an array:
"""
STEPS = ("pull", "collect", "route", "dispatch", "push")
STEP = """\
`run` holds the steps it took, `recover` first where a killed pass left something. A step alone answers one of them,
and so does every command below that changes something or checks the store. What stands in `items` differs:
"""
WRONG_RULES = 'version = 1\n[[location]]\nname = "all"\nwhen.ship_to.contry = "US"\nthen.ship_from = ["newark"]\n'
WRONG_TEST = """\
rules = "rules.toml"
config = "channels.toml"
now = 2026-11-20T10:00:00-05:00
[[test]]
name = "wrong"
order.payment = "paid"
order.lines = [{ sku = "MUG-BLUE", quantity = 1, unit_price = "20.00", weight_g = 200 }]
expect.state = "cancelled"
[[test]]
name = "right"
order.payment = "pending"
order.lines = [{ sku = "MUG-BLUE", quantity = 1, unit_price = "20.00", weight_g = 200 }]
expect.state = "held"
"""
SLOW_RULE = '[[hold]]\nname = "slow"\nwhen.tags = "slow"\nthen.hold = "slow"\nthen.release_after = "2d"\n'
#: What another version of the rules says instead: another order of locations, another name.
OTHER_RULES = {'["reno", "newark"]': '["newark", "reno"]', 'name = "gift"': 'name = "present"\nmode = "observe"'}
#: An order of which nothing is left out, for the rule above.
FULL_ORDER = {
    "number": "1100",
    "placed_at": "2026-11-20T10:00:00Z",
    "payment": "paid",
    "tags": ["slow"],
    "ship_by": "2026-11-23T10:00:00Z",
    "deliver_by": "2026-11-25T10:00:00Z",
    "customer": {"email": "ana@example.com", "orders": 2, "spent": "310.00", "tags": ["vip"]},
    "ship_to": {"name": "Ana Diaz", "line1": "1 Main Street", "city": "New York", "postcode": "10001", "country": "US"},
    "lines": [
        {
            "id": "1",
            "sku": "MUG-BLUE",
            "quantity": 1,
            "unit_price": "16.00",
            "weight_g": 400,
            "tags": ["fragile"],
            "attributes": {"engraving": "A. D."},
        }
    ],
    "attributes": {"gift_wrap": "yes"},
    "total": "12.00",
}
SKUS = """\
sku,title,barcode,weight,length,width,height,hs_code,origin,category,supplier,tags,cost,color
MUG-BLUE,Blue mug,4006381333931,400 g,12,9,10.5,6912.00,PT,mugs,Vista Alegre,fragile,4.20,blue
"""
STEPS_BY_HAND = "orderctl orders hold, release, cancel, route, reroute, edit, note, tag, untag, assign"
#: A channel that says how fast it may be asked, and one that does not.
ASKED_CHANNELS = (
    '\n[channel.auction]\ntype = "ebay"\n' + '\n[channel.shop]\ntype = "shopify"\nstore = "demo"\npush = ["tracking"]\n'
)
#: What a person does by hand, and what it answers.
BY_HAND = {
    STEPS_BY_HAND: (
        *("orders hold WEB-1009 --reason asked", "orders release WEB-1009", "orders reroute WEB-1010"),
        *("orders note WEB-1030 called", "orders cancel WEB-1015 --reason asked"),
        *("orders tag WEB-1030 --tag late", "orders release --where hold=asked,fraud --hold asked --yes"),
        *("orders untag WEB-1030 --tag late", "orders assign WEB-1030 --to maria"),
    ),
    "orderctl shipments confirm": (
        "shipments confirm WEB-1008-2 --tracking 1Z --carrier ups",
        "shipments confirm WEB-1008-2 --tracking 2Z --replaces 1Z",
    ),
    "orderctl exceptions resolve, snooze, assign, confirm": (
        *("exceptions assign 1 --to maria", "exceptions snooze 1 --for 2d", "exceptions resolve 1 --reason seen"),
    ),
    "orderctl stock adjust": ("stock adjust MUG-BLUE newark -1 --reason damaged",),
    "orderctl stock import": ("stock import {shop}/count.csv --location reno",),
    "orderctl locations pause, resume": ("locations pause reno --reason inventory",),
}
QUESTIONS = {
    "orderctl orders search TEXT": "orders search mug",
    "orderctl orders history EMAIL": "orders history priya.raman@example.com",
    "orderctl locations list": "",
    "orderctl stock show": "",
    "orderctl stock history SKU": "stock history MUG-BLUE",
    "orderctl stock explain SKU": "stock explain MUG-BLUE --channel web",
    "orderctl rules list": "",
    "orderctl rules check": "rules check -r {shop}/wrong.toml",
    "orderctl rules test": "rules test {shop}/wrong.test.toml",
    "orderctl db check": "",
    "orderctl privacy status": "",
    "orderctl privacy export": "privacy export --email priya.raman@example.com",
    "orderctl init": "init --dry-run",
    "orderctl doctor": "doctor --offline",
    "orderctl schedule": "",
    "orderctl completion SHELL": "completion bash",
    "orderctl simulate": "simulate --since 90d --times 10 --capacity newark=4 --stock MUG-BLUE=3 --pickup ups=2",
    "orderctl help CODE": "help uncertain",
}


@dataclass(slots=True)
class Samples:
    """Command -> the documents it answered with, in the order of the page."""

    shop: SampleShop
    of: dict[str, list[Any]] = field(default_factory=dict)

    def ask(self, title: str, command: str = "", at: str = LATER) -> Any:
        """Keep what `command` (the title, if not said) answers."""
        answer = self.shop.json(command or title.removeprefix("orderctl "), at)
        self.of.setdefault(title, []).append(answer)
        return answer


def text() -> str:
    """The page."""
    with opened() as shop:
        samples = _gathered(shop)
    steps = [step for document in samples.pop("orderctl run") for step in document["steps"]]
    problems = [problem for step in steps for problem in step["problems"]]
    envelope = {"step": "run", "exit_code": 0, "counts": {"orders": 1}, "problems": problems}
    parts = [
        *(FAILURE, _shape([{"exit_code": 2, "problems": problems}])),
        *("## orderctl run\n", _shape([{"exit_code": 0, "steps": [envelope]}])),
        *("## Steps\n", STEP),
        *(part for step in STEPS for part in _step(step, steps)),
    ]
    for title in sorted(samples, key=_place):
        parts += [f"## {title}\n", _shape([_items_of(one) for one in samples[title]])]
    return page("JSON", INTRODUCTION, *parts)


def _place(title: str) -> int:
    """Where the command stands in the list of commands."""
    names = [path for path, _ in every_command()]
    return next(number for number, name in enumerate(names) if f"{title}, ".startswith((f"{name} ", f"{name},")))


def _items_of(document: Any) -> Any:
    """What differs between commands: of a report only its items."""
    return {"items": document["items"]} if isinstance(document, dict) and "step" in document else document


def _step(name: str, steps: list[Mapping[str, Any]]) -> Iterator[str]:
    yield f"### orderctl {name}\n"
    yield _shape([{"items": step["items"]} for step in steps if step["step"] == name])


def _shape(documents: list[Any]) -> str:
    rows = list(told(learned(documents)))
    width = max(len(place) for place, _ in rows)
    return block("\n".join(f"{place:<{width}}  {kind}" for place, kind in rows))


def _gathered(shop: SampleShop) -> dict[str, list[Any]]:
    """Two passes, what a person does by hand, and every question; the documents stand on the page in this order."""
    (shop.folder / "wrong.toml").write_text(WRONG_RULES, encoding="utf-8")
    (shop.folder / "wrong.test.toml").write_text(WRONG_TEST, encoding="utf-8")
    (shop.folder / "count.csv").write_text("sku,quantity\nMUG-BLUE,3\n", encoding="utf-8")
    config = shop.folder / "channels.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('["tracking"]', '["tracking", "stock"]', 1), "utf-8")
    with (shop.folder / "rules.toml").open("a", encoding="utf-8") as rules:
        rules.write(SLOW_RULE)
    (shop.folder / "inbox/web/full.jsonl").write_text(json.dumps(FULL_ORDER) + "\n", encoding="utf-8")
    json_locations.begin(shop)
    samples = Samples(shop)
    samples.ask("orderctl run", at=AT)
    shop.answers_arrive()
    json_locations.answers_arrive(shop)
    samples.ask("orderctl run", "run --skip push")
    samples.ask("orderctl status")
    samples.ask("orderctl channels show CHANNEL", "channels show web")
    samples.ask("orderctl channels show CHANNEL --map", "channels show web --map")
    samples.ask("orderctl reconcile orders", "reconcile orders --channel web --since 2026-01-01")
    samples.ask("orderctl run", "run --only push")
    for title, commands in BY_HAND.items():
        for command in commands:
            samples.ask(title, command)
    samples.ask("orderctl status")
    json_locations.ask(samples)
    _lists(samples)
    for title, command in QUESTIONS.items():
        samples.ask(title, command)
    _history(samples)
    _goods(samples)
    samples.of["orderctl web"] = [started("http://127.0.0.1:8001/?key=KEY", shop.folder / "orderctl.db").document()]
    return samples.of


def _goods(samples: Samples) -> None:
    """SKUs from a file and by hand, and stock that is counted, carried and reconciled."""
    folder = samples.shop.folder
    (folder / "skus.csv").write_text(SKUS, encoding="utf-8")
    samples.ask("orderctl skus import", "skus import {shop}/skus.csv")
    samples.ask("orderctl skus map", "skus map web MUG-6 MUG-BLUE --times 6")
    samples.ask("orderctl skus map", "skus map web MUG-6 --remove")
    samples.ask("orderctl skus map", "skus map web MUG-12 MUG-BLUE --times 12")
    samples.ask("orderctl skus kit", "skus kit MUG-SET MUG-BLUE=2")
    samples.ask("orderctl skus list")
    for sku in ("MUG-BLUE", "MUG-SET"):
        samples.ask("orderctl skus show SKU", f"skus show {sku}")
    promised = next(row for row in samples.shop.json("stock show", LATER) if row["reserved"] and row["on_hand"])
    (folder / "less.csv").write_text(f"sku,quantity\n{promised['sku']},0\n", encoding="utf-8")
    samples.ask("orderctl stock count", f"stock count {promised['location']} {{shop}}/less.csv")
    samples.ask("orderctl stock move", "stock move MUG-BLUE newark reno 1")
    samples.ask("orderctl stock reconcile", f"stock reconcile --date {LATER[:10]}")


def _history(samples: Samples) -> None:
    """What the rules did, after a person sent what waited, and what others would do: of the store and of a file."""
    folder = samples.shop.folder
    other = (folder / "rules.toml").read_text(encoding="utf-8")
    for old, new in OTHER_RULES.items():
        other = other.replace(old, new)
    (folder / "other.toml").write_text(other, encoding="utf-8")
    (folder / "some.jsonl").write_text(json.dumps(FULL_ORDER) + "\n{}\n", encoding="utf-8")
    samples.ask("orderctl rules diff NEW.toml", "rules diff {shop}/other.toml")
    samples.ask("orderctl rules diff NEW.toml", "rules diff {shop}/other.toml --orders {shop}/some.jsonl")
    _rehearsals(samples, other)
    samples.shop.json("stock adjust KETTLE-COPPER reno 5 --reason found", LATER)
    samples.shop.json("orders route WEB-1010 --from reno --reason asked", LATER)
    samples.ask("orderctl batches preview LOCATION", "batches preview reno")
    samples.ask("orderctl rules coverage", "rules coverage -r {shop}/other.toml")
    samples.ask("orderctl report regret", "report regret -r {shop}/other.toml")


def _rehearsals(samples: Samples, rules: str) -> None:
    """One in which no limit is reached, and one whose location never gets done, with channels that are asked."""
    config, exceed = samples.shop.folder / "channels.toml", samples.shop.folder / "exceed.toml"
    samples.ask("orderctl simulate", "simulate --orders {shop}/some.jsonl")
    before = config.read_text(encoding="utf-8")
    config.write_text(before + ASKED_CHANNELS, encoding="utf-8")
    exceed.write_text(rules.replace("then.ship_from", 'then.if_full = "exceed"\nthen.ship_from'), encoding="utf-8")
    closed = "--capacity newark=0 --capacity reno=0 --release 1h -r {shop}/exceed.toml"
    samples.ask("orderctl simulate", f"simulate --orders {{shop}}/some.jsonl {closed}")
    config.write_text(before, encoding="utf-8")


def _lists(samples: Samples) -> None:
    for order in samples.ask("orderctl orders list"):
        samples.ask("orderctl orders show ORDER", f"orders show {order['order']}")
        samples.ask("orderctl orders money ORDER", f"orders money {order['order']}")
        if order["locations"]:
            samples.ask("orderctl explain ORDER", f"explain {order['order']}")

    for one in samples.ask("orderctl exceptions list", "exceptions list --all"):
        samples.ask("orderctl exceptions show N", f"exceptions show {one['id']}")
    for one in samples.ask("orderctl shipments list"):
        samples.ask("orderctl shipments show REFERENCE", f"shipments show {one['reference']}")
    for one in samples.ask("orderctl batches list"):
        samples.ask("orderctl batches show LOCATION NUMBER", f"batches show {one['location']} {one['number']}")
        samples.ask("orderctl batches reprint LOCATION NUMBER", f"batches reprint {one['location']} {one['number']}")
    for one in samples.ask("orderctl channels list"):
        samples.ask("orderctl channels show CHANNEL", f"channels show {one['channel']}")
