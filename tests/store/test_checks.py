"""Every kind of finding, planted in sound data and found at its place; sound data has none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.store.source_tables import (
    NAME,
    NOW_NS,
    Columns,
    hours,
    kinds_of,
    prepared,
    settlements,
    the,
    trades,
    write_csv,
    write_parquet,
)
from traider.store.checking import check_prepared
from traider.store.findings import Finding, Severity

HOUR_MS = 3_600_000
ROWS = 600


def found(folder: Path, columns: Columns, name: str = NAME, **said: Any) -> tuple[Finding, ...]:
    return check_prepared(prepared(write_parquet(folder / f"{name}.parquet", columns), **said))


def without(columns: Columns, rows: Any) -> Columns:
    return {name: np.delete(column, rows) for name, column in columns.items()}


@pytest.mark.parametrize(
    ("columns", "name"),
    [(hours(ROWS), NAME), (settlements(ROWS), "OKX-BTCUSDT"), (trades(ROWS), "OKX-BTCUSDT")],
)
def test_sound_data_has_no_findings(tmp_path: Path, columns: Columns, name: str) -> None:
    assert found(tmp_path, columns, name) == ()


def scale_all(columns: Columns, row: int, factor: float) -> None:
    for name in ("open", "high", "low", "close"):
        columns[name][row] *= factor


def bad_close(columns: Columns) -> None:
    columns["close"][300] = columns["high"][300] = round(columns["close"][300] * 1.2, 2)


def bad_open(columns: Columns) -> None:
    columns["open"][300] = columns["low"][300] = round(columns["close"][300] * 0.8, 2)


def fat_finger(columns: Columns) -> None:
    columns["low"][300] = 0.01


def slipped_decimal(columns: Columns) -> None:
    scale_all(columns, 300, 10.0)


def flat(columns: Columns) -> None:
    for name in ("open", "high", "low", "close"):
        columns[name][200:240] = columns["close"][199]


def repeated(columns: Columns) -> None:
    columns["high"][299] += 1.0
    for name in ("open", "high", "low", "close", "volume"):
        columns[name][300] = columns[name][299]


@pytest.mark.parametrize(
    ("plant", "kind", "place", "count"),
    [
        (bad_close, "outliers", "row 300", 1),
        (bad_open, "outliers", "row 300", 1),
        (fat_finger, "outliers", "row 300", 1),
        (slipped_decimal, "outliers", "row 300", 1),
        (flat, "flat-runs", "row 200", 1),
        (repeated, "repeated-bars", "row 300", 1),
    ],
)
def test_wrong_values_are_found(
    tmp_path: Path, plant: Callable[[Columns], None], kind: str, place: str, count: int
) -> None:
    columns = hours(ROWS)
    plant(columns)
    finding = the(found(tmp_path, columns), kind)
    assert finding.place.text.startswith(f"{place} (2024-01-")
    assert (finding.count, finding.severity) == (count, Severity.WARNING)


def test_a_crash_is_a_move_and_no_error(tmp_path: Path) -> None:
    columns = hours(ROWS)
    for name in ("open", "high", "low", "close"):
        columns[name][301:] = np.round(columns[name][301:] * 0.7, 2)
    columns["close"][300] = columns["low"][300] = columns["open"][301]
    findings = found(tmp_path, columns)
    assert kinds_of(findings) == ["extreme-moves"]
    assert findings[0].severity is Severity.NOTE
    assert findings[0].place.text.startswith("row 300")


@pytest.mark.parametrize(("name", "factor"), [("low", 0.5), ("high", 1.5), ("high", 2.0)])
def test_a_lone_wick_is_suspect_unless_it_was_traded_or_shared(
    tmp_path: Path, name: str, factor: float
) -> None:
    columns = hours(ROWS)
    columns[name][300] = round(columns[name][300] * factor, 2)
    finding = the(found(tmp_path, columns), "outliers")
    assert finding.place.text.startswith("row 300")
    assert (finding.count, finding.severity) == (1, Severity.WARNING)
    traded = {key: column.copy() for key, column in columns.items()}
    traded["volume"][300] *= 5.0
    assert kinds_of(found(tmp_path, traded)) == ["extreme-moves"]
    columns[name][301] = round(columns[name][301] * (factor + 1.0) / 2.0, 2)
    columns[name][299] = round(columns[name][299] * factor, 2)
    assert kinds_of(found(tmp_path, columns)) == ["extreme-moves"]


def test_another_unit_of_price_is_found(tmp_path: Path) -> None:
    columns = hours(ROWS)
    for row in range(400, ROWS):
        scale_all(columns, row, 100.0)
    finding = the(found(tmp_path, columns), "unit-mistakes")
    assert finding.place.text.startswith("row 400")
    assert finding.details["factor"] == pytest.approx(100.0, rel=0.05)


def test_a_bad_trade_is_found(tmp_path: Path) -> None:
    columns = trades(ROWS)
    columns["price"][300] = 150.0
    finding = the(found(tmp_path, columns, "OKX-BTCUSDT"), "outliers")
    assert finding.place.text.startswith("row 300")


def test_bars_without_volume_are_found(tmp_path: Path) -> None:
    columns = hours(ROWS)
    columns["volume"][[7, 8, 50]] = 0.0
    finding = the(found(tmp_path, columns), "zero-volume")
    assert (finding.count, finding.place.text) == (3, "row 7 (2024-01-01T07:00:00Z)")
    assert [place.text[:6] for place in finding.places] == ["row 7 ", "row 8 ", "row 50"]


def test_gaps_are_found_with_the_longest(tmp_path: Path) -> None:
    columns = without(hours(ROWS), [10, *range(100, 130), 200, 201])
    finding = the(found(tmp_path, columns), "gaps")
    assert (finding.count, finding.severity) == (3, Severity.WARNING)
    assert finding.place.text == "row 98 (2024-01-05T03:00:00Z)"
    assert {key: finding.details[key] for key in ("missing", "longest", "longest_duration")} == {
        "missing": 33,
        "longest": 30,
        "longest_duration": "31h",
    }
    assert finding.details["gaps"] == [
        {"after": "2024-01-05T03:00:00Z", "missing": 30},
        {"after": "2024-01-09T07:00:00Z", "missing": 2},
        {"after": "2024-01-01T09:00:00Z", "missing": 1},
    ]


@pytest.mark.parametrize(("page", "hole"), [(40, 25), (100, 1), (50, 200)])
def test_paging_holes_are_found_with_their_pattern(tmp_path: Path, page: int, hole: int) -> None:
    place = np.arange(12 * (page + hole))
    columns = without(hours(len(place)), place % (page + hole) >= page)
    finding = the(found(tmp_path, columns), "paging-holes")
    assert finding.details == {"rows": page, "missing": hole, "times": 11}
    assert f"{page} rows, then {hole} missing, 11 times" in finding.meaning
    assert finding.severity is Severity.ERROR


def test_paging_holes_of_funding_are_found(tmp_path: Path) -> None:
    place = np.arange(5 * 720)
    columns = without(settlements(len(place), step_hours=1), place % 720 >= 500)
    columns["ts"] += np.arange(len(columns["ts"])) % 170
    findings = found(tmp_path, columns, "HYPERLIQUID-BTC")
    assert the(findings, "paging-holes").details == {"rows": 500, "missing": 220, "times": 4}
    assert the(findings, "late-stamps").severity is Severity.NOTE


def test_gaps_of_a_thin_market_are_no_pages(tmp_path: Path) -> None:
    draw = np.random.default_rng(5)
    columns = without(hours(3_000), np.sort(draw.choice(3_000, 400, replace=False)))
    assert kinds_of(found(tmp_path, columns)) == ["gaps"]


def test_a_change_of_the_funding_interval_is_found(tmp_path: Path) -> None:
    columns = settlements(200)
    columns["ts"][100:] = columns["ts"][99] + np.arange(1, 101) * 4 * HOUR_MS
    finding = the(found(tmp_path, columns, "BINANCE-HYPEUSDT"), "interval-changes")
    assert finding.details["changes"] == ["8h to 4h"]
    assert finding.severity is Severity.WARNING
    assert finding.place.text.startswith("row 99")


def test_bars_of_two_lengths_are_found(tmp_path: Path) -> None:
    columns = hours(ROWS)
    columns["ts"][:100] = columns["ts"][100] - np.arange(100, 0, -1) * 4 * HOUR_MS
    finding = the(found(tmp_path, columns), "interval-changes")
    assert (finding.severity, finding.details["changes"]) == (Severity.ERROR, ["4h to 1h"])


@pytest.mark.parametrize(("odd", "severity"), [(2, Severity.WARNING), (50, Severity.ERROR)])
def test_stamps_off_the_grid_are_found(tmp_path: Path, odd: int, severity: Severity) -> None:
    columns = hours(ROWS)
    columns["ts"][200 : 200 + odd] += 14_000
    finding = the(found(tmp_path, columns), "off-grid")
    assert (finding.count, finding.severity) == (odd, severity)
    assert finding.place.text == "row 200 (2024-01-09T08:00:14Z)"


@pytest.mark.parametrize(("by_ms", "severity"), [(-1, Severity.ERROR), (0, Severity.WARNING)])
def test_stamps_at_the_close_are_found(tmp_path: Path, by_ms: int, severity: Severity) -> None:
    columns = hours(48)
    columns["ts"] += HOUR_MS + by_ms
    findings = found(tmp_path, columns)
    assert kinds_of(findings) == ["stamps-at-close"]
    assert findings[0].severity is severity
    assert found(tmp_path, columns, stamp="close") == ()


def test_prices_off_the_registered_tick_are_found(tmp_path: Path) -> None:
    columns = hours(ROWS)
    columns["high"][[5, 9]] = np.round(columns["high"][[5, 9]] + 1.005, 3)
    finding = the(found(tmp_path, columns), "off-tick")
    assert (finding.count, finding.details) == (2, {"tick_size": "0.01", "decimals": 3})
    assert finding.place.text.startswith("row 5 ")
    assert found(tmp_path, columns, "KRAKEN-BTC-USDT-1h") == ()


def test_prices_that_were_computed_are_found(tmp_path: Path) -> None:
    columns = hours(ROWS)
    columns["high"][5] += 1 / 3
    finding = the(found(tmp_path, columns, "KRAKEN-BTC-USDT-1h"), "off-tick")
    assert finding.details == {"prices": 1}


def test_rates_in_percent_are_found(tmp_path: Path) -> None:
    columns = settlements(50)
    columns["rate"] *= 100.0
    finding = the(found(tmp_path, columns, "OKX-BTCUSDT"), "unit-mistakes")
    assert "look like percent" in finding.meaning


def test_repetitions_contradictions_and_disorder_are_found(tmp_path: Path) -> None:
    columns = {
        name: np.concatenate([column, column[[50, 60, 70]]]) for name, column in hours(90).items()
    }
    columns["volume"][-1] += 1.0
    findings = found(tmp_path, columns)
    assert (the(findings, "duplicates").count, the(findings, "out-of-order").count) == (2, 1)
    assert the(findings, "duplicates").place.text.startswith("row 90 ")
    assert the(findings, "out-of-order").place.text.startswith("row 90 ")
    assert [p.text[:7] for p in the(findings, "conflicting-duplicates").places] == [
        "row 70 ",
        "row 92 ",
    ]


def test_a_change_of_unit_inside_a_file_is_found(tmp_path: Path) -> None:
    columns = hours(100)
    columns["ts"][60:] *= 1_000
    finding = the(found(tmp_path, columns), "unit-mistakes")
    assert finding.place.text == "row 60 (2024-01-03T12:00:00Z)"
    assert finding.details["changes"] == [{"row": 60, "before": "ms", "after": "us"}]
    said = the(found(tmp_path, columns, unit="ms"), "unit-mistakes")
    assert (said.count, said.place.text) == (40, "row 60 (2024-01-03T12:00:00Z)")


def test_bad_rows_are_found_by_their_kind(tmp_path: Path) -> None:
    columns: dict[str, Any] = {name: column.tolist() for name, column in hours(40).items()}
    columns["ts"][3] = "soon"
    columns["ts"][4] = NOW_NS // 1_000_000 + 10**7
    columns["open"][5] = "x"
    columns["high"][6] = 1.0
    path = write_csv(tmp_path / f"{NAME}.csv", columns)
    path.write_text(path.read_text(encoding="utf-8") + "1,2,3\n", encoding="utf-8")
    findings = check_prepared(prepared(path))
    wanted = {
        "malformed-lines": "line 42",
        "bad-times": "line 5",
        "future-dates": "line 6 (2027-01-15T10:46:40Z)",
        "bad-numbers": "line 7 (2024-01-01T05:00:00Z)",
        "ohlc-violations": "line 8 (2024-01-01T06:00:00Z)",
    }
    errors = {f.kind: f.place.text for f in findings if f.severity is Severity.ERROR}
    assert errors == wanted
    # Rows without a time leave a hole; rows with bad values do not.
    assert the(findings, "gaps").details["missing"] == 2
    assert "open 'x'" in the(findings, "bad-numbers").meaning
    assert "'soon'" in the(findings, "bad-times").meaning


def test_impossible_trades_have_a_name_of_their_own(tmp_path: Path) -> None:
    columns = trades(20)
    columns["size"][3] = 0.0
    assert "impossible-values" in kinds_of(found(tmp_path, columns, "OKX-BTCUSDT"))


def test_findings_of_a_panel_tell_the_instrument(tmp_path: Path) -> None:
    one, other = hours(60), without(hours(60, seed=2), [20])
    columns: Columns = {name: np.concatenate([one[name], other[name]]) for name in one}
    columns["symbol"] = ["BTCUSDT"] * 60 + ["ETHUSDT"] * 59
    finding = the(found(tmp_path, columns, "BINANCE-PERP-PANEL-1h"), "gaps")
    assert finding.series == "BINANCE:ETH-USDT-PERP"
    assert finding.place.text.startswith("row 79 ")
    assert finding.as_json()["series"] == "BINANCE:ETH-USDT-PERP"


def test_the_worst_comes_first(tmp_path: Path) -> None:
    columns = without(hours(ROWS), [10])
    columns["volume"][100] = 0.0
    columns["high"][200] = 1.0
    severities = [finding.severity for finding in found(tmp_path, columns)]
    assert severities == sorted(severities, key=list(Severity).index)
    assert severities[0] is Severity.ERROR
