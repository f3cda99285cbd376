"""Funding files: settlements as events, late stamps, changed intervals, and what is refused."""

from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
import pytest

from tests.store.source_tables import imported
from traider.backtest.funding_files import funding_events, read_funding
from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, join_events

HOUR_MS: Final = 3_600_000
START_MS: Final = 1_704_067_200_000


def written(folder: Path, hours: list[int], rates: list[float], **columns: object) -> Path:
    """Write a file whose stamps are up to 47 ms late."""
    stamps = [START_MS + hour * HOUR_MS + 7 * (n % 7) for n, hour in enumerate(hours)]
    path = folder / "BINANCE-BTCUSDT.parquet"
    pl.DataFrame({"ts": stamps, "rate": rates, **columns}).write_parquet(path)
    return path


def events_of(path: Path, start_ns: int | None = None, end_ns: int | None = None) -> EventArray:
    return join_events(list(funding_events(read_funding(path, 3), start_ns, end_ns)))


def test_settlements_are_events_at_the_minute(tmp_path: Path) -> None:
    path = written(tmp_path, [0, 8, 16], [1e-4, -2e-4, 3e-4], mark=[42_000.5, None, 43_000.0])
    events = events_of(path)
    assert set(events["kind"].tolist()) == {Kind.FUNDING}
    assert events["instrument"].tolist() == [3, 3, 3]
    wanted = [(START_MS + hour * HOUR_MS) * 1_000_000 for hour in (0, 8, 16)]
    assert events["ts_event"].tolist() == events["ts_recv"].tolist() == wanted
    assert events["w0"].tolist() == [100_000_000, -200_000_000, 300_000_000]
    assert events["w1"].tolist() == [4_200_050_000_000, 0, 4_300_000_000_000]
    assert events["w3"].tolist() == [8 * HOUR_MS * 1_000_000] * 3
    assert events["w4"].tolist() == [1, 1, 1]


def test_the_range_leaves_its_end_out(tmp_path: Path) -> None:
    path = written(tmp_path, [0, 8, 16], [1e-4, 2e-4, 3e-4])
    start, end = ((START_MS + hour * HOUR_MS) * 1_000_000 for hour in (8, 16))
    assert events_of(path, start, end)["w0"].tolist() == [200_000_000]
    assert len(events_of(path, end + 1)) == 0


def test_the_interval_is_the_shortest_step_beside_a_settlement(tmp_path: Path) -> None:
    hours = [0, 8, 16, 32, 40, 44, 48]  # one is missing at 24, then every four hours
    path = written(tmp_path, hours, [1e-4] * 7)
    found = (events_of(path)["w3"] // (HOUR_MS * 1_000_000)).tolist()
    assert found == [8, 8, 8, 8, 4, 4, 4]


@pytest.mark.parametrize(
    ("hours", "rates", "what"),
    [
        ([0, 0], [1e-4, 1e-4], "row 1"),
        ([8, 0], [1e-4, 1e-4], "row 1"),
        ([0, 8], [1e-4, 1.5], "rate 1.5 at 2024-01-01T08"),
        ([0, 8], [float("nan"), 1e-4], "row 0"),
    ],
)
def test_what_is_no_funding_is_refused(
    tmp_path: Path, hours: list[int], rates: list[float], what: str
) -> None:
    with pytest.raises(DataError, match=what):
        events_of(written(tmp_path, hours, rates))


def test_files_that_cannot_be_read_are_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such file"):
        read_funding(tmp_path / "none.parquet", 0)
    (tmp_path / "text.parquet").write_text("ts,rate\n", encoding="utf-8")
    with pytest.raises(DataError, match="is no Parquet file"):
        read_funding(tmp_path / "text.parquet", 0)
    pl.DataFrame({"ts": [1]}).write_parquet(tmp_path / "short.parquet")
    with pytest.raises(DataError, match="has no column rate"):
        read_funding(tmp_path / "short.parquet", 0)


@pytest.mark.reference
def test_every_published_file_can_be_read(reference_data: Path) -> None:
    for path in sorted((reference_data / "funding").glob("*.parquet")):
        file = read_funding(path, 0)
        assert len(file.ts_ns) == pl.scan_parquet(path).select(pl.len()).collect().item()
        steps = np.diff(file.ts_ns) / (HOUR_MS * 1_000_000)
        # One stamp of Hyperliquid's is a minute late.
        assert np.abs(steps - np.rint(steps)).max() < 0.017
        assert (steps != np.rint(steps)).sum() <= 2


def test_funding_of_the_lake_is_read_like_its_file(tmp_path: Path) -> None:
    marks = [None, 100.5, None, 101.25]
    path = written(tmp_path, [0, 8, 16, 24], [0.0001, -0.0002, 0.0, 0.00005], mark=marks)
    report = imported(tmp_path / "lake", path)
    folder = report.series[0].folder
    assert events_of(folder).tobytes() == events_of(path).tobytes()
    assert len(events_of(folder)) == 4
