"""The schemas for editors: every file that the program takes is right by them, and what they refuse it refuses."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft7Validator

from docs.pages import schema_config, schema_rules
from docs.pages.schema_parts import many, table, words
from orderctl.config.kinds import KINDS
from orderctl.config.load import load as load_config
from orderctl.core import toml
from orderctl.core.errors import ConfigError
from orderctl.rules import testfile
from orderctl.rules.actions import ACTIONS
from orderctl.rules.fields import FIELDS
from orderctl.rules.known import Known
from orderctl.rules.load import load as load_rules
from orderctl.steps import configuration
from tests.rules import languages

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = {
    name: Draft7Validator(json.loads(text()))
    for name, text in (
        ("channels", schema_config.text),
        ("rules", schema_rules.rules),
        ("rules.test", schema_rules.tests),
    )
}


def complaints(name: str, text: str) -> list[str]:
    """What the schema says of a TOML text, which editors read as JSON: moments are texts there."""
    data = _json(tomllib.loads(text, parse_float=Decimal))
    return [f"{'.'.join(map(str, one.absolute_path))}: {one.message}"[:200] for one in SCHEMAS[name].iter_errors(data)]


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_json(one) for one in value]
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def schema_of(path: Path) -> str:
    data = tomllib.loads(path.read_text())
    if "test" in data:
        return "rules.test"
    return "channels" if isinstance(data.get("channel", data.get("location")), dict) else "rules"


FILES = sorted(
    path
    for folder in ("examples", "tests", "docs", "benchmarks")
    for path in (ROOT / folder).rglob("*.toml")
    if path.name != "pyproject.toml"
)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_itself(name: str):
    Draft7Validator.check_schema(SCHEMAS[name].schema)


@pytest.mark.parametrize("name", SCHEMAS)
def test_everything_that_a_schema_points_to_is_there(name: str):
    schema = SCHEMAS[name].schema
    for target in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(schema))):
        found: Any = schema
        for part in target.split("/"):
            found = found[part]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_toml_file_of_the_repository_is_right_by_its_schema(path: Path):
    """The planted mistakes of the rules checker among them: those take more than a look at the file."""
    assert [] == complaints(schema_of(path), path.read_text())


def test_every_kind_of_key_and_every_type_of_action_has_a_schema():
    assert set(KINDS) - {"choice", "choices"} == set(schema_config.SCHEMAS)
    assert all(schema_rules.taken_by(action) for action in ACTIONS.values() if action.available)


@pytest.mark.parametrize("name", FIELDS)
def test_the_example_of_a_field_is_right(name: str):
    field = FIELDS[name]
    stage = "enhance" if field.scope == "shipment" else "hold"
    then = "then.note = 'x'"
    names = [name, *(f"{word}.{name.removeprefix('line.')}" for word in ("all_lines", "no_line") if "line." in name)]

    for written in names:
        rule = f'version = 1\n[[{stage}]]\nname = "x"\nwhen.{written} = {field.example}\n{then}\n'
        assert [] == complaints("rules", rule)
        assert [] != complaints("rules", rule.replace(field.example, "{ x = 1 }"))


@pytest.mark.parametrize(("stage", "name"), [key for key, action in ACTIONS.items() if action.available])
def test_the_example_of_an_action_is_right(stage: str, name: str):
    rule = f'version = 1\n[[{stage}]]\nname = "x"\nthen.{name} = {ACTIONS[stage, name].example}\n'

    assert [] == complaints("rules", rule)


@settings(max_examples=40, deadline=None)
@given(languages.rule_files("hold") | languages.rule_files("location") | languages.rule_files("enhance"))
def test_what_the_program_reads_the_schema_takes(text: str):
    load_rules(text, "rules.toml", languages.KNOWN)
    without_quotes = re.sub(r'"([a-z_]+(?:\.[a-z_]+)*)" = ', r"\1 = ", text)

    assert [] == complaints("rules", text)
    assert [] == complaints("rules", without_quotes)


#: What is replaced in the example, and by what.
WRONG_RULES = {
    "no version": ("version  = 1\n", ""),
    "another version": ("version  = 1", "version = 2"),
    "unknown table": ("[lists]", "[list]"),
    "unknown stage": ("\n[[hold]]\n", "\n[[holds]]\n"),
    "no name": ('name = "fraud"\n', ""),
    "a list of numbers": ("[lists]", "[lists]\nnumbers = [1, 2]"),
}
RULE = 'version = 1\n[[{stage}]]\nname = "x"\n{said}\n{then}\n'
THEN = {
    "hold": 'then.hold = "x"',
    "location": 'then.ship_from = ["east"]',
    "service": 'then.duties = "ddp"',
    "enhance": 'then.note = "x"',
}
#: Stage and line of a rule that the schema sees is wrong.
WRONG_LINES = [
    ("hold", 'when.ship_to.contry = "US"'),
    ("hold", 'when.ship_to.zone = "3"'),
    ("hold", "when.ship_to.postcode = 10001"),
    ("hold", 'when.ship_to.country = "USA"'),
    ("hold", 'when.risk = "hgih"'),
    ("hold", 'when.first_order = "yes"'),
    ("hold", 'when.shipment.weight = "< 1 kg"'),
    ("location", "when.total = []"),
    ("hold", "when.total = true"),
    ("hold", "when = {}"),
    ("hold", "when.any = []"),
    ("hold", 'when.any = [{ any = [{ risk = "low" }] }]'),
    ("hold", 'mode = "off"'),
    ("hold", "why = 1"),
    ("hold", 'wen.risk = "low"'),
    ("hold", 'then.ship_from = ["east"]'),
    ("hold", "then.track_only = 1"),
    ("hold", 'then.reject = ""'),
    ("hold", 'then.release_after = "soon"'),
    ("hold", "then.helpdesk = true"),
    ("location", "then.split.alow = true"),
    ("location", 'then.prefer = ["cheapest"]'),
    ("location", 'then.if_short = "skip"'),
    ("location", "then.keep_stock = -1"),
    ("location", 'then.split.max_shipments = "2"'),
    ("service", 'then.service = ["ups:ground"]'),
    ("service", 'then.cheapest_of = "ground"'),
    ("enhance", 'then.signature = "any"'),
    ("enhance", 'then.add_item = { sku = "X", qty = 1 }'),
    ("enhance", 'then.documents = ["invoice"]'),
]
WRONG_CONFIG = {
    "unknown table": ("[routing]", "[rooting]"),
    "unknown key": ('type      = "file"', 'type      = "file"\nlive_form = "2026-11-01"'),
    "unknown key of the adapter": ('type      = "file"', 'type      = "file"\nencodng = "utf-8"'),
    "wrong choice of the adapter": ('type      = "file"', 'type      = "file"\nafter = "delete"'),
    "no type": ('type      = "file"\n', ""),
    "wrong currency": ('currency = "USD"', 'currency = "usd"'),
    "wrong choice": ('kind      = "warehouse"', 'kind      = "garage"'),
    "wrong weekday": ("mon_fri", "mon_fry"),
}


def known() -> Known:
    return Known("USD", locations=("east",), services=("ups:ground",), channels={"web": "file"})


@pytest.mark.parametrize(("old", "new"), WRONG_RULES.values(), ids=WRONG_RULES)
def test_a_mistake_in_the_head_or_the_shape_of_rules_is_seen_by_both(old: str, new: str):
    text = (ROOT / "examples" / "rules.toml").read_text()
    config = load_config(ROOT / "examples" / "channels.toml")
    assert old in text

    assert [] != complaints("rules", text.replace(old, new, 1))
    with pytest.raises(ConfigError):
        load_rules(text.replace(old, new, 1), "rules.toml", Known.from_places(config.places))


@pytest.mark.parametrize(("stage", "said"), WRONG_LINES, ids=[said for _, said in WRONG_LINES])
def test_a_mistake_in_a_rule_is_seen_by_both(stage: str, said: str):
    rule = RULE.format(stage=stage, said=said, then=THEN[stage])

    assert [] != complaints("rules", rule)
    with pytest.raises(ConfigError):
        load_rules(rule, "rules.toml", known())


@pytest.mark.parametrize(("old", "new"), WRONG_CONFIG.values(), ids=WRONG_CONFIG)
def test_a_mistake_in_the_configuration_is_seen_by_both(old: str, new: str, tmp_path: Path):
    text = (ROOT / "examples" / "channels.toml").read_text()
    assert old in text
    broken = tmp_path / "channels.toml"
    broken.write_text(text.replace(old, new, 1))
    shutil.copytree(ROOT / "examples" / "rates", tmp_path / "rates")
    shutil.copy(ROOT / "examples" / "rules.toml", tmp_path)

    assert [] != complaints("channels", broken.read_text())
    assert () != configuration.check(broken).findings


@pytest.mark.parametrize(
    "said",
    [
        "expect = {}",
        "expect.stat = 'held'",
        "expect.state = 'hold'",
        "expect.ship = [{ form = 'x' }]",
        "stock.east = 1",
    ],
)
def test_a_mistake_in_a_rule_test_is_seen_by_both(said: str):
    expect = "" if said.startswith("expect") else "expect.state = 'held'"
    text = f"now = 2026-11-20T10:00:00Z\n[[test]]\nname = 'x'\n{said}\n{expect}\n"

    assert [] != complaints("rules.test", text)
    with pytest.raises(ConfigError):
        testfile.read(testfile.parse(text, "rules.test.toml"), known(), "UTC")


def test_words_may_be_written_in_any_case_and_a_list_is_no_table():
    check: Callable[[Any], bool] = lambda value: Draft7Validator(words(["low", "po_box"])).is_valid(value)  # noqa: E731

    assert [True, True, False] == [check(word) for word in ("low", " PO_Box ", "lower")]
    assert not Draft7Validator(many(table({}))).is_valid([{"a": 1}])


def test_a_date_in_a_file_is_a_text_for_an_editor():
    assert "2026-11-20" == _json(toml.parse("a = 2026-11-20", "x.toml").data)["a"]
