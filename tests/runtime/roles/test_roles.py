"""Law: the lake is the same, byte for byte, whichever bus the events went over.

However they were cut, and whatever broke, came twice or changed hands on the way.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.bus.conftest import kafka_terms
from tests.ports.log import MemoryLog
from tests.runtime.roles.recorded_market import (
    NAMES,
    files_of,
    level2_config,
    market_events,
    write_journal,
)
from tests.servers.kafka_process import RunningKafka, running_kafka
from traider.bus import (
    BusInstrument,
    Delivery,
    EventBatch,
    EventPublisher,
    InProcessBus,
    Position,
    Source,
)
from traider.bus.batches import last_batch
from traider.bus.kafka_bus import KafkaBus
from traider.domain.errors import DataError, Interrupted
from traider.domain.events import EventArray, Kind, MarketFlag, join_events
from traider.domain.instruments import InstrumentName
from traider.ops.clock import SystemClock
from traider.runtime.bus import MARKET
from traider.runtime.event_stream import EventStream
from traider.runtime.replay_sources import open_stream
from traider.runtime.roles import FeaturesOutcome, FeaturesRole, FeaturesTerms, publish_stream
from traider.runtime.roles.stream_state import StreamStates
from traider.store.kinds import Content, DataKind
from traider.store.lake_paths import SeriesKey
from traider.store.lake_replay import replayed
from traider.store.parquet_lake import ParquetLake

INSTRUMENTS = [BusInstrument(name, Decimal("0.1"), Decimal("0.001")) for name in NAMES]
END = FeaturesTerms(until_end=True, quiet_s=0.3)


def role(lake: Path, terms: FeaturesTerms = END) -> FeaturesRole:
    return FeaturesRole(level2_config(), lake, SystemClock(), MemoryLog(), terms)


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> EventStream:
    return open_stream([write_journal(tmp_path_factory.mktemp("journal") / "j")])


@pytest.fixture(scope="module")
def wanted(journal: EventStream, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The lake of an undisturbed run in one process."""
    lake = tmp_path_factory.mktemp("undisturbed")
    bus = InProcessBus()
    assert publish_stream(journal, bus, 4_096) == len(market_events())
    done = role(lake).run(bus)
    assert dict(done.events) == dict.fromkeys(NAMES, len(market_events()) // 2)
    assert (done.missing, done.duplicates) == (0, 0)
    return files_of(lake)


@pytest.fixture(scope="module")
def kafka() -> Iterator[RunningKafka]:
    with running_kafka() as running:
        yield running


@pytest.fixture
def kafka_bus(kafka: RunningKafka, request: pytest.FixtureRequest) -> KafkaBus:
    """A bus whose topics no other test has."""
    return KafkaBus(
        replace(kafka_terms(kafka), topic_prefix=request.node.name.replace("_", "-")[:60]),
        MemoryLog(),
    )


def test_the_lake_holds_every_event_and_features(wanted: dict[str, bytes], tmp_path: Path) -> None:
    for name, body in wanted.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(body)
    lake = ParquetLake(tmp_path)
    events = market_events()
    for number, name in enumerate(NAMES):
        mine = events[events["instrument"] == number].copy()
        mine["instrument"] = 0
        series = [
            extent.key
            for extent in lake.series()
            if str(extent.key.name) == name and extent.key.kind.content.is_events
        ]
        kept = b"".join(part.tobytes() for part in replayed(lake, series=series))
        assert kept == mine.tobytes()
        rows = [
            extent.rows
            for extent in lake.series()
            if str(extent.key.name) == name and extent.key.kind.content.is_derived
        ]
        assert len(rows) == 2
        assert min(rows) > 50


def test_other_cuts_and_saves_give_the_same_lake(
    journal: EventStream, wanted: dict[str, bytes], tmp_path: Path
) -> None:
    bus = InProcessBus()
    publish_stream(journal, bus, 500)
    role(tmp_path, replace(END, save_events=3_000)).run(bus)
    assert files_of(tmp_path) == wanted


def test_kafka_gives_the_same_lake_whatever_breaks(
    kafka: RunningKafka,
    kafka_bus: KafkaBus,
    journal: EventStream,
    wanted: dict[str, bytes],
    tmp_path: Path,
) -> None:
    def told(events: int) -> None:
        if events % 20_000 < 4_096:
            kafka.tell("cut")
            kafka.tell("lose 1")

    publishing = threading.Thread(
        target=publish_stream, args=(journal, kafka_bus, 512), kwargs={"told": told}
    )
    publishing.start()
    done = role(tmp_path, replace(END, save_events=15_000, quiet_s=1.0)).run(kafka_bus)
    publishing.join()
    assert done.missing == 0
    assert files_of(tmp_path) == wanted


def test_a_record_that_is_published_again_brings_nothing_new(
    journal: EventStream, wanted: dict[str, bytes], tmp_path: Path
) -> None:
    bus = InProcessBus()
    with pytest.raises(Interrupted, match="published again, it goes on"):
        publish_stream(_cut(journal, 30_000), bus, 4_096, stop=_after(2))
    publish_stream(journal, bus, 1_000)
    publish_stream(journal, bus, 4_096)
    done = role(tmp_path).run(bus)
    assert done.duplicates > len(market_events())
    assert files_of(tmp_path) == wanted


def test_a_second_role_joins_and_leaves_and_the_lake_is_the_same(
    kafka_bus: KafkaBus, wanted: dict[str, bytes], tmp_path: Path
) -> None:
    events = market_events()
    stops = [threading.Event(), threading.Event()]
    outcomes: list[FeaturesOutcome] = []
    taken = [0, 0]

    def run(number: int) -> None:
        def told(count: int) -> None:
            taken[number] = count

        # Longer than the group needs to give the first what the second left behind.
        terms = FeaturesTerms(save_s=0.1, until_end=number == 0, quiet_s=4.0)
        outcomes.append(role(tmp_path, terms).run(kafka_bus, stops[number].is_set, told))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    publisher = EventPublisher(
        kafka_bus.publisher(MARKET), Source("feed", int(events["ts_recv"][0]), INSTRUMENTS), 500
    )
    threads[0].start()
    sent = 0
    for sent in range(0, len(events), 400):
        publisher.append(events[sent : sent + 400])
        if sent == 4_000:
            threads[1].start()
        if sent > 4_000 and taken[1] and not stops[1].is_set():
            stops[1].set()
        if sent > 4_000 and not stops[1].is_set():
            threading.Event().wait(0.02)
    assert taken[1] > 0, "the second role got nothing"
    publisher.end()
    for thread in threads:
        thread.join()
    total = sum(sum(outcome.events.values()) for outcome in outcomes)
    found = files_of(tmp_path)
    assert (total, [n for n in wanted if found.get(n) != wanted[n]]) == (len(events), [])
    assert found == wanted


def test_events_that_are_missing_break_the_book_and_are_told(tmp_path: Path) -> None:
    events = market_events()
    mine = events[events["instrument"] == 0][:3_000]
    bus = InProcessBus()
    publisher = bus.publisher(MARKET)
    for first in (*range(0, 1_500, 100), *range(2_000, 3_000, 100)):
        part = mine[first : first + 100]
        publisher.publish(EventBatch(INSTRUMENTS[0], "feed", 1, first, part))
    publisher.publish(last_batch(INSTRUMENTS[0], "feed", Position(1, 3_000)))
    log = MemoryLog()
    outcome = FeaturesRole(level2_config(), tmp_path, SystemClock(), log, END).run(bus)
    assert outcome.missing == 500
    assert [line.fields["count"] for line in log.lines if line.level == "warning"] == [500]
    lake = ParquetLake(tmp_path)
    status = SeriesKey(InstrumentName.parse(NAMES[0]), DataKind(Content.STATUS))
    (gap,) = (row for table in lake.read(status) for row in table.to_pylist())
    assert (gap["event"], gap["ts"]) == (Kind.GAP, int(mine["ts_recv"][2_000]))
    kept = join_events(list(replayed(lake)))
    assert len(kept) == 2_500 + 2
    (clear,) = kept[(kept["kind"] == Kind.DEPTH_CLEAR) & (kept["ts_recv"] == gap["ts"])]
    before = mine[:1_500], mine[2_000:]
    assert kept[:1_500].tobytes() == before[0].tobytes()
    assert kept[1_502:].tobytes() == before[1].tobytes()
    assert int(clear["flags"]) == MarketFlag.LAST_OF_MESSAGE


def deliveries(journal: EventStream, count: int) -> list[Delivery]:
    bus = InProcessBus()
    publish_stream(_cut(journal, 4_000), bus, 500)
    with bus.subscribe(MARKET, "all") as reader:
        taken = [reader.take(0.0) for _ in range(count)]
    return [delivery for delivery in taken if delivery is not None]


def test_a_stream_that_was_lost_to_another_role_is_not_saved(
    journal: EventStream, tmp_path: Path
) -> None:
    first = role(tmp_path)
    for delivery in deliveries(journal, 4):
        first._take(delivery)
    first.lost([NAMES[0]])
    assert first.position(NAMES[0]) is None
    assert first.position(NAMES[1]) is not None
    first.save()
    states = StreamStates(tmp_path, first.group)
    assert [states.load(name) is None for name in NAMES] == [True, False]


def test_a_role_that_was_away_for_too_long_does_not_set_the_other_back(
    journal: EventStream, tmp_path: Path
) -> None:
    log = MemoryLog()
    away = FeaturesRole(level2_config(), tmp_path, SystemClock(), log, END)
    other = role(tmp_path)
    taken = deliveries(journal, 4)
    for delivery in taken:
        other._take(delivery)
    away._take(taken[0])
    other.save()
    before = files_of(tmp_path)
    away.save()
    assert [line.message for line in log.lines] == ["another role is further"]
    assert files_of(tmp_path) == before


def test_a_state_that_was_changed_is_refused(journal: EventStream, tmp_path: Path) -> None:
    bus = InProcessBus()
    publish_stream(_cut(journal, 2_000), bus, 4_096)
    first = role(tmp_path)
    first.run(bus)
    states = StreamStates(tmp_path, first.group)
    (path,) = states.folder.glob("BINANCE-BTC-*.state")
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:40] + b"x" + whole[41:], b"", whole[:-5] + b"12345"):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match="is damaged; remove the folder it is in"):
            states.load(NAMES[0])
    path.write_bytes(whole)
    assert states.load(NAMES[0]) is not None
    assert states.load("BINANCE:SOL-USDT") is None


def _cut(stream: EventStream, count: int) -> EventStream:
    """Return the beginning of a record, in pieces of a thousand events."""

    def chunks() -> Iterator[EventArray]:
        whole = join_events(list(stream.chunks()))[:count]
        for begin in range(0, len(whole), 1_000):
            yield whole[begin : begin + 1_000]

    return replace(stream, chunks=chunks)


def _after(pieces: int) -> Callable[[], bool]:
    """Return what asks to stop when it was asked so many times."""
    asked = iter(range(1_000_000))
    return lambda: next(asked) >= pieces
