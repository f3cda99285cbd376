"""Our own endpoint: the true books and accounts, so that tests can compare, and the market's reins.

It needs no token, since the exchange listens on loopback only. It is no part of what the venue
serves, so faults and rate limits leave it alone.
"""

from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

from traider.venues.simulated.amounts import text_of, units_of
from traider.venues.simulated.exchange import DEPOSITS, Exchange
from traider.venues.simulated.faults.rules import rule_of
from traider.venues.simulated.ledger import OUTSIDE
from traider.venues.simulated.market import FLAGS
from traider.venues.simulated.pump import Pump
from traider.venues.simulated.rest.answers import answer, bad_argument, json_body, not_found
from traider.venues.simulated.rest.market_shapes import book_shape
from traider.venues.simulated.times import time_text
from traider.venues.simulated.tokens import PERMISSIONS

DIGESTS_MAX: Final = 5_000


class AdminRoutes:
    """Answer whoever runs the exchange."""

    def __init__(self, exchange: Exchange, pump: Pump, told: Callable[[], None]) -> None:
        self._exchange, self._pump, self._told = exchange, pump, told

    def routes(self) -> list[web.RouteDef]:
        """Return the paths answered here."""
        return [
            web.get("/admin/state", self.state),
            web.get("/admin/book", self.book),
            web.get("/admin/accounts", self.accounts),
            web.get("/admin/connections", self.connections),
            web.get("/admin/digests", self.digests),
            web.post("/admin/digests", self.keep_digests),
            web.post("/admin/pause", self.pause),
            web.post("/admin/resume", self.resume),
            web.post("/admin/balances", self.change_balance),
            web.post("/admin/products", self.change_flags),
            web.post("/admin/keys", self.make_key),
            web.get("/admin/faults", self.faults),
            web.post("/admin/faults", self.lay_fault),
            web.delete("/admin/faults", self.clear_faults),
            web.delete("/admin/faults/{number}", self.lift_fault),
        ]

    async def state(self, request: web.Request) -> web.Response:
        """Tell time, counts and whether the market runs."""
        del request
        exchange, pump = self._exchange, self._pump
        return answer({
            "time": time_text(exchange.desk.now_ns),
            "time_ns": exchange.desk.now_ns,
            "speed": exchange.clock.speed,
            "steps": pump.steps,
            "messages": exchange.delivery.messages,
            "connections": len(exchange.hub.connections),
            "paused": pump.is_paused,
            "ended": pump.has_ended,
        })  # fmt: skip

    async def book(self, request: web.Request) -> web.Response:
        """Tell the true book of a product."""
        desk = self._exchange.desk
        product = desk.products.get(request.query.get("product_id", ""))
        limit = request.query.get("limit", "0")
        if product is None or not limit.isdigit():
            return bad_argument("product_id names no product, or limit is no number")
        return answer(book_shape(product, desk.market_of(product), desk.now_ns, int(limit)))

    async def accounts(self, request: web.Request) -> web.Response:
        """Tell the true balances of every account, and the sums over all owners: zero each."""
        del request
        ledger = self._exchange.desk.ledger
        owners = {
            owner: {
                currency: {"total": text_of(balance.total), "hold": text_of(balance.hold)}
                for currency, balance in ledger.balances(owner)
            }
            for owner in ledger.owners()
        }
        sums = {name: text_of(ledger.total(name)) for name in sorted(ledger.currencies())}
        return answer({"owners": owners, "sums": sums})

    async def connections(self, request: web.Request) -> web.Response:
        """Tell the open WebSocket connections; a client knows its own by the port it comes from."""
        del request
        found = [
            {
                "number": connection.number,
                "peer": connection.peer,
                "next_sequence_num": connection.sequence,
                "messages": connection.messages,
                "subscriptions": connection.full_set(),
                "muted": connection.muted,
            }
            for connection in self._exchange.hub.connections.values()
        ]
        return answer({"connections": found})

    async def keep_digests(self, request: web.Request) -> web.Response:
        """Keep the digest of the true book after every message of depth, from now on."""
        del request
        self._exchange.hub.keep_digests()
        return answer({"keeps_digests": True})

    async def digests(self, request: web.Request) -> web.Response:
        """Tell the digests of a connection, alive or gone, after a message number."""
        number, after = request.query.get("connection", ""), request.query.get("after", "-1")
        hub = self._exchange.hub
        known = {each.number: each for each in (*hub.past, *hub.connections.values())}
        if not number.isdigit() or int(number) not in known:
            return not_found("connection")
        if not after.removeprefix("-").isdigit():
            return bad_argument("after is a message number")
        rows = [
            {"sequence_num": sequence, "product_id": name, "digest": f"{digest:016x}"}
            for sequence, name, digest in known[int(number)].digests
            if sequence > int(after)
        ]
        return answer({"digests": rows[:DIGESTS_MAX], "more": len(rows) > DIGESTS_MAX})

    async def pause(self, request: web.Request) -> web.Response:
        """Let time and market stand still; orders are still served."""
        del request
        self._pump.pause()
        return answer({"paused": True})

    async def resume(self, request: web.Request) -> web.Response:
        """Let time and market go on."""
        del request
        self._pump.resume()
        return answer({"paused": False})

    async def change_balance(self, request: web.Request) -> web.Response:
        """Pay in or take out behind everyone's back: ``{"currency": "USD", "change": "-10"}``."""
        body = await json_body(request) or {}
        desk = self._exchange.desk
        owner = str(body.get("portfolio_uuid") or self._exchange.portfolio.portfolio_id)
        text = str(body.get("change", ""))
        units = units_of(text.removeprefix("-"))
        currency = str(body.get("currency", ""))
        if units is None or not currency or owner not in desk.portfolios:
            return bad_argument("currency, change and, if given, a known portfolio_uuid")
        desk.ledger.move(OUTSIDE, owner, currency, -units if text.startswith("-") else units)
        balance = desk.ledger.balance(owner, currency)
        return answer({"total": text_of(balance.total), "hold": text_of(balance.hold)})

    async def change_flags(self, request: web.Request) -> web.Response:
        """Restrict a product: ``{"product_id": "BTC-USD", "cancel_only": true}``."""
        body = await json_body(request) or {}
        desk = self._exchange.desk
        product = desk.products.get(str(body.get("product_id", "")))
        if product is None:
            return not_found("product")
        flags = desk.market_of(product).flags
        for name in FLAGS:
            if name in body:
                (flags.add if body[name] is True else flags.discard)(name)
        return answer({"product_id": product.product_id, "flags": sorted(flags)})

    async def faults(self, request: web.Request) -> web.Response:
        """List the rules, with how often each had a chance and struck."""
        del request
        now_ns = self._exchange.desk.now_ns
        found = [
            {
                "number": laid.number,
                "met": laid.met,
                "struck": laid.struck,
                "in_force": laid.counts_at(now_ns),
                "rule": laid.rule,
            }
            for laid in self._exchange.faults.laid()
        ]
        return answer({"faults": found})

    async def lay_fault(self, request: web.Request) -> web.Response:
        """Lay a rule down: the fields of a ``[[fault]]`` table."""
        try:
            rule = rule_of(await json_body(request) or {})
        except ValueError as fault:
            return bad_argument(str(fault))
        laid = self._exchange.faults.lay(rule)
        self._conditions_changed()
        return answer({"number": laid.number})

    async def lift_fault(self, request: web.Request) -> web.Response:
        """Take one rule back."""
        number = request.match_info["number"]
        if not (number.isdigit() and self._exchange.faults.lift(int(number))):
            return not_found("fault")
        self._conditions_changed()
        return answer({"lifted": int(number)})

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Take every rule back."""
        del request
        self._exchange.faults.clear()
        self._conditions_changed()
        return answer({"faults": []})

    def _conditions_changed(self) -> None:
        self._exchange.apply_conditions()
        self._told()

    async def make_key(self, request: web.Request) -> web.Response:
        """Make one more key; ``{"algorithm": "EdDSA", "new_portfolio": true}``.

        ``{"permissions": ["view", "trade"]}`` makes one that may do less than everything.
        """
        body: dict[str, Any] = await json_body(request) or {}
        desk = self._exchange.desk
        portfolio = None
        if body.get("new_portfolio") is True:
            portfolio = desk.open_portfolio(f"Portfolio {len(desk.portfolios) + 1}", DEPOSITS)
        algorithm = str(body.get("algorithm", "ES256"))
        if algorithm not in ("ES256", "EdDSA"):
            return bad_argument("algorithm is ES256 or EdDSA")
        wanted = body.get("permissions", sorted(PERMISSIONS))
        if not (isinstance(wanted, list) and all(each in PERMISSIONS for each in wanted)):
            return bad_argument(f"permissions are of {', '.join(sorted(PERMISSIONS))}")
        key, pem = self._exchange.add_key(algorithm, portfolio, frozenset(wanted))
        return answer({"name": key.name, "private_key": pem, "portfolio_uuid": key.portfolio_id})
