"""The routes, a module a tag; each names the right that it needs.

Routes read through ``Facts`` or ask the trader at its control socket, and give shapes; what they
compute sits in the rooms below.
"""

from typing import Final

from fastapi import APIRouter

from traider.api.routes import (
    approvals,
    audit,
    auth,
    backfill,
    backtest,
    compliance,
    control,
    emergency_stop,
    features,
    health,
    jobs,
    market,
    notifications,
    orders,
    parity,
    portfolio,
    positions,
    preferences,
    risk,
    second_factor,
    settings,
    signals,
    status,
    system,
    tokens,
    user_sessions,
    users,
)

__all__ = ["ROUTERS"]

ROUTERS: Final[tuple[APIRouter, ...]] = (
    health.router,
    status.router,
    auth.router,
    preferences.router,
    second_factor.router,
    users.router,
    user_sessions.router,
    tokens.router,
    approvals.router,
    emergency_stop.router,
    control.router,
    market.router,
    features.router,
    signals.router,
    orders.router,
    positions.router,
    portfolio.router,
    audit.router,
    compliance.router,
    risk.router,
    system.router,
    backtest.router,
    parity.router,
    backfill.router,
    jobs.router,
    notifications.router,
    settings.router,
)
"""Every router, in the order of the documents."""
