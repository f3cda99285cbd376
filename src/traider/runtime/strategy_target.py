"""Where events go to be decided on: decider, gate and simulated venue, as the settings want them.

The same machine takes events as they come from a feed and as a record replays them; whatever the
chunks, it decides, fills and values the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from traider.backtest.fill_tiers import FILL_TIERS
from traider.backtest.outcome import Pass, account_equity
from traider.backtest.stream_source import StreamSource
from traider.domain.events import EventArray
from traider.kernel.machine import Machine
from traider.kernel.specification import KernelSpec
from traider.runtime.config import Config
from traider.runtime.event_stream import GriddedInstrument
from traider.runtime.kernel_spec import kernel_spec
from traider.runtime.stream_sources import stream_sources
from traider.runtime.trading_rules import idle_settings


@dataclass(frozen=True)
class StrategyOutcome:
    """What a strategy did on a stream of events."""

    orders: int
    fills: int
    equity: Decimal
    currency: str
    fill_tier: str
    notes: tuple[str, ...]
    fingerprint: str
    """Of decisions, fills and values of the account."""


class StrategyTarget:
    """Take events in order and decide on them."""

    def __init__(self, config: Config, instruments: Sequence[GriddedInstrument]) -> None:
        self._config = config
        self.sources = stream_sources(config, instruments)
        self.notes = idle_settings(config, self.sources, config.data.bars)
        self._pass = Pass(
            config.fill_tier, Machine(stream_spec(config, self.sources)), explains=False
        )

    def append(self, events: EventArray) -> None:
        """Take the next events."""
        if len(events):
            self._pass.advance(events)

    def finish(self) -> StrategyOutcome:
        """Say that nothing follows, and return what was done."""
        self._pass.finish()
        done = self._pass
        return StrategyOutcome(
            orders=len(done.orders.of("intents")),
            fills=len(done.orders.of("fills")),
            equity=account_equity(done.machine),
            currency=self._config.currency,
            fill_tier=done.tier,
            notes=self.notes,
            fingerprint=done.fingerprint.hexdigest(),
        )


def stream_spec(config: Config, sources: Sequence[StreamSource]) -> KernelSpec:
    """Return the kernel of a stream, under the fill tier of the settings."""
    spec = kernel_spec(config, sources, config.data.bars)
    return replace(spec, venue=FILL_TIERS[config.fill_tier].applied(spec.venue))
