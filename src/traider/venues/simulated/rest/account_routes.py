"""Accounts, fees, portfolios and permissions; and the few ``/v2`` paths that ccxt asks for."""

from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from aiohttp import web

from traider.venues.simulated.amounts import MILLION, ONE, ratio_text, text_of
from traider.venues.simulated.exchange import Exchange
from traider.venues.simulated.fees import tier_end
from traider.venues.simulated.ledger import Balance
from traider.venues.simulated.portfolios import Portfolio
from traider.venues.simulated.products import FIAT
from traider.venues.simulated.rest.answers import answer, bad_argument, not_found
from traider.venues.simulated.rest.doors import BASE, key_of, portfolio_of
from traider.venues.simulated.rest.pages import page_of
from traider.venues.simulated.times import time_text

ACCOUNTS_DEFAULT: Final = 49
ACCOUNTS_MAX: Final = 250


class AccountRoutes:
    """Answer what concerns accounts."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def routes(self) -> list[web.RouteDef]:
        """Return the paths answered here."""
        return [
            web.get(f"{BASE}/accounts", self.accounts),
            web.get(f"{BASE}/accounts/{{uuid}}", self.account),
            web.get(f"{BASE}/transaction_summary", self.transaction_summary),
            web.get(f"{BASE}/key_permissions", self.key_permissions),
            web.get(f"{BASE}/portfolios", self.portfolios),
            web.get(f"{BASE}/portfolios/{{uuid}}", self.portfolio),
            web.get(f"{BASE}/payment_methods", self.payment_methods),
            web.get("/v2/accounts", self.wallets),
            web.get("/v2/currencies", self.currencies),
            web.get("/v2/currencies/crypto", self.coins),
            web.get("/v2/exchange-rates", self.exchange_rates),
        ]

    async def accounts(self, request: web.Request) -> web.Response:
        """List the balances, a page at a time."""
        portfolio = portfolio_of(request)
        shapes = self._accounts(portfolio)
        size = ACCOUNTS_MAX if request.query.get("limit") else ACCOUNTS_DEFAULT
        page = page_of(request, [(shape["uuid"], shape) for shape in shapes], size)
        if page is None:
            return bad_argument("limit or cursor")
        return answer({
            "accounts": page.rows,
            "has_next": bool(page.cursor),
            "cursor": page.cursor,
            "size": len(page.rows),
        })  # fmt: skip

    async def account(self, request: web.Request) -> web.Response:
        """Tell one balance."""
        wanted = request.match_info["uuid"]
        for shape in self._accounts(portfolio_of(request)):
            if shape["uuid"] == wanted:
                return answer({"account": shape})
        return not_found("account")

    async def transaction_summary(self, request: web.Request) -> web.Response:
        """Tell the fee tier and the volume it comes from."""
        portfolio, now_ns = portfolio_of(request), self._exchange.desk.now_ns
        tier, volume = portfolio.tier(now_ns), portfolio.volume_units(now_ns)
        end = tier_end(tier, portfolio.tiers)
        total, fees = _number(volume), _number(portfolio.fee_units)
        return answer({
            "total_volume": total,
            "total_fees": fees,
            "fee_tier": {
                "pricing_tier": tier.name,
                "usd_from": str(tier.volume_from),
                "usd_to": "" if end is None else str(end),
                "taker_fee_rate": ratio_text(tier.taker_millionths, MILLION, 6),
                "maker_fee_rate": ratio_text(tier.maker_millionths, MILLION, 6),
                "aop_from": "",
                "aop_to": "",
                "volume_types_and_range": [],
            },
            "margin_rate": None,
            "goods_and_services_tax": None,
            "advanced_trade_only_volume": total,
            "advanced_trade_only_fees": fees,
            "coinbase_pro_volume": 0,
            "coinbase_pro_fees": 0,
            "total_balance": text_of(self._worth(portfolio)),
            "volume_breakdown": [{"volume_type": "VOLUME_TYPE_SPOT", "volume": total}],
            "has_cost_plus_commission": False,
        })  # fmt: skip

    async def key_permissions(self, request: web.Request) -> web.Response:
        """Tell what the key may do."""
        key = key_of(request)
        return answer({
            "can_view": "view" in key.permissions,
            "can_trade": "trade" in key.permissions,
            "can_transfer": "transfer" in key.permissions,
            "portfolio_uuid": key.portfolio_id,
            "portfolio_type": "DEFAULT",
        })  # fmt: skip

    async def portfolios(self, request: web.Request) -> web.Response:
        """List the portfolios a key sees: its own."""
        return answer({"portfolios": [_portfolio_shape(portfolio_of(request))]})

    async def portfolio(self, request: web.Request) -> web.Response:
        """Break a portfolio down into its positions."""
        portfolio = portfolio_of(request)
        if request.match_info["uuid"] != portfolio.portfolio_id:
            return not_found("portfolio")
        desk = self._exchange.desk
        positions = [
            {
                "asset": currency,
                "account_uuid": _account_id(portfolio, currency),
                "total_balance_crypto": float(text_of(balance.total)),
                "total_balance_fiat": float(text_of(desk.dollars(currency, balance.total))),
                "is_cash": currency in FIAT,
            }
            for currency, balance in desk.ledger.balances(portfolio.portfolio_id)
        ]
        worth = {"value": text_of(self._worth(portfolio)), "currency": "USD"}
        return answer({
            "breakdown": {
                "portfolio": _portfolio_shape(portfolio),
                "portfolio_balances": {"total_balance": worth},
                "spot_positions": positions,
                "perp_positions": [],
                "futures_positions": [],
            }
        })  # fmt: skip

    async def payment_methods(self, request: web.Request) -> web.Response:
        """List no payment method: money comes by the admin endpoint."""
        del request
        return answer({"payment_methods": []})

    async def wallets(self, request: web.Request) -> web.Response:
        """List the balances as the older version does, all on one page."""
        portfolio, now = portfolio_of(request), time_text(self._exchange.desk.now_ns)
        balances = self._exchange.desk.ledger.balances(portfolio.portfolio_id)
        rows = [
            {
                "id": _account_id(portfolio, currency),
                "name": f"{currency} Wallet",
                "primary": True,
                "type": "fiat" if currency in FIAT else "wallet",
                "currency": {"code": currency, "name": currency, "exponent": 8},
                "balance": {"amount": text_of(balance.available), "currency": currency},
                "created_at": time_text(portfolio.created_ns),
                "updated_at": now,
                "resource": "account",
                "allow_deposits": True,
                "allow_withdrawals": True,
            }
            for currency, balance in balances
        ]
        return answer({"pagination": {"next_uri": None, "limit": len(rows)}, "data": rows})

    async def currencies(self, request: web.Request) -> web.Response:
        """List the currencies of states."""
        del request
        fiat = sorted({p.quote for p in self._exchange.desk.products.values()} & FIAT)
        return answer({"data": [{"id": c, "name": c, "min_size": "0.01"} for c in fiat]})

    async def coins(self, request: web.Request) -> web.Response:
        """List the other currencies."""
        del request
        products = self._exchange.desk.products.values()
        coins = sorted(({p.base for p in products} | {p.quote for p in products}) - FIAT)
        rows = [
            {
                "asset_id": str(uuid5(NAMESPACE_URL, coin)),
                "code": coin,
                "name": coin,
                "color": "#000000",
                "sort_index": 100 + place,
                "exponent": 8,
                "type": "crypto",
                "address_regex": "",
            }
            for place, coin in enumerate(coins)
        ]
        return answer({"data": rows})

    async def exchange_rates(self, request: web.Request) -> web.Response:
        """Tell how much of each currency a US dollar buys."""
        del request
        desk = self._exchange.desk
        rates = {"USD": "1", "USDC": "1"}
        for product in desk.products.values():
            last = desk.market_of(product).last_ticks * product.tick_units
            if product.quote == "USD" and last:
                rates[product.base] = ratio_text(ONE, last, 16)
        return answer({"data": {"currency": "USD", "rates": rates}})

    def _accounts(self, portfolio: Portfolio) -> list[dict[str, Any]]:
        balances = self._exchange.desk.ledger.balances(portfolio.portfolio_id)
        return [
            _account_shape(portfolio, currency, balance, self._exchange.desk.now_ns)
            for currency, balance in balances
        ]

    def _worth(self, portfolio: Portfolio) -> int:
        desk = self._exchange.desk
        balances = desk.ledger.balances(portfolio.portfolio_id)
        return sum(desk.dollars(currency, balance.total) for currency, balance in balances)


def _account_id(portfolio: Portfolio, currency: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{portfolio.portfolio_id}/{currency}"))


def _account_shape(
    portfolio: Portfolio, currency: str, balance: Balance, now_ns: int
) -> dict[str, Any]:
    return {
        "uuid": _account_id(portfolio, currency),
        "name": f"{currency} Wallet",
        "currency": currency,
        "available_balance": {"value": text_of(balance.available), "currency": currency},
        "default": True,
        "active": True,
        "created_at": time_text(portfolio.created_ns),
        "updated_at": time_text(now_ns),
        "deleted_at": None,
        "type": "ACCOUNT_TYPE_FIAT" if currency in FIAT else "ACCOUNT_TYPE_CRYPTO",
        "ready": True,
        "hold": {"value": text_of(balance.hold), "currency": currency},
        "retail_portfolio_id": portfolio.portfolio_id,
        "platform": "ACCOUNT_PLATFORM_CONSUMER",
    }


def _portfolio_shape(portfolio: Portfolio) -> dict[str, Any]:
    return {
        "name": portfolio.name,
        "uuid": portfolio.portfolio_id,
        "type": "DEFAULT",
        "deleted": False,
    }


def _number(units: int) -> float:
    """Return an amount as the JSON number that the venue's summary has."""
    return float(text_of(units))
