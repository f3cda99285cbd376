"""Why a run made more or less than its reference: the difference, taken apart trade by trade.

Both runs are values (``accounts``), their trades are paired (``matching``), and each pair of a
trade a of the run with a trade b of the reference, of side s (+1 bought, -1 sold), quantities
Q_a and Q_b, what was paid (sum of price * quantity), fees F_a and F_b, gives, with q the smaller
quantity, x the rest of the larger one, M_a and M_b the final marks, and R_a(t), R_b(t) the
market's prices at the times of its fills as the run's and the reference's data tell them:

- fill    = -s q [(paid_a - sum of R_a(t_a) q_a) / Q_a - (paid_b - sum of R_b(t_b) q_b) / Q_b],
  how much worse each traded than the market stood at that moment;
- latency = -s q [sum of R_b(t_a) q_a / Q_a - sum of R_b(t_b) q_b / Q_b], how far the market went
  between the two times of trading, by the reference's data;
- data    = -s q [sum of R_a(t_a) q_a - sum of R_b(t_a) q_a] / Q_a + s q (M_a - M_b), how much the
  two records of the market disagree about the same instants;
- fee     = -q (F_a / Q_a - F_b / Q_b);
- the rest x is worth +-(s x (M - paid / Q) - x F / Q), with the sign, mark, price and fee of the
  trade that has it: to signal as far as the two asked for different sizes, to fill beyond.

A trade without a counterpart is worth s (Q M - paid) - F, against the run where it is the
reference's: fill, where the other run sent an order on the same wish which never traded; signal,
where it sent none. What brings the two positions together again, such as the exit from what one
run alone had entered, has the cause of what drew them apart (``excess``). Funding is compared by
instrument and time. Corrections of the books (adjustments of a reconciliation) are data. Each part
is rounded half to even to 1e-8; what the parts leave of the difference is ``unexplained``, so that
all of them sum to it exactly: roundings of the books, and what no fill, fee, payment or correction
explains.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from typing import Final

from traider.domain.units import Rounding, amount_from_units, round_ratio
from traider.portfolio.funding import FundingPayment
from traider.runtime.parity.accounts import RunAccount, TradedOrder
from traider.runtime.parity.excess import Cause, Excess
from traider.runtime.parity.matching import Pair, pairs_of

_MONEY: Final = 10**8
_NOTHING: Final = Fraction(0)


@dataclass(frozen=True)
class Parts:
    """A difference in profit by its causes, in the account's currency; positive: the run won."""

    signal: Decimal = Decimal(0)
    latency: Decimal = Decimal(0)
    fill: Decimal = Decimal(0)
    fee: Decimal = Decimal(0)
    funding: Decimal = Decimal(0)
    data: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        """The sum of the parts."""
        return sum(self.by_name().values(), Decimal(0))

    def by_name(self) -> dict[str, Decimal]:
        """Return the parts by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True)
class TradeDifference:
    """One row: a trade, a funding payment or a correction, in one of the runs or in both."""

    kind: str
    """``both``, ``run only``, ``reference only``, ``funding`` or ``correction``."""
    instrument: str
    ts_ns: int
    """When it was decided, or came due; 0 for a correction."""
    side: int
    parts: Parts
    run_orders: Sequence[int] = ()
    """Ids of the orders of the run."""
    reference_orders: Sequence[int] = ()


@dataclass(frozen=True)
class ProfitDifference:
    """The profit of a run less that of its reference, and where it comes from."""

    run_profit: Decimal
    reference_profit: Decimal
    parts: Parts
    unexplained: Decimal
    rows: Sequence[TradeDifference]

    @property
    def difference(self) -> Decimal:
        """The run's profit less the reference's: the parts and what they leave sum to it."""
        return self.run_profit - self.reference_profit

    @property
    def unexplained_share(self) -> float:
        """What the parts leave, as a share of the difference; 0 where nothing is left."""
        if not self.unexplained:
            return 0.0
        return float(abs(self.unexplained) / abs(self.difference)) if self.difference else 1.0

    def count(self, kind: str) -> int:
        """Return the rows of a kind."""
        return sum(row.kind == kind for row in self.rows)


def attribute_difference(
    run: RunAccount, reference: RunAccount, window_ns: int
) -> ProfitDifference:
    """Take the difference between two runs apart.

    ``window_ns`` is the time between two decisions: orders within it are one trade, and trades less
    than two of it apart may be the same.
    """
    comparison = _Comparison(run, reference, window_ns)
    pairs = pairs_of(run.orders, reference.orders, window_ns)
    rows = [comparison.row(pair) for pair in pairs]
    rows += _funding_rows(run.funding, reference.funding)
    rows += _correction_rows(run.corrections, reference.corrections)
    totals = {
        each.name: sum((getattr(row.parts, each.name) for row in rows), Decimal(0))
        for each in fields(Parts)
    }
    parts = Parts(**totals)
    return ProfitDifference(
        run_profit=run.profit,
        reference_profit=reference.profit,
        parts=parts,
        unexplained=run.profit - reference.profit - parts.total,
        rows=rows,
    )


class _Comparison:
    """Takes pairs of trades in order of time, and says what each is worth by cause."""

    def __init__(self, run: RunAccount, reference: RunAccount, window_ns: int) -> None:
        self._run, self._reference, self._window_ns = run, reference, window_ns
        self._excess = Excess()

    def row(self, pair: Pair) -> TradeDifference:
        """Return the row of a pair."""
        order, one, other = pair.order, pair.run, pair.reference
        if one is None or other is None:
            kind = "run only" if other is None else "reference only"
            parts = self._alone(order, is_of_run=other is None)
        else:
            kind, parts = "both", self._matched(one, other)
        return TradeDifference(
            kind=kind,
            instrument=order.instrument,
            ts_ns=order.decided_ns,
            side=order.side,
            parts=parts,
            run_orders=one.orders if one else (),
            reference_orders=other.orders if other else (),
        )

    def _alone(self, order: TradedOrder, *, is_of_run: bool) -> Parts:
        """Return the parts of a trade that one run has; the other may have wanted it as well."""
        opposite = self._reference if is_of_run else self._run
        cause: Cause = "fill" if opposite.has_sent(order, self._window_ns) else "signal"
        worth = self._apart(order, order.quantity, cause, is_of_run=is_of_run)
        return Parts(**{name: _money(value) for name, value in worth.items()})

    def _apart(
        self, order: TradedOrder, quantity: Fraction, cause: Cause, *, is_of_run: bool
    ) -> dict[Cause, Fraction]:
        """Return what a part of an order is worth that one run alone has, by cause."""
        account, sign = (self._run, 1) if is_of_run else (self._reference, -1)
        if not quantity:
            return {}
        worth = sign * _worth_of(order, quantity, account.marks)
        change = sign * order.side * quantity
        shares = self._excess.book(order.instrument, change, cause)
        return {name: worth * share for name, share in shares.items()}

    def _matched(self, a: TradedOrder, b: TradedOrder) -> Parts:
        """Return the parts of a pair that both runs traded; the formulas are the module's."""
        common = min(a.quantity, b.quantity)
        share_a, share_b = common / a.quantity, common / b.quantity
        seen_a, told_a = a.worth(self._run.price_at), a.worth(self._reference.price_at)
        seen_b = b.worth(self._reference.price_at)
        marks = _price(self._run.marks, a) - _price(self._reference.marks, b)
        data = a.side * (common * marks - (seen_a - told_a) * share_a)
        latency = -a.side * (told_a * share_a - seen_b * share_b)
        fill = -a.side * ((a.paid - seen_a) * share_a - (b.paid - seen_b) * share_b)
        rest = self._rest(a, b)
        return Parts(
            signal=_money(rest.get("signal", _NOTHING)),
            latency=_money(latency),
            fill=_money(fill + rest.get("fill", _NOTHING)),
            fee=_money(b.fee * share_b - a.fee * share_a),
            data=_money(data),
        )

    def _rest(self, a: TradedOrder, b: TradedOrder) -> dict[Cause, Fraction]:
        """Return what the larger trade's rest is worth, by cause."""
        rest = a.quantity - b.quantity
        is_of_run = rest > 0
        asked = a.wanted_units - b.wanted_units
        by_size = min(max(asked if is_of_run else -asked, _NOTHING), abs(rest))
        order = a if is_of_run else b
        total: dict[Cause, Fraction] = {}
        wishes: tuple[tuple[Fraction, Cause], ...] = (
            (by_size, "signal"),
            (abs(rest) - by_size, "fill"),
        )
        for quantity, cause in wishes:
            worth = self._apart(order, quantity, cause, is_of_run=is_of_run)
            for name, value in worth.items():
                total[name] = total.get(name, _NOTHING) + value
        return total


def _worth_of(order: TradedOrder, quantity: Fraction, marks: Mapping[str, Decimal]) -> Fraction:
    """Return the profit of a part of an order until the end of its run, its fee paid."""
    share = quantity / order.quantity
    return order.side * (quantity * _price(marks, order) - order.paid * share) - order.fee * share


def _price(marks: Mapping[str, Decimal], order: TradedOrder) -> Fraction:
    """Return the final mark of the order's instrument; its own last price where none is known."""
    return Fraction(marks.get(order.instrument) or order.fills[-1].price)


def _funding_rows(
    run: Sequence[FundingPayment], reference: Sequence[FundingPayment]
) -> list[TradeDifference]:
    paid: dict[tuple[int, str], Decimal] = {}
    for sign, payments in ((-1, run), (1, reference)):
        for each in payments:
            key = each.ts_ns, each.instrument
            paid[key] = paid.get(key, Decimal(0)) + sign * each.amount
    return [
        TradeDifference("funding", instrument, ts_ns, 0, Parts(funding=amount))
        for (ts_ns, instrument), amount in sorted(paid.items())
        if amount
    ]


def _correction_rows(
    run: Mapping[str, Decimal], reference: Mapping[str, Decimal]
) -> list[TradeDifference]:
    none = Decimal(0)
    names = sorted({**run, **reference})
    amounts = {name: run.get(name, none) - reference.get(name, none) for name in names}
    return [
        TradeDifference("correction", name, 0, 0, Parts(data=amount))
        for name, amount in amounts.items()
        if amount
    ]


def _money(value: Fraction) -> Decimal:
    """Return an exact amount on the grid of money, rounded half to even to 1e-8."""
    scaled = value * _MONEY
    return amount_from_units(round_ratio(scaled.numerator, scaled.denominator, Rounding.HALF_EVEN))
