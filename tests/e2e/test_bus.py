"""The roles apart, as a person runs them: a feed's process, brokers, a process that keeps."""

import json
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.bus.conftest import kafka_terms
from tests.bus.streams import Ledger, drain
from tests.e2e.command import ROOT, started, traider
from tests.e2e.test_feed import exchange
from tests.ports.log import MemoryLog
from tests.runtime.roles.recorded_market import (
    EXAMPLE,
    NAMES,
    files_of,
    market_events,
    write_journal,
)
from tests.servers.kafka_process import running_kafka
from traider.bus import BusInstrument, EventPublisher, Source
from traider.bus.kafka_bus import KafkaBus
from traider.journal.reader import JournalReader
from traider.runtime.bus import MARKET

KEEP = ("bus", "features", "--config", str(EXAMPLE))


def outcome(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.mark.slow
def test_processes_over_kafka_make_the_lake_of_one_process_through_a_kill(tmp_path: Path) -> None:
    journal, events = write_journal(tmp_path / "journal"), market_events()
    alone = outcome(traider(tmp_path, *KEEP, str(journal), "--to", "alone", "--json"))
    assert alone["instruments"] == dict.fromkeys(NAMES, len(events) // 2)
    with running_kafka("traider.market:6") as kafka:
        quick = ("--set", "bus.session_s=1.3")  # so that who was killed is soon known to be dead
        over = ("--bus", f"kafka://{kafka.brokers}", "--to", "apart", "--json", *quick)
        held = JournalReader(journal).instruments
        instruments = [BusInstrument(one.name, one.tick_size, one.lot_size) for one in held]
        source = Source("feed", int(events["ts_recv"][0]), instruments)
        publisher = EventPublisher(
            KafkaBus(kafka_terms(kafka), MemoryLog()).publisher(MARKET), source
        )
        publisher.append(events[:30_000])
        with started(tmp_path, *KEEP, *over, "--set", "bus.save_events=5000") as features:
            until = time.monotonic() + 120
            while not list((tmp_path / "apart").glob("_streams/*/*.state")):
                assert time.monotonic() < until
                assert features.poll() is None, features.communicate()[1]
                time.sleep(0.02)
            features.send_signal(signal.SIGKILL)
        publish = ("bus", "publish", str(journal), "--bus", f"kafka://{kafka.brokers}", "--json")
        published = outcome(traider(tmp_path, *publish))
        assert published == {"events": len(events)}
        apart = outcome(traider(tmp_path, *KEEP, *over, "--until-end"))
    # What was saved before the kill is not taken again; what was sent twice is cut off.
    assert 0 < apart["events"] < len(events)
    assert apart["duplicates"] > 0
    assert (apart["missing"], apart["group"]) == (0, alone["group"])
    assert files_of(tmp_path / "apart") == files_of(tmp_path / "alone")


@pytest.mark.slow
def test_the_lines_of_the_guide_lead_from_one_process_to_kafka(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "use-kafka.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    alone, apart = (block.splitlines() for block in blocks[:2])
    assert (len(alone), len(apart), apart[0][:11]) == (1, 3, "pip install")
    for name in ("data", "examples"):
        (tmp_path / name).symlink_to(ROOT / name)
    with running_kafka() as kafka:
        lakes: list[dict[str, bytes]] = []
        for line in (*alone, *apart[1:]):
            arguments = line.replace("localhost:9092", kafka.brokers).split()[1:]
            done = traider(tmp_path, *arguments)
            assert done.returncode == 0, (line, done.stderr)
            if "features" in arguments:
                lakes.append(files_of((tmp_path / "lake").rename(tmp_path / f"lake-{len(lakes)}")))
    assert len(lakes[0]) > 10
    assert lakes[0] == lakes[1]


@pytest.mark.slow
def test_a_live_feed_is_published_until_it_is_asked_to_end(tmp_path: Path) -> None:
    ledger = Ledger()
    with running_kafka() as kafka, exchange(tmp_path) as ready:
        live = ("--at", ready["rest"], "--product", "BTC-USD", "--product", "ETH-USD")
        over = ("--bus", f"kafka://{kafka.brokers}")
        bus = KafkaBus(kafka_terms(kafka), MemoryLog())
        with (
            started(tmp_path, "bus", "publish", *live, *over, "--json") as publishing,
            bus.subscribe(MARKET, "looking on") as reader,
        ):
            drain(reader, ledger, 300)
            publishing.send_signal(signal.SIGTERM)
            said, errors = publishing.communicate(timeout=30)
            assert publishing.returncode == 0, errors
            drain(reader, ledger, json.loads(said)["events"])
            assert reader.take(0.2) is None
        # Both roles in one process, on the same feed.
        alone = outcome(traider(tmp_path, *KEEP, *live, "--to", "alone", "--for", "2s", "--json"))
    assert ledger.missing == 0
    assert sorted(ledger.events) == ["COINBASE:BTC-USD", "COINBASE:ETH-USD"]
    assert sorted(alone["instruments"]) == ["COINBASE:BTC-USD", "COINBASE:ETH-USD"]
    assert alone["missing"] == alone["duplicates"] == 0
    assert alone["events"] > 50
