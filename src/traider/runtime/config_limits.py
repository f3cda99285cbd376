"""The table [limits]: what the gate lets through."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from traider.runtime.config_sections import Exact, Real, Section, Whole


class LimitsConfig(Section):
    """What the gate lets through."""

    max_order_notional: Annotated[Exact, Field(ge=0)] = Decimal(0)
    """Largest order in the account's currency; 0 turns the check off."""
    max_order_size: Annotated[Exact, Field(ge=0)] = Decimal(0)
    """Largest order in base units; 0 turns the check off."""
    price_collar_bps: Annotated[Real, Field(gt=0, le=10_000)] = 500.0
    """Farthest a limit price may be worse than the last price, in basis points."""
    max_exposure: Annotated[Real, Field(gt=0, le=100)] = 1.05
    """Largest exposure of one instrument after the order, as a multiple of equity."""
    max_gross_exposure: Annotated[Real, Field(gt=0, le=100)] = 1.05
    """Largest sum of exposures after the order, as a multiple of equity."""
    max_leverage: Annotated[Real, Field(gt=0, le=100)] = 1.05
    """Largest leverage of the account after the order."""
    max_net_exposure: Annotated[Real, Field(ge=0, le=100)] = 0.0
    """Largest difference of long and short exposure after the order; 0 turns the check off."""
    max_group_exposure: Annotated[Real, Field(ge=0, le=100)] = 0.0
    """Largest exposure one way of a group of instruments after the order; 0 turns it off."""
    groups: tuple[tuple[str, ...], ...] = ()
    """Instruments that move together, a list of names a group; they share max_group_exposure."""
    refuse_self_trades: bool = True
    """Whether an order that would meet one of our own is refused."""
    max_orders_per_minute: Annotated[Whole, Field(ge=1, le=1_000)] = 60
    """Most orders in any minute."""
    max_daily_loss: Annotated[Real, Field(gt=0, le=1)] = 0.05
    """Loss since the start of the UTC day that stops new positions, as a fraction of equity."""
    max_drawdown: Annotated[Real, Field(gt=0, le=1)] = 0.30
    """Fall from the peak of equity that stops new positions, as a fraction; 1 never stops."""
    max_data_age_s: Annotated[Real, Field(gt=0)] = 7_200.0
    """Oldest last price an order may be based on, in seconds."""
    max_position_notional: Annotated[Exact, Field(ge=0)] = Decimal(0)
    """Largest position of one instrument after the order, in the account's currency; 0 turns the
    check off."""
    max_positions: Annotated[Whole, Field(ge=0, le=100)] = 0
    """Most instruments held or with open orders; 0 turns the check off."""
    max_daily_loss_amount: Annotated[Exact, Field(ge=0)] = Decimal(0)
    """Loss since the start of the UTC day that stops new positions, in the account's currency; 0
    turns the check off."""
    max_daily_loss_sigmas: Annotated[Real, Field(ge=0, le=100)] = 0.0
    """The same, in standard deviations of the daily profit and loss of the last 30 days; acts once
    10 days are known; 0 turns the check off."""
    max_correlated_exposure: Annotated[Real, Field(ge=0, le=100)] = 0.0
    """Largest exposure one way, after the order, of all instruments that move with its instrument
    (risk.correlation_threshold), as a multiple of equity; 0 turns the check off."""
    max_var: Annotated[Real, Field(ge=0, le=10)] = 0.0
    """Largest value at risk after the order, as a fraction of equity; 0 turns the check off."""
    max_es: Annotated[Real, Field(ge=0, le=10)] = 0.0
    """Largest expected shortfall after the order, as a fraction of equity; 0 turns it off."""
    max_margin_use: Annotated[Real, Field(ge=0, le=1)] = 0.0
    """Largest initial margin of all derivatives after the order, as a fraction of the collateral; 0
    turns the check off."""
    min_liquidation_distance: Annotated[Real, Field(ge=0, lt=1)] = 0.0
    """Least distance of the mark from the nearest liquidation price after the order, as a fraction
    of the mark; 0 turns the check off."""
