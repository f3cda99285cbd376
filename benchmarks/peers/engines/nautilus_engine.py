"""nautilus_trader's engine, set up alike for bars and for books: whole ticks and whole lots."""

from decimal import Decimal

from nautilus_trader.backtest.config import BacktestEngineConfig
from nautilus_trader.backtest.engine import BacktestEngine
from nautilus_trader.config import LoggingConfig, RiskEngineConfig
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.instruments import CurrencyPair
from nautilus_trader.model.objects import Price, Quantity

VENUE = Venue("SIM")
INSTRUMENT = InstrumentId(Symbol("BTCUSDT"), VENUE)


def instrument(maker_fee: float, taker_fee: float) -> CurrencyPair:
    """Return a pair priced in whole ticks and traded in whole lots."""
    return CurrencyPair(
        instrument_id=INSTRUMENT,
        raw_symbol=INSTRUMENT.symbol,
        base_currency=BTC,
        quote_currency=USDT,
        price_precision=0,
        size_precision=0,
        price_increment=Price.from_int(1),
        size_increment=Quantity.from_int(1),
        maker_fee=Decimal(str(maker_fee)),
        taker_fee=Decimal(str(taker_fee)),
        ts_event=0,
        ts_init=0,
    )


def quick_engine() -> BacktestEngine:
    """Return an engine at its best: no log, no risk checks, no analysis after the run."""
    return BacktestEngine(
        BacktestEngineConfig(
            logging=LoggingConfig(bypass_logging=True),
            risk_engine=RiskEngineConfig(bypass=True),
            run_analysis=False,
        )
    )


def equity(engine: BacktestEngine, price: float) -> float:
    """Return money and coins together, coins at ``price``, in units of tick times lot."""
    account = engine.cache.account_for_venue(VENUE)
    return float(account.balance_total(USDT)) + float(account.balance_total(BTC)) * price
