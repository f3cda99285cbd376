"""Parts beside the trader, begun again alone."""

import asyncio
from dataclasses import replace

import aiohttp

from tests.ports.fault import MemoryFaults
from tests.runtime.supervision.parts import Watched
from traider.domain.errors import UsageError
from traider.ops.clock import SystemClock
from traider.ops.endpoint import Endpoint, EndpointTerms
from traider.ops.health import HealthBoard
from traider.ops.metrics import ProcessMetrics
from traider.ops.prometheus import PrometheusPage
from traider.runtime.session.beside import EndpointRole, kept_beside
from traider.runtime.supervision.role import RoleReport


def test_the_address_of_health_is_opened_again() -> None:
    watched = Watched()
    board = HealthBoard(SystemClock())
    endpoint = Endpoint(PrometheusPage(ProcessMetrics()), board, EndpointTerms())

    async def healthy() -> int:
        async with aiohttp.ClientSession() as http, http.get(f"{endpoint.url}/health/live") as said:
            return said.status

    async def kept() -> tuple[int, int]:
        role = EndpointRole(endpoint)
        keeping = asyncio.create_task(kept_beside("endpoint", role.run, watched.parts()))
        while not endpoint.url:  # noqa: ASYNC110 - a thread that listens sets no event
            await asyncio.sleep(0.01)
        before = await healthy()
        await asyncio.to_thread(endpoint.stop)
        while not endpoint.is_running:  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.01)
        while not (endpoint.url and watched.board.parts()[0].is_good):  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.01)
        after = await healthy()
        keeping.cancel()
        return before, after

    try:
        assert asyncio.run(asyncio.wait_for(kept(), 30.0)) == (200, 200)
    finally:
        endpoint.stop()
    (row,) = watched.book.rows()
    assert (row.part, row.count) == ("endpoint", 1)


def test_a_fault_that_nobody_foresaw_is_reported() -> None:
    faults = MemoryFaults()
    parts = replace(Watched().parts(), faults=faults)
    raised = [ZeroDivisionError("a mistake"), UsageError("the disk is full")]

    async def fails(_: RoleReport) -> None:
        if raised:
            raise raised.pop(0)
        await asyncio.sleep(60.0)

    async def kept() -> None:
        keeping = asyncio.create_task(kept_beside("part", fails, parts))
        while raised:  # noqa: ASYNC110 - a role that fails sets no event
            await asyncio.sleep(0.001)
        keeping.cancel()

    asyncio.run(kept())
    ((fault, words),) = faults.told
    assert (type(fault), words) == (ZeroDivisionError, {"part": "part"})
