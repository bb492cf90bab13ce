"""The layout of the house, enforced; and proof that every check can fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import house

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "orderctl"
SKIPPED = {
    ".git",
    ".venv",
    "build",
    "dist",
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".hypothesis",
}

#: What no file says, and why. The letters in brackets keep this file from saying it.
UNWANTED = {
    "a package registry's host": r"https?://[^ \"]*(py[p]i|pythonhoste[d]|np[m]j|deb[i]an)[^ \"]*",
    "a path of one machine": r"/wor[k]/|/roo[t]/|/User[s]/\w",
    "a folder outside the checkout": r"\.\./share[d]",
    "how the project is made": r"\b(C[E]O|(this|the) sessio[n])\b",
}
#: The one file that may look for the folder beside the checkout.
LOOKS_OUTSIDE = ".ci/run"


def modules() -> Iterator[house.Module]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield house.module(path.relative_to(SOURCE).as_posix(), path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("check", house.CHECKS, ids=lambda check: check.__name__)
def test_the_source_keeps_to_the_house(check: house.Check):
    assert [] == [complaint for source in modules() for complaint in check(source)]


def test_test_files_and_scripts_stay_readable_too():
    folders = ("tests", "benchmarks", "docs", "packaging")
    files = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    scripts = [house.module(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in files]

    assert [] == [complaint for script in scripts for complaint in (*house.sizes(script), *house.names(script))]


def test_every_room_says_what_it_is_for():
    rooms = [room for room in house.SEES if room]

    assert [] == [room for room in rooms if not (SOURCE / room / "__init__.py").read_text(encoding="utf-8").strip()]


BAD = [
    (house.floors, "core/money.py", "from orderctl.store import orders", "core must not import store"),
    (house.floors, "store/orders.py", "from orderctl.rules.model import Rule", "it sees core"),
    (house.floors, "store/orders.py", "import orderctl.wire.files", "store must not import wire"),
    (house.floors, "channels/file.py", "from orderctl import messages", "channels must not import messages"),
    (house.floors, "channels/file.py", "from ..destinations import file", "channels must not import destinations"),
    (
        house.floors,
        "config/load.py",
        "def f():\n    from orderctl.store import db",
        "load.py:2: config must not import",
    ),
    (house.floors, "cli/run.py", "import_module('orderctl.store.orders')", "cli must not import store"),
    (house.floors, "__main__.py", "from orderctl.steps import run", "the package must not import steps"),
    (house.floors, "tools/x.py", "", "'tools' is no room"),
    (house.purity, "core/money.py", "import pydantic", "core must not import pydantic"),
    (house.purity, "rules/load.py", "from pathlib import Path", "pass in what varies"),
    (house.purity, "rules/load.py", "text = open('rules.toml').read()", "rules opens nothing"),
    (house.sql, "steps/pull.py", "db.execute('SELECT 1 FROM orders ')", "pull.py:1: SQL"),
    (house.sql, "steps/pull.py", "db.execute(f'update {table} set x = 1')", "outside store"),
    (house.sql, "cli/db.py", "x = '''\n  CREATE UNIQUE INDEX a ON b(c)'''", "outside store"),
    (house.sql, "wire/x.py", "x = 'WITH due AS (SELECT 1) SELECT * FROM due'", "outside store"),
    (house.transactions, "store/orders.py", "db.execute('BEGIN IMMEDIATE')", "with transaction()"),
    (house.transactions, "store/orders.py", "db.execute('COMMIT')", "with transaction()"),
    (house.transactions, "store/orders.py", "db.executescript('''DELETE FROM x;\n COMMIT;''')", "begins or ends"),
    (house.transactions, "steps/pull.py", "db.conn.commit()", ".commit() outside transactions"),
    (house.transactions, "store/orders.py", "with db.atomic(): pass", ".atomic() outside transactions"),
    (house.printing, "steps/pull.py", "print('x')", "hand the data to cli/render.py"),
    (house.printing, "cli/app.py", "typer.echo('x')", "typer.echo() prints"),
    (house.printing, "cli/app.py", "sys.stderr.write('x')", "hand the data"),
    (house.printing, "cli/run.py", "rich.console.Console()", "prints"),
    (house.clocks, "steps/pull.py", "datetime.now(UTC)", "ctx.now in a step"),
    (house.clocks, "core/times.py", "datetime.datetime.utcnow()", "take the moment as an argument"),
    (house.clocks, "core/times.py", "date.today()", "is a clock"),
    (house.clocks, "wire/http.py", "time.time()", "is a clock"),
    (house.clocks, "wire/http.py", "from time import time\ntime()", "http.py:2: time() is a clock"),
    (house.clocks, "steps/run.py", "time.monotonic()", "is a clock"),
    (house.clocks, "store/orders.py", "x = \"SELECT datetime('now')\"", "bind the moment"),
    (house.clocks, "store/migrations.py", "x = 'at TEXT DEFAULT CURRENT_TIMESTAMP'", "bind the moment"),
    (house.dry_runs, "steps/push.py", "if ctx.dry_run:\n    pass", "adapters that take notes"),
    (house.dry_runs, "wire/mail.py", "x = 1 if not dry_run else 2", "mail.py:1"),
    (house.sizes, "core/orders.py", "x = 1\n" * 401, "401 lines, at most 400"),
    (house.sizes, "core/orders.py", "def f():\n" + "    x = 1\n" * 60, "f() has 61 lines, at most 60"),
    (house.names, "core/utils.py", "", "'utils' says nothing"),
    (house.names, "store/order_helpers.py", "", "'helpers' says nothing"),
]


@pytest.mark.parametrize(("check", "path", "text", "complaint"), BAD)
def test_a_planted_fault_is_found(check: house.Check, path: str, text: str, complaint: str):
    found = list(check(house.module(path, text)))

    assert 1 == len(found), found
    assert complaint in found[0]
    assert found[0].startswith(f"{path}:")


GOOD = [
    (house.floors, "steps/pull.py", "from orderctl.store import orders\nfrom orderctl.channels import file"),
    (house.floors, "core/order_json.py", "from orderctl.core import money\nfrom . import text"),
    (house.floors, "core/registry.py", "from orderctl import __version__"),
    (house.purity, "core/money.py", "import re\nfrom decimal import Decimal"),
    (house.purity, "wire/files.py", "import os\nopen('x')"),
    (house.sql, "store/orders.py", "x = 'SELECT 1 FROM orders'"),
    (house.sql, "cli/orders.py", "x = 'Select a location from the list'"),
    (house.sql, "cli/orders.py", "def f():\n    '''SELECT x FROM y'''"),
    (house.transactions, "store/transactions.py", "db.execute('BEGIN IMMEDIATE')"),
    (house.transactions, "store/m.py", "x = '''CREATE TRIGGER t BEFORE UPDATE ON x\n BEGIN SELECT 1; END;'''"),
    (house.printing, "cli/render.py", "print('x')"),
    (house.printing, "__main__.py", "sys.stdout.write('x')"),
    (house.clocks, "steps/context.py", "datetime.now(UTC)"),
    (house.clocks, "wire/http.py", "time.monotonic()"),
    (house.clocks, "core/times.py", "datetime.fromisoformat(text)"),
    (house.dry_runs, "steps/context.py", "if dry_run:\n    pass"),
    (house.dry_runs, "steps/run.py", "open_context(dry_run=dry_run)"),
    (house.sizes, "core/orders.py", "def f():\n" + "    x = 1\n" * 59),
    (house.names, "core/community.py", ""),
]


@pytest.mark.parametrize(("check", "path", "text"), GOOD)
def test_what_is_in_its_place_passes(check: house.Check, path: str, text: str):
    assert [] == list(check(house.module(path, text)))


def checkout() -> Iterator[tuple[str, str]]:
    """Path and text of every file a clone would have."""
    for path in sorted(ROOT.rglob("*")):
        relative = path.relative_to(ROOT)
        if SKIPPED.isdisjoint(relative.parts) and path.is_file():
            yield relative.as_posix(), path.read_text(encoding="utf-8", errors="replace")


def unwanted(path: str, text: str) -> Iterator[str]:
    for what, pattern in UNWANTED.items():
        for match in re.finditer(pattern, text):
            if path != LOOKS_OUTSIDE:
                yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: '{match[0]}' is {what}"


def test_no_file_names_a_registry_a_machine_or_its_making():
    assert [] == [complaint for path, text in checkout() for complaint in unwanted(path, text)]


@pytest.mark.parametrize(
    "text", ["see https://py" + "pi.org/simple", "cd /wor" + "k/main", "cat ../share" + "d/x", "as the C" + "EO said"]
)
def test_an_unwanted_word_is_found_with_its_line(text: str):
    (complaint,) = unwanted("README.md", f"one\n{text}\n")

    assert complaint.startswith("README.md:2: ")
