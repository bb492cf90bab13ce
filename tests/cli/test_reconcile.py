from __future__ import annotations

from tests.cli.shop import Shop
from tests.destinations.api_fake import DESCRIBED, Warehouse, toml
from tests.partner import partner


def test_locations_that_nobody_can_ask_are_listed_as_such(a_day_later: Shop):
    said = a_day_later.orderctl("reconcile", "shipments")

    assert 0 == said.code
    assert ["location  in hand  asked  differ", "east            2      0       0"] == said.out.splitlines()


def test_what_a_location_says_otherwise_is_a_difference_with_the_command_to_type(tmp_path, handed_over: Shop):
    warehouse = Warehouse()
    shop = handed_over.copy(tmp_path)
    with partner(answer=warehouse.answer) as server:
        settings = "\n".join(f"{name} = {toml(value)}" for name, value in DESCRIBED.items())
        config = (shop.folder / "channels.toml").read_text(encoding="utf-8")
        east = 'send = { via = "api" }\n[location.east.api]\n' + f'url = "{server.url}"\n{settings}\n'
        old = config[config.index("send = ") : config.index("[location.west]")]
        shop.write("channels.toml", config.replace(old, east))
        said = shop.orderctl("reconcile", "shipments", "--location", "east")
        rows = shop.orderctl("reconcile", "shipments", "--csv")

    assert 7 == said.code
    assert "WEB-1-1" in said.out
    assert "orderctl shipments show WEB-1-1" in said.out
    assert "2 shipments differ, the first WEB-1-1: there absent" in said.out
    assert rows.out.startswith("location,reference,here,there,since\neast,WEB-1-1,dispatched,absent,")


def test_nothing_in_hand_is_nothing_to_compare(tmp_path):
    shop = Shop(tmp_path)
    shop.write("channels.toml", '[location.acme]\nsend = { via = "file", path = "out/{batch}.csv" }\n')
    shop.write("rules.toml", "version = 1\n")
    shop.orderctl("run")

    assert "No location has anything in hand.\n" == shop.orderctl("reconcile", "shipments").out
