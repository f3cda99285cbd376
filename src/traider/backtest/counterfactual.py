"""What would have passed: the gate asked again about the same order at other sizes and prices.

The gate's own function answers, in the view that the order met; sizes are found by halving. Of a
refused order it is the largest smaller size that passes, or the smallest larger one where it was
too small; of an approved one how large it could have been.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from traider.backtest.gate_asking import GateView
from traider.backtest.gate_checks import GateCheck
from traider.domain.events import EventArray, OrderFlag
from traider.domain.units import price_from_ticks, size_from_lots
from traider.kernel.codes import Verdict
from traider.kernel.records import Gate
from traider.kernel.specification import MarketSpec

MOST_LOTS: Final = 1 << 52
"""A size that passes here passes at any."""
_TOO_SMALL: Final = (Verdict.MIN_SIZE, Verdict.MIN_NOTIONAL)
_MINUTE_NS: Final = 60_000_000_000
_LEAST_CHECKS: Final = frozenset(
    (*_TOO_SMALL, Verdict.NO_COVARIANCE, Verdict.LIQUIDATION_DISTANCE),
)
"""Checks whose number may not be below their limit."""
_REACHED: Final = frozenset(
    (
        Verdict.DAILY_LOSS,
        Verdict.DRAWDOWN,
        Verdict.DAILY_LOSS_AMOUNT,
        Verdict.DAILY_LOSS_SIGMAS,
    ),
)
"""Checks that refuse once their number reaches the limit; the others, once it passes it."""
_STATE_CHECKS: Final = frozenset((Verdict.KILLED, Verdict.PAUSED, Verdict.UNHEALTHY))


class Counterfactual:
    """Asks about one order, as it was or otherwise, in the view that it met."""

    def __init__(self, view: Gate, order: EventArray) -> None:
        self._machine = GateView(view)
        self._order = order.copy()
        self._lots = int(order["size"][0])
        is_money = bool(int(order["flags"][0]) & OrderFlag.QUOTE_SIZED)
        number = int(order["instrument"][0])
        is_known = number < len(view.markets)
        step = int(view.markets[number]["lot_step"]) if is_known and not is_money else 1
        self._step = max(step, 1)
        self.code = self._ask()

    def found(self, checks: Sequence[GateCheck]) -> dict[str, Any]:
        """Return what would have passed, in lots, ticks and nanoseconds; nothing where not known.

        ``largest_lots`` is None where no size is too large. Where no size passes it is 0, and
        ``then`` the check that refuses a size small enough for the one that refused.
        """
        if self.code == Verdict.APPROVED:
            return {"largest_lots": self._largest_from(self._lots), "nearest": nearest(checks)}
        if self.code in _TOO_SMALL:
            return {"smallest_lots": self._smallest()}
        largest = self._largest_below(self._lots)
        found: dict[str, Any] = {"largest_lots": largest or 0}
        if largest is None:
            found["then"] = self._then()
        if self.code == Verdict.PRICE_COLLAR:
            found["price_ticks"] = self._price()
        if self.code == Verdict.ORDER_RATE:
            found["wait_ns"] = self._wait()
        return found

    def _ask(self, **words: int) -> int:
        asked = self._order
        if words:
            asked = asked.copy()
            for name, value in words.items():
                asked[name] = value
        code, _, _ = self._machine.ask(asked, 0)
        return int(code)

    def _fits(self, steps: int) -> bool:
        """Whether nothing says that so many steps of the lot are too much."""
        return self._ask(size=steps * self._step) in (Verdict.APPROVED, *_TOO_SMALL)

    def _largest_below(self, lots: int) -> int | None:
        """Return the largest size up to ``lots`` that passes, None where none does."""
        steps = _last(self._fits, 0, lots // self._step + 1)
        size = steps * self._step
        return size if steps and self._ask(size=size) == Verdict.APPROVED else None

    def _then(self) -> str | None:
        """Return the check that refuses a size that the refusing one lets pass, None without."""
        steps = _last(
            lambda each: self._ask(size=each * self._step) != self.code,
            0,
            self._lots // self._step + 1,
        )
        code = self._ask(size=steps * self._step)
        return word(code) if steps and code not in _TOO_SMALL else None

    def _largest_from(self, lots: int) -> int | None:
        most = max(lots, self._step)
        while self._fits(most // self._step):
            if most >= MOST_LOTS:
                return None
            most *= 2
        return self._largest_below(most)

    def _smallest(self) -> int | None:
        """Return the smallest size that passes, None where even the first is too large."""
        low = self._lots // self._step
        high = max(low, 1)
        while self._ask(size=high * self._step) in _TOO_SMALL:
            if high * self._step >= MOST_LOTS:
                return None
            high *= 2
        steps = 1 + _last(lambda each: self._ask(size=each * self._step) in _TOO_SMALL, low, high)
        is_whole = self._ask(size=steps * self._step) == Verdict.APPROVED
        return steps * self._step if is_whole else None

    def _price(self) -> int | None:
        """Return the price nearest to the one asked that is not too far from the market."""
        price = int(self._order["price"][0])

        def too_far(ticks: int) -> bool:
            return self._ask(price=ticks) == Verdict.PRICE_COLLAR

        if int(self._order["side"][0]) > 0:
            found = _last(lambda ticks: not too_far(ticks), 0, price)
        else:
            found = price + 1 + _last(lambda more: too_far(price + more), 0, max(price, 1) << 20)
        return found if found > 0 and not too_far(found) else None

    def _wait(self) -> int:
        """Return after how long the rate would have let it pass, had nothing else changed."""
        asked_ns = int(self._order["ts_recv"][0])

        def too_early(wait_ns: int) -> bool:
            return self._ask(ts_recv=asked_ns + wait_ns) == Verdict.ORDER_RATE

        return 1 + _last(too_early, 0, _MINUTE_NS)


def _last(holds: Callable[[int], bool], low: int, high: int) -> int:
    """Return the last number from ``low`` to before ``high`` for which something holds.

    It is taken to hold for ``low``, and for none after the first for which it does not.
    """
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def is_passed(check: GateCheck) -> bool:
    """Return whether a check lets the order through by its number and limit."""
    if check.verdict in _STATE_CHECKS:
        return check.number == 0.0
    if not check.limit:
        return True
    if check.verdict in _LEAST_CHECKS:
        return check.number >= check.limit
    if check.verdict in _REACHED:
        return check.number < check.limit
    return check.number <= check.limit


def is_check_passed(check: GateCheck, refusal: int) -> bool:
    """Return whether a check let an order through that ``refusal`` answered; a verdict's code."""
    return int(check.verdict) != refusal and (refusal == Verdict.APPROVED or is_passed(check))


def nearest(checks: Sequence[GateCheck]) -> dict[str, Any] | None:
    """Return the check that the order came nearest to failing, with its share of the limit."""
    found = [
        (check.number / check.limit, check)
        for check in checks
        if check.limit > 0.0 and check.verdict not in _LEAST_CHECKS
    ]
    if not found:
        return None
    share, check = max(found, key=lambda each: each[0])
    return {"check": word(check.verdict), "share": share}


def word(verdict: int) -> str:
    """Return a check in words: ``max-notional``."""
    return Verdict(verdict).name.lower().replace("_", "-")


def in_words(
    found: dict[str, Any], order: EventArray, markets: Sequence[MarketSpec]
) -> dict[str, Any]:
    """Return what would have passed with sizes and prices beside lots and ticks."""
    number = int(order["instrument"][0])
    if number >= len(markets):
        return found
    market, said = markets[number], dict(found)
    is_money = bool(int(order["flags"][0]) & OrderFlag.QUOTE_SIZED)
    for name in ("largest", "smallest"):
        lots = found.get(f"{name}_lots")
        if lots is not None and not is_money:
            said[f"{name}_size"] = plain(size_from_lots(lots, market.lot_size))
    if found.get("price_ticks") is not None:
        said["price"] = plain(price_from_ticks(found["price_ticks"], market.tick_size))
    return said


def plain(value: Decimal) -> str:
    """Return a decimal without an exponent and without needless zeros."""
    return f"{value.normalize():f}" if value else "0"
