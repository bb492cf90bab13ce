from __future__ import annotations

import contextlib
import re

import pytest

from orderctl.config.findings import CODES
from orderctl.config.keys import TABLES
from orderctl.core.errors import ConfigError

WEB = '[channel.web]\ntype = "file"\n'
EAST = "[location.east]\n"

BROKEN = [
    # text, code, line, part of the message, hint
    ('chanel = "x"', "E202", 1, "chanel is not a key", "did you mean 'channel'?"),
    ("version = 2", "E212", 1, "version is 2; this orderctl reads version 1", ""),
    ('currency = "usd"', "E204", 1, "currency 'usd' is not a currency code", "did you mean 'USD'?"),
    ('timezone = "America/New_Yrok"', "E204", 1, "is not a time zone", "did you mean 'America/New_York'?"),
    ('timezone = "America"', "E204", 1, "'America' is not a time zone", ""),
    ('timezone = "../../etc/passwd"', "E204", 1, "is not a time zone", ""),
    ("database = 3", "E203", 1, "database is a number, not a text", ""),
    ("channel = 3", "E203", 1, "channel is not a table of tables", "write [channel.NAME]"),
    ('[channel]\ntype = "file"', "E203", 2, "[channel] type is not a table", "write [channel.NAME]"),
    ("[channel.web]\nx = 1", "E205", 1, "[channel.web] type is missing", ""),
    ('[heartbeat]\nurl = "http://hc.example/x"', "E204", 2, "[heartbeat] url is no https address", ""),
    ('[heartbeat]\nurl = "https://hc.example/x?y=1"', "E204", 2, "[heartbeat] url is no https address", ""),
    (WEB + 'short = "web-1"', "E204", 3, "short 'web-1' is not 1 to 6 of A-Z 0-9", "'WEB1'"),
    ('[channel."---"]\ntype = "file"', "E204", 1, "has no letter or digit", 'short = "..."'),
    ('[channel."a/b"]\ntype = "file"', "E204", 1, "has a '/' in its name", ""),
    ('[channel."a\\u001b"]\ntype = "file"', "E204", 1, "is not a name", ""),
    ('[channel.web]\ntype = "fiel"', "E206", 2, "type 'fiel' is not installed", "did you mean 'file'?"),
    ('[channel.web]\ntype = "magento"', "E206", 2, "type 'magento' is not installed", "'magento' in orderctl.channels"),
    (WEB + 'push = ["trackng"]', "E204", 3, "push is 'trackng'; it can be tracking, stock", "did you mean 'tracking'?"),
    (WEB + 'push = "tracking"', "E203", 3, "push is a text, not a list", ""),
    (WEB + 'live_from = "soon"', "E204", 3, "live_from 'soon' is not a date or a time", "2026-11-01"),
    (WEB + 'location_map = { "1" = "esat" }\n' + EAST, "E207", 3, "names a location 'esat'", "did you mean 'east'?"),
    (WEB + 'stock = { locations = ["north"] }', "E207", 3, "names a location 'north'", "add [location.north]"),
    (WEB + "stock = { bufer = 1 }", "E202", 3, "[channel.web.stock] bufer", "did you mean 'buffer'?"),
    (WEB + "stock = { buffer = -1 }", "E204", 3, "buffer is -1; it can be 0 to", ""),
    (WEB + "stock = { buffer = true }", "E203", 3, "buffer is true or false, not a whole number", ""),
    (WEB + 'stock = { percent = "120" }', "E204", 3, "percent is 120; a percentage is 0 to 100", ""),
    (WEB + 'stock = { percent = "33.3333333" }', "E204", 3, "percent has more than 6 decimals", ""),
    (WEB + "stock = { min = 5, max = 2 }", "E204", 3, "max is 2, less than min (5)", ""),
    (WEB + 'fees = { fixed = "0.305" }', "E204", 3, "has more decimals than USD has", ""),
    ("[location.east]\nkindd = 1", "E202", 2, "[location.east] kindd", "did you mean 'kind'?"),
    (EAST + 'kind = "warehose"', "E204", 2, "kind is 'warehose'", "did you mean 'warehouse'?"),
    (EAST + 'address = { country = "UK" }', "E204", 2, "country 'UK' is not a country code", "did you mean 'GB'?"),
    (EAST + 'address = "NJ"', "E203", 2, "address is not a table", "address = { ... } of a location"),
    (EAST + 'cutoff = { mon_fry = "15:00" }', "E204", 2, "'mon_fry' is neither a weekday nor a range", "'fri'"),
    (EAST + 'cutoff = { mon_fri = "25:00" }', "E204", 2, "'25:00' is not a time of day", '"15:00"'),
    (EAST + 'holidays = "US"', "E212", 2, "'US' names a calendar, and orderctl has none", "list the dates"),
    (EAST + 'holidays = ["2026-02-30"]', "E204", 2, "'2026-02-30' is not a date", "2026-12-25"),
    (EAST + "capacity = 1.5", "E203", 2, "capacity is a number, not a whole number", ""),
    (EAST + "capacity = { per_day = 1 }", "E204", 2, "other keys than orders_per_day", "orders_per_day = 150"),
    (EAST + 'pick_cost = "-1"', "E204", 2, "cannot be negative", ""),
    (EAST + 'pick_cost = "1,10"', "E204", 2, "'1,10' is not an amount of money", ""),
    (EAST + 'lead_time = "2 fortnights"', "E204", 2, "'2 fortnights' is not a duration", ""),
    (EAST + 'feed_max_age = "2 business days"', "E204", 2, "is not a duration", ""),
    (EAST + 'serves = ["Germany"]', "E204", 2, "serves 'Germany' is not a country code", ""),
    (EAST + "coordinates = [95, 10]", "E204", 2, "is not on Earth", "[latitude, longitude]"),
    (EAST + "send = {}", "E205", 2, "[location.east.send] via is missing", ""),
    (EAST + 'send = "file"', "E203", 2, "send is not a table", "send = { ... }"),
    (EAST + 'send = { via = "fax" }', "E206", 2, "via 'fax' is not installed", "'fax' in orderctl.destinations"),
    (EAST + 'confirm = { via = "file", acknowledge_within = 4 }', "E203", 2, "is a number, not a text", ""),
    (EAST + 'class = "D"', "E204", 2, "class is 'D'; it can be A, B, F, C", ""),
    ('[carrier.ups]\nservice = "x"', "E202", 2, "[carrier.ups] service", "did you mean 'services'?"),
    ("[carrier.ups.services]\nground = 1", "E203", 2, "ground is not a table", "SERVICE = { ... }"),
    ('[carrier.ups]\ntracking_url = "ups.com/{n}"', "E204", 2, "'ups.com/{n}' is no address of a page with {n}", ""),
    ('[carrier.ups]\ntracking_url = "https://ups.com/"', "E204", 2, "is no address of a page with {n}", ""),
    ('[carrier.ups.services]\n"a:b" = {}', "E204", 2, "has a ':' in its name", ""),
    ('[carrier.ups.services]\nx = { days = "5-2" }', "E204", 2, "days '5-2' ends before it begins", 'write "2-5"'),
    ('[carrier.ups.services]\nx = { days = "soon" }', "E204", 2, "days is not a number of days", '"2-5" or "1"'),
    ('[carrier.ups.services]\nx = { max_weight = "3 miles" }', "E204", 2, "'3 miles' is not a weight", ""),
    ('[carrier.ups.services]\nx = { max_weight = "0.1 g" }', "E204", 2, "is not a whole number of grams", ""),
    ('[carrier.ups.services]\nx = { rates = "no.csv" }', "E211", 2, "no.csv, which cannot be read", ""),
    ("[package]\nbox = { length = 0 }", "E204", 2, "length is 0; write cm, more than 0", ""),
    ('[routing]\nshort_cost = "-1"', "E204", 2, "short_cost", ""),
    ('[routing]\nstrategy = "bach"', "E204", 2, "strategy is 'bach'", "did you mean 'batch'?"),
    ('[routing]\nmax_age = "often"', "E204", 2, "max_age 'often' is not a duration", ""),
    ('[rates]\nEURO = "1.1"', "E204", 2, "[rates] EURO 'EURO' is not a currency code", ""),
    ('[rates]\nUSD = "1"', "E204", 2, "is the currency of the file", ""),
    ('[rates]\nEUR = "0"', "E204", 2, "an exchange rate is more than 0", ""),
    ('[stock]\nreasons = ["lost"]', "E204", 2, "'lost' is a reason already", ""),
    ("[safety]\nmax_push = 3", "E202", 2, "[safety] max_push", "did you mean 'max_push_per_run'?"),
    ("notify = 1", "E203", 1, "notify is not a table of tables", "write [notify.NAME]"),
    ('[smtp]\npassword = "hunter2"', "E209", 2, "[smtp] password holds a secret itself", "env:NAME"),
    ('[channel.web]\ntype = "file"\ntoken = 12345', "E209", 3, "[channel.web] token holds a secret itself", ""),
]


@pytest.mark.parametrize(("text", "code", "line", "message", "hint"), BROKEN)
def test_a_broken_file_is_refused_with_code_line_and_hint(refused, tmp_path, text, code, line, message, hint):
    (finding,) = refused(text)

    assert (code, line, str(tmp_path / "channels.toml")) == (finding.code, finding.line, finding.file)
    assert message in finding.message
    assert hint in finding.hint
    assert finding.code in CODES


def test_everything_wrong_is_told_at_once_in_the_order_of_the_file(refused):
    findings = refused('currency = "X"\n[location.east]\nkind = "y"\ncapacity = "z"\n[routing]\nmax = 1')

    assert [("E204", 1), ("E204", 3), ("E203", 4), ("E202", 6)] == [(found.code, found.line) for found in findings]


def test_a_literal_secret_is_never_shown_wherever_it_stands(refused):
    findings = refused("""
        [channel.web]
        type = "file"
        client_secret = "CANARY-1"
        nested = { list = [{ api_key = "CANARY-2" }] }
        [location.east]
        send = { via = "file", passphrase = "CANARY-3" }
        [helpdesk]
        token = "CANARY-4"
    """)

    assert [("E209", 4), ("E209", 5), ("E209", 7), ("E209", 9)] == [(found.code, found.line) for found in findings]
    assert not re.search("CANARY", "\n".join(map(str, findings)))


_HEADERS = {
    "file": "",
    "channel": "[channel.web]",
    "channel.stock": "[channel.web.stock]",
    "channel.fees": "[channel.web.fees]",
    "location": "[location.east]",
    "location.address": "[location.east.address]",
    "location.send": "[location.east.send]",
    "location.confirm": "[location.east.confirm]",
    "location.stock_feed": "[location.east.stock_feed]",
    "carrier": "[carrier.ups]",
    "service": "[carrier.ups.services.ground]",
    "package": "[package.box]",
    "notify": "[notify.ops]",
}
_VALUES = (
    *('""', '"x"', '"\\u0000"', '"-1"', '"1e9"', '"~nobody-here/x"', "0", "-1", "1.5", "9223372036854775807", "true"),
    *("[]", "[1]", '["x"]', "[[]]", "[{}]", "{}", "{ x = 1 }", "{ x = {} }", '{ x = "y" }'),
    *("2026-01-01", "12:00:00", "2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"),
)


@pytest.mark.parametrize("value", _VALUES)
def test_no_value_under_any_key_is_more_than_a_finding(loaded, value):
    for name, table in TABLES.items():
        for key in (*(key.name for key in table.keys), "EUR"):
            with contextlib.suppress(ConfigError):
                loaded(f"{_HEADERS.get(name, f'[{name}]')}\n{key} = {value}")
