"""An example for each code of `config.findings`: what brings it up in channels.toml, and the same put right."""

from __future__ import annotations

from collections.abc import Mapping

from orderctl.config import findings

_WEB = '[channel.web]\ntype = "file"\npath = "inbox/*.jsonl"'
_US = '[channel.storefront-us]\ntype = "file"\npath = "us/*"\n'
_EU = '[channel.storefront-eu]\ntype = "file"\npath = "eu/*"\n'
_SMTP = '[smtp]\nhost = "smtp.example.com"\nuser = "orders@example.com"\n'
_EAST = '[location.east]\nkind = "warehouse"'

#: Code -> (what brings it up, the same put right).
EXAMPLES: Mapping[str, tuple[str, str]] = {
    findings.UNKNOWN_KEY: (f'{_WEB}\nlive_form = "2026-11-01"', f'{_WEB}\nlive_from = "2026-11-01"'),
    findings.WRONG_TYPE: (f'{_WEB}\npush = "tracking"', f'{_WEB}\npush = ["tracking"]'),
    findings.WRONG_VALUE: ('[location.east]\nkind = "warehose"', _EAST),
    findings.MISSING_KEY: ('[channel.web]\npath = "inbox/*.jsonl"', _WEB),
    findings.UNKNOWN_TYPE: ('[channel.web]\ntype = "fiel"\npath = "inbox/*.jsonl"', _WEB),
    findings.UNKNOWN_NAME: (
        f'{_WEB}\nlocation_map = {{ "1" = "esat" }}\n{_EAST}',
        f'{_WEB}\nlocation_map = {{ "1" = "east" }}\n{_EAST}',
    ),
    findings.SHORT_TAKEN: (_US + _EU, f'{_US}short = "US"\n{_EU}short = "EU"'),
    findings.LITERAL_SECRET: (_SMTP + 'password = "hunter2"', _SMTP + 'password = "env:SMTP_PASSWORD"'),
    findings.BAD_RATES: (
        '[carrier.ups.services]\nground = { rates = "rates/no-such-file.csv" }',
        '[carrier.ups.services]\nground = { rates = "rates/ups-ground.csv" }',
    ),
    findings.NOT_AVAILABLE: (f'{_EAST}\nholidays = "US"', f"{_EAST}\nholidays = [2026-12-25, 2027-01-01]"),
    findings.BAD_SETTING: (
        f'{_WEB}\ncolumns = {{ number = "Order" }}',
        f'{_WEB}\nformat = "csv"\ncolumns = {{ number = "Order" }}',
    ),
}
