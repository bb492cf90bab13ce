from __future__ import annotations

from tests.cli.shop import Shop

FILE = "sku,title,weight,parts,alias.web,cost\nCUP,Cup,100 g,,,\nSET,Tea set,,CUP=2,SET-6=6,2.50\n"


def test_what_a_file_says_of_skus_is_listed_and_shown(a_day_later: Shop):
    a_day_later.write("skus.csv", FILE)
    said = a_day_later.orderctl("skus", "import", "skus.csv")
    assert "skus.csv  2 rows, 2 new, 1 kit changed, 1 mapped" == said.out.strip()

    rows = {row["sku"]: row for row in a_day_later.orderctl("skus", "list", "--json").json}
    assert ("Tea set", {"CUP": 2}, "always", "2.50", "USD") == tuple(
        rows["SET"][name] for name in ("title", "parts", "explode", "cost", "currency")
    )
    assert [{"channel": "web", "channel_sku": "SET-6", "times": 6}] == rows["SET"]["aliases"]
    assert rows["SET"] | {"stock": []} == a_day_later.orderctl("skus", "show", "SET", "--json").json
    assert "SET,Tea set" in a_day_later.orderctl("skus", "list", "--csv").out


def test_a_file_that_is_wrong_is_told_line_by_line_and_changes_nothing(a_day_later: Shop):
    a_day_later.write("skus.csv", "sku,weight\nCUP,1\nCAP,1 kg\nCUP,2 kg\n")

    said = a_day_later.orderctl("skus", "import", "skus.csv")

    assert 2 == said.code
    assert "skus.csv:2: column 'weight': '1' is not a weight" in said.err
    assert "skus.csv:4: column 'sku': CUP stands in line 2 already" in said.err
    assert 2 == a_day_later.orderctl("skus", "show", "CAP").code


def test_a_channels_sku_is_mapped_moved_and_forgotten(a_day_later: Shop):
    mapped = a_day_later.orderctl("skus", "map", "web", "B00X", "MUG", "--times", "6")
    refused = a_day_later.orderctl("skus", "map", "web", "B00X", "LAMP")
    a_day_later.orderctl("stock", "adjust", "LAMP", "east", "+1", "--reason", "found")
    moved = a_day_later.orderctl("skus", "map", "web", "B00X", "LAMP", "--replace")
    removed = a_day_later.orderctl("skus", "map", "web", "B00X", "--remove")

    assert "web B00X  not mapped -> 6 x MUG" == mapped.out.strip()
    assert 2 == refused.code
    assert "web B00X  6 x MUG -> 1 x LAMP" == moved.out.strip()
    assert "web B00X  1 x LAMP -> not mapped" == removed.out.strip()


def test_a_mapping_needs_a_channel_a_sku_and_one_of_the_two_ways(a_day_later: Shop):
    for words in ("wbe X MUG", "web X MGU", "web X", "web X MUG --remove", "web X MUG --times 0", "web Y --remove"):
        assert 2 == a_day_later.orderctl("skus", "map", *words.split()).code, words


def test_a_kit_is_made_and_unmade(a_day_later: Shop):
    made = a_day_later.orderctl("skus", "kit", "SET", "MUG=2", "--if-short")
    unmade = a_day_later.orderctl("skus", "kit", "SET", "--remove")

    assert "SET  2 x MUG if short" == made.out.strip()
    assert "SET  not a kit" == unmade.out.strip()
    for words in ("SET", "SET MUG", "SET MUG=0", "SET MUG=1 MUG=2", "SET GONE=1", "MUG MUG=1"):
        assert 2 == a_day_later.orderctl("skus", "kit", *words.split()).code, words
