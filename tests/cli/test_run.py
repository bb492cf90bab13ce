"""A pass as a command: again and again in one process, with a log, a monitor, and a bound on its time."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import queue
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from orderctl.cli.options import Shared
from orderctl.cli.run import _Pass
from tests.cli.shop import ORDERCTL, RULES, Shop, a_row, a_shop
from tests.partner import Asked, Partner, Reply, partner

PATIENCE_S = 60


class Monitor:
    """What is pinged; it hands on what it was asked for in the order it was."""

    def __init__(self) -> None:
        self.pings: queue.Queue[str] = queue.Queue()

    def answer(self, asked: Asked) -> Reply:
        self.pings.put(f"{asked.method} {asked.path}")
        return Reply(200, b"OK", {"content-type": "text/plain"})

    def next(self, ping: str) -> None:
        """Wait until `ping` comes, whatever comes before it."""
        while self.pings.get(timeout=PATIENCE_S) != f"GET /ping/x/{ping}":
            pass

    def all(self) -> list[str]:
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self.pings.get_nowait().removeprefix("GET /ping/x/"))
        return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return a_shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def monitor() -> Monitor:
    return Monitor()


@pytest.fixture
def watched(made: Shop, tmp_path: Path, monitor: Monitor) -> Iterator[Shop]:
    """The shop with a heartbeat."""
    with partner(answer=monitor.answer) as asked:
        yield with_heartbeat(made.copy(tmp_path), asked)


def with_heartbeat(shop: Shop, asked: Partner) -> Shop:
    text = (shop.folder / "channels.toml").read_text(encoding="utf-8")
    shop.write("channels.toml", f'{text}\n[heartbeat]\nurl = "{asked.url}/ping/x/"\n')
    return shop


@contextlib.contextmanager
def going_on(shop: Shop, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`orderctl run` in a process of its own, without a terminal."""
    with subprocess.Popen(
        [ORDERCTL, "run", *arguments],
        cwd=shop.folder,
        env={**os.environ, "ORDERCTL_CONFIG": ""},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended_by(process: subprocess.Popen[str], number: int) -> tuple[int, str, str]:
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out, err


def states(shop: Shop) -> dict[str, str]:
    return {order["number"]: order["state"] for order in shop.orderctl("orders", "list", "--json").json}


def events(shop: Shop) -> list[dict[str, object]]:
    return [json.loads(line) for line in (shop.folder / "log").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_between_passes_a_signal_ends_it_at_once_and_the_store_is_free(
    watched: Shop, monitor: Monitor, number: int, code: int
):
    watched.receive(a_row("1"))
    with going_on(watched, "--every", "1h") as process:
        monitor.next("0")
        beside = watched.orderctl("run")  # without --wait: nobody holds the store
        ended, out, err = ended_by(process, number)

    assert (0, "", "") == (beside.code, beside.out, beside.err)
    assert (code, "") == (ended, out)
    assert err.startswith("orderctl: stopped by ")
    assert {"1": "dispatched"} == states(watched)


def test_each_pass_reads_orders_configuration_and_rules_again(watched: Shop, monitor: Monitor):
    watched.receive(a_row("1"))
    with going_on(watched, "--every", "1s") as process:
        monitor.next("0")
        watched.write("rules.toml", RULES.replace('when.payment = "pending"', 'when.payment = "paid"'))
        watched.receive(a_row("1"), a_row("2"))
        monitor.next("0")
        monitor.next("0")
        ended_by(process, signal.SIGTERM)

    assert {"1": "dispatched", "2": "held"} == states(watched)


def test_a_mistake_in_a_file_is_told_once_and_does_not_end_it(watched: Shop, monitor: Monitor):
    watched.receive(a_row("1"))
    watched.write("rules.toml", RULES + "wrong = 1\n")
    with going_on(watched, "--every", "1s") as process:
        monitor.next("fail")
        monitor.next("fail")
        watched.write("rules.toml", RULES)
        monitor.next("0")
        code, _, err = ended_by(process, signal.SIGTERM)

    assert 143 == code
    assert 1 == err.count("unknown key 'wrong'")
    assert {"1": "dispatched"} == states(watched)


def test_memory_stays_flat_over_many_passes(made: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made.copy(tmp_path).receive(a_row("1"))
    monkeypatch.chdir(tmp_path)
    one = _Pass(Shared(), (), (), None, None, "text")

    def objects_after(passes: int) -> int:
        for _ in range(passes):
            one(unattended=True)
        gc.collect()
        return len(gc.get_objects())

    objects_after(3)
    before = objects_after(5)

    assert abs(objects_after(20) - before) < 50


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--every", "soon"), "'soon' is not a duration"),
        (("--every", "2 d"), "no span from 1 s to 1 day"),
        (("--every", "30s", "--dry-run"), "gives one answer"),
        (("--every", "30s", "--json"), "gives one answer"),
        (("--max-time", "long"), "'long' is not a duration"),
        (("--log", "nowhere/log"), "the log cannot be opened"),
        (("--log-format", "xml"), "xml"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_touched(
    made: Shop, tmp_path: Path, arguments: tuple[str, ...], why: str
):
    shop = made.copy(tmp_path)
    shop.receive(a_row("1"))
    before = shop.files()

    said = shop.orderctl("run", *arguments)

    assert 2 == said.code
    assert why in said.err + said.out
    assert before == shop.files()


def test_a_monitor_hears_of_the_beginning_and_the_exit_code_of_every_pass(watched: Shop, monitor: Monitor):
    watched.receive(a_row("1"), a_row("2", total="many"))

    codes = [watched.orderctl("run").code, watched.orderctl("run").code]

    assert [3, 0] == codes
    assert ["start", "0", "start", "0"] == monitor.all()  # what waits for a person is no failure of the pass


def test_a_monitor_hears_of_a_location_that_failed(watched: Shop, monitor: Monitor):
    watched.receive(a_row("1"))
    watched.write("out/east", "a file where a folder should be")

    assert 5 == watched.orderctl("run").code
    assert ["start", "5"] == monitor.all()


@pytest.mark.parametrize("file", ["channels.toml", "rules.toml"])
def test_a_monitor_hears_of_a_pass_that_a_mistake_in_a_file_stopped(watched: Shop, monitor: Monitor, file: str):
    text = (watched.folder / file).read_text(encoding="utf-8")
    watched.write(file, f"wrong = 1\n{text}")

    assert 2 == watched.orderctl("run").code
    assert "fail" == monitor.all()[-1]


def test_neither_a_dry_run_nor_one_that_found_another_at_work_is_a_pass(watched: Shop, monitor: Monitor):
    watched.receive(a_row("1"))

    with (watched.folder / "orderctl.db.lock").open("w", encoding="utf-8") as lock:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)
        codes = [watched.orderctl("run").code, watched.orderctl("run", "--if-free").code]
    codes.append(watched.orderctl("run", "--dry-run").code)

    assert [4, 0, 0] == codes
    assert [] == monitor.all()


def test_a_monitor_that_cannot_be_reached_changes_nothing(made: Shop, tmp_path: Path):
    shop = made.copy(tmp_path)
    shop.receive(a_row("1"))
    with partner(Reply()) as asked:
        with_heartbeat(shop, asked)

    said = shop.orderctl("run", "--log", "log", "--log-format", "json")

    assert (0, "", "") == (said.code, said.out, said.err)
    assert {"1": "dispatched"} == states(shop)
    assert "unpinged" in [event["event"] for event in events(shop)]


def test_the_address_of_a_monitor_may_be_a_secret_and_stands_nowhere(
    made: Shop, tmp_path: Path, monitor: Monitor, monkeypatch: pytest.MonkeyPatch
):
    shop = made.copy(tmp_path)
    text = (shop.folder / "channels.toml").read_text(encoding="utf-8")
    shop.write("channels.toml", f'{text}\n[heartbeat]\nurl = "env:PING"\n')
    missing = shop.orderctl("run")
    with partner(answer=monitor.answer) as asked:
        monkeypatch.setenv("PING", f"{asked.url}/ping/x")
        found = shop.orderctl("run")
        shown = shop.orderctl("config", "show")

    assert (0, "", 0) == (missing.code, missing.err, found.code)
    assert ["start", "0"] == monitor.all()
    assert 'url = "env:PING"' in shown.out
    assert asked.url not in shown.out
    assert 2 == shop.orderctl("config", "check", PING="").code


def test_a_log_has_a_line_for_every_event_and_is_closed_to_others(made: Shop, tmp_path: Path):
    shop = made.copy(tmp_path)
    shop.receive(a_row("1"), a_row("2", total="many"))

    shop.orderctl("run", "--log", "log", "--log-format", "json")
    shop.orderctl("run", "--log", "log", "--log-format", "json")

    found = events(shop)
    assert [
        "pass_began",
        "step_ended",
        "problem",
        "step_ended",
        "step_ended",
        "pass_ended",
        "pass_began",
        "pass_ended",
    ] == [event["event"] for event in found]
    assert {"new": 1, "put aside": 1} == found[1]["counts"]
    assert ("quarantine", 3) == (found[2]["code"], found[5]["exit_code"])
    assert 0o600 == (shop.folder / "log").stat().st_mode & 0o777


def test_a_log_holds_nothing_that_a_customer_wrote(made: Shop, tmp_path: Path):
    shop = made.copy(tmp_path)
    shop.receive(a_row("1", total="canary@example.com"), a_row("2", payment="CANARY"))

    shop.orderctl("run", "--log", "log")

    text = (shop.folder / "log").read_text(encoding="utf-8").casefold()
    assert "quarantine" in text
    assert "canary" not in text


def test_a_log_tells_of_a_pass_that_failed(made: Shop, tmp_path: Path):
    shop = made.copy(tmp_path)
    shop.write("rules.toml", RULES + "wrong = 1\n")

    shop.orderctl("run", "--log", "log", "--log-format", "json")

    began, failed = events(shop)
    assert "pass_began" == began["event"]
    assert ("pass_failed", 2, "config") == (failed["event"], failed["exit_code"], failed["code"])


def test_max_time_beats_what_the_file_says(made: Shop, tmp_path: Path):
    shop = made.copy(tmp_path)
    text = (shop.folder / "channels.toml").read_text(encoding="utf-8")
    with partner(Reply(how="hang")) as asked:
        channel = f'[channel.shop]\ntype = "woocommerce"\nbase_url = "{asked.url}"\n'
        shop.write("channels.toml", f'{text}\n{channel}consumer_key = "env:K"\nconsumer_secret = "env:S"\n')
        said = shop.orderctl("run", "--max-time", "1s", "--json", K="ck_1234", S="cs_1234")

    assert 5 == said.code
    assert ["shop"] == [problem["subject"] for step in said.json["steps"] for problem in step["problems"]]
