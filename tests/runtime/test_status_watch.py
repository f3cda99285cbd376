import asyncio
import contextlib
import json
from pathlib import Path

import msgspec
import pytest

from tests.runtime.test_observability import config, lines, page
from tests.runtime.test_order_traces import event
from tests.runtime.test_status_body import BODY
from traider.domain.events import Kind
from traider.runtime.event_metrics import EventMetrics
from traider.runtime.observability import ObserveTerms, observe
from traider.runtime.status_body import HealthBody, Phase, StatusBody
from traider.runtime.status_file import STATUS_FILE, read_status
from traider.runtime.status_watch import Beside, StatusWatch


def test_a_look_tells_metrics_health_epoch_and_file(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    said: list[StatusBody] = [BODY]
    file = tmp_path / "log.jsonl"
    with observe(config(), "trader", ObserveTerms(log_file=file)) as seen:
        watch = StatusWatch(seen, lambda: said[-1], Beside(state))
        watch.look()
        assert "traider_leader_epoch 3.0" in page(seen.url)
        assert seen.health.ready().why == "feed: no tick"
        assert read_status(state) == BODY
        good = (HealthBody("venue", is_good=True, detail="", since_ns=1),)
        said.append(msgspec.structs.replace(BODY, health=good))
        watch.look()
        assert seen.health.ready().is_good
        said.append(msgspec.structs.replace(BODY, health=good, phase=Phase.KILLED))
        watch.look()
        assert seen.health.ready().why == "not ready"
        seen.log.info("said")
    assert lines(file)[-1]["epoch"] == 3


def test_lines_keep_the_epoch_of_the_leader_that_begins(tmp_path: Path) -> None:
    """Before a run begins, its status tells the epoch of the leader before."""
    file = tmp_path / "log.jsonl"
    with observe(config(), "trader", ObserveTerms(log_file=file)) as seen:
        seen.note(epoch=BODY.epoch + 1)
        StatusWatch(seen, lambda: BODY, Beside(tmp_path, epoch=BODY.epoch + 1)).look()
        seen.log.info("said")
    assert lines(file)[-1]["epoch"] == BODY.epoch + 1


def test_events_and_queues_are_told_beside_the_status(tmp_path: Path) -> None:
    with observe(config(), "trader", ObserveTerms(log_file=tmp_path / "log.jsonl")) as seen:
        counted = EventMetrics(seen.metrics, ["BTC-USD"], "local")
        counted.append(event(Kind.TRADE, BODY.now_ns - 2_000_000_000))
        StatusWatch(seen, lambda: BODY, Beside(None, counted, {"feed": [1, 2, 3]})).look()
        text = page(seen.url)
    assert 'traider_events_total{feed="local",kind="trade"} 1.0' in text
    assert 'traider_last_tick_age_seconds{instrument="BTC-USD"} 2.0' in text
    assert 'traider_queue_events{queue="feed"} 3.0' in text
    assert 'traider_role_ready{role="trader"} 0.0' in text


def test_a_state_folder_that_cannot_be_written_is_told_and_stops_nobody(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with observe(config(), "trader", ObserveTerms(log_file=tmp_path / "log.jsonl")) as seen:
        # A desk may tell what the board holds, as the session's does.
        watch = StatusWatch(
            seen, lambda: msgspec.structs.replace(BODY, health=seen.health_bodies()), Beside(state)
        )
        watch.look()
        watch.look()
        assert "status file: No such file" in seen.health.ready().why
        state.mkdir()
        watch.look()
        assert "status file" not in seen.health.ready().why


@pytest.mark.parametrize("rounds", range(5))
def test_the_last_status_is_kept_when_it_ends(tmp_path: Path, rounds: int) -> None:
    said = [BODY]

    async def run() -> None:
        asked = asyncio.Event()

        def status() -> StatusBody:
            asked.set()
            return said[-1]

        with observe(config(), "trader", ObserveTerms(log_file=tmp_path / "log.jsonl")) as seen:
            task = asyncio.create_task(StatusWatch(seen, status, Beside(tmp_path)).run())
            await asked.wait()
            for _ in range(rounds):
                await asyncio.sleep(0)
            ended = msgspec.structs.replace(BODY, phase=Phase.STOPPED, now_ns=BODY.now_ns + 1)
            said.append(ended)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    asyncio.run(run())
    assert json.loads((tmp_path / STATUS_FILE).read_text(encoding="utf-8"))["phase"] == "stopped"
