from dataclasses import replace

from traider.backtest.findings import Finding, Severity, counts_text, finding_json

FINDING = Finding(
    "few-trades", Severity.SERIOUS, "Too few", "3 (at least 30)", "Why.", "Do.", 3, 30
)


def test_findings_are_counted_by_severity() -> None:
    warning = replace(FINDING, severity=Severity.WARNING)
    note = replace(FINDING, severity=Severity.NOTE)
    assert counts_text([]) == ""
    assert counts_text([note, FINDING, FINDING]) == "2 serious, 1 note"
    assert counts_text([warning, warning, note, note]) == "2 warnings, 2 notes"


def test_json_names_everything() -> None:
    assert finding_json(FINDING) == {
        "code": "few-trades",
        "severity": "serious",
        "title": "Too few",
        "measured": "3 (at least 30)",
        "why": "Why.",
        "fix": "Do.",
        "number": 3,
        "threshold": 30,
    }
