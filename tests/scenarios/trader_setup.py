"""What the trader of a scenario is made of: its settings, and the kernel that they describe."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from tests.scenarios.floor import PRODUCT
from traider.journal import JournalInstrument
from traider.kernel.live_machine import LiveMachine
from traider.kernel.specification import KernelSpec
from traider.runtime.config import Config, load_config
from traider.runtime.strategy_target import stream_spec
from traider.runtime.stream_sources import stream_sources

HERE: Final = Path(__file__).parent
SETTINGS: Final = HERE / "trader.toml"
INSTRUMENTS: Final = (
    JournalInstrument(f"COINBASE:{PRODUCT}", PRODUCT, Decimal("0.01"), Decimal("1e-8")),
)
_BOOK_WINDOW: Final = 1_024
_FAR_LEVELS: Final = 1_024
"""A book of twenty levels needs no more, and less memory starts sooner."""


@dataclass(frozen=True)
class Setup:
    """A trader to be."""

    config: Config
    spec: KernelSpec
    instruments: tuple[JournalInstrument, ...] = INSTRUMENTS


@cache
def _setup(settings: tuple[str, ...]) -> Setup:
    steering = f'strategy.alphas=[{{name="steered", file="{HERE / "steering.py"}"}}]'
    config = load_config(SETTINGS, (steering, *settings))
    spec = stream_spec(config, stream_sources(config, INSTRUMENTS))
    markets = tuple(
        replace(market, book_window=_BOOK_WINDOW, far_levels=_FAR_LEVELS) for market in spec.markets
    )
    setup = Setup(config, replace(spec, markets=markets))
    # Compiled here, so that no exchange stands still meanwhile.
    LiveMachine(setup.spec, simulates=False).state_hash()
    return setup


def setup_of(settings: Sequence[str] = ()) -> Setup:
    """Return the trader of ``trader.toml`` with some settings changed."""
    return _setup(tuple(settings))
