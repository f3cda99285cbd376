"""What only the file's lease does: the dead are replaced at once, a late beat is waited out."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.runtime.leadership.traders import ROOT
from traider.domain.errors import DataError, UsageError
from traider.runtime.leadership.file_lease import GUARD_NAME, LOCK_NAME, FileLease
from traider.runtime.leadership.holder import Holder
from traider.runtime.leadership.lease import LeaseLostError, LeaseTerms, elapsed_ns

TERMS = LeaseTerms(0.3)
HOLDING = """
import sys, time
from pathlib import Path
from traider.runtime.leadership.file_lease import FileLease
from traider.runtime.leadership.lease import LeaseTerms
lease = FileLease(Path(sys.argv[1]), LeaseTerms(60.0))
print(lease.take().epoch, flush=True)
time.sleep(60.0)
"""


def test_a_dead_holder_is_replaced_at_once(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "1\n"
        other = FileLease(tmp_path, LeaseTerms(60.0))
        assert other.take() is None
        holder.send_signal(signal.SIGKILL)
        holder.wait(10.0)
        term = other.take()  # though the lease was good for a minute
    assert term is not None
    assert term.epoch == 2
    told = Holder.parse(term.previous)
    assert told is not None
    assert told.pid == holder.pid
    other.release()


class BeatsLate(FileLease):
    """A taker whose predecessor beats while the new file is made."""

    predecessor: FileLease
    until_ns = 0

    def _put(self, epoch: int) -> None:
        self.until_ns = self.predecessor.renew()
        super()._put(epoch)


def test_a_beat_that_came_meanwhile_is_waited_out(tmp_path: Path) -> None:
    holder = FileLease(tmp_path, TERMS)
    assert holder.take() is not None
    time.sleep(TERMS.ttl_s + 0.02)
    taker = BeatsLate(tmp_path, TERMS)
    taker.predecessor = holder
    term = taker.take()
    now_ns = elapsed_ns()
    assert term is not None
    assert term.epoch == 2
    assert taker.until_ns < now_ns < term.until_ns
    with pytest.raises(LeaseLostError):
        holder.renew()
    taker.release()


def test_one_takes_over_at_a_time(tmp_path: Path) -> None:
    lease = FileLease(tmp_path, TERMS)
    with (tmp_path / GUARD_NAME).open("wb") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        assert lease.take() is None
    assert lease.take() is not None
    lease.release()


@pytest.mark.parametrize("body", [b"", b"TRLEASE1", b"x" * 200])
def test_a_file_that_is_no_leaders_is_told(tmp_path: Path, body: bytes) -> None:
    (tmp_path / LOCK_NAME).write_bytes(body)
    with pytest.raises(DataError, match="remove it while no trader runs"):
        FileLease(tmp_path, TERMS).take()
    assert (tmp_path / LOCK_NAME).read_bytes() == body


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no lease can be kept here"):
        FileLease(tmp_path / "none", TERMS).take()


def test_a_file_that_vanished_is_a_lease_that_is_lost(tmp_path: Path) -> None:
    lease = FileLease(tmp_path, TERMS)
    assert lease.take() is not None
    (tmp_path / LOCK_NAME).unlink()
    with pytest.raises(LeaseLostError, match="cannot be kept"):
        lease.renew()
    assert sorted(path.name for path in tmp_path.iterdir()) == [GUARD_NAME]
    lease.release()
