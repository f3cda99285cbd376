"""A back-test that pays its fees in BNB, reckoned again by hand in decimals from its fills."""

import json
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pyarrow.parquet as pq

from tests.e2e.command import SAMPLE, SMA_CROSS, backtest_json, traider

RATE, PRICE, DISCOUNT = Decimal("0.001"), Decimal("312.5"), Decimal("0.25")
HELD, CAPITAL = Decimal("0.3"), Decimal(10_000)
UNIT = Decimal("1e-8")
END_MS = 1_680_307_200_000
"""2023-04-01."""
SETTINGS = (
    f"capital={CAPITAL}",
    f"costs.taker_fee={RATE}",
    "costs.fee_currency=BNB",
    f"costs.fee_price={PRICE}",
    f"costs.fee_discount={DISCOUNT}",
)


def arguments(balance: Decimal) -> list[str]:
    """Return those of the run that begins with ``balance``."""
    settings = [*SETTINGS, f"costs.fee_balance={balance}"]
    span = ["--from", "2023-01-01", "--to", "2023-04-01"]
    return ["--config", str(SMA_CROSS), *span, *(w for one in settings for w in ("--set", one))]


def test_every_fee_in_bnb_is_what_a_hand_reckons(tmp_path: Path) -> None:
    found = backtest_json(tmp_path, *arguments(HELD))
    folder = tmp_path / found["folder"]
    cash, balance, position = CAPITAL - HELD * PRICE, HELD, Decimal(0)
    paid = {"USDT": Decimal(0), "BNB": Decimal(0)}
    for fill in pq.read_table(folder / "fills.parquet").to_pylist():
        notional = (fill["price"] * fill["quantity"]).quantize(UNIT, ROUND_HALF_EVEN)
        fee = (notional * RATE).quantize(UNIT, ROUND_CEILING)
        due = (fee * (1 - DISCOUNT) / PRICE).quantize(UNIT, ROUND_CEILING)
        cash -= fill["side"] * notional
        position += fill["side"] * fill["quantity"]
        if due <= balance:
            assert (fill["fee_currency"], fill["fee_taken"]) == ("BNB", due)
            # 312.5 makes every value of 1e-8 BNB a whole number of halves of 1e-8 USDT.
            assert abs(fill["fee"] - due * PRICE) <= UNIT
            balance -= due
            paid["BNB"] += due
        else:
            assert (fill["fee_currency"], fill["fee"]) == (None, fee)
            cash -= fee
            paid["USDT"] += fee
    assert all(paid.values())
    bars = pq.read_table(SAMPLE, columns=["ts", "close"]).to_pylist()
    last = [bar["close"] for bar in bars if bar["ts"] < END_MS][-1]
    equity = cash + balance * PRICE + position * Decimal(repr(last))
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert abs(Decimal(summary["tiers"]["pessimistic"]["final_equity"]) - equity) <= UNIT
    own, other = found["fees_paid"]
    assert (own["currency"], Decimal(own["amount"]), own["left"]) == ("USDT", paid["USDT"], None)
    assert (Decimal(other["amount"]), Decimal(other["left"])) == (paid["BNB"], balance)
    worth = HELD * PRICE - balance * PRICE
    assert abs(Decimal(other["value"]) - worth) <= UNIT
    assert Decimal(str(found["fees"])) == Decimal(own["value"]) + Decimal(other["value"])
    for parts in summary["tiers"]["pessimistic"]["attribution"].values():
        if isinstance(parts, dict):
            profit = Decimal(summary["tiers"]["pessimistic"]["final_equity"]) - CAPITAL
            assert sum(map(Decimal, parts.values())) == profit
    assert "Of these in BNB" in (tmp_path / found["report"]).read_text(encoding="utf-8")
    assert any("BNB, worth" in note for note in found["notes"])


def test_a_balance_worth_the_capital_is_refused_in_one_line(tmp_path: Path) -> None:
    done = traider(tmp_path, "backtest", *arguments(Decimal(32)))
    assert done.returncode != 0
    told = "32 BNB are worth 10000 USDT, and the capital is 10000"
    assert told in " ".join(done.stderr.split())
    assert not (tmp_path / "runs").exists() or not list((tmp_path / "runs").glob("2*"))
