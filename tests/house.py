"""The rules of the house as functions from one module to complaints; `test_house.py` runs them over the source.

Each complaint names the place, what is wrong there, and where it belongs instead.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

LONGEST_FILE = 400
LONGEST_FUNCTION = 60

#: What each room may import, besides itself. A missing room of the source is a complaint of its own.
SEES: dict[str, frozenset[str]] = {
    "core": frozenset(),
    "rules": frozenset({"core"}),
    "config": frozenset({"core", "rules"}),
    "store": frozenset({"core"}),
    "wire": frozenset({"core"}),
    "channels": frozenset({"core", "wire"}),
    "destinations": frozenset({"core", "wire"}),
    "messages": frozenset({"core", "wire"}),
    "steps": frozenset({"core", "rules", "config", "store", "wire", "channels", "destinations", "messages"}),
    "cli": frozenset({"core", "steps"}),
    "": frozenset({"cli"}),  # __init__ and __main__
}
PURE = ("core", "rules")
#: Standard modules that look at a clock, files, processes or the network; not for pure rooms.
IMPURE = frozenset(
    (
        *("asyncio", "ftplib", "getpass", "glob", "http", "imaplib", "io", "logging", "mmap", "multiprocessing", "os"),
        *(
            "pathlib",
            "platform",
            "poplib",
            "pwd",
            "random",
            "secrets",
            "select",
            "shutil",
            "signal",
            "smtplib",
            "socket",
        ),
        *("sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib", "uuid"),
    )
)
VAGUE = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"})

_SQL = re.compile(
    r"\s*(SELECT\s.*\sFROM\s|select\s.*\sfrom\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|insert\s+into\s|REPLACE\s+INTO\s"
    r"|UPDATE\s+\S+\s+SET\s|update\s+\S+\s+set\s|DELETE\s+FROM\s|delete\s+from\s|PRAGMA\s|pragma\s"
    r"|(CREATE|DROP|ALTER)\s+(UNIQUE\s+|TEMP\s+)?(TABLE|INDEX|TRIGGER|VIEW)\s"
    r"|(create|drop|alter)\s+(unique\s+|temp\s+)?(table|index|trigger|view)\s"
    r"|WITH\s+(RECURSIVE\s+)?\w+(\s*\([^)]*\))?\s+AS\s*\(|VACUUM\b|ATTACH\s|SAVEPOINT\s)",
    re.DOTALL,
)
_TRANSACTION = re.compile(
    r"\A\s*(BEGIN|COMMIT|ROLLBACK|END)\s*;?\s*\Z|^\s*(BEGIN\s+(IMMEDIATE|DEFERRED|EXCLUSIVE|TRANSACTION)|COMMIT\s*;"
    r"|ROLLBACK\s*;|SAVEPOINT\s|RELEASE\s)",
    re.MULTILINE,
)
_SQL_CLOCK = re.compile(r"\bCURRENT_(TIMESTAMP|TIME|DATE)\b|\(\s*'now'|\bunixepoch\(\s*\)", re.IGNORECASE)
_CLOCKS = {"datetime": {"now", "utcnow", "today"}, "date": {"today"}}
_TIME_CALLS = frozenset({"time", "time_ns", "localtime", "gmtime", "ctime", "asctime"})
_DEADLINE_CALLS = frozenset({"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"})


@dataclass(frozen=True, slots=True)
class Module:
    """One source file; `path` is relative to src/orderctl, e.g. `store/orders.py`."""

    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The folder it stands in, empty for the package itself."""
        return self.path.rpartition("/")[0].partition("/")[0]


Check = Callable[[Module], Iterator[str]]


def module(path: str, text: str) -> Module:
    """`text` read as the module at `path`."""
    return Module(path, text, ast.parse(text, path))


def floors(source: Module) -> Iterator[str]:
    """Imports point down, and rooms of one floor don't know each other."""
    if source.room not in SEES:
        yield f"{source.path}:1: '{source.room}' is no room of the house; put it into one of {', '.join(SEES)}"
        return
    for line, name in _imports(source):
        package, _, rest = name.partition(".")
        if package != "orderctl" or not rest:
            continue
        room = rest.partition(".")[0]
        if room in SEES and room != source.room and room not in SEES[source.room]:
            seen = ", ".join(sorted(SEES[source.room])) or "nothing else"
            yield (
                f"{source.path}:{line}: {source.room or 'the package'} must not import {room}; it sees {seen}. "
                f"Move what both need to core, or let a step bring them together"
            )


def purity(source: Module) -> Iterator[str]:
    """Core and rules import the pure part of the standard library, and open nothing."""
    if source.room not in PURE:
        return
    for line, name in _imports(source):
        package = name.partition(".")[0]
        if package == "orderctl":
            continue
        if package not in sys.stdlib_module_names:
            yield f"{source.path}:{line}: {source.room} must not import {package}; wire or config may"
        elif package in IMPURE:
            yield f"{source.path}:{line}: {source.room} must not import {package}; pass in what varies as an argument"
    for call in _calls(source):
        if isinstance(call.func, ast.Name) and call.func.id in {"open", "input"}:
            yield f"{source.path}:{call.lineno}: {source.room} opens nothing; a step reads, and passes the text in"


def sql(source: Module) -> Iterator[str]:
    """SQL text stands in store alone."""
    if source.room == "store":
        return
    for line, text in _strings(source):
        if _SQL.match(text):
            yield f"{source.path}:{line}: SQL '{text.strip()[:30]}' outside store; give store/NOUN.py a function for it"


def transactions(source: Module) -> Iterator[str]:
    """Only store/transactions.py begins and commits."""
    if source.path == "store/transactions.py":
        return
    for line, text in _strings(source):
        if _TRANSACTION.search(text):
            yield f"{source.path}:{line}: '{text.strip()[:30]}' begins or ends a transaction; use `with transaction()`"
    for call in _calls(source):
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"commit", "rollback", "atomic"}:
            yield f"{source.path}:{call.lineno}: .{call.func.attr}() outside transactions; use `with transaction()`"


def printing(source: Module) -> Iterator[str]:
    """Only cli/render.py prints; __main__ may write, for what it answers before anything is imported."""
    if source.path == "cli/render.py":
        return
    for call in _calls(source):
        name = ast.unparse(call.func)
        writes = name in {"sys.stdout.write", "sys.stderr.write"} and source.path != "__main__.py"
        if writes or name in {"print", "pprint", "echo", "secho"} or name.endswith((".echo", ".secho", "Console")):
            yield f"{source.path}:{call.lineno}: {name}() prints; hand the data to cli/render.py"


def clocks(source: Module) -> Iterator[str]:
    """Only steps/context.py asks what time it is; wire may measure how long a call takes."""
    if source.path == "steps/context.py":
        return
    from_time = {name for _, name in _imports(source) if name.startswith("time.")}
    for call in _calls(source):
        owner, _, name = ast.unparse(call.func).rpartition(".")
        owner = owner.rpartition(".")[2]
        imported = not owner and f"time.{name}" in from_time
        deadline = name in _DEADLINE_CALLS and source.room != "wire"
        if name in _CLOCKS.get(owner, ()) or ((owner == "time" or imported) and (name in _TIME_CALLS or deadline)):
            yield f"{source.path}:{call.lineno}: {name}() is a clock; take the moment as an argument, ctx.now in a step"
    for line, text in _strings(source):
        if source.room == "store" and _SQL_CLOCK.search(text):
            yield f"{source.path}:{line}: SQL asks what time it is; bind the moment as a parameter"


def dry_runs(source: Module) -> Iterator[str]:
    """A dry run is the same code on a copy: nobody below the step context asks for it."""
    if source.path == "steps/context.py" or source.room == "cli":
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Assert) and _mentions(node.test, "dry_run"):
            yield (
                f"{source.path}:{node.lineno}: asks whether this is a dry run; "
                f"steps/context.py opens a copy of the store and adapters that take notes instead"
            )


def sizes(source: Module) -> Iterator[str]:
    """Files and functions stay readable."""
    lines = source.text.count("\n")
    if lines > LONGEST_FILE:
        yield f"{source.path}:{lines}: {lines} lines, at most {LONGEST_FILE}; split it by noun"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield (
                    f"{source.path}:{node.lineno}: {node.name}() has {length} lines, at most {LONGEST_FUNCTION}; "
                    f"give its parts names"
                )


def names(source: Module) -> Iterator[str]:
    """A module is called after what is in it."""
    for part in source.path.removesuffix(".py").split("/"):
        for vague in sorted(VAGUE.intersection(part.split("_"))):
            yield f"{source.path}:1: '{vague}' says nothing; name it after the noun it is about"


CHECKS: tuple[Check, ...] = (floors, purity, sql, transactions, printing, clocks, dry_runs, sizes, names)


def _imports(source: Module) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything imported, also by `import_module("...")`."""
    package = ["orderctl", *source.path.split("/")[:-1]]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            for argument in node.args[:1]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield node.lineno, argument.value


def _calls(source: Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))


def _strings(source: Module) -> Iterator[tuple[int, str]]:
    """Line and text of every literal that is no docstring; what an f-string puts in reads as `_`."""
    docstrings: set[int] = set()
    pieces: set[int] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            docstrings.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            pieces.update(id(value) for value in node.values)
            yield node.lineno, "".join(_piece(value) for value in node.values)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings | pieces:
            yield node.lineno, node.value


def _piece(value: ast.expr) -> str:
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else "_"


def _mentions(test: ast.expr, word: str) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id == word) or (isinstance(node, ast.Attribute) and node.attr == word)
        for node in ast.walk(test)
    )
