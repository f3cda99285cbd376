"""Trading: instruments, journals, orders, fills, positions, balances, lots, signals."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from traider.store.tables.migrations.columns import (
    decimal,
    flag,
    real,
    reference,
    row_number,
    whole,
    words,
)

revision = "0002_trading"
down_revision = "0001_jobs"


def upgrade() -> None:
    """Make the tables."""
    _make_instruments()
    _make_journals()
    _make_journal_instruments()
    _make_orders()
    _make_fills()
    _make_positions()
    _make_balances()
    _make_signals()
    _make_lots()
    _make_disposals()


def downgrade() -> None:
    """Remove the tables, those that refer to others first."""
    for name in (
        "disposals",
        "lots",
        "signals",
        "balances",
        "positions",
        "fills",
        "orders",
        "journal_instruments",
        "journals",
        "instruments",
    ):
        op.drop_table(name)


def _make_instruments() -> None:
    op.create_table(
        "instruments",
        row_number(),
        words("name"),
        words("venue"),
        words("symbol"),
        words("kind"),
        words("base"),
        words("quote"),
        words("settle"),
        decimal("tick_size"),
        decimal("lot_size"),
        decimal("min_size"),
        decimal("min_notional"),
        decimal("multiplier"),
        flag("is_inverse"),
        whole("expiry_ns"),
        whole("status"),
        sa.CheckConstraint(
            "(kind = 'future') = (expiry_ns > 0)", name=op.f("ck_instruments_futures_expire")
        ),
        sa.CheckConstraint(
            "tick_size > '00000000000000000000' AND lot_size > "
            "'00000000000000000000' AND multiplier > '00000000000000000000'",
            name=op.f("ck_instruments_grid_positive"),
        ),
        sa.CheckConstraint(
            "kind IN ('spot', 'perpetual', 'future')", name=op.f("ck_instruments_kind_known")
        ),
        sa.CheckConstraint(
            "min_size >= '00000000000000000000' AND min_notional >= '00000000000000000000'",
            name=op.f("ck_instruments_minimums"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instruments")),
        sa.UniqueConstraint("name", name=op.f("uq_instruments_name")),
    )
    op.create_index(op.f("ix_instruments_venue"), "instruments", ["venue"])


def _make_journals() -> None:
    op.create_table(
        "journals",
        row_number(),
        words("name"),
        words("mode"),
        words("currency"),
        words("fee_currency"),
        whole("applied"),
        whole("applied_ns"),
        sa.CheckConstraint("applied >= 0", name=op.f("ck_journals_applied_counts")),
        sa.CheckConstraint(
            "mode IN ('backtest', 'paper', 'live')", name=op.f("ck_journals_mode_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journals")),
        sa.UniqueConstraint("name", name=op.f("uq_journals_name")),
    )


def _make_journal_instruments() -> None:
    op.create_table(
        "journal_instruments",
        reference("journal_id"),
        whole("number"),
        reference("instrument_id"),
        decimal("tick_size"),
        decimal("lot_size"),
        decimal("multiplier"),
        sa.CheckConstraint(
            "number >= 0 AND number < 65536", name=op.f("ck_journal_instruments_number_fits")
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"], ["instruments.id"], name=op.f("fk_journal_instruments_instrument_id")
        ),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["journals.id"], name=op.f("fk_journal_instruments_journal_id")
        ),
        sa.PrimaryKeyConstraint("journal_id", "number", name=op.f("pk_journal_instruments")),
        sa.UniqueConstraint(
            "journal_id",
            "instrument_id",
            name=op.f("uq_journal_instruments_journal_id_instrument_id"),
        ),
    )


def _order_columns() -> list[sa.Column[Any]]:
    return [
        reference("journal_id"),
        whole("order_id"),
        words("client_order_id"),
        whole("venue_order_id", optional=True),
        reference("instrument_id"),
        whole("side"),
        words("type"),
        words("time_in_force"),
        flag("is_post_only"),
        flag("is_reduce_only"),
        flag("is_child"),
        decimal("amount", optional=True),
        decimal("price", optional=True),
        decimal("trigger_price", optional=True),
        whole("expire_ns", optional=True),
        words("state"),
        decimal("size", optional=True),
        whole("size_lots", optional=True),
        whole("filled_lots"),
        whole("leaves_lots", optional=True),
        decimal("filled"),
        decimal("filled_value"),
        decimal("fees"),
        whole("verdict_code", optional=True),
        real("verdict_number", optional=True),
        real("verdict_limit", optional=True),
        whole("end_code"),
        words("conflict"),
        whole("created_ns"),
        whole("sent_ns", optional=True),
        whole("acked_ns", optional=True),
        whole("ended_ns", optional=True),
        whole("updated_ns"),
    ]


def _make_orders() -> None:
    op.create_table(
        "orders",
        *_order_columns(),
        sa.CheckConstraint(
            "state <> 'filled' OR leaves_lots = 0", name=op.f("ck_orders_filled_whole")
        ),
        sa.CheckConstraint(
            "filled_lots + leaves_lots = size_lots", name=op.f("ck_orders_lots_add_up")
        ),
        sa.CheckConstraint(
            "filled_lots >= 0 AND leaves_lots >= 0", name=op.f("ck_orders_lots_count")
        ),
        sa.CheckConstraint("side IN (1, -1)", name=op.f("ck_orders_side_known")),
        sa.CheckConstraint(
            "state IN ('pending', 'sent', 'open', 'partly_filled', "
            "'cancel_pending', 'filled', 'cancelled', 'rejected', 'expired', "
            "'unknown')",
            name=op.f("ck_orders_state_known"),
        ),
        sa.CheckConstraint(
            "time_in_force IN ('gtc', 'ioc', 'fok', 'gtd')",
            name=op.f("ck_orders_time_in_force_known"),
        ),
        sa.CheckConstraint(
            "type IN ('market', 'limit', 'stop', 'stop_limit')", name=op.f("ck_orders_type_known")
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"], ["instruments.id"], name=op.f("fk_orders_instrument_id")
        ),
        sa.ForeignKeyConstraint(["journal_id"], ["journals.id"], name=op.f("fk_orders_journal_id")),
        sa.PrimaryKeyConstraint("journal_id", "order_id", name=op.f("pk_orders")),
        sa.UniqueConstraint(
            "journal_id", "client_order_id", name=op.f("uq_orders_journal_id_client_order_id")
        ),
    )
    op.create_index(op.f("ix_orders_journal_id_created_ns"), "orders", ["journal_id", "created_ns"])
    op.create_index(
        op.f("ix_orders_journal_id_instrument_id_created_ns"),
        "orders",
        ["journal_id", "instrument_id", "created_ns"],
    )
    op.create_index(op.f("ix_orders_journal_id_state"), "orders", ["journal_id", "state"])


def _make_fills() -> None:
    op.create_table(
        "fills",
        reference("journal_id"),
        whole("sequence"),
        words("venue"),
        words("venue_fill_id", optional=True),
        whole("order_id", optional=True),
        reference("instrument_id"),
        whole("side"),
        decimal("price"),
        decimal("size"),
        whole("size_lots"),
        decimal("notional"),
        decimal("fee"),
        words("fee_currency"),
        decimal("realized"),
        flag("is_maker"),
        flag("is_liquidation"),
        whole("event_ns"),
        whole("received_ns"),
        sa.CheckConstraint("side IN (1, -1)", name=op.f("ck_fills_side_known")),
        sa.CheckConstraint(
            "size > '00000000000000000000' AND size_lots > 0", name=op.f("ck_fills_size_positive")
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"], ["instruments.id"], name=op.f("fk_fills_instrument_id")
        ),
        sa.ForeignKeyConstraint(["journal_id"], ["journals.id"], name=op.f("fk_fills_journal_id")),
        sa.ForeignKeyConstraint(
            ["journal_id", "order_id"],
            ["orders.journal_id", "orders.order_id"],
            name=op.f("fk_fills_journal_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("journal_id", "sequence", name=op.f("pk_fills")),
        sa.UniqueConstraint("venue", "venue_fill_id", name=op.f("uq_fills_venue_venue_fill_id")),
    )
    op.create_index(
        op.f("ix_fills_journal_id_instrument_id_received_ns"),
        "fills",
        ["journal_id", "instrument_id", "received_ns"],
    )
    op.create_index(op.f("ix_fills_journal_id_order_id"), "fills", ["journal_id", "order_id"])
    op.create_index(op.f("ix_fills_journal_id_received_ns"), "fills", ["journal_id", "received_ns"])


def _make_positions() -> None:
    op.create_table(
        "positions",
        reference("journal_id"),
        reference("instrument_id"),
        decimal("quantity"),
        decimal("cost"),
        decimal("realized"),
        decimal("fees"),
        decimal("funding"),
        whole("opened_ns", optional=True),
        whole("updated_ns"),
        sa.CheckConstraint(
            "quantity <> '00000000000000000000' OR (cost = '00000000000000000000' "
            "AND opened_ns IS NULL)",
            name=op.f("ck_positions_flat_costs_nothing"),
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"], ["instruments.id"], name=op.f("fk_positions_instrument_id")
        ),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["journals.id"], name=op.f("fk_positions_journal_id")
        ),
        sa.PrimaryKeyConstraint("journal_id", "instrument_id", name=op.f("pk_positions")),
    )


def _make_balances() -> None:
    op.create_table(
        "balances",
        reference("journal_id"),
        words("currency"),
        decimal("cash"),
        decimal("fees"),
        decimal("transferred"),
        whole("updated_ns"),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["journals.id"], name=op.f("fk_balances_journal_id")
        ),
        sa.PrimaryKeyConstraint("journal_id", "currency", name=op.f("pk_balances")),
    )


def _make_signals() -> None:
    op.create_table(
        "signals",
        reference("journal_id"),
        reference("instrument_id"),
        words("alpha"),
        whole("ts_ns"),
        real("score"),
        real("confidence"),
        real("weight"),
        sa.CheckConstraint(
            "confidence >= 0 AND confidence <= 1", name=op.f("ck_signals_confidence_in_range")
        ),
        sa.CheckConstraint("score >= -1 AND score <= 1", name=op.f("ck_signals_score_in_range")),
        sa.ForeignKeyConstraint(
            ["instrument_id"], ["instruments.id"], name=op.f("fk_signals_instrument_id")
        ),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["journals.id"], name=op.f("fk_signals_journal_id")
        ),
        sa.PrimaryKeyConstraint(
            "journal_id", "instrument_id", "alpha", "ts_ns", name=op.f("pk_signals")
        ),
    )
    op.create_index(op.f("ix_signals_journal_id_ts_ns"), "signals", ["journal_id", "ts_ns"])


def _make_lots() -> None:
    op.create_table(
        "lots",
        row_number(),
        reference("journal_id"),
        words("method"),
        reference("instrument_id"),
        whole("opened_sequence"),
        whole("opened_ns"),
        whole("side"),
        decimal("quantity"),
        decimal("remaining"),
        decimal("cost"),
        sa.CheckConstraint(
            "method IN ('average', 'fifo', 'lifo', 'hifo', 'specific')",
            name=op.f("ck_lots_method_known"),
        ),
        sa.CheckConstraint(
            "quantity > '00000000000000000000' AND remaining >= "
            "'00000000000000000000' AND remaining <= quantity",
            name=op.f("ck_lots_remaining_within"),
        ),
        sa.CheckConstraint("side IN (1, -1)", name=op.f("ck_lots_side_known")),
        sa.ForeignKeyConstraint(
            ["instrument_id"], ["instruments.id"], name=op.f("fk_lots_instrument_id")
        ),
        sa.ForeignKeyConstraint(["journal_id"], ["journals.id"], name=op.f("fk_lots_journal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lots")),
        sa.UniqueConstraint(
            "journal_id",
            "method",
            "instrument_id",
            "opened_sequence",
            name=op.f("uq_lots_journal_id_method_instrument_id_opened_sequence"),
        ),
    )
    op.create_index(
        op.f("ix_lots_journal_id_method_instrument_id_opened_ns"),
        "lots",
        ["journal_id", "method", "instrument_id", "opened_ns"],
    )


def _make_disposals() -> None:
    op.create_table(
        "disposals",
        row_number(),
        reference("lot_id"),
        whole("closed_sequence"),
        whole("closed_ns"),
        decimal("quantity"),
        decimal("cost"),
        decimal("proceeds"),
        sa.CheckConstraint(
            "quantity > '00000000000000000000'", name=op.f("ck_disposals_quantity_positive")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lots.id"], name=op.f("fk_disposals_lot_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposals")),
        sa.UniqueConstraint(
            "lot_id", "closed_sequence", name=op.f("uq_disposals_lot_id_closed_sequence")
        ),
    )
    op.create_index(op.f("ix_disposals_closed_ns"), "disposals", ["closed_ns"])
