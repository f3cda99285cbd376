from traider.backtest.report.drawdown_rows import SHOWN_MAX, DrawdownRow, drawdown_rows
from traider.backtest.report.number_text import MINUS, period_text
from traider.domain.timeframes import DAY_NS
from traider.portfolio.drawdown_episodes import DrawdownEpisode

YEAR_NS = 365 * DAY_NS
DEEP = DrawdownEpisode(0, 5 * DAY_NS, 40 * DAY_NS, -0.4, 40 * DAY_NS)
LASTING = DrawdownEpisode(50 * DAY_NS, 51 * DAY_NS, 0, -0.1, 36 * DAY_NS // 24)


def test_drawdowns_in_words_on_the_scale_of_the_deepest() -> None:
    assert drawdown_rows((DEEP, LASTING), YEAR_NS) == (
        DrawdownRow(f"{MINUS}40.00%", 1.0, "1970-01-01", "1970-01-06", "1970-02-10", "40"),
        DrawdownRow(f"{MINUS}10.00%", 0.25, "1970-02-20", "1970-02-21", "not yet", "1.5"),
    )


def test_only_the_deepest_are_shown() -> None:
    assert len(drawdown_rows((DEEP,) * (SHOWN_MAX + 2), YEAR_NS)) == SHOWN_MAX
    assert drawdown_rows((), YEAR_NS) == ()


def test_drawdowns_of_minutes_are_told_by_the_clock() -> None:
    minute_ns = DAY_NS // 1_440
    (row,) = drawdown_rows(
        (DrawdownEpisode(minute_ns, 3 * minute_ns, 0, -0.1, minute_ns),), 5 * minute_ns
    )
    assert (row.peak, row.trough) == ("1970-01-01 00:01:00", "1970-01-01 00:03:00")
    assert period_text(0, 2 * DAY_NS) == "1970-01-01 to 1970-01-03"
    assert period_text(0, minute_ns) == "1970-01-01 00:00:00 to 1970-01-01 00:01:00"
