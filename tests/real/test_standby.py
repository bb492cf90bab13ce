"""A standby: Litestream replicates the store, the host dies in mid-pass, another one takes over.

The steps of the take-over are those of docs/scale.md. What was handed over is counted at the warehouse, in the pick
files and in what the channel was told, never in a store.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.destinations.api_fake import KEYED, Warehouse
from tests.destinations.api_shop import an_api_shop
from tests.faults.world import World, a_world, all_of, at, killed_at
from tests.partner import Partner, partner
from tests.real import litestream
from tests.real.litestream import Litestream
from tests.shop import an_order_row

BEGUN, DIED = "2026-11-20T14:00:00Z", "2026-11-20T15:00:00Z"
TAKEN_OVER, LATER = "2026-11-20T15:20:00Z", ("2026-11-20T15:30:00Z", "2026-11-20T15:40:00Z", "2026-11-20T15:50:00Z")
#: Where both hosts find what is not the store: the share of the warehouse, and the orders of the channel.
OUTSIDE = ("orders", "in", "out", "outbox", "stock")
_FOLDERS = (*OUTSIDE, "in/west", "in/acme", "out/west", "out/acme")
#: Reference -> how often it was handed over, and the parcels that the channel was told of, whatever happened.
EVERYTHING = {f"WEB-{name}": 1 for name in ("1-1", "2-1", "3-1", "4-1", "6-1", "6-2", "7-1")}
TOLD = {"1Z1": 1, "1Z2": 1}


@dataclass
class Site:
    """Two hosts, one of which works; a warehouse with an API, one with a folder, a channel, and the replica."""

    folder: Path
    warehouse: Warehouse
    one: World
    two: World
    running: list[Litestream] = field(default_factory=list)

    @property
    def replica(self) -> Path:
        return self.folder / "replica"

    def replicated(self, host: World, to: str = "replica") -> Litestream:
        """A Litestream beside the store of `host`."""
        one = litestream.replicate(host.store, self.folder / to)
        self.running.append(one)
        return one

    def stop(self) -> None:
        """No Litestream runs any more."""
        for one in self.running:
            one.kill()

    def handed_over(self) -> dict[str, int]:
        """Reference -> how often a warehouse was asked for it."""
        texts = [path.read_text() for path in sorted((self.folder / "share" / "out").rglob("*.csv"))]
        found = [name for text in texts for name in sorted(set(re.findall(r"WEB-\d+-\d", text)))]
        return dict(Counter([*self.warehouse.effects, *found]))

    def told(self) -> dict[str, int]:
        """Tracking number -> how often the channel was told of it."""
        texts = [path.read_text() for path in sorted((self.folder / "share" / "outbox").rglob("*tracking*"))]
        return dict(Counter(number for text in texts for number in re.findall(r"1Z\d+", text)))

    def dies(self, where: str, *, lag: str) -> None:
        """The host dies where its second pass comes to the failpoint `where`; the replica lacks `lag`."""
        (replica,) = self.running
        if lag == "all of the pass":
            replica.freeze()
        died = self.one.orderctl("run", before=all_of(at(DIED), killed_at(where)))
        assert -9 == died.code, died
        if lag == "nothing":
            replica.catch_up()
        replica.kill()

    def answers_as_a_person_would(self) -> None:
        """Whoever is asked looks outside and says what is there."""
        outside = self.handed_over()
        for reference, number in self.two.rows(
            "SELECT reference, number FROM shipments JOIN orders USING (order_id) WHERE shipments.state = 'uncertain'"
            " AND location = 'west'"
        ):
            answer = "--sent" if reference in outside else "--not-sent"
            said = self.two.orderctl("shipments", "resolve", reference, answer, before=at(TAKEN_OVER))
            assert 0 == said.code, (number, said)
        for (number,) in self.two.rows(
            "SELECT number FROM orders JOIN holds USING (order_id) WHERE reason = 'put_back' AND released_at IS NULL"
        ):
            release = ("orders", "release", f"web/{number}", "--hold", "put_back", "--reason", "nothing of it left")
            assert 0 == self.two.orderctl(*release, before=at(TAKEN_OVER)).code
        for document, parcel in self.two.rows(
            "SELECT document, payload ->> 'tracking_number' FROM effects WHERE state = 'uncertain'"
            " AND target = 'channel:web'"
        ):
            answer = "--told" if parcel in self.told() else "--not-told"
            said = self.two.orderctl("channels", "resolve", "web", document, answer, before=at(TAKEN_OVER))
            assert 0 == said.code, said


@contextlib.contextmanager
def a_site(folder: Path, partner_class: str) -> Iterator[Site]:
    """Both hosts are set up; the first has made a pass, and finds everything there is to do in its next one."""
    warehouse = Warehouse()
    with partner(answer=warehouse.answer) as served, contextlib.ExitStack() as stack:
        site = Site(folder, warehouse, _a_host(folder / "one", served, partner_class), World(folder / "two"))
        shutil.copytree(site.one.folder, site.two.folder, symlinks=True)
        stack.callback(site.stop)
        site.one.orders("web1", an_order_row("1"), an_order_row("2", "LAMP"), an_order_row("5", "TEE*20"))
        assert 0 == site.one.orderctl("run", before=at(BEGUN)).code
        site.replicated(site.one).catch_up()
        site.one.orders("web2", an_order_row("3"), an_order_row("4", "LAMP"), an_order_row("6", "TEE", "LAMP"))
        warehouse.ships("WEB-1-1", "1Z1", at=DIED)
        site.one.answers("west", "a", "WEB-2-1,shipped,,,ups,1Z2,")
        yield site


def _a_host(folder: Path, served: Partner, partner_class: str) -> World:
    """A folder whose inputs and outputs lie on the share."""
    changes: dict[str, Any] = {"create": KEYED} if partner_class == "A" else {}
    shop = an_api_shop(folder, served.url, partner_class, **changes)
    text, share = shop.config.read_text(), folder.parent / "share"
    for name in _FOLDERS:
        (share / name).mkdir(parents=True, exist_ok=True)
    for name in OUTSIDE:
        text = text.replace(f'path = "{name}/', f'path = "{share}/{name}/')
    told = f'tracking = {{ path = "{share}/outbox/tracking-{{push}}.csv" }}'
    text = text.replace("[channel.web]", f"[channel.web]\n{told}")
    shop.config.write_text(text)
    shutil.copytree(folder / "stock", share / "stock", dirs_exist_ok=True)
    shutil.rmtree(folder / "stock")
    for name in OUTSIDE:
        (folder / name).symlink_to(share / name)
    return World(folder)


def take_over(site: Site) -> None:
    """The steps of docs/scale.md on the second host, the first one being off."""
    litestream.restore(site.replica, site.two.store)
    refused = site.two.orderctl("run", before=at(TAKEN_OVER))
    assert 6 == refused.code
    assert "orderctl reconcile" in refused.err
    assert 0 == site.two.orderctl("db", "check", "--deep").code
    found_out = site.two.orderctl("reconcile", "store", "--until", DIED, before=at(TAKEN_OVER))
    assert found_out.code in {0, 7}, found_out
    site.answers_as_a_person_would()


def go_on(site: Site) -> None:
    """The second host works as the first one did: replicated, pass by pass, with a new order coming in."""
    site.replicated(site.two, "replica-of-two")
    site.one.orders("web3", an_order_row("7", placed_at="2026-11-20T15:05:00Z"))
    for moment in LATER:
        said = site.two.orderctl("run", before=at(moment))
        assert said.code in {0, 3}, said
    site.running[-1].catch_up()


WHERE = (
    *("pull.page.committed", "route.apply.committed", "dispatch.sending.committed", "journal.noted"),
    *("files.staged", "files.published", "dispatch.delivered", "dispatch.receipt.committed"),
    *("push.sending.committed", "push.delivered", "pass.end.committed"),
)


#: Both are killed in the same moment: whatever has arrived by then has.
AT_ONCE = ("route.apply.committed", "dispatch.delivered", "push.delivered")


@pytest.mark.parametrize(
    ("where", "lag"),
    [(where, lag) for where in WHERE for lag in ("nothing", "all of the pass")]
    + [(where, "something") for where in AT_ONCE],
)
def test_a_standby_takes_over_from_a_host_that_died_in_mid_pass(tmp_path: Path, where: str, lag: str):
    """`lag`: what the replica lacks. Nothing is lost, nothing is sent twice, and the next passes need nobody."""
    litestream.program()
    with a_site(tmp_path, "B") as site:
        site.dies(where, lag=lag)
        before = site.handed_over(), site.told()
        take_over(site)
        assert before == (site.handed_over(), site.told())

        go_on(site)

        assert (EVERYTHING, TOLD) == (site.handed_over(), site.told())
        assert "backordered" == site.two.states()["5"]
        site.two.sound()
        assert 0 == site.two.orderctl("run", before=at("2026-11-20T16:00:00Z")).code


@pytest.mark.parametrize(("lag", "code"), [("nothing", 0), ("all of the pass", 6)])
def test_with_the_journal_taken_along_it_is_known_exactly_what_the_replica_lacks(tmp_path: Path, lag: str, code: int):
    litestream.program()
    with a_site(tmp_path, "B") as site:
        site.dies("dispatch.receipt.committed", lag=lag)
        litestream.restore(site.replica, site.two.store)
        shutil.copy(site.one.folder / "orderctl.db.effects", site.two.folder)

        said = site.two.orderctl("run", before=at(TAKEN_OVER))
        assert code == said.code, said
        if code:
            assert 0 == site.two.orderctl("reconcile", before=at(TAKEN_OVER)).code
        go_on(site)

        assert (EVERYTHING, TOLD) == (site.handed_over(), site.told())
        assert "backordered" == site.two.states()["5"]


def test_the_first_host_gets_its_store_back_only_from_the_second(tmp_path: Path):
    """Its own journal still lies there, and tells of another life of the store."""
    litestream.program()
    with a_site(tmp_path, "A") as site:
        site.dies("dispatch.delivered", lag="all of the pass")
        take_over(site)
        go_on(site)
        site.running[-1].kill()
        site.one.store.rename(tmp_path / "kept.db")
        for name in ("orderctl.db-wal", "orderctl.db-shm"):
            (site.one.folder / name).unlink(missing_ok=True)
        shutil.rmtree(site.one.folder / ".orderctl.db-litestream")
        litestream.restore(tmp_path / "replica-of-two", site.one.store)

        refused = site.one.orderctl("run", before=at(LATER[-1]))
        assert (6, True) == (refused.code, "orderctl reconcile" in refused.err), refused
        assert site.one.orderctl("reconcile", before=at(LATER[-1])).code in {0, 7}
        assert 0 == site.one.orderctl("run", before=at("2026-11-20T17:00:00Z")).code
        assert (EVERYTHING, TOLD) == (site.handed_over(), site.told())


def test_a_replica_holds_the_store_through_checkpoints_a_vacuum_and_a_purge(tmp_path: Path):
    """Whoever checkpoints: no page is missed, and Litestream need not begin anew."""
    litestream.program()
    shop = a_world(tmp_path)
    assert 0 == shop.orderctl("run").code
    running = litestream.replicate(shop.store, tmp_path / "replica", checkpoints="50ms")
    try:
        for nth in range(4):
            rows = [an_order_row(f"{nth}{number}", note="n" * 2000) for number in range(300)]
            shop.orders(f"web{nth}", *rows)
            assert shop.orderctl("run").code in {0, 3}
        for command in (("db", "vacuum"), ("privacy", "purge", "--yes"), ("db", "backup", "copy.db"), ("run",)):
            said = shop.orderctl(*command)
            assert 0 == said.code, said
        running.catch_up()
        assert 1 == len(list((tmp_path / "replica" / "generations").iterdir()))
    finally:
        running.kill()
    shop.sound()
