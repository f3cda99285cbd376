"""Laws of the supervisor.

1. A role that fails is started again, after a pause; one that fails again and again halts all.
2. A fault of a role that moves money halts all at once, and a person is called.
3. The end is in order: every step, whatever the ones before it did and however long they take, then
   the roles from the last to the first; nothing waits longer than its limit.
4. It is ready when every role is, and not from the moment that the end was asked for.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.supervision.parts import Watched
from traider.domain.errors import DataError
from traider.domain.metric_names import RESTARTS_TOTAL, ROLE_READY
from traider.runtime.supervision.restarts import Restarts, RestartTerms
from traider.runtime.supervision.role import AfterFault, Role, RoleReport
from traider.runtime.supervision.shutdown import Step
from traider.runtime.supervision.signals import stop_signals
from traider.runtime.supervision.supervisor import Outcome, asks_stop_from_threads
from traider.venues.backoff import BackoffTerms


def failing(times: int, then: Callable[[], None] = lambda: None) -> Callable[..., Awaitable[None]]:
    """Return a role that fails so often, then calls ``then`` and goes on until cancelled."""
    left = [times]

    async def run(report: RoleReport) -> None:
        if left[0]:
            left[0] -= 1
            raise DataError("a fault", where="here")
        report.ready()
        then()
        await asyncio.Event().wait()

    return run


async def waiting(report: RoleReport) -> None:
    report.ready()
    await asyncio.Event().wait()


def test_law_1_a_role_that_fails_is_started_again() -> None:
    watched = Watched()

    async def supervised() -> Outcome:
        supervisor = watched.supervisor()
        supervisor.add(Role("feed", failing(3, lambda: supervisor.ask_stop("enough"))))
        return await supervisor.run()

    outcome = asyncio.run(supervised())
    assert (outcome.why, outcome.fault, outcome.left) == ("enough", None, ())
    counted = [write.labels for write in watched.metrics.writes if write.name == RESTARTS_TOTAL]
    assert counted == [{"part": "feed"}] * 3
    assert watched.alerts.sent == []


def test_law_1_a_role_that_fails_again_and_again_halts() -> None:
    watched = Watched()

    async def supervised() -> Outcome:
        supervisor = watched.supervisor()
        supervisor.add(Role("other", waiting))
        supervisor.add(Role("feed", failing(99)))
        return await supervisor.run()

    outcome = asyncio.run(supervised())
    assert isinstance(outcome.fault, DataError)
    assert "again and again: feed: here: a fault" in outcome.why
    (alert,) = watched.alerts.sent
    assert (alert.key, alert.severity) == ("halt:feed", "critical")


@given(st.lists(st.floats(0.0, 50.0), max_size=40), st.integers(1, 5))
def test_law_1_no_more_than_so_many_restarts_in_so_long(gaps_s: list[float], most: int) -> None:
    terms = RestartTerms(BackoffTerms(0.1, 1.0, 10.0), most=most, within_s=100.0)
    restarts, now_s = Restarts(terms), 0.0
    allowed: list[float] = []
    for gap_s in gaps_s:
        now_s += gap_s
        pause_s = restarts.next_s(now_s, gap_s)
        if pause_s is None:
            recent = [at_s for at_s in allowed if now_s - at_s <= terms.within_s]
            assert len(recent) >= most
            return
        assert 0.05 <= pause_s <= 1.0
        allowed.append(now_s)
        assert len([at_s for at_s in allowed if now_s - at_s <= terms.within_s]) <= most + 1


@pytest.mark.parametrize("fault", [DataError("full", where="disk"), ZeroDivisionError("oh")])
def test_law_2_a_fault_where_money_moves_halts_at_once(fault: Exception) -> None:
    watched, steps = Watched(), []

    async def run(report: RoleReport) -> None:
        report.ready()
        raise fault

    async def stop_deciding() -> None:
        steps.append("stop deciding")

    async def supervised() -> Outcome:
        supervisor = watched.supervisor()
        supervisor.add(Role("trader", run, moves_money=True))
        return await supervisor.run([Step("stop deciding", stop_deciding)])

    outcome = asyncio.run(supervised())
    assert outcome.fault is fault
    assert steps == ["stop deciding"]
    assert [alert.title for alert in watched.alerts.sent] == ["a part that moves money failed"]
    (failed,) = [line for line in watched.log.lines if line.message == "a role failed"]
    assert "test_supervisor.py:" in str(failed.fields["where"])
    assert not [write for write in watched.metrics.writes if write.name == RESTARTS_TOTAL]


def test_law_3_every_step_then_every_role_from_the_last() -> None:
    watched, order = Watched(), []

    def role(name: str) -> Role:
        async def run(report: RoleReport) -> None:
            report.ready()
            try:
                await asyncio.Event().wait()
            finally:
                order.append(name)

        return Role(name, run, stop_s=1.0)

    async def fails() -> None:
        order.append("fails")
        raise DataError("no")

    async def hangs() -> None:
        order.append("hangs")
        try:
            await asyncio.sleep(60.0)
        except asyncio.CancelledError:
            await asyncio.sleep(60.0)  # does not let itself be cancelled either

    async def done() -> None:
        order.append("done")

    async def supervised() -> Outcome:
        supervisor = watched.supervisor()
        for name in ("journal", "feed", "trader", "gateway"):
            supervisor.add(role(name))
        supervisor.add(
            Role("done", waiting_until(lambda: supervisor.ask_stop("done")), ends_all=True)
        )
        return await supervisor.run(
            [
                Step("fails", fails),
                Step("hangs", hangs, 0.05),
                Step("done", done),
                supervisor.ending("trader"),
            ]
        )

    outcome = asyncio.run(asyncio.wait_for(supervised(), 10.0))
    assert order == ["fails", "hangs", "done", "trader", "gateway", "feed", "journal"]
    assert outcome.left == ("fails: no", "hangs: not done in 0.05 s")
    assert [alert.key for alert in watched.alerts.sent] == ["shutdown:fails", "shutdown:hangs"]


def waiting_until(then: Callable[[], None]) -> Callable[[RoleReport], Awaitable[None]]:
    async def run(report: RoleReport) -> None:
        report.ready()
        await asyncio.sleep(0.01)
        then()

    return run


def test_law_3_a_role_that_does_not_end_is_told_and_left() -> None:
    async def stubborn(report: RoleReport) -> None:
        report.ready()
        for _ in range(2):
            try:
                await asyncio.sleep(60.0)
            except asyncio.CancelledError:
                continue

    async def supervised() -> Outcome:
        supervisor = Watched().supervisor()
        supervisor.add(Role("stubborn", stubborn, stop_s=0.05))
        asyncio.get_running_loop().call_later(0.05, supervisor.ask_stop, "enough")
        return await supervisor.run()

    outcome = asyncio.run(asyncio.wait_for(supervised(), 10.0))
    assert outcome.left == ("end stubborn: TimeoutError: stubborn does not end",)


def test_law_3_when_one_is_done_all_are() -> None:
    async def supervised() -> Outcome:
        supervisor = Watched().supervisor()
        supervisor.add(Role("feed", waiting))
        supervisor.add(Role("session", waiting_until(lambda: None), ends_all=True))
        supervisor.add(Role("report", waiting_until(lambda: None)))
        return await supervisor.run()

    assert asyncio.run(supervised()).why == "session is done"


def test_law_4_it_is_ready_when_every_role_is() -> None:
    watched = Watched()
    answers = []

    async def late(report: RoleReport) -> None:
        report.bad("compiling")
        answers.append(watched.board.ready().why)
        report.ready()
        await asyncio.Event().wait()

    async def supervised() -> None:
        supervisor = watched.supervisor()
        supervisor.add(Role("feed", waiting))
        supervisor.add(Role("trader", late))
        running = asyncio.create_task(supervisor.run())
        await supervisor.until_ready()
        assert watched.board.ready().is_good
        supervisor.ask_stop("enough")
        answers.append(watched.board.ready().why)
        await running

    asyncio.run(asyncio.wait_for(supervised(), 10.0))
    assert "trader: compiling" in answers[0]
    assert answers[1] == "not ready"
    ready = [write for write in watched.metrics.writes if write.name == ROLE_READY]
    assert {write.labels["role"] for write in ready if write.value == 1.0} == {"feed", "trader"}


def test_signals_ask_and_are_given_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
    asked: list[str] = []

    async def supervised() -> Outcome:
        supervisor = Watched().supervisor()
        supervisor.add(Role("feed", waiting))
        with stop_signals(supervisor.ask_stop, lambda: asked.append("reload")):
            os.kill(os.getpid(), signal.SIGHUP)
            asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGTERM)
            return await supervisor.run()

    assert asyncio.run(supervised()).why == "SIGTERM"
    assert asked == ["reload"]
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)] == before


def test_a_second_interrupt_asks_what_is_waited_for() -> None:
    told: list[str] = []

    async def supervised() -> Outcome:
        supervisor, both = Watched().supervisor(), asyncio.Event()

        async def ends_late(report: RoleReport) -> None:
            await waiting_until_cancelled(report)
            await asyncio.wait_for(both.wait(), 5.0)

        def again() -> None:
            told.append("still ending")
            both.set()

        supervisor.add(Role("late", ends_late))
        with stop_signals(supervisor.ask_stop, again=again):
            for at_s in (0.05, 0.1):
                asyncio.get_running_loop().call_later(at_s, os.kill, os.getpid(), signal.SIGINT)
            return await supervisor.run()

    assert asyncio.run(supervised()).why == "SIGINT"
    assert told == ["still ending"]


async def waiting_until_cancelled(report: RoleReport) -> None:
    report.ready()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("after", "is_vital", "restarts", "halts"),
    [
        (AfterFault.HALT, True, 0, True),
        (AfterFault.WAIT, True, 8, False),
        (AfterFault.AGAIN, True, 3, True),
        (AfterFault.AGAIN, False, 8, False),
    ],
)
def test_law_1_what_a_fault_leads_to(
    after: AfterFault, *, is_vital: bool, restarts: int, halts: bool
) -> None:
    watched = Watched()

    async def supervised() -> Outcome:
        supervisor = watched.supervisor()
        run = failing(8, lambda: supervisor.ask_stop("enough"))
        supervisor.add(Role("part", run, is_vital=is_vital, judged=lambda _: after))
        return await supervisor.run()

    outcome = asyncio.run(asyncio.wait_for(supervised(), 10.0))
    assert (outcome.fault is not None) is halts
    assert outcome.is_loop is (halts and restarts > 0)
    assert [row.count for row in watched.book.rows()] == ([restarts] if restarts else [])
    severities = {alert.severity for alert in watched.alerts.sent}
    assert severities == ({"warning"} if after is AfterFault.WAIT else {"critical"})


def test_another_thread_asks() -> None:
    async def supervised() -> Outcome:
        supervisor, loop = Watched().supervisor(), asyncio.get_running_loop()
        supervisor.add(Role("feed", waiting))
        ask = asks_stop_from_threads(supervisor, loop)
        await loop.run_in_executor(None, ask, "the lease is lost")
        outcome = await supervisor.run()
        supervisor.ask_stop("later")
        return outcome

    assert asyncio.run(supervised()).why == "the lease is lost"
