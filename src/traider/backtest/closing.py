"""What closing the positions that are left at the end of a test costs.

Assumed: everything still held is sold or bought back at the last price, as a taker: half the
spread and the square-root impact of the fill tier against us, and the taker fee, from the balance
of the fee currency where it lasts. The next test
begins flat and may open the same position again, so a position that would be held across the
boundary pays twice: joined results are a little worse than a run without boundaries, never better.
Wrong where: the last bar's close is no price to trade at, or the position is large against it.
"""

from dataclasses import replace
from decimal import Decimal

from traider.backtest.fee_values import FeeBalance
from traider.domain.fills import Fill
from traider.domain.units import amount_from_units, price_from_ticks, size_from_lots
from traider.kernel.arithmetic import fee_units
from traider.kernel.machine import Machine
from traider.kernel.venue.costs import impact_fraction, worse_price


def closing_fills(machine: Machine, ts_ns: int) -> tuple[Fill, ...]:
    """Return the fills that would close every position of ``machine`` at its marks."""
    fills = []
    fees = machine.spec.fees
    balance = FeeBalance(fees, fee_balance_units(machine)) if fees else None
    for k, (market, spec) in enumerate(
        zip(machine.decider.markets, machine.spec.markets, strict=True)
    ):
        held = int(market["position_lots"])
        if held == 0:
            continue
        side = -1 if held > 0 else 1
        lots = abs(held)
        half_spread = float(machine.venue.venue[0]["half_spread"])
        fraction = half_spread + impact_fraction(machine.venue, k, float(lots))
        ticks = worse_price(float(market["mark_ticks"]), side, fraction)
        unpaid = Fill(
            instrument=spec.name,
            side=side,
            price=price_from_ticks(int(ticks), spec.tick_size),
            quantity=size_from_lots(lots, spec.lot_size),
            fee=Decimal(0),
            ts_ns=ts_ns,
            multiplier=spec.multiplier,
        )
        fee = int(fee_units(unpaid.notional_units, spec.taker_fee_e8))
        taken = balance.units_for(fee) if balance else 0
        if balance is None or taken == 0:
            fills.append(replace(unpaid, fee=amount_from_units(fee)))
            continue
        fills.append(
            replace(
                unpaid,
                fee=amount_from_units(balance.take(taken)),
                fee_currency=balance.fees.currency,
                fee_taken=amount_from_units(taken),
            )
        )
    return tuple(fills)


def fee_balance_units(machine: Machine) -> int:
    """Return the balance that ``machine`` has left to pay fees with, 1e-8 of the fee currency."""
    return int(machine.decider.account[0]["fee_balance"])
