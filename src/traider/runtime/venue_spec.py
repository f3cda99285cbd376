"""The simulated venue as the configuration wants it: costs, latencies, margin tiers."""

from decimal import Decimal
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from traider.domain.errors import ConfigError
from traider.domain.margin import MarginTier
from traider.domain.registry import shipped_instruments
from traider.domain.units import amount_from_units, units_from_amount
from traider.kernel.specification import FeeCurrencySpec, VenueSpec
from traider.runtime.config import Config

_E8: Final = Decimal(100_000_000)
_BPS: Final = 1e-4
_MS_NS: Final = 1_000_000
_LATENCY_MS_MAX: Final = 60_000.0
_SAMPLES_MAX: Final = 10_000_000
_BOUNDLESS: Final = Decimal(10) ** 15
"""Cap of the flat margin tier: no position reaches it."""


def venue_spec(config: Config) -> VenueSpec:
    """Return the venue, before a fill tier is applied.

    Raises:
        ConfigError: the file of latencies cannot be used.
    """
    file = config.execution.latency_file
    return VenueSpec(
        latency_ns=config.execution.latency_ms * _MS_NS,
        half_spread=config.costs.spread_bps * _BPS / 2.0,
        impact=config.costs.impact,
        latencies_ns=() if file is None else read_latencies(file),
        seed=config.seed,
        currency=config.currency,
    )


def fee_currency_spec(config: Config) -> FeeCurrencySpec | None:
    """Return the currency that fees are paid in; None where they are paid in the account's.

    Raises:
        ConfigError: it is the account's own, or its balance is worth the whole capital.
    """
    costs = config.costs
    if not costs.fee_currency:
        return None
    if costs.fee_currency == config.currency:
        raise ConfigError(
            f"{costs.fee_currency} is the account's own currency",
            where="costs.fee_currency",
            fix="leave it empty: fees are paid in the account's currency then",
        )
    fees = FeeCurrencySpec(
        costs.fee_currency,
        units_from_amount(costs.fee_balance),
        units_from_amount(costs.fee_price),
        units_from_amount(costs.fee_discount),
    )
    worth = amount_from_units(fees.balance_value_units)
    if worth >= config.capital:
        raise ConfigError(
            f"{costs.fee_balance} {costs.fee_currency} are worth {worth.normalize():f}"
            f" {config.currency}, and the capital is {config.capital}",
            where="costs.fee_balance",
            fix="hold less of it: the fee balance is a part of the capital",
        )
    return fees


def margin_tiers(config: Config, name: str) -> tuple[MarginTier, ...]:
    """Return the tiers of the derivative ``name``, none above the leverage that settings allow."""
    margin = config.margin
    known = shipped_instruments().get(name) if margin.tiers == "registry" else None
    if known is None or known.margin is None:
        flat = MarginTier(
            Decimal(0), _BOUNDLESS, margin.maintenance_rate, Decimal(0), margin.max_leverage
        )
        return (flat,)
    return tuple(
        MarginTier(
            tier.floor,
            tier.cap,
            tier.maintenance_rate,
            tier.maintenance_amount,
            min(tier.max_leverage, margin.max_leverage),
        )
        for tier in known.margin.tiers
    )


def rate_e8(rate: Decimal) -> int:
    """Return a fee rate in units of 1e-8, finer digits rounded up: never in our favor."""
    return int((rate * _E8).to_integral_value(rounding="ROUND_CEILING"))


def read_latencies(path: Path) -> tuple[int, ...]:
    """Return measured latencies in nanoseconds.

    The file holds milliseconds: one number a line, or the first column of a Parquet file.

    Raises:
        ConfigError: it cannot be read, is empty or too long, or holds what is no latency.
    """
    try:
        numbers: list[float | None]
        if path.suffix == ".parquet":
            numbers = _first_column(path)
        else:
            numbers = [float(line) for line in path.read_text(encoding="utf-8").split()]
    except (OSError, ValueError, pa.ArrowException) as fault:
        raise _unusable(path, str(fault).splitlines()[0]) from None
    if not 0 < len(numbers) <= _SAMPLES_MAX:
        raise _unusable(path, f"{len(numbers)} latencies")
    return tuple(_nanoseconds(path, place, number) for place, number in enumerate(numbers, 1))


def _nanoseconds(path: Path, place: int, number: float | None) -> int:
    if number is None or not 0.0 <= number <= _LATENCY_MS_MAX:
        raise _unusable(path, f"latency {place} is {number}")
    return round(number * _MS_NS)


def _first_column(path: Path) -> list[float | None]:
    """Return the first column of a Parquet file as numbers.

    Raises:
        pa.ArrowException: the file is damaged, or its first column holds no numbers.
    """
    with pq.ParquetFile(path) as file:
        name = file.schema_arrow.names[0]
        column = file.read(columns=[name]).column(0)
    numbers: list[float | None] = pyarrow.compute.cast(column, pa.float64()).to_pylist()
    return numbers


def slowest_latency(config: Config) -> tuple[int, str]:
    """Return the longest latency an order may have, in nanoseconds, and the setting that says so.

    Raises:
        ConfigError: the file of latencies cannot be used.
    """
    if config.execution.latency_file is None:
        return config.execution.latency_ms * _MS_NS, "execution.latency_ms"
    return max(read_latencies(config.execution.latency_file)), "execution.latency_file"


def _unusable(path: Path, what: str) -> ConfigError:
    return ConfigError(
        f"{path} cannot be used: {what}",
        where="execution.latency_file",
        fix=f"give milliseconds between 0 and {_LATENCY_MS_MAX:.0f}, one a line, or in a Parquet"
        " column",
    )
