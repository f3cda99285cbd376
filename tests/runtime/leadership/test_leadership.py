"""Laws of a term of leadership.

1. While it is renewed ``check`` passes; once it is lost it never passes again, which is told once.
2. The loss is told before another can take over, though the network swallows every renewal.
3. Slow but not replaced, a leader on this machine leads on; frozen and replaced, it finds out at
   its next ``check``, and none of its checks passes after a later epoch's first.
"""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.ports.log import MemoryLog
from tests.runtime.leadership.places import Place
from tests.runtime.leadership.test_lease import taken
from tests.runtime.leadership.traders import ROOT
from tests.servers.wire import CutWire
from traider.runtime.config import Config
from traider.runtime.leadership.choosing import AnotherLeadsError, lead, lease_of
from traider.runtime.leadership.file_lease import FileLease
from traider.runtime.leadership.leadership import Leadership
from traider.runtime.leadership.lease import Lease, LeaseLostError, LeaseTerms, elapsed_ns
from traider.runtime.leadership.postgres_lease import PostgresLease

TTL_S = 0.4


class Losses:
    """Who is told of the end: when, by ``elapsed_ns``."""

    def __init__(self) -> None:
        self.at_ns: list[int] = []
        self.came = threading.Event()

    def __call__(self, loss: LeaseLostError) -> None:
        assert loss.what
        self.at_ns.append(elapsed_ns())
        self.came.set()


def term_of(lease: Lease, losses: Losses) -> Leadership:
    return Leadership(lease, taken(lease), MemoryLog(), losses)


def test_law_1_it_lasts_while_it_is_renewed(place: Place) -> None:
    losses = Losses()
    leadership = term_of(place.lease(TTL_S), losses)
    leadership.start()
    until = time.monotonic() + 3 * TTL_S
    while time.monotonic() < until:
        leadership.check()
        time.sleep(0.002)
    leadership.end()
    assert not leadership.is_held
    with pytest.raises(LeaseLostError, match="given up"):
        leadership.check()
    assert place.lease(TTL_S).take() is not None
    assert losses.at_ns == []


def test_law_1_and_3_who_was_replaced_finds_out(place: Place) -> None:
    losses = Losses()
    leadership = term_of(place.lease(TTL_S), losses)  # frozen: nothing renews it
    assert taken(place.lease(TTL_S)).epoch == 2
    for _ in range(3):
        with pytest.raises(LeaseLostError):
            leadership.check()
    assert len(losses.at_ns) == 1


def test_law_2_the_loss_is_told_before_another_takes_over(
    cut_place: tuple[Place, Place, CutWire],
) -> None:
    behind, direct, wire = cut_place
    losses = Losses()
    leadership = term_of(behind.lease(TTL_S), losses)
    leadership.start()
    time.sleep(TTL_S)
    leadership.check()
    wire.is_cut = True
    other = direct.lease(TTL_S)
    taken(other)
    assert losses.came.is_set()
    assert losses.at_ns[0] < elapsed_ns()
    with pytest.raises(LeaseLostError, match="not renewed in time"):
        leadership.check()
    wire.is_cut = False
    leadership.end()
    assert other.renew() > 0
    assert len(losses.at_ns) == 1


def test_law_3_who_was_slow_and_not_replaced_leads_on(tmp_path: Path) -> None:
    losses = Losses()
    leadership = term_of(FileLease(tmp_path, LeaseTerms(0.1)), losses)
    time.sleep(0.25)
    was_held = leadership.is_held
    leadership.check()
    assert (was_held, leadership.is_held) == (False, True)
    leadership.end()
    assert losses.at_ns == []


CONTENDER = """
import sys, time
from pathlib import Path
from tests.ports.log import MemoryLog
from traider.runtime.leadership.file_lease import FileLease
from traider.runtime.leadership.leadership import Leadership
from traider.runtime.leadership.lease import LeaseLostError, LeaseTerms, elapsed_ns
folder, stop = Path(sys.argv[1]), Path(sys.argv[2])
with open(sys.argv[3], "w") as said:
    while not stop.exists():
        lease = FileLease(folder, LeaseTerms(0.1))
        term = lease.take()
        if term is None:
            time.sleep(0.001)
            continue
        leadership = Leadership(lease, term, MemoryLog(), lambda _: None)
        leadership.start()
        try:
            while not stop.exists():
                before = elapsed_ns()
                leadership.check()
                print(term.epoch, before, elapsed_ns(), file=said, flush=True)
                time.sleep(0.0005)
        except LeaseLostError:
            pass
        leadership.end()
"""


def epochs_told(logs: list[Path]) -> set[int]:
    """Return the epochs that contenders led in so far; a line that is being written is left out."""
    lines = (line for log in logs if log.exists() for line in log.read_text().splitlines())
    return {int(words[0]) for line in lines if len(words := line.split()) == 3}


def test_law_3_no_check_passes_after_a_later_epochs_first(tmp_path: Path) -> None:
    count, stop = 3, tmp_path / "stop"
    logs = [tmp_path / f"said-{number}" for number in range(count)]
    command = [sys.executable, "-c", CONTENDER, str(tmp_path), str(stop)]
    contenders = [
        subprocess.Popen([*command, str(log)], cwd=ROOT, env={"PYTHONPATH": f"{ROOT}/src:{ROOT}"})
        for log in logs
    ]
    until, turn = time.monotonic() + 60.0, 0
    # Freeze one after the other for longer than a lease, until the lead went round.
    while (turn < 12 or len(epochs_told(logs)) <= count) and time.monotonic() < until:
        frozen = contenders[turn % count]
        frozen.send_signal(signal.SIGSTOP)
        time.sleep(0.13)
        frozen.send_signal(signal.SIGCONT)
        turn += 1
    stop.touch()
    assert [each.wait(20.0) for each in contenders] == [0] * count
    checks = sorted(
        tuple(map(int, line.split())) for log in logs for line in log.read_text().splitlines()
    )
    epochs = sorted({epoch for epoch, _, _ in checks})
    assert len(epochs) > 3
    assert epochs[-1] < 2047
    latest_ns = 0
    for epoch in epochs:
        spans = [(before, after) for each, before, after in checks if each == epoch]
        # A check began before it passed: had a later epoch's passed before, two would have led.
        assert min(after for _, after in spans) > latest_ns
        latest_ns = max(latest_ns, *(before for before, _ in spans))


def test_the_configuration_says_where_the_lease_is(tmp_path: Path) -> None:
    config = Config.model_validate({"leadership": {"ttl_s": 1.5}})
    lease = lease_of(config, tmp_path, "d41a52c0")
    assert isinstance(lease, FileLease)
    assert lease.terms.ttl_s == 1.5
    server = Config.model_validate(
        {
            "leadership": {"lease": "postgresql"},
            "database": {"url": "postgresql://house@127.0.0.1:1/none"},
        }
    )
    assert isinstance(lease_of(server, tmp_path, "d41a52c0"), PostgresLease)


def test_a_trader_that_starts_waits_for_the_end_of_an_old_lease(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traider.runtime.leadership.choosing.MISTAKEN_S", 0.1)
    old = place.lease(TTL_S)
    taken(old)
    losses = Losses()
    leadership = lead(place.lease(TTL_S), 4, MemoryLog(), losses)  # the old one is never renewed
    assert leadership.epoch == 5
    with pytest.raises(AnotherLeadsError, match="--standby"):
        lead(place.lease(TTL_S), 4, MemoryLog(), losses)
    leadership.end()


def test_a_trader_that_starts_waits_for_a_standby_that_finds_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The standby holds the lease, and renews it, until it sees that somebody writes."""
    monkeypatch.setattr("traider.runtime.leadership.choosing.MISTAKEN_S", 10.0)
    lease = place.lease(TTL_S)
    standby = term_of(lease, Losses())
    standby.start()
    letting_go = threading.Timer(3 * TTL_S, standby.end)
    letting_go.start()
    leadership = lead(place.lease(TTL_S), 0, MemoryLog(), Losses())
    letting_go.join()
    assert leadership.epoch == 2
    leadership.end()
