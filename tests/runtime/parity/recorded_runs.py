"""Paper runs recorded for tests: the shipped capture through the live loop, into a state folder."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from tests.golden.runs import FOLDER
from tests.kernel.builders import SAMPLE
from traider.backtest.captures import CaptureSource, capture_sources, load_capture
from traider.domain.events import EventArray, empty_events, join_events
from traider.domain.payloads import config_digest_event
from traider.journal import (
    FsyncPolicy,
    JournalInstrument,
    JournalReader,
    JournalTerms,
    JournalWriter,
)
from traider.kernel.live_machine import LiveMachine, Turn
from traider.kernel.specification import KernelSpec
from traider.runtime.config import Config, config_digest, load_config
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.run_request import RunRequest
from traider.runtime.state_folder import RunPaths, StateFolder
from traider.runtime.status_body import Mode

CAPTURE: Final = SAMPLE / "BINANCE-USDM-BTCUSDT-20240718.txt.zst"
TERMS: Final = JournalTerms(FsyncPolicy.NONE, compress=False)
EVENTS: Final = 60_000


@cache
def capture() -> tuple[CaptureSource, EventArray]:
    """Return the shipped capture: what is known of its instrument, and its first events."""
    (source,) = capture_sources([CAPTURE])
    events = load_capture([CAPTURE])
    end = int(np.argmax(events["ts_recv"] > events["ts_recv"][EVENTS]))
    return source, events[:end].copy()


def settings(name: str = "level2-ladder", *overrides: str) -> Config:
    """Return the settings of a pinned run."""
    return load_config(FOLDER / f"{name}.toml", overrides)


def instruments() -> tuple[JournalInstrument, ...]:
    """Return the capture's instrument as a run knows it."""
    source, _ = capture()
    return (JournalInstrument(source.instrument, "BTCUSDT", source.tick_size, source.lot_size),)


@dataclass
class PaperTrader:
    """The live loop over a state folder: what goes in is journaled with what comes of it."""

    folder: Path
    config: Config = field(default_factory=settings)
    mode: Mode = Mode.PAPER

    def __post_init__(self) -> None:
        """Begin the run, or take it up."""
        request = RunRequest(self.mode, "binance", ("BTCUSDT",), self.config)
        with StateFolder(self.folder) as state:
            if state.take_up(request) is None:
                state.begin(request, instruments(), 1)
        self.paths = RunPaths(self.folder)
        self.journal = JournalWriter.open(self.paths.journal, instruments(), TERMS)
        self.machine = LiveMachine(spec_of(self.folder), simulates=True)

    def digest(self) -> EventArray:
        """Return the first record of the run."""
        return config_digest_event(config_digest(self.config), int(capture()[1]["ts_recv"][0]))

    def give(self, events: EventArray, now_ns: int = 0) -> None:
        """Take inputs, and let time pass."""
        for turn in self.machine.advance(events, now_ns):
            self.journal.append(turn.events)
            self.send(turn)

    def send(self, turn: Turn) -> None:
        """Send what is wanted to the simulated venue."""
        for place in range(len(turn.intents)):
            self.machine.submit(turn.intents[place : place + 1], turn.answers[place])

    def close(self) -> None:
        """End the journal."""
        self.journal.close()


def spec_of(folder: Path) -> KernelSpec:
    """Return the kernel of the run of a state folder."""
    return RecordedRun.open(folder).spec()


def pieces(events: EventArray, seed: int = 1, most: int = 40) -> Iterator[EventArray]:
    """Cut events between times of receipt, at random."""
    chance = random.Random(seed)  # noqa: S311 - no secret is made of it
    ends = (np.flatnonzero(np.diff(events["ts_recv"])) + 1).tolist()
    for begin, end in pairwise(
        [0, *sorted(chance.sample(ends, min(most, len(ends)))), len(events)]
    ):
        yield events[begin:end]


def paper_run(
    folder: Path,
    config: Config | None = None,
    controls: Sequence[EventArray] = (),
    seed: int = 1,
) -> Path:
    """Record the capture's run in ``folder``; controls enter at their own times."""
    trader = PaperTrader(folder, config or settings())
    trader.give(trader.digest())
    inputs = with_controls(capture()[1], controls)
    for piece in pieces(inputs, seed):
        trader.give(piece, int(piece["ts_recv"][-1]))
    trader.close()
    return folder


def with_controls(events: EventArray, controls: Sequence[EventArray]) -> EventArray:
    """Return events with controls, each after all that was received by its time."""
    parts, begin = [], 0
    for control in sorted(controls, key=lambda each: int(each["ts_recv"][0])):
        end = int(np.searchsorted(events["ts_recv"], control["ts_recv"][0], side="right"))
        parts += [events[begin:end], control]
        begin = end
    return join_events([*parts, events[begin:]])


def rewritten(folder: Path, change: Callable[[EventArray], EventArray]) -> Path:
    """Write the journal of a run anew, whole, with changed events."""
    paths = RunPaths(folder)
    held = held_events(paths.journal)
    for path in paths.journal.iterdir():
        if path.is_file():
            path.unlink()
    with JournalWriter.open(paths.journal, instruments(), TERMS) as journal:
        journal.append(change(held.copy()))
    return folder


def held_events(journal: Path) -> EventArray:
    """Return every event of a journal."""
    return join_events([*JournalReader(journal).events(), empty_events(0)])
