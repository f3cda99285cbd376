"""What processes beside the trader know is added to its status, as long as they are there."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import msgspec
from msgspec.structs import replace

from tests.runtime.control.desk import some_status
from traider.runtime.beside_file import BesideBody, tell_beside, with_besides
from traider.runtime.status_body import LatencyBody, RestartBody

HERE = LatencyBody(p50=1.0, p95=2.0, p99=3.0, p999=4.0, count=5)
THERE = replace(HERE, count=9)
STATUS = replace(
    some_status(),
    latency_us={"decide": HERE, "fill": HERE},
    restarts=(RestartBody("feed", 2, "a fault", 1),),
)
GATEWAY = RestartBody("gateway", 1, "gateway ended by SIGKILL", 2)


def test_a_status_has_what_both_processes_say(tmp_path: Path) -> None:
    async def scene() -> None:
        gateway = BesideBody(pid=os.getpid(), latency_us={"send": THERE, "fill": THERE})
        parent = BesideBody(pid=os.getpid(), restarts=(GATEWAY,))
        tasks = [
            asyncio.create_task(tell_beside(tmp_path, "gateway", lambda: gateway)),
            asyncio.create_task(tell_beside(tmp_path, "supervisor", lambda: parent)),
        ]
        while len(list(tmp_path.glob("beside.*.json"))) < len(tasks):  # noqa: ASYNC110, ASYNC240 - a file sets no event
            await asyncio.sleep(0.001)
        found = with_besides(STATUS, tmp_path)
        assert list(found.latency_us.items()) == [
            ("decide", HERE),
            ("send", THERE),
            ("fill", HERE),
        ]
        assert [each.part for each in found.restarts] == ["feed", "gateway"]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(scene())
    assert with_besides(STATUS, tmp_path) == STATUS


def test_what_a_dead_process_left_or_nobody_can_read_is_passed_over(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left = msgspec.json.encode(BesideBody(pid=ended.pid, restarts=(GATEWAY,)))
    (tmp_path / "beside.supervisor.json").write_bytes(left)
    (tmp_path / "beside.gateway.json").write_bytes(left[:9])
    assert with_besides(STATUS, tmp_path) == STATUS
