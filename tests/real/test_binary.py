"""The binary where there is no Python: what is loaded by name, out of a file, or at the last moment is inside."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from orderctl.core.registry import CHANNELS, DESTINATIONS
from tests.cli.screen import read_all
from tests.partner import partner, saying
from tests.real.binary import ONE_FILE, PYTHON, ROOT, EmptyRoot, folder, machine, made, told

DEMO = ("bash", "cat", "cp", "cut", "dirname", "head", "mkdir", "mktemp")
#: What docs/binary.md says that the machine has to have.
OF_THE_MACHINE = {"libc", "libdl", "libm", "libpthread", "librt", "libutil", "libz", "ld-linux-x86-64"}
PAGES = sorted([*ROOT.glob("docs/channels/*.md"), *ROOT.glob("docs/locations/*.md")])
STORE = '\n[location.store]\naddress = { country = "US", region = "NV", postcode = "89501" }\n'


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> EmptyRoot:
    """A root with the binary and the libraries that it needs of the machine."""
    return EmptyRoot(tmp_path_factory.mktemp("empty"))


@pytest.fixture
def root(shared: EmptyRoot, tmp_path: Path) -> EmptyRoot:
    """An empty folder in it."""
    return shared.room(tmp_path.name)


def example(root: EmptyRoot) -> None:
    shutil.copytree(ROOT / "examples", root.here, dirs_exist_ok=True)


def test_the_demo_runs_where_nothing_is_called_python(tmp_path: Path):
    root = EmptyRoot(tmp_path, DEMO)
    shutil.copytree(ROOT / "examples", root.folder / "examples")

    assert [] == [name for name in root.names() if "python" in name.lower()]
    said = root.run(shutil.which("bash") or "", "/examples/demo.sh", "/orderctl", PATH="/usr/bin:/bin")

    assert (0, "") == (said.returncode, said.stderr)
    assert "Lumen could not make one of its lamps" in said.stdout
    assert "All of it lies in /tmp/orderctl-demo." in said.stdout


@pytest.mark.parametrize("proc", [True, False], ids=["with /proc", "without /proc"])
def test_rules_are_checked_where_there_is_no_path_no_home_and_no_shell(tmp_path: Path, *, proc: bool):
    root = EmptyRoot(tmp_path, proc=proc)
    example(root)
    said = root.orderctl("rules", "check")

    assert (0, "") == (said.returncode, said.stderr)
    assert "nothing is wrong" in said.stdout


def test_rules_are_checked_with_an_empty_environment(tmp_path: Path):
    made("orderctl")
    command = ["env", "-i", "PATH=/nonexistent", f"ORDERCTL_CACHE={tmp_path / 'cache'}", str(ONE_FILE)]
    said = told([*command, "rules", "check"], cwd=ROOT / "examples")

    assert (0, "") == (said.returncode, said.stderr)


def test_the_machine_has_to_have_no_more_than_is_documented():
    assert {path.name.partition(".")[0] for path in machine()} <= OF_THE_MACHINE
    page = (ROOT / "docs" / "binary.md").read_text(encoding="utf-8")
    assert [] == [name for name in OF_THE_MACHINE if name not in page]


def test_no_library_needs_a_newer_glibc_than_is_documented():
    files = [made("orderctl"), folder() / "orderctl", *(folder() / "lib").rglob("*.so*")]
    listed = told(["objdump", "-T", *files]).stdout
    needed = max(tuple(map(int, found.split("."))) for found in re.findall(r"GLIBC_([\d.]+)", listed))
    page = (ROOT / "docs" / "binary.md").read_text(encoding="utf-8")
    (stated,) = re.findall(r"glibc (\d+\.\d+) or newer", page)

    assert needed <= tuple(map(int, stated.split(".")))


def sections(name: str, built_in: dict[str, str]) -> str:
    if built_in is CHANNELS:
        return f'[channel.one]\ntype = "{name}"\n{STORE}'
    return f'[location.one]\nsend = {{ via = "{name}" }}\n'


@pytest.mark.parametrize(
    ("name", "built_in"),
    [(name, built_in) for built_in in (CHANNELS, DESTINATIONS) for name in built_in],
    ids=[*CHANNELS, *(f"via {name}" for name in DESTINATIONS)],
)
def test_every_adapter_of_the_registry_is_inside(root: EmptyRoot, name: str, built_in: dict[str, str]):
    (root.here / "channels.toml").write_text(sections(name, built_in), encoding="utf-8")
    (root.here / "rules.toml").write_text("version = 1\n", encoding="utf-8")
    said = root.orderctl("config", "check", "--json")

    assert said.returncode in {0, 2}, said.stderr  # it says which keys it lacks
    assert "not installed" not in said.stdout
    assert said.stdout.startswith("[")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_example_of_a_page_opens_in_the_binary(root: EmptyRoot, page: Path):
    (found, *_) = re.findall(r"^```toml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    text = found if "[location." in found else found + STORE
    (root.here / "channels.toml").write_text(text, encoding="utf-8")
    (root.here / "rules.toml").write_text("version = 1\n", encoding="utf-8")
    variables = dict.fromkeys(re.findall(r'"env:([A-Z_0-9]+)"', text), "made-up")
    for file in re.findall(r'"file:([^"]+)"|known_hosts = "([^"]+)"', text):
        path = root.here / "".join(file)
        path.parent.mkdir(exist_ok=True)
        path.write_text("made-up", encoding="utf-8")
        path.chmod(0o600)
    said = root.orderctl("config", "check", **variables)

    assert (0, "") == (said.returncode, said.stderr), said.stdout


DOCUMENTS = ["pick.csv", "pick.xlsx", "packing-slip.pdf", "packing-slip.html", "commercial-invoice.pdf"]


def test_documents_are_the_same_bytes_as_without_the_binary(root: EmptyRoot):
    example(root)
    for step in ("pull", "collect", "route"):
        assert root.orderctl(step).returncode in {0, 3}
    for name in DOCUMENTS:
        preview = ["batches", "preview", "newark", "--document", name, "--output"]
        said = root.orderctl(*preview, f"binary-{name}")
        installed = told([PYTHON, *preview, f"python-{name}"], cwd=root.here)
        assert (0, 0, installed.stderr) == (said.returncode, installed.returncode, said.stderr)

    assert [] == [
        name
        for name in DOCUMENTS
        if (root.here / f"binary-{name}").read_bytes() != (root.here / f"python-{name}").read_bytes()
    ]


def test_a_servers_certificate_is_checked_against_the_named_authority_and_the_public_ones(root: EmptyRoot):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(root.here / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with partner(saying({}, 401), tls=context) as server:
        tried = trying(root, server.url)
        assert "certificate" in tried("").lower()
        assert [] == server.asked
        tried('ca_file = "ca.pem"')
        assert server.asked


def trying(root: EmptyRoot, url: str) -> Callable[[str], str]:
    keys = f'type = "woocommerce"\nbase_url = "{url}"\nconsumer_key = "env:KEY"\nconsumer_secret = "env:KEY"\n'
    (root.here / "rules.toml").write_text("version = 1\n", encoding="utf-8")

    def answers(more: str) -> str:
        (root.here / "channels.toml").write_text(f"[channel.web]\n{keys}{more}\n{STORE}", encoding="utf-8")
        said = root.orderctl("channels", "test", "web", KEY="made-up")
        assert 7 == said.returncode, said.stderr
        return said.stdout + said.stderr

    return answers


@pytest.mark.parametrize(
    ("command", "code"),
    [("--version", 0), ("nonsense", 2), ("rules check -r nowhere.toml", 2), ("db check", 6), ("rules check", 0)],
)
def test_exit_codes_are_those_of_the_installed_command(root: EmptyRoot, command: str, code: int):
    example(root)
    said = root.orderctl(*command.split())
    installed = told([PYTHON, *command.split()], cwd=root.here)

    assert (code, code) == (said.returncode, installed.returncode), said.stderr
    assert (installed.stdout, installed.stderr) == (said.stdout, said.stderr)


def answered(root: EmptyRoot, answers: str, *words: str) -> str:
    """What a terminal shows when the binary is called with `words` and a person types `answers`."""
    main, side = pty.openpty()
    command = root.inside("/orderctl", *words, TERM="xterm")
    with subprocess.Popen(command, stdin=side, stdout=side, stderr=side) as process:
        os.close(side)
        os.write(main, answers.encode())
        shown = read_all(main)
    assert 0 == process.returncode, shown
    return shown


def order(number: str, sku: str, template: str) -> str:
    return json.dumps(
        json.loads(template) | {"number": number, "lines": [{"sku": sku, "quantity": 1, "unit_price": "9"}]}
    )


def test_a_stranger_gets_from_nothing_to_parcels_by_what_the_tool_says_alone(root: EmptyRoot):
    def says(code: int, *words: str) -> str:
        said = root.orderctl(*words)
        assert code == said.returncode, said.stderr
        return said.stdout + said.stderr

    assert "orderctl init shop " in says(0)
    assert "make one: orderctl init" in says(2, "run")
    shown = answered(root, "file\nReno, New Jersey\nUS\n", "init", "shop")
    root.here /= "shop"
    assert "cd shop" in shown
    assert "inbox/web*.jsonl" in shown
    assert "FAIL" not in says(0, "doctor")

    configuration = root.here / "channels.toml"
    text = configuration.read_text(encoding="utf-8")
    (template,) = re.findall(r"^# (\{.*)$", text, re.MULTILINE)
    orders = "".join(
        order(number, sku, template) + "\n" for number, sku in (("1", "MUG"), ("2", "LAMP"), ("3", "MUGG"))
    )
    (root.here / "inbox" / "web-1.jsonl").write_text(orders, encoding="utf-8")
    (root.here / "stock" / "reno.csv").write_text("sku,quantity\nMUG,5\n", encoding="utf-8")
    (root.here / "stock" / "new-jersey.csv").write_text("sku,quantity\nLAMP,5\n", encoding="utf-8")
    assert "3 new" in says(0, "run", "--dry-run")
    says(0, "run")
    assert "web: nothing ships before live_from is set in channels.toml" in says(0)

    configuration.write_text(text.replace("# live_from = ", "live_from = "), encoding="utf-8")
    assert "SKU MUGG is not known; next: orderctl exceptions show 1" in says(3, "run")
    answer = "orderctl skus map web MUGG SKU"
    assert answer in says(0, "exceptions", "show", "1")
    says(0, *answer.replace(" SKU", " MUG").split()[1:])
    says(0, "run")
    assert "Nothing waits for a person." in says(0, "exceptions", "list")
    papers = "".join(path.read_text(encoding="utf-8") for path in root.here.glob("out/*/*.csv"))
    assert ["WEB-1-1", "WEB-2-1", "WEB-3-1"] == sorted(re.findall(r"^WEB-\d-1", papers, re.MULTILINE))

    answers = "reference,status,carrier,tracking_number\nWEB-3-1,shipped,usps,9405555500000009021000\n"
    (root.here / "in" / "reno" / "today.csv").write_text(answers, encoding="utf-8")
    says(0, "run")
    assert "out/reno/" in says(0, "orders", "show", "3")
    assert "9405555500000009021000" in (root.here / "outbox/web/tracking-000001.csv").read_text(encoding="utf-8")
    assert " /orderctl run --config " in says(0, "schedule")


def test_the_papers_of_a_release_are_whole_and_lie_inside_too():
    checked = told(["sha256sum", "--check", "SHA256SUMS"], cwd=made("SHA256SUMS").parent)
    bill: dict[str, Any] = json.loads(made("*.cdx.json").read_text(encoding="utf-8"))
    names = {part["name"].lower() for part in bill["components"]}

    assert 0 == checked.returncode
    assert 6 == checked.stdout.count(": OK")
    assert {"python", "certifi", "tzdata", "jinja2", "reportlab", "xlsxwriter", "python-calamine"} <= names
    assert set() == {"pip", "setuptools", "keyring", "asyncssh", "libreadline", "pytest"} & names
    for paper in ("LICENSES.txt", "sbom.cdx.json"):
        assert made(f"*-{paper}").read_bytes() == (folder() / paper).read_bytes()


def test_what_the_binary_says_of_itself_is_what_the_installed_command_says():
    assert told([PYTHON, "--help"]).stdout == told([folder() / "orderctl", "--help"]).stdout
