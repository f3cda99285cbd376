from tests.ports.fault import MemoryFaults
from tests.ports.log import MemoryLog
from traider.domain.ports import FaultReports
from traider.ops.faults import LogFaults


def test_a_fault_is_a_line_of_the_log_and_is_handed_on() -> None:
    log, others = MemoryLog(), MemoryFaults()
    faults: FaultReports = LogFaults(log, (others,))
    error = KeyError("missing")
    faults.report(error, part="feed")
    (line,) = log.lines
    assert (line.level, line.message) == ("error", "fault")
    assert line.fields["part"] == "feed"
    assert line.fields["fault"] == "KeyError"
    assert "KeyError: 'missing'" in str(line.fields["traceback"])
    assert others.told == [(error, {"part": "feed"})]
