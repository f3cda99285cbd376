"""The shipped registry against the venues' own answers, as they were recorded."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from traider.domain.instruments import Instrument, InstrumentKind
from traider.domain.registry import shipped_instruments


def _answer(path: Path) -> Any:
    with pa.input_stream(str(path), compression="zstd") as stream:
        return json.loads(stream.read())


def _shipped(venue: str, kind: InstrumentKind) -> list[Instrument]:
    chosen = [
        instrument
        for instrument in shipped_instruments().values()
        if instrument.venue == venue and instrument.kind is kind
    ]
    assert chosen
    return chosen


def _grid(instrument: Instrument) -> list[Decimal]:
    return [
        instrument.tick_size,
        instrument.lot_size,
        instrument.min_size,
        instrument.min_notional,
    ]


def _binance_grid(filters: list[dict[str, Any]], notional: str) -> list[Decimal]:
    known = {entry["filterType"]: entry for entry in filters}
    texts = (
        known["PRICE_FILTER"]["tickSize"],
        known["LOT_SIZE"]["stepSize"],
        known["LOT_SIZE"]["minQty"],
        known["MIN_NOTIONAL"][notional],
    )
    return [Decimal(text) for text in texts]


def test_coinbase_spot(reference_data: Path) -> None:
    answer = _answer(reference_data / "rest" / "COINBASE-ADVANCED-products-20260809.json.zst")
    products = {product["product_id"]: product for product in answer["products"]}
    fields = ("price_increment", "base_increment", "base_min_size", "quote_min_size")
    for instrument in _shipped("COINBASE", InstrumentKind.SPOT):
        product = products[instrument.symbol]
        assert _grid(instrument) == [Decimal(product[field]) for field in fields]


def test_binance_spot(reference_data: Path) -> None:
    answer = _answer(reference_data / "rest" / "BINANCE-SPOT-exchangeInfo-20211012.json.zst")
    symbols = {symbol["symbol"]: symbol for symbol in answer["symbols"]}
    for instrument in _shipped("BINANCE", InstrumentKind.SPOT):
        filters = symbols[instrument.symbol]["filters"]
        assert _grid(instrument) == _binance_grid(filters, "minNotional")


def test_binance_perpetuals(reference_data: Path) -> None:
    rest = reference_data / "rest"
    markets = _answer(rest / "BINANCE-USDM-markets-ccxt-20250327.json.zst")
    brackets = _answer(rest / "BINANCE-USDM-leverage-tiers-20241024.json.zst")
    for instrument in _shipped("BINANCE", InstrumentKind.PERPETUAL):
        symbol = f"{instrument.base}/USDT:USDT"
        market = markets[symbol]
        assert _grid(instrument) == _binance_grid(market["info"]["filters"], "notional")
        fees = instrument.fees.tier_at()
        assert float(fees.maker_rate) == market["maker"]
        assert float(fees.taker_rate) == market["taker"]
        assert instrument.margin is not None
        found = [
            [
                tier.floor,
                tier.cap,
                tier.maintenance_rate,
                tier.maintenance_amount,
                tier.max_leverage,
            ]
            for tier in instrument.margin.tiers
        ]
        names = ("notionalFloor", "notionalCap", "maintMarginRatio", "cum", "initialLeverage")
        expected = [
            [Decimal(bracket["info"][name]) for name in names] for bracket in brackets[symbol]
        ]
        assert found == expected
