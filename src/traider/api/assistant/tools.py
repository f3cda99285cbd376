"""What an assistant may ask of a run: each a route of the API, with its words."""

from typing import Annotated, Any, Final

from pydantic import Field

from traider.api.notebook.doors import Door

Json = dict[str, Any]
Instrument = Annotated[str, Field(description="Name such as COINBASE:BTC-USD; empty for all.")]
Limit = Annotated[int, Field(ge=1, le=200, description="Rows at most, newest first.")]
Begin = Annotated[int | None, Field(description="Not before this instant, ns UTC.")]
End = Annotated[int | None, Field(description="Before this instant, ns UTC.")]


class RunTools:
    """Tools that read one run."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def status(self) -> Json:
        """Say how the trader stands: mode, phase, NAV, profit, positions, open orders, health."""
        return self._get("status")

    def summary(self) -> Json:
        """Say what the account is worth, what it made today and in all, costs and drawdown."""
        return self._get("portfolio/summary")

    def positions(self) -> Json:
        """List what is held of each instrument, what it made and what it cost."""
        return self._get("positions")

    def orders(
        self,
        instrument: Instrument = "",
        state: Annotated[str, Field(description="open, filled, refused, cancelled …")] = "",
        begin_ns: Begin = None,
        end_ns: End = None,
        limit: Limit = 50,
    ) -> Json:
        """List orders with the reason of each in a few words."""
        return self._get(
            "orders",
            instrument=instrument or None,
            state=state or None,
            from_ns=begin_ns,
            to_ns=end_ns,
            limit=limit,
        )

    def explain(
        self, order_id: Annotated[str, Field(description="16 hexadecimal digits of orders.")]
    ) -> Json:
        """Tell why an order happened: event, features, scores, checks with limits, times, fills."""
        return self._get(f"orders/{order_id.strip()}/why")

    def fills(
        self,
        instrument: Instrument = "",
        begin_ns: Begin = None,
        end_ns: End = None,
        limit: Limit = 50,
    ) -> Json:
        """List what traded, with the reason of each in a few words."""
        return self._get(
            "fills",
            instrument=instrument or None,
            from_ns=begin_ns,
            to_ns=end_ns,
            limit=limit,
        )

    def performance(self, begin_ns: Begin = None, end_ns: End = None) -> Json:
        """Measure the run over any window: return, risk, costs, trades, months."""
        return self._get("portfolio/performance", from_ns=begin_ns, to_ns=end_ns)

    def attribution(self) -> Json:
        """Say where the profit came from, by alpha, instrument, side, hour, cost and regime."""
        return self._get("portfolio/attribution")

    def limits(self) -> Json:
        """List the limits of the gate with what is used of each, and who set it last."""
        return self._get("risk/limits")

    def value_at_risk(self) -> Json:
        """Say what the book may lose by several models, and how the models held."""
        return {**self._get("risk/var"), "backtest": self._get("risk/var/backtest")}

    def breakers(self) -> Json:
        """List the circuit breakers, open and closed, with value and bound."""
        return self._get("risk/breakers")

    def signals(self, instrument: Instrument = "") -> Json:
        """Say what each alpha thinks now, and what would have to change to trade."""
        return self._get("signals", instrument=instrument or None)

    def candles(
        self,
        instrument: Annotated[str, Field(description="Name such as COINBASE:BTC-USD.")],
        frame: Annotated[str, Field(description="1m, 5m, 1h and so on.")] = "1m",
        limit: Annotated[int, Field(ge=1, le=500)] = 100,
    ) -> Json:
        """List candles of an instrument as the trader has them."""
        return self._get("market/bars", instrument=instrument, frame=frame, limit=limit)

    def _get(self, path: str, **query: object) -> Json:
        found: Json = self._door.get(path, query)
        return found


NAMES: Final = (
    "status", "summary", "positions", "orders", "explain", "fills", "performance", "attribution",
    "limits", "value_at_risk", "breakers", "signals", "candles",
)  # fmt: skip
"""Every tool that reads."""
