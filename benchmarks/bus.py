"""The bus: events published and read a second, and how long a batch is under way.

Real Level-2 events of twelve instruments, so that compression has what it will have. Kafka is
librdkafka's mock cluster in a process of its own on loopback: real sockets and the real client, and
brokers that keep in memory and write nothing. One message an event is how buses are often used.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.tables import print_table
from tests.ports.log import MemoryLog
from tests.servers.kafka_process import running_kafka
from traider.bus import (
    Bus,
    BusInstrument,
    Delivery,
    EventPublisher,
    InProcessBus,
    InProcessTerms,
    Source,
    Subscription,
)
from traider.bus.kafka_bus import KafkaBus
from traider.bus.kafka_terms import KafkaTerms
from traider.domain.events import EventArray, join_events
from traider.feed.recorded import RecordedFeed
from traider.venues.catalogue import recorded_venue
from traider.venues.recordings import open_recording

_ROOT: Final = Path(__file__).resolve().parents[1]
_CAPTURE: Final = _ROOT / "data" / "sample" / "BINANCE-USDM-BTCUSDT-20240718.txt.zst"
_INSTRUMENTS: Final = 12
_RECORD_BYTES: Final = 64
_PACES: Final = ((4_096, 720_000), (64, 720_000), (1, 60_000))
"""Events of a batch, and how many are sent in all."""
_LATENCY_BATCHES: Final = 400
_LATENCY_PAUSE_S: Final = 0.005
_PATIENCE_S: Final = 60.0


@dataclass(frozen=True)
class _Measured:
    """Events a second published and read, and how long batches of 64 were under way."""

    published: float
    read: float


def measure() -> None:
    """Measure both buses and print the table."""
    events = _events()
    rows = []
    with _buses() as buses:
        for name, bus in buses:
            for batch, total in _PACES:
                found = _rates(bus, f"rates-{batch}", events[:total], batch)
                told = "one message an event" if batch == 1 else f"batches of {batch:,}"
                rows.append((f"{name}, {told}", *_shown(found)))
    print_table(
        f"The bus: {_INSTRUMENTS} instruments, {events.nbytes / len(events):.0f} bytes an event",
        ("", "published events/s", "MB/s", "read events/s", "MB/s"),
        rows,
    )
    with _buses() as buses:
        late = [(name, *_latency(bus, events)) for name, bus in buses]
    print_table(
        f"Under way on the bus: batches of 64 events, {1 / _LATENCY_PAUSE_S:.0f} a second",
        ("", "p50 ms", "p99 ms", "longest ms"),
        late,
    )


def _events() -> EventArray:
    """Return events of twelve instruments in turns of 64, told by one that was recorded."""
    recording = open_recording([_CAPTURE])
    feed = RecordedFeed(recording, recorded_venue(recording, ""))
    one = join_events(list(feed.chunks()))[:60_032]
    whole = join_events([one] * _INSTRUMENTS)
    whole["instrument"] = np.arange(len(whole)) // 64 % _INSTRUMENTS
    return whole


@contextmanager
def _buses() -> Iterator[Sequence[tuple[str, Bus]]]:
    everything = InProcessTerms(queue_events=1 << 20, retain_events=1 << 20)
    with running_kafka(*(f"traider.{name}:12" for name in _topics())) as kafka:
        # These brokers answer a question when its wait is over, real ones when something comes.
        terms = KafkaTerms((kafka.brokers,), fetch_wait_ms=2)
        yield (("in process", InProcessBus(everything)), ("Kafka", KafkaBus(terms, MemoryLog())))


def _topics() -> tuple[str, ...]:
    return (*(f"rates-{batch}" for batch, _ in _PACES), "latency")


def _rates(bus: Bus, topic: str, events: EventArray, batch: int) -> _Measured:
    publisher = _publisher(bus, topic, batch)
    turns = [
        events[begin : begin + max(batch, 64) * _INSTRUMENTS] for begin in _starts(events, batch)
    ]
    started = time.perf_counter()
    for turn in turns:
        publisher.append(turn)
    publisher.end(_PATIENCE_S)
    published_s = time.perf_counter() - started
    with bus.subscribe(topic, "readers") as reader:
        begun = taken = len(_taken(reader).batch.events)
        started = time.perf_counter()
        while taken < len(events):
            taken += len(_taken(reader).batch.events)
        read_s = time.perf_counter() - started
    return _Measured(len(events) / published_s, (taken - begun) / read_s)


def _taken(reader: Subscription) -> Delivery:
    delivery = reader.take(_PATIENCE_S)
    if delivery is None:
        raise RuntimeError("nothing came")
    return delivery


def _starts(events: EventArray, batch: int) -> range:
    return range(0, len(events), max(batch, 64) * _INSTRUMENTS)


def _latency(bus: Bus, events: EventArray) -> tuple[str, str, str]:
    """Send a batch at a time and note when it is taken; both ends share the machine's clock."""
    publisher = _publisher(bus, "latency", 64)
    late: list[int] = []
    ready = threading.Event()

    def read() -> None:
        with bus.subscribe("latency", "readers") as reader:
            while len(late) < _LATENCY_BATCHES:
                delivery = _taken(reader)
                now = time.monotonic_ns()
                if ready.is_set():
                    late.append(now - int(delivery.batch.events["ts_event"][0]))
                ready.set()

    thread = threading.Thread(target=read)
    thread.start()
    one = join_events([events[:64]])
    publisher.append(one)
    ready.wait(_PATIENCE_S)
    for number in range(_LATENCY_BATCHES):
        one["instrument"] = number % _INSTRUMENTS
        one["ts_event"] = time.monotonic_ns()
        publisher.append(one)
        time.sleep(_LATENCY_PAUSE_S)
    thread.join()
    found = np.percentile(np.array(late) / 1e6, (50, 99, 100))
    return f"{found[0]:.2f}", f"{found[1]:.2f}", f"{found[2]:.2f}"


def _publisher(bus: Bus, topic: str, batch: int) -> EventPublisher:
    instruments = [
        BusInstrument(f"TEST:I{number}", Decimal("0.1"), Decimal("0.001"))
        for number in range(_INSTRUMENTS)
    ]
    return EventPublisher(bus.publisher(topic), Source("feed", 1, instruments), batch)


def _shown(found: _Measured) -> tuple[str, str, str, str]:
    return (
        f"{found.published:,.0f}",
        f"{found.published * _RECORD_BYTES / 1e6:,.1f}",
        f"{found.read:,.0f}",
        f"{found.read * _RECORD_BYTES / 1e6:,.1f}",
    )


if __name__ == "__main__":
    measure()
