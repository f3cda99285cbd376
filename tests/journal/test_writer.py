from decimal import Decimal
from pathlib import Path

import pytest

from tests.journal.journals import all_events, all_facts, small_terms, some_events, written
from traider.domain.errors import UsageError
from traider.journal import JournalInstrument, JournalReader, JournalWriter

BITCOIN = JournalInstrument("BINANCE:BTC-USDT", "BTCUSDT", Decimal("0.10"), Decimal("0.001"))
ETHER = JournalInstrument("BINANCE:ETH-USDT", "ETHUSDT", Decimal("0.01"), Decimal("0.0001"))


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    events = written(tmp_path / "journal")
    assert all_events(tmp_path / "journal").tobytes() == events.tobytes()
    assert [fact.sequence for fact in all_facts(tmp_path / "journal")] == [99, 199]


def test_a_journal_goes_on_where_it_ended(tmp_path: Path) -> None:
    events = some_events(300)
    for start in range(0, 300, 100):
        with JournalWriter.open(tmp_path, terms=small_terms()) as journal:
            assert journal.sequence == start
            journal.append(events[start : start + 100])
    assert all_events(tmp_path).tobytes() == events.tobytes()


def test_instruments_are_kept_and_may_only_grow(tmp_path: Path) -> None:
    JournalWriter.open(tmp_path, [BITCOIN]).close()
    with JournalWriter.open(tmp_path, terms=small_terms(64)) as journal:
        assert journal.instruments == (BITCOIN,)
        journal.append(some_events(9))
        journal.append(some_events(9))
    JournalWriter.open(tmp_path, [BITCOIN, ETHER]).close()
    assert JournalReader(tmp_path).instruments == (BITCOIN, ETHER)
    with pytest.raises(UsageError, match="instrument 0 of the journal is BINANCE:BTC-USDT"):
        JournalWriter.open(tmp_path, [ETHER])


def test_a_journal_has_one_writer(tmp_path: Path) -> None:
    with (
        JournalWriter.open(tmp_path),
        pytest.raises(UsageError, match="has a writer already"),
    ):
        JournalWriter.open(tmp_path)


@pytest.mark.parametrize("cut", [1, 50, 96, 97, 500])
def test_a_torn_tail_is_cut_and_told(tmp_path: Path, cut: int) -> None:
    written(tmp_path, 100, terms=small_terms(10**9))
    path = tmp_path / "events-000000.seg"
    path.write_bytes(path.read_bytes()[:-cut])
    with JournalWriter.open(tmp_path) as journal:
        assert journal.sequence == 90
        assert {each.file for each in journal.recovery.cuts} == {path.name, "facts-000000.seg"}
        journal.append(some_events(10, 90))
    assert all_events(tmp_path).tobytes() == some_events(100).tobytes()
