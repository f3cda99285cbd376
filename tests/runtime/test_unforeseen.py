"""What threads and tasks end by that nobody waits for is told, once, to everyone."""

import asyncio
import gc
import threading

from tests.ports.alert import MemoryAlerts
from tests.ports.fault import MemoryFaults
from tests.ports.log import MemoryLog
from traider.ops.faults import LogFaults
from traider.runtime.unforeseen import telling_unforeseen


async def failing_task() -> None:
    raise ZeroDivisionError("in a task")


def failing_thread() -> None:
    raise ZeroDivisionError("in a thread")


def test_faults_that_nobody_waits_for_reach_log_reports_and_alerts() -> None:
    log, alerts, faults = MemoryLog(), MemoryAlerts(), MemoryFaults()
    hook = threading.excepthook

    async def scene() -> None:
        with telling_unforeseen(log, LogFaults(log, [faults]), alerts):
            thread = threading.Thread(target=failing_thread, name="a part")
            thread.start()
            thread.join()
            task = asyncio.create_task(failing_task())
            await asyncio.wait([task])
            del task
            gc.collect()
            asyncio.get_running_loop().call_exception_handler({"message": "something odd"})

    asyncio.run(scene())
    assert [str(fault) for fault, _ in faults.told] == ["in a thread", "in a task"]
    assert [words["part"] for _, words in faults.told] == ["a part", "failing_task"]
    assert [each.detail for each in alerts.sent] == [
        "a part: ZeroDivisionError: in a thread",
        "failing_task: ZeroDivisionError: in a task",
    ]
    assert "something odd" in str(log.lines[-1])
    assert threading.excepthook is hook
