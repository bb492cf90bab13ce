"""What can be wrong with files that people write, with what they type, and what must never be shown (C01 to C10)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from orderctl.cli.front import COMMANDS
from orderctl.cli.group import loaded
from orderctl.core import registry
from orderctl.steps import desk
from tests.faults.world import Said, World, a_world, all_of, without_privileges
from tests.shop import CHANNELS, an_order_row

SECRET = "s3cret/+= värde"
VAULT = """
[channel.vault]
type = "vault"
path = "orders/vault*.jsonl"
token = "{token}"
"""
EVERYWHERE = (("run",), ("config", "check"), ("config", "show"), ("orders", "list"), ("status",))


def with_vault() -> None:
    """The channel type `vault` is installed."""
    registry.CHANNELS["vault"] = "tests.faults.vault:VaultChannel"


def a_vault(folder: Path, token: str, **settings: str) -> World:
    """A shop that has run, and then got a channel with a secret."""
    world = a_world(folder)
    world.orders("web", an_order_row("1"))
    assert 0 == world.orderctl("run").code
    lines = "".join(f'{name} = "{value}"\n' for name, value in settings.items())
    world.write("channels.toml", CHANNELS + VAULT.format(token=token) + lines)
    return world


def shown(said: Said) -> str:
    """All that was said, and the crash report that it names."""
    text = said.text
    for name in set(re.findall(r"/\S*orderctl-crash-\w+\.txt", text)):
        text += Path(name).read_text()
        Path(name).unlink()
    return text


WRONG = {
    "unknown table": ("[chanel.web]\n", 1, "did you mean 'channel'"),
    "unknown key": ('currensy = "USD"\n', 1, "did you mean 'currency'"),
    "wrong type": ("currency = 5\n", 1, "currency"),
    "syntax": ("currency = USD\n", 1, "not valid TOML"),
    "twice": ('currency = "USD"\ncurrency = "USD"\n', 2, "given twice"),
    "nan": ("[routing]\nsplit_cost = nan\n", 2, "NaN"),
    "unknown type": ('[channel.x]\ntype = "fiel"\n', 2, "did you mean 'file'"),
    "not there yet": ('[channel.x]\ntype = "magento"\n', 2, "magento"),
    "unknown setting": ('[channel.x]\ntype = "file"\npath = "x"\nformt = "csv"\n', 4, "did you mean 'format'"),
    "wrong setting": ('[channel.x]\ntype = "file"\npath = "x"\nformat = "xml"\n', 4, "format"),
    "missing setting": ('[channel.x]\ntype = "file"\n', 1, "path"),
    "literal secret": ('[smtp]\nhost = "x"\npassword = "hunter2hunter2"\n', 3, "env:NAME"),
    "unknown location": ('[channel.x]\ntype = "file"\npath = "x"\nstock = { locations = ["moon"] }\n', 4, "moon"),
    "not utf-8": (b'currency = "\xff"\n', 1, "UTF-8"),
    "too deep": ("x = " + "[" * 500 + "]" * 500 + "\n", 1, "deep"),
}


@pytest.mark.parametrize(("text", "line", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_configuration_stops_every_command_with_file_line_and_remedy(tmp_path, text, line, words):
    """C01, C10: and changes nothing."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))
    world.orderctl("pull")
    content = text if isinstance(text, bytes) else text.encode()
    world.config.write_bytes(content)
    before = world.everything()

    for arguments in (("run",), ("pull",), ("run", "--dry-run"), ("config", "check")):
        said = world.orderctl(*arguments)
        assert 2 == said.code, f"{arguments}: {said.text}"
        assert f"channels.toml:{line}: " in said.text
        assert words in said.text
        assert "hunter2" not in said.text
    assert before == world.everything()


def test_a_configuration_that_is_not_there_or_cannot_be_read_is_named(tmp_path):
    """C01: missing, a folder, not readable; and the rules file beside it."""
    world = a_world(tmp_path)
    world.orderctl("pull")
    world.config.chmod(0)
    assert_named(world.orderctl("run", before=without_privileges), "channels.toml", "Permission denied")
    world.config.unlink()
    assert_named(world.orderctl("run"), "channels.toml", "-c FILE")
    assert_named(world.orderctl("run", "-c", "stock"), "stock", "directory")
    world.write("channels.toml", CHANNELS)
    (world.folder / "rules.toml").unlink()
    assert_named(world.orderctl("run"), "rules.toml", "--rules")


def assert_named(said: Said, *words: str) -> None:
    assert 2 == said.code, said.text
    assert 1 == said.err.count("\n")
    for word in words:
        assert word in said.err


def secret_missing(path: Path) -> None:
    path.unlink()


def secret_open_to_others(path: Path) -> None:
    path.chmod(0o644)


def secret_unreadable(path: Path) -> None:
    path.chmod(0o200)


def secret_is_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir(0o700)


def secret_empty(path: Path) -> None:
    path.write_text("\n")


@pytest.mark.parametrize(
    "spoil", [secret_missing, secret_open_to_others, secret_unreadable, secret_is_a_folder, secret_empty]
)
def test_a_secret_file_that_cannot_be_used_is_named_and_nothing_runs(tmp_path, spoil):
    """C01: with the line that names it; what else it holds is not shown."""
    world = a_vault(tmp_path, "file:token.txt")
    path = world.write("token.txt", SECRET + "\n")
    path.chmod(0o600)
    assert 0 == world.orderctl("run", before=all_of(with_vault, without_privileges)).code
    spoil(path)
    before = {name: content for name, content in world.everything().items() if name != "token.txt"}

    said = world.orderctl("run", before=all_of(with_vault, without_privileges))

    line = next(number for number, text in enumerate(world.config.read_text().splitlines(), 1) if "token =" in text)
    assert_named(said, f"channels.toml:{line}: ", "token.txt")
    assert SECRET not in said.text
    assert before == {name: content for name, content in world.everything().items() if name != "token.txt"}


def every_help() -> Iterator[tuple[str, ...]]:
    for name, (target, _) in COMMANDS.items():
        command: Any = loaded(name, target)
        verbs: Mapping[str, Any] = getattr(command, "commands", {})
        yield from ((name, verb, "--help") for verb in verbs) if verbs else [(name, "--help")]


def test_no_command_takes_a_secret(tmp_path):
    """C02: no help offers one."""
    world = a_world(tmp_path)
    texts = {arguments: world.orderctl(*arguments) for arguments in every_help()}

    assert {0} == {said.code for said in texts.values()}
    offered = [
        (arguments, word)
        for arguments, said in texts.items()
        for word in said.out.lower().split()
        if word.startswith("--") and any(part in word for part in ("password", "token", "secret", "api-key", "user"))
    ]
    assert [] == offered


@pytest.mark.parametrize(("value", "state"), [(None, "not set"), ("", "empty")])
def test_an_environment_variable_that_holds_no_secret_is_named(tmp_path, value, state):
    """C03: the variable, not its value, and not those of others."""
    world = a_vault(tmp_path, "env:ORDERCTL_TEST_TOKEN")
    env = {"OTHER_TOKEN": SECRET} | ({} if value is None else {"ORDERCTL_TEST_TOKEN": value})

    said = world.orderctl("run", env=env, before=with_vault)

    assert_named(said, "ORDERCTL_TEST_TOKEN", state)
    assert SECRET not in said.text


@pytest.mark.parametrize("quarrel", ["", "remote", "bug"])
@pytest.mark.parametrize("arguments", [(*one, *more) for one in EVERYWHERE for more in ((), ("--json", "--verbose"))])
def test_a_secret_is_never_shown_whatever_goes_wrong(tmp_path, arguments, quarrel):
    """C04, G12: plain, percent-encoded and in Base64; on stdout, stderr, in the crash report and in every file."""
    world = a_vault(tmp_path, "env:ORDERCTL_TEST_TOKEN", **({"quarrel": quarrel} if quarrel else {}))

    said = world.orderctl(*arguments, env={"ORDERCTL_TEST_TOKEN": SECRET}, before=with_vault)

    expected = {"": 0, "remote": 5, "bug": 1}[quarrel] if arguments[0] == "run" else 0
    assert expected == said.code, said.text
    text = shown(said)
    assert [] == [form for form in secret_forms() if form in text]
    held = b"".join(world.everything().values()).decode("utf-8", "replace")
    assert [] == [form for form in secret_forms() if form in held]


def secret_forms() -> list[str]:
    return [SECRET, "s3cret", "s3cret%2F", "czNjcmV0Lys9IHbDpHJkZQ"]


def test_a_crash_shows_no_customer(tmp_path):
    """C04: a bug in the middle of an order, with all that belongs to the customer at hand."""
    world = a_world(tmp_path)
    row = an_order_row("77001", note="canary-note")
    row["ship_to"] |= {"name": "canary-name", "line1": "canary-street", "phone": "0301234567"}
    row["customer"] = {"email": "canary@example.com", "name": "canary-customer"}
    world.orders("web", row)

    def spoil() -> None:
        def broken(ctx: Any, seen: Any, one: Any) -> None:
            raise RuntimeError(f"cannot decide {one.order!r} of {one.order.customer.email}")

        desk.decide = broken  # type: ignore[assignment]

    said = world.orderctl("run", "--verbose", before=spoil)

    assert 1 == said.code
    text = shown(said)
    assert "test_config_and_cli" in text
    assert [] == [word for word in ("canary", "0301234567", "77001", "Main St") if word in text]
    assert "Traceback" not in said.text


def test_a_record_put_aside_is_told_without_what_it_says_of_the_customer(tmp_path):
    """C04: the reason names the field; the mail that cron sends does not repeat it."""
    world = a_world(tmp_path)
    rows = []
    for number, path in enumerate(("ship_to.name", "ship_to.line1", "customer.email", "customer.phone", "note")):
        row = an_order_row(str(number))
        table, _, name = path.rpartition(".")
        (row[table] if table else row)[name] = ["canary", path]
        rows.append(row)
    world.orders("web", *rows)

    said = world.orderctl("run", "--verbose")

    assert 3 == said.code
    assert 5 == world.one("SELECT count(*) FROM quarantine")
    assert "customer.email" in said.err
    assert "canary" not in said.text


INJECTIONS = [
    "'",
    "''; --",
    "x' OR '1'='1",
    "%",
    "_",
    "*",
    "1; DROP TABLE orders",
    "web' UNION SELECT * FROM meta --",
    "\\",
    "\x1b[31m",
    "../../etc/passwd",
    "9" * 400,
    "-1",
    "\ud800",
    "order_id",
]


@pytest.mark.parametrize("value", INJECTIONS, ids=range(len(INJECTIONS)))
def test_what_is_typed_is_only_ever_a_value(tmp_path, value):
    """C05: nothing is found by it, nothing is changed, and it is no bug."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))
    world.orderctl("run")
    before = world.everything()

    for arguments in (
        ("orders", "list", "--state", value),
        ("orders", "list", "--channel", value, "--json"),
        ("orders", "show", "--", value),
        ("stock", "show", "--json", "--", value),
        ("stock", "history", "--", value),
        ("shipments", "list", "--location", value, "--json"),
        ("shipments", "show", "--", value),
        ("batches", "show", "east", "--", value),
        ("exceptions", "show", "--", value),
        ("channels", "show", "--", value),
        ("explain", "--", value),
        ("help", "--", value),
        ("orders", "list", "--limit", value),
        ("pull", "--", value),
        ("orders", "hold", "--reason", "x", "--", value),
        ("orders", "cancel", "1", "--reason", "x", "--line", f"{value}=1"),
        ("orders", "cancel", "1", "--reason", "x", "--line", f"mug={value}"),
        ("run", "--only", value),
    ):
        said = world.orderctl(*arguments)
        assert said.code in {0, 2}, f"{arguments}: {said.text}"
        assert "\x1b" not in said.text
        if said.code == 0:
            assert said.out in {"[]\n", ""} or "No " in said.out or "Nothing" in said.out, f"{arguments}: {said.out}"
    assert before == world.everything()


def test_every_document_is_json_in_plain_ascii_whatever_is_in_the_store(tmp_path):
    """C06: control characters, NaN, numbers beyond any float, a failure."""
    world = a_world(tmp_path)
    nasty = "\x00\x1b[0m\u202e\ud800\n\u2028😀"
    world.orders(
        "web",
        an_order_row("1", note=nasty, tags=[nasty], attributes={nasty.replace("\ud800", ""): nasty}),
        json.dumps(an_order_row("2")).replace('"20.00"', "9" * 400),
        json.dumps(an_order_row("3")).replace('"20.00"', "1e400"),
        json.dumps(an_order_row("4")).replace('"20.00"', "NaN"),
        json.dumps(an_order_row("5", total="9999999999999.99")),
        '{"number": "\\ud800\x1b"}',
    )

    said = [world.orderctl("run", "--json")]
    said += [world.orderctl("orders", "list", "--json"), world.orderctl("orders", "show", "1", "--json")]
    said += [world.orderctl("exceptions", "list", "--json"), world.orderctl("exceptions", "quarantine", "--json")]
    said += [world.orderctl("status", "--json"), world.orderctl("orders", "show", nasty[1:2], "--json")]
    said += [world.orderctl("explain", "1", "--json"), world.orderctl("stock", "show", "--json")]
    said += [world.orderctl("config", "show", "--json"), world.orderctl("nonsense", "--json")]

    for one in said:
        assert one.out.isascii()
        assert "\x1b" not in one.out + one.err
        json.loads(one.out, parse_constant=lambda word: pytest.fail(f"{word} in JSON"))
    assert 3 == said[0].code


def test_nothing_waits_for_an_answer_where_nobody_can_give_one(tmp_path):
    """C09: every command that changes something comes back by itself without a terminal."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))
    world.orderctl("run", "--skip", "dispatch")

    codes = {
        arguments: world.orderctl(*arguments).code
        for arguments in (
            ("orders", "hold", "1", "--reason", "x"),
            ("orders", "release", "1"),
            ("orders", "cancel", "1", "--reason", "x"),
            ("stock", "adjust", "MUG", "east", "-1", "--reason", "lost"),
            ("locations", "pause", "east"),
            ("locations", "resume", "east"),
            ("run",),
        )
    }

    assert set(codes.values()) <= {0, 2, 3}


def test_a_package_that_is_not_installed_is_named_with_how_to_get_it(tmp_path):
    """C10."""
    world = a_vault(tmp_path, "keyring:shop/token")

    def without_keyring() -> None:
        import sys

        sys.modules["keyring"] = None  # type: ignore[assignment]

    assert_named(world.orderctl("run", before=all_of(with_vault, without_keyring)), "pip install 'orderctl[keyring]'")
    assert_named(world.orderctl("run"), "vault")


def test_the_csv_of_every_list_is_a_table(tmp_path):
    """C06: as many cells in each row as in the header, whatever the cells hold."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1", note='a,"b"\n;', tags=["x,y", '"']), "{")
    world.orderctl("run")

    for arguments in (("orders", "list"), ("orders", "show", "1"), ("stock", "show"), ("exceptions", "list")):
        header, *rows = csv.reader(io.StringIO(world.orderctl(*arguments, "--csv").out))
        assert rows
        assert {len(header)} == {len(row) for row in rows}
