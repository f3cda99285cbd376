import pytest

from benchmarks.peers.engine_table import Heading, print_agreement, print_engines
from benchmarks.peers.engines.measuring import Finding
from benchmarks.peers.processes import Measured


def measured(engine: str, seconds: float, trades: int, equity: float) -> Measured:
    """Return what a run of 1,000,000 rows came to."""
    finding = Finding(engine, "1.0", seconds, 1_000_000, trades, equity)
    return Measured(finding, seconds, seconds, 2.0 * seconds, 100.0)


FOUND = {
    "ours": measured("Traider", 0.5, 10, 1_000.0),
    "same": measured("Same", 1.0, 10, 1_000.004),
    "less": measured("Less", 4.0, 9, 990.5),
}


def test_times_are_divided_by_traiders(capsys: pytest.CaptureFixture[str]) -> None:
    print_engines(Heading("Title"), FOUND, "ours")
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines() if "1.0 |" in line]
    assert [row[3:5] for row in rows] == [["2", "1"], ["1", "2"], ["0.25", "8"]]


def test_without_traider_there_is_no_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    print_engines(Heading("Title"), {"same": FOUND["same"]}, "ours")
    assert capsys.readouterr().out.splitlines()[-1].split(" | ")[4] == "-"


def test_agreement_is_told_from_the_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    print_agreement(FOUND, "ours")
    assert capsys.readouterr().out.strip() == (
        "Against Traider, equal in trades and to the cent: Same; Less: -1 trades, -9.50."
    )
