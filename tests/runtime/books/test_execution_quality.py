"""Best execution of journals written by hand, against numbers worked out by hand.

Ticks are 0.1 and lots 0.001. The book stands at 100.0 / 100.2, so the arrival mid is 100.1.
"""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.runtime.books.written_runs import GTC_LIMIT, LAST, SECOND_NS, Sizes, WrittenRun
from traider.cli.main import run as run_command
from traider.compliance.best_execution import summarize_quality
from traider.compliance.execution_rows import quality_row, rounded_text, summary_row
from traider.domain.events import Kind, MarketFlag
from traider.journal.reader import JournalReader
from traider.kernel.codes import Verdict
from traider.runtime.books.execution_quality import run_quality
from traider.runtime.books.market_views import Look, market_views, position_at
from traider.runtime.books.run_records import read_records
from traider.runtime.parity.recorded_run import RecordedRun

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A purchase that fills in two parts, a sale that fills in part as maker, one refusal."""
    folder = tmp_path_factory.mktemp("quality") / "run"
    with WrittenRun(folder) as run:
        run.trade(999, 50)
        run.book(1_000, 1_002)
        bought = run.order(Sizes(1, 1_000))
        run.trade(1_002, 300)
        run.fill(bought, Sizes(1, 400, 1_002), 600, 10**6)
        run.event(Kind.TRADE, side=1, price=5_000, size=9_000, flags=LAST | MarketFlag.HISTORY)
        run.trade(1_004, 100)
        run.fill(bought, Sizes(1, 600, 1_003), 0, 2 * 10**6)
        run.trade(2_000, 70)
        run.book(1_000, 1_002)
        sold = run.order(Sizes(-1, 100, 1_050), GTC_LIMIT)
        run.fill(sold, Sizes(-1, 40, 1_050), 60, 0, is_maker=True)
        run.book(1_060, 1_062)
        run.cancelled(sold, 60)
        run.refuse(run.wish(Sizes(1, 5)), Verdict.EXPOSURE, 3.0, 2.5)
    return folder


def test_every_number_is_the_one_worked_out_by_hand(folder: Path) -> None:
    bought, sold = [
        quality_row(each) for each in run_quality(read_records(RecordedRun.open(folder)))
    ]
    # P = 0.4 * 100.2 + 0.6 * 100.3 = 100.26; V = (300 * 100.2 + 100 * 100.4) / 400 = 100.25.
    assert (bought["arrival_mid"], bought["arrival_of"]) == ("100.1", "book")
    assert (bought["executed_price"], bought["market_vwap"]) == ("100.26", "100.25")
    assert bought["market_volume"] == "0.4"
    assert bought["slippage_bps"] == "15.9840"  # 0.16 / 100.1
    assert bought["half_spread_bps"] == "9.9900"  # 0.1 / 100.1
    assert bought["vwap_bps"] == "0.9975"  # 0.01 / 100.25
    assert bought["fee_bps"] == "2.9922"  # 0.03 / 100.26
    assert bought["shortfall_bps"] == "18.9810"  # (0.16 + 0.03) / 100.1
    assert (bought["shortfall"], bought["fill_ratio"], bought["maker_share"]) == (
        "0.1900", "1.0000", "0.0000",
    )  # fmt: skip
    # Wish, verdict, sent, ack, trade, fill, history, trade, fill: each a second after the other.
    assert bought["to_first_fill_ns"] == 5 * SECOND_NS
    assert bought["to_last_fill_ns"] == 8 * SECOND_NS
    # 0.04 sold 4.9 above the mid, and 0.06 not sold while the mid went up by 6.0: both gains.
    assert sold["slippage_bps"] == "-489.5105"  # -4.9 / 100.1
    assert sold["end_mid"] == "106.1"
    assert sold["shortfall"] == "-0.5560"  # -4.9 * 0.04 - 6.0 * 0.06
    assert sold["shortfall_bps"] == "-555.4446"  # -0.556 / 10.01
    assert (sold["fill_ratio"], sold["maker_share"]) == ("0.4000", "1.0000")
    assert (sold["market_vwap"], sold["vwap_bps"]) == (None, None)
    assert "no trade of the market was journaled" in sold["not_known"][0]


def test_sums_weigh_what_traded_and_what_was_wanted(folder: Path) -> None:
    found = run_quality(read_records(RecordedRun.open(folder)))
    summaries = summarize_quality(found)
    (everything,) = [summary_row(each) for each in summaries["all"]]
    assert (everything["orders"], everything["filled"]) == (2, 2)
    assert everything["notional"] == "104.4600"
    # (0.16 * 100.26 - 4.9 * 4.2) / 100.1 / 104.46 = -4.5384 / 10456.446
    assert everything["slippage_bps"] == "-4.3403"
    assert everything["shortfall_bps"] == "-33.2395"  # (0.19 - 0.556) / (100.1 + 10.01)
    assert (everything["vwap_bps"], everything["vwap_orders"]) == ("0.9975", 1)
    assert everything["fill_ratio"] == "0.7000"
    assert [each.name for each in summaries["type"]] == ["limit", "market"]
    assert [(each.name, each.orders) for each in summaries["hour"]] == [("00", 2)]
    assert len(summaries["instrument"]) == 1


def test_what_is_not_journaled_is_not_known(tmp_path: Path, capsys: Capture) -> None:
    with WrittenRun(tmp_path / "run") as run:
        blind = run.order(Sizes(1, 10))
        run.fill(blind, Sizes(1, 10, 1_000), 0, 0)
        run.trade(1_000, 5)
        by_trade = run.order(Sizes(1, 10, 900), GTC_LIMIT)
        run.trade(1_010, 5)
        run.cancelled(by_trade, 10)
    blind_row, trade_row = [
        quality_row(each) for each in run_quality(read_records(RecordedRun.open(tmp_path / "run")))
    ]
    for name in ("arrival_mid", "slippage_bps", "half_spread_bps", "shortfall_bps", "vwap_bps"):
        assert blind_row[name] is None
    assert len(blind_row["not_known"]) == 2
    assert (trade_row["arrival_of"], trade_row["half_spread_bps"]) == ("trade", None)
    # Never bought, and the price went from 100 to 101: a hundredth was missed.
    assert (trade_row["shortfall_bps"], trade_row["slippage_bps"]) == ("100.0000", None)
    said = ["report", "best-execution", "--state", str(tmp_path / "run")]
    assert run_command(said) == 0
    assert "not known" in capsys.readouterr().out


def test_the_report_is_made_the_same_twice(folder: Path, tmp_path: Path, capsys: Capture) -> None:
    said = ["report", "best-execution", "--state", str(folder), "--json"]
    assert run_command(said) == 0
    first = capsys.readouterr().out
    assert run_command(said) == 0
    assert capsys.readouterr().out == first
    body = json.loads(first)
    assert (len(body["orders"]), body["not_sent"]) == (2, 1)
    out = tmp_path / "orders.csv"
    assert run_command([*said[:-1], "--out", str(out)]) == 0
    assert "2 rows in" in capsys.readouterr().out
    assert len(out.read_text().splitlines()) == 3
    assert run_command([*said, "--out", str(tmp_path / "no" / "o.csv")]) == 2


def test_the_market_is_seen_as_it_stood_before_a_place(tmp_path: Path) -> None:
    with WrittenRun(tmp_path / "run") as run:
        begin = run.position
        bar = run.event(Kind.BAR, open=990, high=999, low=980, close=995, volume=7)
        quote = run.event(Kind.QUOTE, bid=1_000, bid_size=1, ask=1_004, ask_size=1, flags=LAST)
        # Sums that 64 bits cannot hold are exact all the same.
        run.trade(3 * 10**9, 4 * 10**9)
        end = run.position
        run.book(2_000, 2_002)
        after = run.position
    recorded = RecordedRun.open(tmp_path / "run")
    reader = JournalReader(recorded.paths.journal)
    looks = [Look(place, 0) for place in (begin, bar + 1, quote + 1, end, after)]
    views = market_views(reader, recorded.spec().markets, reversed(looks))
    none, by_bar, by_quote, by_trade, by_book = [views[look] for look in looks]
    assert (none.mark, none.source, none.spread) == (None, "", None)
    assert (by_bar.mark, by_bar.source, by_bar.spread) == (Decimal("99.5"), "bar", None)
    assert (by_quote.mark, by_quote.source) == (Decimal("100.2"), "quote")
    assert by_quote.spread == Decimal("0.4")
    # A trade after the quote makes the quote old.
    assert (by_trade.mark, by_trade.source) == (Decimal(3 * 10**8), "trade")
    assert (by_trade.traded_lots, by_trade.paid_ticks) == (4 * 10**9, 12 * 10**18)
    assert (by_book.mark, by_book.source) == (Decimal("200.1"), "book")
    assert position_at(reader, by_quote.mark_ns, reader.end) == quote + 1
    assert position_at(reader, 0, reader.end) == 0
    assert rounded_text(None) is None
