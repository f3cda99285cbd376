"""Feed and trader as processes apart, over brokers: the feed is killed, and comes back."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.command import ROOT, started
from tests.e2e.test_run_venue import EAGER, until, venue
from tests.servers.kafka_process import running_kafka
from traider.cli.main import run
from traider.domain.events import Kind, OrderFlag
from traider.domain.market_health import MarketHealth
from traider.journal.reader import JournalReader
from traider.runtime.status_body import Phase, StatusBody

NAME = "market COINBASE:BTC-USDT"


@contextmanager
def role(
    name: str, folder: Path, settings: dict[str, str], *arguments: str
) -> Iterator["subprocess.Popen[str]"]:
    """Run a role; what still runs at the end is killed."""
    said = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    line = (
        "run",
        "--role",
        name,
        "--venue",
        "coinbase",
        "--product",
        "BTC-USDT",
        *said,
        *arguments,
    )
    with started(folder, *line) as running:
        yield running


def is_fed(body: StatusBody) -> bool:
    """Whether the market is healthy, and traded on."""
    good = [each.is_good for each in body.health if each.part == NAME]
    return body.phase is Phase.TRADING and good == [True]


def opened_while_unhealthy(journal: Path) -> int:
    """Return how many orders that open something left while the market was not healthy."""
    is_healthy, opening, found = False, set[int](), 0
    for events in JournalReader(journal).events():
        for event in events:
            match Kind(int(event["kind"])):
                case Kind.HEALTH:
                    is_healthy = event["code"] == MarketHealth.HEALTHY
                case Kind.ORDER_INTENT:
                    exits = OrderFlag.REDUCE_ONLY | OrderFlag.CHILD | OrderFlag.CANCEL
                    if not int(event["flags"]) & exits:
                        opening.add(int(event["order_id"]))
                case Kind.SENT if int(event["order_id"]) in opening and not is_healthy:
                    found += 1
    return found


@pytest.mark.slow
def test_a_trader_outlives_its_feed_and_opens_nothing_meanwhile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "trader"
    with venue(tmp_path) as addresses, running_kafka("traider.market:2") as kafka:
        settings = {**EAGER, **addresses, "feed.stale_s": "1.5"}
        over = ("--bus", f"kafka://{kafka.brokers}", "--config", str(ROOT / "examples/demo.toml"))
        with (
            role("feed", tmp_path, settings, *over) as feed,
            role("trader", tmp_path, settings, *over, "--state", str(state), "--json") as trader,
        ):
            filled = until(state, trader, lambda body: is_fed(body) and body.counts.fills > 0)
            feed.send_signal(signal.SIGKILL)
            until(state, trader, lambda body: body.phase is Phase.TRADING and not is_fed(body))
            with role("feed", tmp_path, settings, *over, "--json") as again:
                fed = until(
                    state,
                    trader,
                    lambda body: is_fed(body) and body.counts.gaps > filled.counts.gaps,
                )
                assert (fed.epoch, fed.restarts) == (1, ())
                trader.send_signal(signal.SIGTERM)
                out, errors = trader.communicate(timeout=60)
                assert trader.returncode == 0, errors
                assert json.loads(out)["parity"]["ok"]
                again.send_signal(signal.SIGTERM)
                out, errors = again.communicate(timeout=60)
                assert again.returncode == 0, errors
                assert json.loads(out)["events"] > 0
    assert opened_while_unhealthy(state / "journal") == 0
    capsys.readouterr()
    assert run(["parity", str(state), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"]
