"""Documents after a template of the user's own: jinja2 in a closed room.

1. it sees the batch (`template_data`) and nothing else: no files, no includes, no attributes of Python's own; a name
   that is not there is an error, not an empty place
2. it ends: turns of loops and calls of macros are counted together, what makes much out of little is not there, and
   the text that comes out has a bound
3. HTML and XML are escaped; JSON has to be JSON in the end
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import jinja2
from jinja2 import meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from orderctl.core import text

MOST_TURNS = 1_000_000
LARGEST_TEMPLATE = 256 * 1024
LARGEST_TEXT = 64 * 1024 * 1024
_LONGEST_PRODUCT = 10**18
#: Filters and methods that make as long a text as a number says.
_FILTERS = ("center", "format", "indent", "wordwrap", "urlize", "xmlattr", "pprint")
_METHODS = frozenset(("center", "ljust", "rjust", "zfill", "expandtabs", "format", "format_map", "translate"))
_NOT_HERE = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
_ESCAPED = ("html", "xml")


class TemplateFault(Exception):
    """The template cannot be used; the words name its file and line."""


class _Room(ImmutableSandboxedEnvironment):
    """What a template may do, and how often."""

    intercepted_binops = frozenset(("*", "**", "%"))

    def __init__(self, *, escaped: bool, for_people: bool) -> None:
        super().__init__(autoescape=escaped, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
        self.globals = {"range": range}
        for name in _FILTERS:
            del self.filters[name]
        self.filters["cell"] = lambda value, delimiter=",": _cell(value, delimiter, for_people=for_people)
        self.filters["turns"] = self.turns
        self.left = MOST_TURNS

    def turns(self, values: Iterable[Any]) -> Iterator[Any]:
        """`values`, each of which is a turn of a loop."""
        for value in values:
            self._count()
            yield value

    def call(self, context: Any, called: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """As jinja2, and counted."""
        self._count()
        if called is range and len(range(*args)) > MOST_TURNS:
            raise SecurityError("counts too far")
        return super().call(context, called, *args, **named)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Products of numbers only, and none without end."""
        numbers = isinstance(left, int) and isinstance(right, int)
        if operator == "**" or not numbers or (operator == "*" and abs(left * right) > _LONGEST_PRODUCT):
            raise SecurityError(f"'{operator}' is for whole numbers of common size here; '**' is not there at all")
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Not what makes long texts either."""
        return not (isinstance(obj, str) and attr in _METHODS) and super().is_safe_attribute(obj, attr, value)

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise SecurityError(f"takes more than {MOST_TURNS:,} turns")


def _cell(value: object, delimiter: str, *, for_people: bool) -> str:
    """A cell of CSV, in quotes where it needs them; for people a formula is made harmless."""
    written = str(value)
    if for_people and not isinstance(value, int):
        written = text.spreadsheet_text(written)
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow([written, ""])
    return out.getvalue()[: -len(delimiter)]


class Template:
    """A template that can be rendered. `name` is for messages, `format` the suffix before `.j2`.

    `prepared` may change how values are written into it, before anything is read.
    """

    def __init__(
        self,
        name: str,
        source: str,
        *,
        for_people: bool = False,
        prepared: Callable[[jinja2.Environment], None] | None = None,
    ) -> None:
        self.name = name
        self.format = name.removesuffix(".j2").rpartition("/")[2].rpartition(".")[2].lower()
        self._room = _Room(escaped=self.format in _ESCAPED, for_people=for_people)
        if prepared is not None:
            prepared(self._room)
        try:
            parsed = self._room.parse(source, name)
            self._check(parsed)
            self.names = frozenset(meta.find_undeclared_variables(parsed))
            self._template = self._room.from_string(parsed)
        except jinja2.TemplateSyntaxError as error:
            self._fail(error.message or "cannot be read", error.lineno)

    def _check(self, parsed: nodes.Template) -> None:
        for node in parsed.find_all(_NOT_HERE):
            self._fail("a template reads no other file", node.lineno)
        for loop in list(parsed.find_all(nodes.For)):
            if loop.recursive:
                self._fail("recursive loops are not available", loop.lineno)
            loop.iter = nodes.Filter(loop.iter, "turns", [], [], None, None, lineno=loop.lineno)
            loop.iter.set_environment(self._room)

    def check(self, data: Mapping[str, Any]) -> None:
        """TemplateFault unless it can be rendered about `data` and names nothing else, also where it did not look."""
        unknown = sorted(self.names - data.keys() - self._room.globals.keys())
        if unknown:
            self._fail(f"'{unknown[0]}' is not a name here{text.did_you_mean(unknown[0], data)}", 0)
        self.render(data)

    def render(self, data: Mapping[str, Any]) -> str:
        """The text of the template about `data`. TemplateFault says where it goes wrong."""
        self._room.left = MOST_TURNS
        parts: list[str] = []
        size = 0
        try:
            for part in self._template.generate(**data):
                size += len(part)
                if size > LARGEST_TEXT:
                    self._fail(f"makes more than {LARGEST_TEXT:,} characters", 0)
                parts.append(part)
        except jinja2.UndefinedError as error:
            self._fail(_in_words(error.message or "", data), _line_of(error, self.name))
        except SecurityError as error:
            self._fail(str(error), _line_of(error, self.name))
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            self._fail(f"{type(error).__name__}: {error}"[:200], _line_of(error, self.name))
        except MemoryError:
            self._fail("takes more memory than there is", 0)
        written = "".join(parts)
        if self.format == "json":
            self._check_json(written)
        return written

    def _check_json(self, written: str) -> None:
        try:
            json.loads(written)
        except ValueError as error:
            self._fail(f"what it makes is not JSON ({error}); write {{{{ value|tojson }}}}", 0)

    def _fail(self, message: str, line: int) -> NoReturn:
        where = f"{self.name} line {line}" if line else self.name
        raise TemplateFault(f"{where}: {message}") from None


def _in_words(message: str, data: Mapping[str, Any]) -> str:
    """jinja2's message, with the nearest name that there is."""
    name = message.split("'")[1] if message.count("'") > 1 else ""
    return message + text.did_you_mean(name, data) if message.endswith("is undefined") else message


def _line_of(error: BaseException, name: str) -> int:
    """The line of the template in which `error` arose: jinja2 makes tracebacks speak of templates."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in {name, "<template>"}:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def read(path: Path, *, for_people: bool = False) -> Template:
    """The template in the file at `path`. TemplateFault when it cannot be read."""
    try:
        raw = path.read_bytes() if path.is_file() else None
    except OSError as error:
        raise TemplateFault(f"{path}: cannot be read: {error.strerror}") from None
    if raw is None:
        raise TemplateFault(f"{path}: there is no such file")
    if len(raw) > LARGEST_TEMPLATE:
        raise TemplateFault(f"{path}: is larger than {LARGEST_TEMPLATE:,} bytes")
    try:
        return Template(str(path), raw.decode("utf-8-sig"), for_people=for_people)
    except UnicodeDecodeError as error:
        raise TemplateFault(f"{path}: byte {error.start + 1} is not UTF-8") from None
