from __future__ import annotations

import pytest

from orderctl.config.load import load
from orderctl.config.show import effective
from orderctl.core.errors import ConfigError
from orderctl.steps import configuration

EAST = '[location.east]\nsend = { via = "file", path = "out/east/{batch}.csv" }\n'
NEXT = '[location.next]\nshadow = true\nbeside = "east"\nsend = { via = "file", path = "out/next/{batch}.csv" }\n'
BARE = '[location.next]\nshadow = true\nbeside = "east"\n'
WEB = '[channel.web]\ntype = "file"\npath = "in/*.jsonl"\n'


def test_a_location_in_shadow_is_kept_apart_from_those_that_ship(loaded):
    config = loaded(EAST + NEXT)

    assert (["east"], ["next"]) == (list(config.locations), list(config.shadows))
    assert ["east", "next"] == list(config.partners)
    assert ["east"] == list(config.places.locations)
    assert ("east", False) == (config.shadows["next"].beside, config.shadows["next"].shadow_personal_data)


def test_decisions_look_at_the_same_with_and_without_a_shadow(loaded):
    assert loaded(WEB + EAST).places == loaded(WEB + EAST + NEXT).places


def test_no_channel_sells_from_a_shadow(loaded):
    assert ("east",) == loaded(WEB + EAST + NEXT).channels["web"].stock.locations


def test_what_is_in_force_shows_a_shadow_among_locations(loaded):
    shown = effective(loaded(EAST + NEXT))["location"]

    assert ("east", True, "F") == (shown["next"]["beside"], shown["next"]["shadow"], shown["next"]["class"])
    assert (False, False) == (shown["east"]["shadow"], shown["east"]["shadow_personal_data"])


@pytest.mark.parametrize(
    ("text", "code", "message", "hint"),
    [
        (
            EAST + NEXT.replace('beside = "east"\n', ""),
            "E205",
            "[location.next] beside is missing",
            'add beside = "LOC',
        ),
        (EAST + BARE, "E205", "[location.next] send is missing", "add send"),
        (EAST + NEXT.replace('"east"', '"esat"'), "E207", "names a location 'esat'", "did you mean 'east'?"),
        (EAST + NEXT.replace('"east"', '"next"'), "E204", "names the location itself", "name the one that ships"),
        (
            EAST + NEXT + NEXT.replace("next", "more").replace('"east"', '"next"'),
            *("E204", "names 'next', which runs in shadow itself", "name the one that ships"),
        ),
        ("[location.east]\n" + NEXT, "E204", "names 'east', which is handed nothing", ""),
        (EAST + 'beside = "west"\n', "E204", "beside is for a location in shadow", "add shadow = true"),
        (EAST + "shadow_personal_data = true\n", "E204", "shadow_personal_data is for a location in shadow", ""),
        (
            EAST + NEXT.replace("out/next", "out/east"),
            *("E204", "is the way of 'east' itself", "name another folder, address or account"),
        ),
        (
            EAST + BARE + 'send = { via = "portal", path = "p/{batch}.csv", say = "x" }\n',
            *("E204", "is by portal, which cannot run in shadow", ""),
        ),
        (WEB + 'short = "TEST"\n' + EAST + NEXT, "E204", "short would begin references with TEST-", "TRY"),
        (WEB + 'stock = { locations = ["next"] }\n' + EAST + NEXT, "E207", "names 'next', which runs in shadow", ""),
        (WEB + 'location_map = { "1" = "next" }\n' + EAST + NEXT, "E207", "names 'next', which runs in shadow", ""),
    ],
)
def test_what_would_let_a_copy_pass_for_work_is_refused(refused, text, code, message, hint):
    (finding,) = refused(text)

    assert (code, True) == (finding.code, finding.line > 0)
    assert message in finding.message
    assert hint in finding.hint


def test_what_amazon_is_handed_it_ships_so_that_it_cannot_run_in_shadow(refused):
    found = refused(EAST + BARE + 'send = { via = "amazon-mcf" }\n')

    assert "Amazon ships whatever it is handed" in found[0].message


def test_two_mails_to_one_address_are_the_same_way_only_when_all_else_is_alike(loaded, refused):
    mail = 'send = { via = "email", to = ["a@acme.example"] }\n'
    other = 'send = { via = "email", to = ["a@acme.example"], format = "xlsx" }\n'

    assert ["next"] == list(loaded("[location.east]\n" + mail + BARE + other).shadows)
    (finding,) = refused("[location.east]\n" + mail + BARE + mail)
    assert "is the way of 'east' itself" in finding.message


@pytest.mark.parametrize("action", ["ship_from", "failover_to"])
def test_a_rule_that_ships_from_a_shadow_is_refused(tmp_path, action):
    (tmp_path / "channels.toml").write_text(EAST + NEXT)
    rules = f'version = 1\n[[location]]\nname = "all"\nthen.ship_from = ["east"]\nthen.{action} = ["next"]\n'
    if action == "ship_from":
        rules = rules.replace('then.ship_from = ["east"]\n', "")
    (tmp_path / "rules.toml").write_text(rules)
    (finding,) = configuration.check(tmp_path / "channels.toml").findings

    assert "E115" == finding.code
    assert "'next' runs in shadow beside another location" in finding.message
    assert "take `shadow` out of [location.next]" in finding.hint


def test_a_target_that_does_not_exist_is_refused(tmp_path):
    (tmp_path / "channels.toml").write_text('[targets]\nacknowledged = "98%"\n')

    with pytest.raises(ConfigError, match="did you mean 'acknowledged_in_time'"):
        load(tmp_path / "channels.toml")
