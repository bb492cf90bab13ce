"""What must not happen to those who get a document: names, formulas, delimiters (D06 to D09)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from pathlib import Path

import pytest

from orderctl.core import failpoints
from orderctl.core.text import spreadsheet_text
from tests.faults.world import Before, a_world, rows_of
from tests.shop import CHANNELS, an_order_row

EAST = 'path = "out/east/{date}-{batch}.csv"'


NASTY_NUMBERS = [
    *("../../etc/passwd", "..", "/", "a/b", "a\\b", "CON", "con.txt", "NUL", "x.", " x ", ".hidden", "a\x00b", "\n"),
    *("x" * 300, "Ünï", "名前", "%2e%2e%2f", "~root", "$(id)", "`id`", "a;b", "-rf", "--help", "*", "?", "a:b", "|"),
]


def test_whoever_reads_the_folder_all_the_time_never_sees_a_part(tmp_path):
    """D06: at every failpoint of two passes the visible files are whole, and none ever changes."""
    world = a_world(tmp_path / "shop", CHANNELS.replace(EAST, EAST + ", manifest = true"))
    world.orders("web", *(an_order_row(str(number), "MUG", "TEE") for number in range(3)))
    log = tmp_path / "seen"

    def look(_: str, /) -> None:
        with log.open("a") as seen:
            for folder in ("out/east", "out/west", "outbox/web"):
                for path in sorted(Path(folder).glob("*")):
                    if not path.name.startswith("."):
                        seen.write(f"{path} {hashlib.sha256(path.read_bytes()).hexdigest()}\n")

    watched: Before = lambda: setattr(failpoints, "reached", look)  # noqa: E731
    assert 0 == world.orderctl("run", before=watched).code
    world.answers("east", "a", "WEB-0-1,shipped,,,UPS,1Z1,")
    world.orders("web-2", an_order_row("9"))
    assert 0 == world.orderctl("run", before=watched).code

    seen = {tuple(line.split()) for line in log.read_text().splitlines()}
    final = {(name, hashlib.sha256(content).hexdigest()) for name, content in world.files().items()}
    assert seen == {pair for pair in final if "staging" not in pair[0]}
    for name, content in world.files("out").items():
        if name.endswith(".manifest.json"):
            facts = json.loads(content)
            document = (world.folder / name).with_name(facts["file"]).read_bytes()
            assert (hashlib.sha256(document).hexdigest(), len(rows_of(document))) == (facts["sha256"], facts["rows"])


def test_no_order_number_leads_out_of_the_folder_or_collides(tmp_path):
    """D07: references are safe and unique whatever the channel calls its orders."""
    world = a_world(tmp_path / "shop")
    world.stock(east={"MUG": 100})
    world.orders("web", *(an_order_row(number) for number in NASTY_NUMBERS))
    before = set(tmp_path.rglob("*"))

    assert world.orderctl("run").code in {0, 3}

    references = list(world.handed_over())
    assert len(NASTY_NUMBERS) == len(references)
    assert all(re.fullmatch(r"[A-Z0-9]([A-Z0-9-]{0,28}[A-Z0-9])?", reference) for reference in references)
    made = set(tmp_path.rglob("*")) - before
    assert all(path.is_relative_to(tmp_path / "shop") for path in made)
    world.sent_once(*references)


@pytest.mark.parametrize("name", ["../x", "a/b", "CON", "x.", "x" * 100, "Lager Süd", "$(id)", ".orderctl-staging"])
def test_no_location_s_name_leads_out_of_the_folder(tmp_path, name):
    """D07."""
    channels = CHANNELS.replace("[location.east]", f"[location.{json.dumps(name)}]")
    channels = channels.replace(EAST, 'path = "out/{location}/{batch}.csv"')
    rules = f'version = 1\n[[location]]\nname = "all"\nthen.ship_from = [{json.dumps(name)}]\n'
    world = a_world(tmp_path / "shop", channels, rules)
    world.orders("web", an_order_row("1"))

    assert 0 == world.orderctl("run").code

    (document,) = (path for path in tmp_path.rglob("0001.csv"))
    assert document.parent.parent == tmp_path / "shop/out"
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*[A-Za-z0-9_-]", document.parent.name)


FORMULAS = [
    "=1+1",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\tx",
    "\r=x",
    "'quoted",
    '=HYPERLINK("http://x")',
    "plain",
    "-5",
    "+49 30 1",
]


def test_formulas_are_inert_where_people_read_and_untouched_where_machines_do(tmp_path):
    """D08: reversibly, in pick files for people and in --csv."""
    for_people = CHANNELS.replace(EAST, EAST + ", for_people = true")
    made = {}
    for kind, channels in (("people", for_people), ("machines", CHANNELS)):
        world = a_world(tmp_path / kind, channels)
        world.stock(east={"MUG": 100})
        rows = [an_order_row(str(number), note=text) for number, text in enumerate(FORMULAS)]
        for row in rows:
            row["ship_to"]["name"] = row["customer"]["name"] = row["note"]
        world.orders("web", *rows)
        world.orderctl("run")
        (document,) = world.files("out").values()
        made[kind] = {row["order_number"]: (row["note"], row["name"]) for row in rows_of(document)}
        listed = world.orderctl("orders", "list", "--csv").out
        assert [] == [
            cell for row in csv.reader(io.StringIO(listed)) for cell in row if re.match(r"[=+@\t\r]|-\D", cell)
        ]

    assert {str(number): (text, text) for number, text in enumerate(FORMULAS)} == made["machines"]
    inert = {str(number): (spreadsheet_text(text),) * 2 for number, text in enumerate(FORMULAS)}
    assert inert == made["people"]
    assert all(cell[1:] == text or cell == text for (cell, _), text in zip(inert.values(), FORMULAS, strict=True))


@pytest.mark.parametrize(("newlines", "delimiter"), [("keep", ","), ("space", ";"), ("keep", "\t")])
def test_delimiters_quotes_and_line_ends_come_back_as_they_went_in(tmp_path, newlines, delimiter):
    """D09."""
    texts = ["a,b;c\td|e", 'say "hi"', '"', '""', "a\nb", "a\r\nb", ",", "\n", "x" * 5000]
    setting = f'{EAST}, newlines = "{newlines}", delimiter = {json.dumps(delimiter)}'
    world = a_world(tmp_path, CHANNELS.replace(EAST, setting))
    world.stock(east={"MUG": 100})
    world.orders("web", *(an_order_row(str(number), note=text) for number, text in enumerate(texts)))

    assert 0 == world.orderctl("run").code

    (document,) = world.files("out").values()
    reader = csv.DictReader(io.StringIO(document.decode(), newline=""), delimiter=delimiter)
    expected = [re.sub(r"[\r\n]+", " ", text) if newlines == "space" else text for text in texts]
    assert expected == [row["note"] for row in reader]
