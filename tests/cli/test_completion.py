"""What a shell completes: asked as the shells ask, and by the shells themselves where they are installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from docs.pages.commands import every_command
from orderctl.cli.completion import SCRIPTS, Shell
from tests.cli.shop import ORDERCTL, RULES, Shop, a_row, a_shop
from tests.cli.test_front import imported_for

WORDS = Path(__file__).parents[2] / "src/orderctl/cli/words.json"
TWO_WORDS = '\n[[enhance]]\nname = "late gifts"\nthen.note = "hurry"\n'


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    made = a_shop(tmp_path_factory.mktemp("shop"))
    made.write("rules.toml", RULES + TWO_WORDS)
    made.receive(a_row("1001"), a_row("1002"), a_row("2001", total="many"))
    assert 3 == made.orderctl("run").code
    return made


def completed(shop: Shop, *words: str) -> list[str]:
    """The candidates for the last of `words`."""
    said = shop.orderctl("__complete", *words)
    assert (0, "") == (said.code, said.err)
    return [line.partition("\t")[0] for line in said.out.splitlines()]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("expl",), ["explain"]),
        (("orders", "rer"), ["reroute"]),
        (("explain", "1"), ["1001", "1002"]),
        (("explain", "web/10"), ["web/1001", "web/1002"]),
        (("orders", "show", "WEB-1001"), ["WEB-1001"]),
        (("route", "1001", "100"), ["1001", "1002"]),
        (("orders", "show", "1001", ""), []),
        (("explain", "1001", "--why-not", "late"), ["late gifts"]),
        (("explain", "1001", "--why-not", "late\\ g"), ["late gifts"]),
        (("explain", "1001", "--why-not", "'late g"), ["late gifts"]),
        (("channels", "show", ""), ["web"]),
        (("locations", "pause", "w"), ["west"]),
        (("stock", "move", "MUG", "east", ""), ["east", "west"]),
        (("stock", "show", "M"), ["MUG"]),
        (("shipments", "show", "WEB-1002"), ["WEB-1002-1"]),
        (("exceptions", "resolve", ""), ["1"]),
        (("run", "--only", "p"), ["pull", "push"]),
        (("run", "--on"), ["--only"]),
        (("orders", "list", "--state", "rou"), ["routed"]),
        (("orders", "list", "--state=rou"), ["--state=routed"]),
        (("orders", "list", "--state", "=", "rou"), ["routed"]),
        (("--config", "nowhere.toml", "explain", ""), []),
        (("rules", "check", "--format", "s"), ["sarif"]),
        (("help", "oversol"), ["oversold"]),
        (("completion", ""), ["bash", "zsh", "fish"]),
        (("stock", "import", "st"), ["__files__"]),
        (("nonsense", ""), []),
    ],
)
def test_what_is_offered(shop: Shop, words: tuple[str, ...], found: list[str]):
    assert found == completed(shop, *words)


def test_nothing_is_changed_and_nothing_wrong_is_said_in_any_folder(shop: Shop, tmp_path: Path):
    before = shop.files()
    completed(shop, "explain", "")
    (tmp_path / "channels.toml").write_text("[channel", encoding="utf-8")
    (tmp_path / "orderctl.db").write_text("no store", encoding="utf-8")

    nothing = [completed(Shop(tmp_path), *words) for words in (("explain", ""), ("channels", "show", ""))]

    assert before == shop.files()
    assert [[], []] == nothing
    assert {"channels.toml", "orderctl.db"} == set(Shop(tmp_path).files())


def test_nothing_heavy_is_loaded_for_it():
    assert set() == {"typer", "pydantic", "httpx", "rich", "sqlite_utils", "msgspec", "urllib"} & imported_for(
        ["__complete", "orders", "show", ""]
    )


def test_every_command_and_each_of_its_options_is_known():
    leaves = json.loads(WORDS.read_text(encoding="utf-8"))["leaves"]

    commands = {path.removeprefix("orderctl "): command for path, command in every_command()}
    assert set(commands) == set(leaves)
    for name, command in commands.items():
        options = {option for one in command.params if one.param_type_name == "option" for option in one.opts}
        assert options <= set(leaves[name]["options"]), name


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_installed_command_prints_what_a_shell_reads(shop: Shop, shell: Shell):
    assert SCRIPTS[shell] == shop.orderctl("completion", shell.value).out


def by_shell(shop: Shop, *words: str) -> str:
    path = f"{Path(ORDERCTL).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "ORDERCTL_CONFIG": "", "HOME": str(shop.folder)}
    done = subprocess.run(words, cwd=shop.folder, env=environment, capture_output=True, text=True, check=False)
    assert "" == done.stderr
    return done.stdout


def test_bash_offers_it(shop: Shop):
    script = """
    eval "$(orderctl completion bash)"
    COMP_WORDS=(orderctl explain 10); COMP_CWORD=2; _orderctl; echo "${COMPREPLY[*]}"
    COMP_WORDS=(orderctl explain 1 --why-not la); COMP_CWORD=4; _orderctl; echo "${COMPREPLY[0]}"
    """

    assert "1001 1002\nlate gifts\n" == by_shell(shop, "bash", "--norc", "-c", script)


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish")
def test_fish_offers_it(shop: Shop):
    script = """
    orderctl completion fish | source
    complete -C 'orderctl explain 10'
    complete -C 'orderctl orders list --state=rou'
    """

    assert "1001\n1002\n--state=routed\n" == by_shell(shop, "fish", "-N", "-c", script)


@pytest.mark.skipif(shutil.which("zsh") is None, reason="needs zsh")
def test_zsh_reads_its_script(shop: Shop):
    script = 'autoload -U compinit; compinit -D -u; eval "$(orderctl completion zsh)"; echo ${_comps[orderctl]}'

    assert "_orderctl\n" == by_shell(shop, "zsh", "-f", "-c", script)
