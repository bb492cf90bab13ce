"""What can be wrong with the machine: network disks, other processes, memory, surroundings (B07, B08, B10-B12, G6)."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import stat
import subprocess
from pathlib import Path

import pytest

from orderctl.wire import mounts
from tests.faults.world import (
    ORDERCTL,
    a_used_world,
    a_world,
    all_of,
    another_process,
    doing_at,
    killed_at,
)
from tests.shop import CHANNELS, an_order_row

MOUNTS = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:50 / {mount} rw,relatime shared:1 - {kind} server:/export rw
"""


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "fuse", "9p"])
def test_a_store_on_a_network_file_system_is_refused_unless_it_is_allowed(tmp_path, kind):
    """B07: before anything is touched; reading stays possible."""
    world = a_used_world(tmp_path / "shop")
    table = tmp_path / "mounts"
    table.write_text(MOUNTS.format(mount=world.folder, kind=kind))
    mounted = lambda: setattr(mounts, "TABLE", table)  # noqa: E731
    before = world.everything()

    said = world.orderctl("run", before=mounted)

    assert 6 == said.code
    assert kind in said.err
    assert "network_store = true" in said.err
    assert before == world.everything()
    assert 0 == world.orderctl("orders", "list", before=mounted).code
    world.write("channels.toml", CHANNELS + "[safety]\nnetwork_store = true\n")
    assert 0 == world.orderctl("run", before=mounted).code


def test_the_second_pass_leaves_at_once_and_says_who_is_there(tmp_path):
    """B08, G6: nothing is changed, reading works, and a dead process holds nothing."""
    world = a_used_world(tmp_path)
    with another_process(world, "run", at="route.apply.committed"):
        held = world.everything()
        said = world.orderctl("run")

        assert (4, "") == (said.code, said.out)
        assert "'orderctl run' (pid " in said.err
        assert 4 == world.orderctl("stock", "adjust", "MUG", "east", "1", "--reason", "found").code
        assert 0 == world.orderctl("orders", "list").code
        assert 0 == world.orderctl("run", "--dry-run").code
        assert (0, "", "") == tuple(vars_of(world.orderctl("run", "--if-free")))
        assert held == world.everything()
    assert {"1": "dispatched", "2": "dispatched"} == world.states()

    assert -9 == world.orderctl("run", before=killed_at("pass.begin.committed")).code
    assert 0 == world.orderctl("run").code
    world.sound()


def vars_of(said: object) -> list[object]:
    return [getattr(said, name) for name in ("code", "out", "err")]


def test_passes_that_cron_starts_on_top_of_each_other_do_the_work_once(tmp_path):
    """B08, G6: real processes, more than there are processors."""
    world = a_used_world(tmp_path)

    running = [world.start("run", "--wait", "60") for _ in range(2)] + [world.start("run") for _ in range(2)]
    ended = [(process.communicate(), process.returncode)[1] for process in running]

    assert [0, 0] == ended[:2]
    assert set(ended[2:]) <= {0, 4}
    assert {"1": "dispatched", "2": "dispatched"} == world.states()
    assert 2 == world.one("SELECT count(*) FROM batches")
    world.sound()


def test_out_of_memory_ends_the_pass_and_nothing_is_half_done(tmp_path):
    """B10: wherever it happens."""
    world = a_used_world(tmp_path)
    world.orders("web-3", *(an_order_row(f"m{number}", note="x" * 15_000) for number in range(800)))

    def little_memory() -> None:
        """Nothing more than 3 MB, whatever the test runner has left over."""
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize(),) * 2)
        taken: list[bytearray] = []
        with contextlib.suppress(MemoryError):
            while True:
                taken.append(bytearray(8192))
        del taken[-384:]
        little_memory.taken = taken  # type: ignore[attr-defined]

    said = world.orderctl("run", before=little_memory)

    assert said.code in {1, 6}, said.text
    assert "Traceback" not in said.text
    world.sound()
    assert 0 == world.orderctl("run").code
    assert 802 == world.one("SELECT count(*) FROM orders")


SHELLS = {
    "no home": ('env -i PATH="$PATH" "$0" run', 0),
    "no terminal type": ('env -u TERM "$0" orders list', 0),
    "another locale": ('env -i LANG=C LC_ALL=C "$0" orders show 2', 0),
    "latin-1": ('env -i PYTHONIOENCODING=latin-1 "$0" orders show 2', 0),
    "ascii": ('env -i PYTHONIOENCODING=ascii PYTHONUTF8=0 "$0" orders show 2', 0),
    "stdout closed": ('"$0" orders list >&-', 0),
    "stderr closed": ('"$0" run 2>&-', 0),
    "all closed": ('"$0" run <&- >&- 2>&-', 0),
    "a reader that leaves": ('"$0" orders list --json | head -1', 0),
    "a reader that never reads": ('"$0" orders list --json | true', 0),
    "no room for the answer": ('"$0" orders list >/dev/full', 1),
    "few files": ('ulimit -n 40; "$0" run', 0),
    "too few files": ('ulimit -n 6; "$0" run', None),
    "help to a reader that leaves": ('"$0" --help | true', 0),
}


@pytest.mark.parametrize(("script", "code"), SHELLS.values(), ids=SHELLS)
def test_whatever_surrounds_it_the_command_works_or_says_why_not(tmp_path, script, code):
    """B11: no traceback, whatever is missing; the installed command itself."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"), an_order_row("2", note="Zoë 名前 \u202e"))
    assert 0 == world.orderctl("pull").code

    done = subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {script}", ORDERCTL],
        cwd=world.folder,
        capture_output=True,
        check=False,
    )

    text = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert "Traceback" not in text
    assert "Exception ignored" not in text
    assert "a bug in orderctl" not in text
    if code is None:
        assert done.returncode in {1, 2, 5, 6}
    else:
        assert code == done.returncode, text
    world.sound()


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o022])
def test_what_orderctl_makes_is_for_its_user_alone_whatever_the_umask(tmp_path, umask):
    """B12: store, log, journal, lock, backups, staging; pick files as the location asks."""
    world = a_world(tmp_path)
    world.orders("web", an_order_row("1"))
    masked = lambda: os.umask(umask)  # noqa: E731
    seen: dict[str, int] = {}

    def look() -> None:
        with (tmp_path / "modes").open("a") as file:
            for path in Path().rglob("*"):
                if "orderctl" in path.name or path.parent.name == ".orderctl-staging":
                    file.write(json.dumps([path.as_posix(), stat.S_IMODE(path.stat().st_mode)]) + "\n")

    world.orderctl("run", before=all_of(masked, doing_at("files.stage.written", look)))
    world.orderctl("run", before=all_of(masked, doing_at("pass.end.commit", look)))
    world.orderctl("db", "backup", "copy.db", before=masked)

    for line in (tmp_path / "modes").read_text().splitlines():
        name, mode = json.loads(line)
        seen[name] = mode
    assert {"orderctl.db", "orderctl.db-wal", "orderctl.db-shm", "orderctl.db.lock", "orderctl.db.effects"} <= set(seen)
    private = {name: mode for name, mode in seen.items() if not name.startswith("out/") or "staging" in name}
    assert {0o600, 0o700} == set(private.values()), private
    assert 0o600 == stat.S_IMODE((world.folder / "copy.db").stat().st_mode)
    (document,) = (world.folder / "out/east").glob("*.csv")
    assert 0o640 == stat.S_IMODE(document.stat().st_mode)
    assert 0o750 == stat.S_IMODE((world.folder / "out").stat().st_mode) | 0o050
