"""What the trader of a scenario is made of: its settings, and the kernel that they describe."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.scenarios.floor import PRODUCT
from traider.journal import JournalInstrument
from traider.kernel.live_machine import LiveMachine
from traider.runtime.config import Config, load_config
from traider.runtime.strategy_target import stream_spec
from traider.runtime.stream_sources import stream_sources

HERE: Final = Path(__file__).parent
SETTINGS: Final = HERE / "trader.toml"
INSTRUMENTS: Final = (
    JournalInstrument(f"COINBASE:{PRODUCT}", PRODUCT, Decimal("0.01"), Decimal("1e-8")),
)
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of its own is made there


@dataclass(frozen=True)
class Setup:
    """A trader to be."""

    config: Config
    instruments: tuple[JournalInstrument, ...] = INSTRUMENTS


@cache
def _setup(settings: tuple[str, ...]) -> Setup:
    steering = f'strategy.alphas=[{{name="steered", file="{HERE / "steering.py"}"}}]'
    config = load_config(SETTINGS, (steering, *settings))
    spec = stream_spec(config, stream_sources(config, INSTRUMENTS))
    # Compiled here, so that it is in the time of no test's start.
    LiveMachine(spec, simulates=False).state_hash()
    return Setup(config)


@contextmanager
def scratch() -> Iterator[Path]:
    """Make a state folder in memory, where there is such a file system, and remove it in the end.

    A process that dies keeps what it wrote; only a machine that does would not.
    """
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        yield Path(folder)


def setup_of(settings: Sequence[str] = ()) -> Setup:
    """Return the trader of ``trader.toml`` with some settings changed."""
    return _setup(tuple(settings))
