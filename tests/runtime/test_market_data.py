"""Files imported and checked one by one, with the clock that is given."""

from pathlib import Path

import pytest

from tests.ports.clock import FixedClock
from tests.store.source_tables import NAME, NOW_NS, START_NS, hours, parts, write_parquet
from traider.domain.errors import DataError, Interrupted
from traider.runtime.market_data import Checked, ImportJob, Refused, check_paths, import_files
from traider.store.importing import ImportReport
from traider.store.preparation import SourceOptions

SAID = SourceOptions()


def test_faults_are_values_and_the_rest_goes_on(tmp_path: Path) -> None:
    good = write_parquet(tmp_path / f"{NAME}.parquet", hours(30))
    files = [tmp_path / "gone.csv", good]
    job = ImportJob(tmp_path / "lake", "refuse")
    refused, report = import_files(files, SAID, job, FixedClock(NOW_NS))
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, DataError)
    assert isinstance(report, ImportReport)
    assert report.imported == 30


def test_the_clock_tells_what_is_in_the_future(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / f"{NAME}.parquet", hours(30))
    (early,) = check_paths([path], SAID, FixedClock(START_NS + 10 * 3_600_000_000_000))
    assert isinstance(early, Checked)
    assert [(f.kind, f.count) for f in early.findings] == [("future-dates", 19)]
    assert early.errors == 1
    (now,) = check_paths([path], SAID)
    assert isinstance(now, Checked)
    assert now.findings == ()


def test_a_stop_is_heeded_between_files(tmp_path: Path) -> None:
    paths = [
        write_parquet(tmp_path / f"{name}-BTC-USDT-1h.parquet", hours(30))
        for name in ("OKX", "BINANCE")
    ]
    lake = tmp_path / "lake"
    job = ImportJob(lake, "refuse", stop=lambda: len(parts(lake)) == 2)
    outcomes = import_files(paths, SAID, job, FixedClock(NOW_NS))
    assert isinstance(next(outcomes), ImportReport)
    with pytest.raises(Interrupted):
        next(outcomes)
    assert len(parts(lake)) == 2
