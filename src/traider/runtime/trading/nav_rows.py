"""What an account is worth at one instant, and what made it so: a row of the NAV series.

A row is made of the kernel's state and of what the journal's events add up to, in whole units, so
the same events give the same row: live, and in a replay of the journal.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from traider.domain.money import pack_currency
from traider.domain.units import Rounding, amount_from_units, round_ratio
from traider.kernel.records import Decider
from traider.kernel.specification import KernelSpec
from traider.runtime.trading.account_flows import AccountFlows
from traider.runtime.trading.holdings import Holdings

NAV_ROW: Final = np.dtype(
    [
        ("ts", "<i8"),
        ("nav", "<i8"),
        ("cash", "<i8"),
        ("gross", "<i8"),
        ("unrealized", "<i8"),
        ("realized", "<i8"),
        ("fees", "<i8"),
        ("funding", "<i8"),
        ("paid_in", "<i8"),
        ("adjusted", "<i8"),
        ("traded", "<i8"),
    ]
)
"""Time in ns UTC; money in units of 1e-8 of the account's currency. ``nav`` is cash (what is held
to pay fees with it) and positions at their marks, ``gross`` the sum of the positions' sizes in
money. Since the run began: ``realized`` before fees, ``fees`` and ``funding`` paid, ``paid_in``
capital that came less what went, ``adjusted`` what corrections and interest added, ``traded`` the
money that changed hands. Always nav = capital + paid_in + adjusted + realized + unrealized - fees -
funding."""

NavRows = npt.NDArray[Any]
"""Rows of ``NAV_ROW``."""


class Booked(Protocol):
    """A machine whose decider can be looked at."""

    @property
    def spec(self) -> KernelSpec:
        """What it was built from."""

    @property
    def decider(self) -> Decider:
        """Its decider's arrays."""


class Sums(Protocol):
    """What a journal's events add up to beside the kernel's state."""

    holdings: Holdings
    flows: AccountFlows


def nav_row(machine: Booked, sums: Sums, ts_ns: int) -> NavRows:
    """Return the one row of the account as it is now, stamped ``ts_ns``."""
    spec, decider = machine.spec, machine.decider
    account, fees = decider.account[0], spec.fees
    cash = int(account["cash_units"])
    paid = int(decider.markets["fees_units"].sum())
    if fees is not None:
        cash += fees.value_units(int(account["fee_balance"]))
        paid += fees.value_units(int(decider.markets["other_fees_units"].sum()))
    net = gross = unrealized = adjusted = 0
    ratios = [market.money_fraction() for market in spec.markets]
    lots = decider.markets["position_lots"].tolist()
    marks = decider.markets["mark_ticks"].tolist()
    for number, (held, mark, ratio) in enumerate(zip(lots, marks, ratios, strict=True)):
        adjusted += _units(sums.flows.corrected.get(number, 0), ratio)
        if held:
            worth = _units(held * mark, ratio)
            net += worth
            gross += abs(worth)
            unrealized += worth - _units(sums.holdings.of(number).cost, ratio)
    paid_in = _valued(sums.flows.paid_in.items(), spec)
    adjusted += _valued(sums.flows.other_cash.items(), spec)
    funding = int(decider.markets["funding_units"].sum())
    nav = cash + net
    realized = nav - spec.capital_units - paid_in - adjusted - unrealized + paid + funding
    traded = int(decider.markets["traded_units"].sum())
    row = ts_ns, nav, cash, gross, unrealized, realized, paid, funding, paid_in, adjusted, traded
    return np.array([row], NAV_ROW)


def money(row: NavRows, name: str) -> Decimal:
    """Return a column of one row as money."""
    return amount_from_units(int(row.reshape(-1)[0][name]))


def _units(tick_lots: int, ratio: tuple[int, int]) -> int:
    return round_ratio(tick_lots * ratio[0], ratio[1], Rounding.HALF_EVEN)


def _valued(sums: Iterable[tuple[int, int]], spec: KernelSpec) -> int:
    """Return sums by packed currency in the account's; what is not for fees is of the account."""
    other = 0 if spec.fees is None else pack_currency(spec.fees.currency)
    return sum(
        spec.fees.value_units(units) if spec.fees and word == other else units
        for word, units in sums
    )
