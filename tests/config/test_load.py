from __future__ import annotations

import os
from pathlib import Path

import pytest

from orderctl.config.load import load
from orderctl.core import registry
from orderctl.core.errors import ConfigError
from orderctl.core.places import places_from_json, places_to_json

WEB = '[channel.web]\ntype = "file"\n'


def test_an_empty_file_has_every_default(loaded, tmp_path):
    config = loaded("")

    assert (tmp_path / "orderctl.db", tmp_path / "rules.toml") == (config.database, config.rules)
    assert ("USD", "UTC") == (config.places.currency, config.places.timezone)
    assert ("order", 600, None, 0) == (
        config.routing.strategy,
        config.routing.max_age_s,
        config.routing.duplicate_window_s,
        config.routing.split_cost_minor,
    )
    assert (2000, "50", 900) == (
        config.safety.max_push_per_run,
        config.safety.max_stock_drop_percent,
        config.safety.max_time_s,
    )
    assert () == config.stock_reasons
    assert {} == config.channels == config.locations == config.packages == config.notify == config.smtp


def test_a_location_of_two_words_ships_anywhere_on_weekdays(loaded):
    location = loaded("timezone = 'Europe/Berlin'\n[location.east]").locations["east"]

    assert ("warehouse", "counted", "Europe/Berlin") == (
        location.location.kind,
        location.location.stock,
        location.location.timezone,
    )
    assert ("mon", "tue", "wed", "thu", "fri") == location.location.working_days
    assert ("po_box", "international") == location.location.accepts
    assert (None, None, "C", None) == (
        location.location.capacity,
        location.location.feed_max_age_s,
        location.partner_class,
        location.send,
    )


def test_a_location_has_what_the_file_says(loaded, tmp_path):
    config = loaded("""
        [location.acme]
        kind = "supplier"
        address = { country = "US", region = "TX", postcode = "75201", line1 = "1 Elm St" }
        coordinates = [32.787629, "-96.799393"]
        zones = { US-CA = 8, CA = 9 }
        timezone = "America/Chicago"
        stock = "unlimited"
        cutoff = { mon_fri = "15:00", sat = "11:00" }
        working_days = ["mon_sat"]
        holidays = [2026-12-25, "2026-01-01"]
        capacity = { orders_per_day = 15 }
        pick_cost = "1.10"
        unit_cost = 0.25
        lead_time = "2 business days"
        costs = "costs/acme.csv"
        serves = ["US", "CA"]
        accepts = ["hazmat"]
        send = { via = "file", path = "out/{batch}.csv" }
        confirm = { via = "file", path = "in/*.csv", acknowledge_within = "24 h", ship_within = "2 business days" }
        stock_feed = { via = "file", path = "in/stock.csv" }
        feed_max_age = "36 h"
        on_no_ack = "failover"
        class = "C"
        contact = "orders@acme.example"
        escalate_to = "maria"
    """)
    acme, location = config.locations["acme"], config.places.locations["acme"]

    assert location is acme.location
    assert ("US", "TX", "75201", "1 Elm St") == (
        location.country,
        location.region,
        acme.address.postcode,
        acme.address.line1,
    )
    assert (32787629, -96799393) == location.coordinates
    assert {"US-CA": 8, "CA": 9} == location.zones
    assert {"mon": "15:00", "fri": "15:00", "sat": "11:00"}.items() <= location.cutoffs.items()
    assert ("2026-01-01", "2026-12-25") == location.holidays
    assert (15, 110, 25, 172800, 129600) == (
        location.capacity,
        location.pick_cost_minor,
        location.unit_cost_minor,
        location.lead_time_s,
        location.feed_max_age_s,
    )
    assert (86400, 172800) == (acme.acknowledge_within_s, acme.ship_within_s)
    assert tmp_path / "costs/acme.csv" == acme.costs
    assert ("file", {"path": "in/*.csv"}) == (acme.confirm.via, acme.confirm.settings)
    assert ("location", "acme", "send") == acme.send.path
    assert ("C", "orders@acme.example", "maria") == (acme.partner_class, acme.contact, acme.escalate_to)


def test_a_channel_has_what_the_file_says_and_keeps_the_rest_for_its_adapter(loaded):
    config = loaded("""
        timezone = "America/New_York"
        [channel.web]
        type = "file"
        short = "SH"
        live_from = 2026-11-01
        push = ["tracking", "stock"]
        location_map = { "gid://shop/1" = "east" }
        stock = { locations = ["east"], buffer = 1, percent = "80%", min = 2, max = 50 }
        fees = { percent = "2.9", fixed = "0.30" }
        format = "csv"
        columns = { number = "PO" }
        [location.east]
    """)
    web = config.channels["web"]

    assert ("SH", "2026-11-01T04:00:00Z", ("tracking", "stock")) == (web.short, web.live_from, web.push)
    assert {"gid://shop/1": "east"} == web.location_map
    assert (("east",), 1, "80", 2, 50) == (
        web.stock.locations,
        web.stock.buffer,
        web.stock.percent,
        web.stock.min,
        web.stock.max,
    )
    assert ("2.9", 30) == (web.fees.percent, web.fees.fixed_minor)
    assert {"format": "csv", "columns": {"number": "PO"}} == web.settings
    assert (("channel", "web"), 3) == (web.path, web.line)
    assert ("file", "SH", "2026-11-01T04:00:00Z") == (
        config.places.channels["web"].type,
        config.places.channels["web"].short,
        config.places.channels["web"].live_from,
    )


def test_a_channel_is_told_the_counted_stock_of_all_locations_unless_it_names_them(loaded):
    config = loaded(f'{WEB}[location.east]\n[location.acme]\nstock = "unlimited"\n[location.west]')

    assert ("east", "west") == config.channels["web"].stock.locations


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-01T00:00:00-04:00", "2026-11-01T04:00:00Z"),
        ("2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z"),
        ("2026-12-01T00:00:00", "2026-12-01T05:00:00Z"),
        ("2026-12-01", "2026-12-01T05:00:00Z"),
        ('"2026-12-01"', "2026-12-01T05:00:00Z"),
    ],
)
def test_a_channel_goes_live_at_midnight_in_the_zone_of_the_file_unless_an_offset_is_given(loaded, written, expected):
    config = loaded(f"timezone = 'America/New_York'\n{WEB}live_from = {written}")

    assert expected == config.channels["web"].live_from


@pytest.mark.parametrize(
    ("name", "short"), [("web", "WEB"), ("shopify-main", "SHOPIF"), ("b2b-csv", "B2BCSV"), ("3pl_nl.x", "3PLNLX")]
)
def test_the_short_code_is_the_letters_and_digits_of_the_name(loaded, name, short):
    assert short == loaded(f'[channel."{name}"]\ntype = "file"').channels[name].short


def test_two_channels_whose_short_codes_collide_are_both_named(refused):
    (finding,) = refused('[channel.shopify-main]\ntype = "file"\n[channel.shopify-b2b]\ntype = "file"')

    assert ("E208", 3) == (finding.code, finding.line)
    assert "[channel] shopify-b2b would have the short code 'SHOPIF' of [channel.shopify-main]" == finding.message


def test_paths_are_relative_to_the_file_that_names_them(tmp_path, monkeypatch):
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "channels.toml").write_text('database = "data/o.db"\nrules = "/etc/rules.toml"')
    monkeypatch.chdir(tmp_path)

    config = load(Path("shop/channels.toml"))

    assert (Path("shop/data/o.db"), Path("/etc/rules.toml")) == (config.database, config.rules)
    assert Path("shop") == config.base


def test_services_carry_their_limits_and_rates(loaded, tmp_path):
    (tmp_path / "ground.csv").write_text("max_weight,cost\n1 kg,4.20\n500 g,3.10\n")
    config = loaded("""
        [carrier.usps.services]
        ground = { days = "2-5", max_weight = "31.7 kg", countries = ["US"], po_box = false, rates = "ground.csv" }
        overnight = { days = "1" }
    """)
    ground, overnight = config.places.services.values()

    assert ["usps:ground", "usps:overnight"] == list(config.places.services)
    assert (2, 5, 31700, ("US",), False) == (
        ground.days_min,
        ground.days_max,
        ground.max_weight_g,
        ground.countries,
        ground.po_box,
    )
    assert [(500, 310), (1000, 420)] == [(rate.max_weight_g, rate.cost_minor) for rate in ground.rates]
    assert (1, 1, None, True) == (overnight.days_min, overnight.days_max, overnight.max_weight_g, overnight.po_box)


def test_a_carrier_may_have_a_page_and_tracking_its_own_time(loaded):
    config = loaded("""
        [carrier.ups.services]
        ground = {}
        [carrier.van]
        tracking_url = "https://van.example/?q={n}"
        [safety]
        late_after = "3 business days"
    """)

    assert {"ups": "", "van": "https://van.example/?q={n}"} == config.carriers
    assert ["ups:ground"] == list(config.places.services)
    assert (3 * 86400, 2 * 86400) == (config.safety.late_after_s, loaded("").safety.late_after_s)


def test_what_a_carrier_needs_is_asked_of_each_of_its_services(loaded):
    config = loaded("""
        [carrier.dpd]
        needs = ["phone"]
        [carrier.dpd.services]
        home = {}
        shop = {}
        [carrier.ups.services]
        ground = {}
        [routing]
        hold_missing_customs = false
    """)

    assert [("phone",), ("phone",), ()] == [service.needs for service in config.places.services.values()]
    assert not config.routing.hold_missing_customs
    assert loaded("").routing.hold_missing_customs


def test_packages_are_exact(loaded):
    box = loaded("[package]\nbox = { length = 40, width = 30.5, height = 30, tare = 0.6 }").packages["box"]

    assert (400, 305, 300, 600) == (box.length_mm, box.width_mm, box.height_mm, box.tare_g)


def test_the_other_tables_are_kept_as_written(loaded):
    config = loaded("""
        [rates]
        EUR = "1.080"
        [stock]
        reasons = ["photo"]
        [targets]
        taken = "99.5%"
        [smtp]
        host = "smtp.example.com"
        password = "env:SMTP_PASSWORD"
        [heartbeat]
        url = "env:HEALTHCHECK_URL"
        [notify.ops]
        via = "email"
    """)

    assert {"EUR": "1.08"} == config.places.rates
    assert ("photo",) == config.stock_reasons
    assert ("99.5", 50, None) == (config.targets.taken, config.targets.min_shipments, config.targets.stock_right)
    assert {"host": "smtp.example.com", "password": "env:SMTP_PASSWORD"} == config.smtp
    assert {"url": "env:HEALTHCHECK_URL"} == config.heartbeat
    assert ("ops",) == config.places.notify


def test_what_a_decision_may_look_at_survives_being_stored(loaded):
    places = loaded(f'{WEB}push = ["stock"]\n[location.east]\ncoordinates = [40, -74]\nzones = {{ US = 2 }}').places

    assert places == places_from_json(places_to_json(places))


def test_a_class_that_the_way_cannot_keep_is_refused(tmp_path):
    path = tmp_path / "channels.toml"
    path.write_text('[location.store]\nclass = "F"\nsend = { via = "email" }')

    with pytest.raises(ConfigError) as caught:
        load(path, adapters=False)

    assert "class is F, but 'email' does not publish files by rename" in caught.value.findings[0].message


def test_files_are_staged_unless_the_file_says_otherwise(loaded):
    config = loaded('[location.a]\nsend = { via = "file" }\n[location.b]\nclass = "C"\nsend = { via = "file" }')

    assert ["F", "C"] == [location.partner_class for location in config.locations.values()]


def test_types_that_are_not_installed_are_taken_by_commands_that_open_none(tmp_path):
    path = tmp_path / "channels.toml"
    path.write_text('[channel.web]\ntype = "magento"\n[location.east]\nsend = { via = "fax" }')

    config = load(path, adapters=False)

    send = config.locations["east"].send
    assert send is not None
    assert ("magento", "fax") == (config.channels["web"].type, send.via)


def test_a_missing_file_says_how_to_begin(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "channels.toml")

    (finding,) = caught.value.findings
    assert "E201" == finding.code
    assert "name it with -c FILE, go to its folder, or make one: orderctl init" == finding.hint


def test_a_folder_in_place_of_the_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="E201"):
        load(tmp_path)


def test_the_reference_configuration_lacks_only_what_this_version_does_not_have(tmp_path):
    """Rate tables are given; adapters that are not registered yet and holiday calendars are all that is missing."""
    shared = os.environ.get("ORDERCTL_SHARED")
    if not shared:
        pytest.skip("ORDERCTL_SHARED is not set")
    path = tmp_path / "channels.toml"
    path.write_bytes(Path(shared, "drafts", "channels.toml").read_bytes())
    (tmp_path / "rates").mkdir()
    for name in ("usps-ga", "usps-pm", "ups-ground", "fedex-ground"):
        (tmp_path / "rates" / f"{name}.csv").write_text("max_weight,cost\n1 kg,4.20\n")

    with pytest.raises(ConfigError) as caught:
        load(path)

    expected = {
        *((f"[channel.{name}] type '{type_}'", "E206") for name, type_ in _CHANNELS if type_ not in registry.CHANNELS),
        *((f"[location.{name}] via '{via}'", "E206") for name, via in _WAYS if via not in registry.DESTINATIONS),
        *((f"[location.{name}] holidays '{country}'", "E212") for name, country in _CALENDARS),
    }
    found = {(" ".join(finding.message.split()[:3]), finding.code) for finding in caught.value.findings}
    assert expected == found
    assert len(expected) == len(caught.value.findings)


_CHANNELS = (
    ("shopify-main", "shopify"),
    ("woo-eu", "woocommerce"),
    ("amazon-us", "amazon"),
    ("ebay-us", "ebay"),
    ("walmart", "walmart"),
)
_WAYS = (
    ("store-nyc.send", "email"),
    ("3pl-nl.send", "api"),
    ("3pl-nl.confirm", "api"),
    ("mcf-us.send", "amazon-mcf"),
    ("acme.send", "email"),
    ("acme.confirm", "mailbox"),
)
_CALENDARS = (("east", "US"), ("west", "US"), ("3pl-nl", "NL"))
