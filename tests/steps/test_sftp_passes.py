"""A supplier that is reached by SFTP: whole passes against real servers, killed and failing at every step."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import asyncssh
import pytest

from orderctl.core.errors import Exit
from tests.destinations.sftp_opened import listed
from tests.sftp_servers import Faulty, Server, faulty_sftp, needs_sftp, needs_sshd, pin, sshd
from tests.shop import CHANNELS, a_shop, an_order_row
from tests.steps.test_crash import go_on, in_child, kill_at, points_of
from tests.steps.test_mail_passes import a_pass, states, waiting

BY_SFTP = """
[location.acme]
kind  = "supplier"
stock = "unlimited"
send    = {{ via = "sftp", {server}, path = "{there}/in/{{date}}-{{batch}}.csv", manifest = true, \
documents = ["packing-slip.csv"], call_back = "{there}/in/stop-{{reference}}.csv" }}
confirm = {{ via = "sftp", path = "{there}/out/*.csv", after = "move", archive = "answers" }}
"""
BATCH = "2026-11-20-0001.csv"
WITH_IT = {BATCH, f"{BATCH}.manifest.json", f"{BATCH}.packing-slip.csv"}


class Partner:
    """A shop whose supplier is reached by SFTP, and what lies at that supplier."""

    def __init__(self, folder: Path, server: Server, there: Path) -> None:
        kept = CHANNELS[: CHANNELS.index("[location.acme]")]
        self.there = there
        for name in ("in", "out"):
            (there / name).mkdir(parents=True, exist_ok=True)
        self.shop = a_shop(folder, kept + BY_SFTP.format(server=server.toml(), there=there))

    def orders(self, *numbers: int) -> None:
        self.shop.orders(f"web{numbers[0]}", *(an_order_row(str(number), "RING-1") for number in numbers))

    def cancel(self, number: int) -> None:
        moment = "2026-11-20T14:00:00Z"
        self.shop.orders("web9", an_order_row(str(number), "RING-1", cancelled_at=moment, updated_at=moment))

    def answer(self, name: str, *rows: str) -> None:
        path = self.there / "out" / name
        path.write_text("reference,status,carrier,tracking_number\n" + "".join(f"{row}\n" for row in rows))
        os.utime(path, (1_763_600_000, 1_763_600_000))  # a year before the passes: old enough to be whole

    def got(self) -> set[str]:
        return set(listed(self.there / "in"))

    def forget(self) -> None:
        for path in (self.there / "in").iterdir():
            path.unlink()


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Faulty]:
    with faulty_sftp(tmp_path / "keys") as box:
        yield box


@pytest.fixture
def partner(tmp_path: Path, faulty: Faulty) -> Partner:
    assert faulty.server is not None
    return Partner(tmp_path / "shop", faulty.server, tmp_path / "there")


@needs_sshd
def test_the_whole_way_by_sftp(tmp_path):
    with sshd(tmp_path / "sshd") as server:
        partner = Partner(tmp_path / "shop", server, tmp_path / "there")
        partner.orders(1, 2)
        assert Exit.OK == partner.shop.run()[0]
        assert WITH_IT == partner.got()
        assert {"dispatched": 2} == states(partner.shop)

        partner.answer("a.csv", "WEB-1-1,shipped,UPS,1Z1", "WEB-2-1,rejected,,")
        partner.shop.run()
    assert {"shipped": 1, "rejected": 1, "dispatched": 1} == states(partner.shop)  # routed again, to the next location
    assert ["a.csv"] == listed(partner.there / "out" / "done")
    assert ["acme"] == [path.name[:4] for path in (partner.shop.folder / "answers").glob("*.csv")]
    assert any(b"1Z1" in content for content in partner.shop.files("outbox").values())


@needs_sftp
def test_a_dry_run_writes_nothing_on_either_side(partner):
    partner.orders(1)
    partner.answer("a.csv", "WEB-1-1,shipped,UPS,1Z1")
    before = everything(partner)
    _, reports = partner.shop.run(dry_run=True)
    (item,) = next(report for report in reports if report.step == "dispatch").items

    assert item["to"].endswith(f"/in/{BATCH}")
    assert before == everything(partner)


def everything(partner: Partner) -> dict[Path, bytes]:
    paths = [path for folder in (partner.shop.folder, partner.there) for path in folder.rglob("*")]
    return {path: path.read_bytes() if path.is_file() else b"" for path in paths}


@needs_sftp
@pytest.mark.parametrize("takes", [False, True])
def test_killed_at_every_failpoint_every_batch_is_published_once(partner, faulty, tmp_path, takes):
    """Also where the partner takes every file away the moment it is there."""
    faulty.takes = takes
    partner.orders(1, 2)
    start = partner.shop.copy(tmp_path / "start")
    points = points_of(partner.shop)
    assert WITH_IT == {name for name, _ in faulty.published}
    for count, name in enumerate(points, 1):
        if takes and not name.startswith(("sftp", "dispatch")):
            continue  # what comes before and after does not depend on the partner
        partner.forget()
        faulty.published.clear()
        shop = start.copy(tmp_path / f"killed-{count}")
        assert os.WIFSIGNALED(in_child(partial(a_pass, shop), kill_at(count))), name
        in_child(partial(a_pass, shop), go_on)

        published = [file for file, _ in faulty.published]
        assert WITH_IT == set(published), f"killed at {count} ({name})"
        assert 3 == len(published), f"killed at {count} ({name})"
        assert BATCH == published[-1], f"killed at {count} ({name})"
        assert (set() if takes else WITH_IT) == partner.got(), f"killed at {count} ({name})"
        assert {"dispatched": 2} == states(shop), f"killed at {count} ({name})"
        assert set() == waiting(shop), f"killed at {count} ({name})"


@needs_sftp
def test_killed_at_every_failpoint_no_answer_is_lost_and_every_file_is_filed(partner, tmp_path):
    partner.orders(1, 2)
    partner.shop.run()
    start = partner.shop.copy(tmp_path / "start")

    def answer() -> None:
        for path in (partner.there / "out").rglob("*.csv"):
            path.unlink()
        partner.answer("a.csv", "WEB-1-1,shipped,UPS,1Z1")
        partner.answer("b.csv", "WEB-2-1,shipped,UPS,1Z2")

    answer()
    points = points_of(partner.shop)
    for count, name in enumerate(points, 1):
        answer()
        shop = start.copy(tmp_path / f"killed-{count}")
        in_child(partial(a_pass, shop), kill_at(count))
        in_child(partial(a_pass, shop), go_on)

        assert {"shipped": 2} == states(shop), f"killed at {count} ({name})"
        assert ["done"] == listed(partner.there / "out"), f"killed at {count} ({name})"
        assert 2 == len(list((shop.folder / "answers").glob("*.csv"))), f"killed at {count} ({name})"


@needs_sftp
def test_killed_while_it_is_asked_a_shipment_is_asked_to_be_stopped_once(partner, faulty, tmp_path):
    alone(partner)
    partner.orders(1)
    partner.shop.run()
    partner.cancel(1)
    start = partner.shop.copy(tmp_path / "start")
    points = points_of(partner.shop)
    for count, name in enumerate(points, 1):
        if not name.startswith(("sftp", "call_backs")):
            continue
        partner.forget()
        faulty.published.clear()
        shop = start.copy(tmp_path / f"killed-{count}")
        in_child(partial(a_pass, shop), kill_at(count))
        in_child(partial(a_pass, shop), go_on)

        assert ["stop-WEB-1-1.csv"] == [file for file, _ in faulty.published], f"killed at {count} ({name})"
        assert {"cancel_requested": 1} == states(shop), f"killed at {count} ({name})"


FAULTS = [
    ("login", "drop", "planned", Exit.REMOTE),
    ("open", "denied", "planned", Exit.REMOTE),
    ("write", "drop", "planned", Exit.REMOTE),
    ("write", "failure", "planned", Exit.REMOTE),
    ("rename", "failure", "planned", Exit.REMOTE),
    ("rename", "drop", "dispatched", Exit.OK),
    ("rename", "drop after", "dispatched", Exit.OK),
]


@needs_sftp
@pytest.mark.parametrize(("request_", "how", "state", "exit_code"), FAULTS)
def test_whatever_fails_every_shipment_is_handed_over_once_in_the_end(partner, faulty, request_, how, state, exit_code):
    alone(partner)
    partner.orders(1)
    faulty.once = request_ == "rename" and state == "dispatched"
    faulty.faults = {request_: how}
    assert exit_code == partner.shop.run()[0]
    assert {state: 1} == states(partner.shop)

    faulty.faults = {}
    assert Exit.OK == partner.shop.run(at="2026-11-20T16:00:00Z")[0]
    assert {"dispatched": 1} == states(partner.shop)
    assert 1 == len(faulty.published)


@needs_sftp
def test_what_is_uncertain_is_settled_by_a_later_pass_alone(partner, faulty):
    """Twice the connection broke at the rename: nobody knew any more."""
    alone(partner)
    partner.orders(1)
    faulty.faults = {"rename": "drop"}
    assert Exit.ATTENTION == partner.shop.run()[0]
    assert ({"uncertain": 1}, {("uncertain", "acme batch 1")}) == (states(partner.shop), waiting(partner.shop))

    faulty.faults = {}
    assert Exit.OK == partner.shop.run(at="2026-11-20T16:00:00Z")[0]
    assert ({"dispatched": 1}, set()) == (states(partner.shop), waiting(partner.shop))
    assert [BATCH] == [name for name, _ in faulty.published]


def alone(partner: Partner) -> None:
    """Nothing goes beside a file."""
    config = partner.shop.config.read_text()
    partner.shop.write("channels.toml", config.replace('manifest = true, documents = ["packing-slip.csv"], ', ""))


@needs_sftp
def test_a_server_that_hangs_takes_nobody_elses_time(partner, faulty):
    partner.shop.write("channels.toml", partner.shop.config.read_text() + '\n[safety]\nmax_time_each = "1 s"\n')
    faulty.faults = {"login": "hang"}
    partner.orders(1)
    partner.shop.orders("market", an_order_row("5"))
    code, _ = partner.shop.run()

    assert Exit.REMOTE == code
    assert {"planned": 1, "dispatched": 1} == states(partner.shop)
    assert ["out/east/2026-11-20-0001.csv"] == list(partner.shop.files("out"))


@needs_sftp
def test_a_changed_host_key_stops_that_location_alone(partner, faulty, tmp_path):
    assert faulty.server is not None
    pin(tmp_path / "keys", faulty.server.port, asyncssh.generate_private_key("ssh-ed25519"))
    partner.orders(1)
    partner.shop.orders("market", an_order_row("5"))
    code, reports = partner.shop.run()
    problems = [problem for report in reports for problem in report.problems]

    assert Exit.REMOTE == code
    assert any("another host key" in problem.message for problem in problems)
    assert [] == faulty.requests
    assert {"planned": 1, "dispatched": 1} == states(partner.shop)


@needs_sftp
def test_every_moment_of_a_hand_over_has_a_failpoint(partner):
    partner.orders(1)
    names = points_of(partner.shop)
    moments = ["sftp.uploaded", "dispatch.sending.committed", "sftp.publish.before", "sftp.published"]
    seen = [name for name in names if name in {*moments, "dispatch.delivered"}]

    assert [*["sftp.uploaded"] * 3, *moments[1:], "dispatch.delivered"] == seen
