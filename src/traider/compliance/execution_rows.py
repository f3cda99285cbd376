"""Best execution as rows and as one object: shares in basis points, rounded half to even."""

import csv
import io
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from typing import Any, Final

from traider.compliance.best_execution import SHARES, ExecutionQuality, QualitySummary
from traider.compliance.blotter import fraction_text, time_text
from traider.compliance.telling import text

_BPS: Final = 10_000
_STEP: Final = Decimal("0.0001")
_DIGITS: Final = 60

Row = Mapping[str, Any]


def quality_row(each: ExecutionQuality) -> Row:
    """Return one order as a program reads it; numbers are text, exactly or in four decimals."""
    order, met = each.order, each.met
    found: dict[str, Any] = {
        "order_id": f"{order.order_id:016x}",
        "position": order.position,
        "instrument": order.terms.instrument,
        "side": "buy" if order.terms.side > 0 else "sell",
        "type": order.terms.type,
        "decided": time_text(order.decided_ns),
        "outcome": order.outcome.value,
        "quantity": _plain(order.terms.quantity),
        "executed_quantity": text(order.executed),
        "executed_price": fraction_text(order.average_price) or None,
        "arrival_mid": _plain(met.arrival),
        "arrival_of": met.arrival_of or None,
        "end_mid": _plain(met.end),
        "market_vwap": fraction_text(met.vwap) or None,
        "market_volume": text(met.volume),
    }
    found |= {f"{share}_bps": bps_text(getattr(each, share)) for share in SHARES}
    found |= {
        "shortfall": rounded_text(each.shortfall_amount),
        "fill_ratio": rounded_text(each.fill_ratio),
        "maker_share": rounded_text(each.maker_share),
        "to_first_fill_ns": each.to_first_fill_ns,
        "to_last_fill_ns": each.to_last_fill_ns,
        "not_known": list(each.unknown),
    }
    return found


def summary_row(summary: QualitySummary) -> Row:
    """Return a sum as a program reads it; beside each share, how many orders know theirs."""
    found: dict[str, Any] = {
        "name": summary.name,
        "orders": summary.orders,
        "filled": summary.filled,
        "notional": rounded_text(summary.notional),
    }
    for share, (value, known) in summary.shares.items():
        found |= {f"{share}_bps": bps_text(value), f"{share}_orders": known}
    return found | {
        "fill_ratio": rounded_text(summary.fill_ratio),
        "maker_share": rounded_text(summary.maker_share),
        "median_fill_ns": summary.median_fill_ns,
    }


def quality_csv(rows: Iterable[Row]) -> str:
    """Return orders as CSV with a header; nothing where there is none."""
    out = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(out, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({**row, "not_known": "; ".join(row["not_known"])})
    return out.getvalue()


def bps_text(share: Fraction | None) -> str | None:
    """Return a share in basis points with four decimals."""
    return rounded_text(None if share is None else share * _BPS)


def rounded_text(value: Fraction | None) -> str | None:
    """Return a fraction with four decimals, rounded half to even."""
    if value is None:
        return None
    with localcontext(prec=_DIGITS):
        found = Decimal(value.numerator) / Decimal(value.denominator)
        return f"{found.quantize(_STEP, ROUND_HALF_EVEN):f}"


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else text(value)
