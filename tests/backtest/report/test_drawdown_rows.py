from traider.backtest.report.drawdown_rows import SHOWN_MAX, DrawdownRow, drawdown_rows
from traider.backtest.report.number_text import MINUS
from traider.domain.timeframes import DAY_NS
from traider.portfolio.drawdown_episodes import DrawdownEpisode

DEEP = DrawdownEpisode(0, 5 * DAY_NS, 40 * DAY_NS, -0.4, 40 * DAY_NS)
LASTING = DrawdownEpisode(50 * DAY_NS, 51 * DAY_NS, 0, -0.1, 36 * DAY_NS // 24)


def test_drawdowns_in_words_on_the_scale_of_the_deepest() -> None:
    assert drawdown_rows((DEEP, LASTING)) == (
        DrawdownRow(f"{MINUS}40.00%", 1.0, "1970-01-01", "1970-01-06", "1970-02-10", "40"),
        DrawdownRow(f"{MINUS}10.00%", 0.25, "1970-02-20", "1970-02-21", "not yet", "1.5"),
    )


def test_only_the_deepest_are_shown() -> None:
    assert len(drawdown_rows((DEEP,) * (SHOWN_MAX + 2))) == SHOWN_MAX
    assert drawdown_rows(()) == ()
