import io

import pytest

from tests.ports.alert import MemoryAlerts
from tests.ports.log import MemoryLog
from traider.domain.ports import Alert, AlertChannel, Severity
from traider.ops.alerts import ConsoleAlerts


def _alert(severity: Severity, detail: str = "") -> Alert:
    return Alert(key="drawdown", severity=severity, title="drawdown is near", detail=detail)


def test_a_warning_reaches_log_and_console() -> None:
    log, console = MemoryLog(), io.StringIO()
    ConsoleAlerts(log, console).send(_alert(Severity.WARNING, "at 25 %"))
    assert console.getvalue() == "ALERT warning: drawdown is near: at 25 %\n"
    (line,) = log.lines
    assert line.level == "warning"
    assert line.fields == {"key": "drawdown", "severity": "warning", "detail": "at 25 %"}


def test_information_is_only_logged() -> None:
    log, console = MemoryLog(), io.StringIO()
    ConsoleAlerts(log, console).send(_alert(Severity.INFO))
    assert console.getvalue() == ""
    assert [line.level for line in log.lines] == ["info"]


def test_a_repeated_condition_is_shown_again_only_when_it_gets_worse() -> None:
    log, console = MemoryLog(), io.StringIO()
    channel = ConsoleAlerts(log, console)
    for severity in (Severity.WARNING, Severity.WARNING, Severity.CRITICAL, Severity.WARNING):
        channel.send(_alert(severity))
    assert console.getvalue().splitlines() == [
        "ALERT warning: drawdown is near",
        "ALERT critical: drawdown is near",
    ]
    assert len(log.lines) == 4


def test_the_console_is_stderr_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    ConsoleAlerts(MemoryLog()).send(_alert(Severity.CRITICAL))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "ALERT critical: drawdown is near\n"


def test_the_fake_keeps_alerts() -> None:
    memory = MemoryAlerts()
    channel: AlertChannel = memory
    channel.send(_alert(Severity.INFO))
    assert memory.sent == [_alert(Severity.INFO)]


def test_information_ends_a_condition_so_that_it_is_shown_again() -> None:
    console = io.StringIO()
    channel = ConsoleAlerts(MemoryLog(), console)
    for severity in (Severity.WARNING, Severity.INFO, Severity.WARNING):
        channel.send(_alert(severity))
    assert console.getvalue().splitlines() == ["ALERT warning: drawdown is near"] * 2
