"""Passes that a real cron starts, by the lines that `orderctl schedule` prints.

Debian's cron runs in a mount namespace of its own: its spool, its tables and its mail are folders of the test, so that
nothing of this machine's is read or run. It needs root and `unshare`. Two passes take cron two minutes.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.shop import Shop, a_row, a_shop

CRON = shutil.which("cron", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
UNSHARE = shutil.which("unshare")
LONGEST_WAIT_S = 200
SENDMAIL = """\
#!/bin/sh
cat > {folder}/mail.$$
"""
#: What is put over the folders that cron reads; the rest of the machine stays as it is.
NAMESPACE = """\
set -e
mount --make-rprivate /
mount --bind {folder}/spool /var/spool/cron/crontabs
mount --bind {folder}/nothing /etc/cron.d
mount --bind /dev/null /etc/crontab
mount --bind {folder}/sbin /usr/sbin
mount --bind {folder}/run /run
exec /usr/sbin/cron -f
"""


def may_have_a_namespace() -> bool:
    if os.geteuid() != 0 or UNSHARE is None:
        return False
    done = subprocess.run([UNSHARE, "-m", "mount", "--make-rprivate", "/"], capture_output=True, check=False)
    return done.returncode == 0


pytestmark = pytest.mark.skipif(
    CRON is None or not may_have_a_namespace(), reason="needs root, unshare and Debian's cron: apt-get install cron"
)


@contextlib.contextmanager
def cron(folder: Path, crontab: str) -> Iterator[None]:
    """A cron daemon with `crontab` as the table of root, and mails in `folder`."""
    for name in ("spool", "nothing", "sbin", "run"):
        (folder / name).mkdir(parents=True)
    assert CRON is not None
    shutil.copy2(CRON, folder / "sbin" / "cron")
    sendmail = folder / "sbin" / "sendmail"
    sendmail.write_text(SENDMAIL.format(folder=folder), encoding="utf-8")
    sendmail.chmod(0o755)
    table = folder / "spool" / "root"
    table.write_text(crontab, encoding="utf-8")
    table.chmod(0o600)
    daemon = subprocess.Popen(
        [UNSHARE or "", "-m", "sh", "-c", NAMESPACE.format(folder=folder)], stdout=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        daemon.terminate()
        daemon.wait()


def passes(shop: Shop) -> list[int]:
    """The exit codes of the passes that have ended, by the log."""
    log = shop.folder / "orderctl.log"
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [int(line.split("exit_code=")[1].split()[0]) for line in lines if " pass_ended " in line]


def test_cron_starts_passes_and_mails_only_what_is_new(tmp_path: Path):
    shop = a_shop(tmp_path / "shop with a space, 50%")
    shop.receive(a_row("1"), a_row("2", total="many"))
    crontab = shop.orderctl("schedule", "--every", "1min", "--mailto", "ops@example.com").out
    looked = threading.Event()

    with cron(tmp_path / "cron", crontab):
        for _ in range(2 * LONGEST_WAIT_S):
            if len(passes(shop)) >= 2:
                break
            looked.wait(0.5)

    mails = [path.read_text(encoding="utf-8") for path in (tmp_path / "cron").glob("mail.*")]
    assert [3, 0] == passes(shop)[:2]
    assert 1 == len(mails)
    head, _, body = mails[0].partition("\n\n")
    assert "To: ops@example.com" in head
    assert "orderctl: 1 new exception" == body.splitlines()[0]
    assert "orderctl exceptions show 1" in body
    assert ["dispatched"] == [order["state"] for order in json.loads(shop.orderctl("orders", "list", "--json").out)]
    assert 0o600 == (shop.folder / "orderctl.log").stat().st_mode & 0o777
