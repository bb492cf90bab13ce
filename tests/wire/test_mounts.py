from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from orderctl.wire import mounts

TABLE = r"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw
30 27 0:30 / /mnt/shop rw - nfs4 server:/shop rw
31 30 0:31 / /mnt/shop/local rw - xfs /dev/vdb rw
32 27 0:32 / /mnt/two\040words rw - fuse.sshfs host:/x rw
33 27 0:33 / /mnt/over rw - ext4 /dev/vdc rw
34 33 0:34 / /mnt/over rw - cifs //host/share rw
a line that says nothing
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/a/orderctl.db", "ext4"),
        ("/mnt/shop/orderctl.db", "nfs4"),
        ("/mnt/shopping/orderctl.db", "ext4"),
        ("/mnt/shop/local/orderctl.db", "xfs"),
        ("/mnt/two words/orderctl.db", "fuse.sshfs"),
        ("/mnt/over/orderctl.db", "cifs"),
    ],
)
def test_a_path_lies_on_the_nearest_mount_and_there_on_the_last(path, kind):
    assert kind == mounts.type_of(PurePosixPath(path), TABLE)


def test_a_link_counts_as_where_it_leads(tmp_path, monkeypatch):
    (tmp_path / "share").mkdir()
    (tmp_path / "link").symlink_to("share")
    table = tmp_path / "mountinfo"
    table.write_text(f"1 1 0:1 / {tmp_path / 'share'} rw - nfs4 x rw\n")
    monkeypatch.setattr(mounts, "TABLE", table)

    assert "nfs4" == mounts.unsafe_type(tmp_path / "link/orderctl.db")
    assert "" == mounts.unsafe_type(tmp_path / "orderctl.db")


def test_where_the_kernel_has_no_table_nothing_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(mounts, "TABLE", Path(tmp_path / "none"))

    assert "" == mounts.unsafe_type(tmp_path)
