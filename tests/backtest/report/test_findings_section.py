from dataclasses import replace

from tests.backtest.report.synthetic import synthetic_result
from tests.backtest.test_findings import FINDING
from traider.backtest.findings import Severity
from traider.backtest.report import render_report
from traider.backtest.report.findings_section import FINDINGS_MAX, findings_section

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&"


def test_a_finding_is_told_with_its_reason_and_its_mend() -> None:
    page = findings_section((FINDING,))
    for text in ("1 serious", "Too few", "3 (at least 30)", "Why.", "Do."):
        assert text in page
    assert "<details open>" in page


def test_only_the_serious_ones_are_open() -> None:
    note = replace(FINDING, severity=Severity.NOTE)
    assert "<details open>" not in findings_section((note,))


def test_nothing_found_is_said() -> None:
    assert "Nothing was found" in findings_section(())


def test_hostile_text_stays_text() -> None:
    evil = replace(FINDING, title=HOSTILE, measured=HOSTILE, why=HOSTILE, fix=HOSTILE)
    assert "<img" not in findings_section((evil,))


def test_a_long_list_is_cut_and_says_so() -> None:
    page = findings_section((FINDING,) * (FINDINGS_MAX + 3))
    assert page.count("<li") == FINDINGS_MAX
    assert "3 more are in summary.json" in page


def test_the_report_shows_findings_before_its_figures() -> None:
    result = replace(synthetic_result(trades=10, points=100), findings=(FINDING,))
    page = render_report(result, trades_shown=5)
    assert page.index("Too few") < page.index("Max drawdown")
