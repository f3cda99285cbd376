"""From a specification to the kernel's arrays, each allocated once."""

import math
from collections.abc import Sequence

import numpy as np

from traider.domain.errors import UsageError
from traider.domain.events import EVENT
from traider.domain.money import pack_currency
from traider.kernel import order_records as o
from traider.kernel import records as r
from traider.kernel import venue_records as v
from traider.kernel.arithmetic import DIVISOR_MAX, MONEY
from traider.kernel.breaker_records import Breaker, build_breakers
from traider.kernel.codes import LIMIT_COUNT, FrameKind, Style
from traider.kernel.decider.expiring import RULES
from traider.kernel.decider.tape import CELLS_PER_OPERATION
from traider.kernel.market_books import empty_books
from traider.kernel.specification import (
    MAX_INSTRUMENTS,
    KernelSpec,
    MarketSpec,
    RiskSpec,
    VenueSpec,
)
from traider.kernel.venue.orders import NOWHERE

_GATE_ORDERS = 256
_VENUE_ORDERS = 256
_VENUE_QUEUE = 4096
_MINUTE_RING = 1024
_DAYS_KEPT = 30
_PLAN_SLICES = 12
_PLAIN_ORDERS = 512
_FAR = 2**62
_INTENTS_MIN = 32
_TAIL = 0.99

BASE_SLOT_COUNT = 7
"""Slots a frame writes itself: open, high, low, close, volume, gap, time."""


def build_decider(spec: KernelSpec) -> r.Decider:
    """Allocate the decider.

    Raises:
        UsageError: no instrument, or more than ``MAX_INSTRUMENTS``.
    """
    count = len(spec.markets)
    if not 1 <= count <= MAX_INSTRUMENTS:
        raise UsageError(
            f"{count} instruments",
            fix=f"trade between 1 and {MAX_INSTRUMENTS} instruments in a run",
        )
    tape = spec.tape
    _check_slots(spec)
    operations = max(len(tape.operations), 1)
    inputs = [slot for alpha in spec.alphas for slot in alpha.inputs]
    params = [value for alpha in spec.alphas for value in alpha.params]
    return r.Decider(
        account=_account(spec),
        strategy=_strategy(spec),
        markets=_markets(spec),
        frames=np.array(
            [(f.kind, f.length_ns, f.code, f.op_start, f.op_stop, f.slot) for f in tape.frames],
            r.FRAME,
        ),
        aggregates=_aggregates(spec),
        tape=np.ascontiguousarray(tape.operations),
        alphas=_alphas(spec),
        alpha_inputs=np.array(inputs or [0], np.int64),
        params=np.array(params or [0.0], np.float64),
        values=np.full((count, tape.slots), math.nan),
        rings=np.zeros((count, max(tape.ring_cells, 1))),
        cells=np.zeros((count, operations * CELLS_PER_OPERATION)),
        scores=np.zeros((count, 2 * len(spec.alphas))),
        scratch=np.zeros(max([len(alpha.inputs) for alpha in spec.alphas], default=1)),
        book=build_book(spec),
        plans=np.zeros(count, o.PLAN),
        slices=np.zeros((count, _PLAN_SLICES), o.SLICE),
        works=np.zeros((count, 2), o.WORK),
        orders=np.zeros(_PLAIN_ORDERS, o.ORDER),
    )


def _check_slots(spec: KernelSpec) -> None:
    """Refuse a tape whose frames do not fit its slots: compiled code does not look."""
    for frame in spec.tape.frames:
        if frame.kind is not FrameKind.LIVE and frame.slot + BASE_SLOT_COUNT > spec.tape.slots:
            raise UsageError(
                f"a frame begins at slot {frame.slot} of {spec.tape.slots}",
                fix=f"give each frame {BASE_SLOT_COUNT} slots of its own",
            )


def build_book(spec: KernelSpec) -> r.Book:
    """Allocate the books of all instruments, as large as the largest asks for."""
    count = len(spec.markets)
    window = max(market.book_window for market in spec.markets) or 1
    table = (
        max(market.far_levels for market in spec.markets if market.book_window == window)
        if (window > 1)
        else 1
    )
    return empty_books(count, window, table)


def _aggregates(spec: KernelSpec) -> r.Records:
    """Return the bars being built; a threshold is in the instrument's own lots and ticks."""
    aggregates = np.zeros((len(spec.markets), len(spec.tape.frames)), r.AGGREGATE)
    aggregates["start_ns"] = -1
    for k, market in enumerate(spec.markets):
        for f, frame in enumerate(spec.tape.frames):
            if frame.kind is FrameKind.VOLUME:
                aggregates[k, f]["threshold"] = float(frame.threshold / market.lot_size)
            elif frame.kind is FrameKind.NOTIONAL:
                unit = market.tick_size * market.lot_size * market.multiplier
                aggregates[k, f]["threshold"] = float(frame.threshold / unit)
    return aggregates


def most_intents(spec: KernelSpec) -> int:
    """Return how many intents one event may lead to."""
    return max(2 * len(spec.markets), _INTENTS_MIN) + 4


def build_gate(spec: KernelSpec) -> r.Gate:
    """Allocate the gate's own view of the account."""
    limits = np.zeros(LIMIT_COUNT)
    for limit, value in spec.limits.items():
        limits[limit] = value
    account = np.zeros(1, r.GATE_ACCOUNT)
    account[0]["cash_units"] = spec.cash_units
    _fill_fee_balance(account[0], spec)
    markets = np.zeros(len(spec.markets), r.GATE_MARKET)
    for k, market in enumerate(spec.markets):
        _fill_rules(markets[k], market)
        markets[k]["lot_size"] = float(market.lot_size)
        markets[k]["enabled"] = 1
        markets[k]["group"] = market.group
    return r.Gate(
        limits=limits,
        account=account,
        markets=markets,
        orders=np.zeros(_GATE_ORDERS, r.GATE_ORDER),
        minute=np.full(_MINUTE_RING, np.iinfo(np.int64).min),
        risk=_gate_risk(spec.risk),
        covariance=np.zeros((len(markets), len(markets))),
        shrunk=np.zeros((len(markets), len(markets))),
        scratch=np.zeros((2, len(markets))),
        daily=np.zeros(_DAYS_KEPT),
        tiers=_margin_tiers(spec, markets),
        breakers=build_breakers(spec.breakers, len(spec.markets)),
    )


def _gate_risk(wanted: RiskSpec) -> r.Records:
    risk = np.zeros(1, r.GATE_RISK)
    risk[0]["interval_ns"] = wanted.interval_ns
    risk[0]["decay"] = wanted.decay
    risk[0]["shrinkage"] = wanted.shrinkage
    risk[0]["samples_min"] = wanted.samples_min
    risk[0]["correlation"] = wanted.correlation_threshold
    risk[0]["var_factor"] = wanted.var_factor
    risk[0]["es_factor"] = wanted.es_factor
    return risk


def _margin_tiers(spec: KernelSpec, markets: r.Records) -> r.Records:
    """Return the margin tiers of all instruments, and write into ``markets`` where theirs stand."""
    tiers: list[tuple[float, float, float, float]] = []
    for k, market in enumerate(spec.markets):
        markets[k]["tier_start"] = len(tiers)
        tiers += [
            (
                float(tier.cap),
                float(tier.maintenance_rate),
                float(tier.maintenance_amount),
                1.0 / float(tier.max_leverage),
            )
            for tier in market.margin_tiers
        ]
        markets[k]["tier_stop"] = len(tiers)
    return np.array(tiers, v.MARGIN_TIER)


def build_venue(spec: KernelSpec) -> r.Venue:
    """Allocate the simulated venue."""
    wanted = spec.venue
    setting = np.zeros(1, v.VENUE)
    setting[0]["cash_units"] = spec.cash_units
    if spec.fees is not None:
        setting[0]["fee_balance"] = spec.fees.balance_units
        setting[0]["fee_price_e8"] = spec.fees.price_e8
        setting[0]["fee_share_e8"] = spec.fees.share_e8
    setting[0]["currency"] = pack_currency(wanted.currency)
    setting[0]["seed"] = wanted.seed
    setting[0]["half_spread"] = wanted.half_spread
    setting[0]["impact"] = wanted.impact
    setting[0]["touch_fills"] = int(wanted.touch_fills)
    setting[0]["queue_model"] = wanted.queue
    setting[0]["participation"] = wanted.participation
    setting[0]["volatility_decay"] = 1.0 - 2.0 / (wanted.volatility_span + 1.0)
    markets = np.zeros(len(spec.markets), v.VENUE_MARKET)
    for name in ("bid_low", "ask_low", "rise_to"):
        markets[name] = NOWHERE
    for k, market in enumerate(spec.markets):
        _fill_rules(markets[k], market)
        markets[k]["maker_fee_e8"] = market.maker_fee_e8
        markets[k]["taker_fee_e8"] = market.taker_fee_e8
        markets[k]["liquidation_fee_e8"] = market.liquidation_fee_e8
        if market.can_short:
            fraction = market.unit_fraction()
            markets[k]["unit_numerator"], markets[k]["unit_denominator"] = fraction
        markets[k]["tick_scale"] = 1e-8 / float(market.tick_size)
    # One nanosecond at least: an answer never shares the instant of the decision it follows.
    latencies = [max(latency, 1) for latency in wanted.latencies_ns or (wanted.latency_ns,)]
    return r.Venue(
        venue=setting,
        markets=markets,
        orders=np.zeros(_VENUE_ORDERS, v.VENUE_ORDER),
        queue=np.zeros(_VENUE_QUEUE, EVENT),
        book=build_book(spec),
        latencies=np.array(latencies, np.int64),
        tiers=_margin_tiers(spec, markets),
    )


def build_output(
    spec: KernelSpec,
    buffer: int,
    *,
    each_decision: bool = False,
    observed: Sequence[int] = (),
    outside: bool = False,
) -> r.Output:
    """Allocate the output buffers of a run, ``buffer`` records each.

    With ``each_decision`` the reasons of one step fill theirs. ``observed`` are the slots of the
    features kept at each decision; without any nothing is. ``outside`` leaves orders to a gateway.
    """
    most = most_intents(spec)
    inputs = sum(len(alpha.inputs) for alpha in spec.alphas)
    size = max(buffer, 4 * most)
    rows = most if each_decision else size
    kept = size if observed else 0
    return r.Output(
        events=np.zeros(size, EVENT),
        nav=np.zeros(size, r.NAV),
        decisions=np.zeros(rows, r.DECISION),
        scores=np.zeros((rows, 2 * len(spec.alphas))),
        features=np.zeros((rows, inputs)),
        intents=np.zeros(most, EVENT),
        answers=np.zeros(most if outside else 0, EVENT),
        current=np.zeros(1, EVENT),
        rows=np.zeros(kept, r.OBSERVATION),
        row_values=np.zeros((kept, len(observed))),
        row_scores=np.zeros((kept, 2 * len(spec.alphas) if kept else 0)),
        row_slots=np.array(observed, np.int64),
    )


def _account(spec: KernelSpec) -> r.Records:
    account = np.zeros(1, r.ACCOUNT)
    account[0]["cash_units"] = spec.cash_units
    _fill_fee_balance(account[0], spec)
    account[0]["epoch"] = spec.epoch
    account[0]["latency_ns"] = _assumed_latency(spec.venue)
    account[0]["rules"] = RULES
    worked = spec.strategy.style not in (Style.MARKET, Style.LIMIT)
    account[0]["managed"] = int(worked or spec.strategy.plan is not None)
    watched = [each.breaker for each in spec.breakers]
    account[0]["tells_confidence"] = int(Breaker.CONFIDENCE in watched)
    return account


def _assumed_latency(venue: VenueSpec) -> int:
    """Return the 99th percentile of the latencies that the simulated venue is given."""
    ordered = sorted(venue.latencies_ns or (venue.latency_ns,))
    return ordered[math.ceil(_TAIL * len(ordered)) - 1]


def _strategy(spec: KernelSpec) -> r.Records:
    strategy = np.zeros(1, r.STRATEGY)
    tape = spec.tape
    found: dict[str, float] = {
        "time_frames": tape.time_frames,
        "live_frame": tape.frame_of(FrameKind.LIVE),
        "funding_frame": tape.frame_of(FrameKind.FUNDING),
        "external_slot": tape.external_slot,
        "external_count": len(tape.external),
    }
    names = r.STRATEGY.names or ()
    found |= dict.fromkeys([name for name in names if name.startswith(("plan_", "quote_"))], 0)
    found |= spec.strategy.order_fields()
    for name in names:
        strategy[0][name] = found[name] if name in found else getattr(spec.strategy, name)
    return strategy


def _markets(spec: KernelSpec) -> r.Records:
    markets = np.zeros(len(spec.markets), r.MARKET)
    for k, market in enumerate(spec.markets):
        _fill_rules(markets[k], market)
    markets["due_ns"] = markets["watch_ns"] = markets["watch_above"] = _FAR
    markets["watch_below"] = -_FAR
    if spec.strategy.quote is not None:
        for k, market in enumerate(spec.markets):
            markets[k]["quote_lots"] = int(spec.strategy.quote.size / market.lot_size)
            markets[k]["quote_lots_max"] = int(spec.strategy.quote.max_position / market.lot_size)
    return markets


def _fill_fee_balance(record: np.void, spec: KernelSpec) -> None:
    """Write the balance that fees are paid from, which decider and gate each keep for themselves.

    Raises:
        UsageError: the price of the fee currency is none that 64 bits can divide by.
    """
    if spec.fees is None:
        return
    if not 0 < spec.fees.price_e8 <= DIVISOR_MAX:
        raise UsageError(
            f"a fee currency at {spec.fees.price_e8} units of 1e-8",
            fix=f"give a price above 0 and up to {DIVISOR_MAX // MONEY:,}",
        )
    record["fee_currency"] = pack_currency(spec.fees.currency)
    record["fee_balance"] = spec.fees.balance_units
    record["fee_price_e8"] = spec.fees.price_e8


def _fill_rules(record: np.void, market: MarketSpec) -> None:
    """Write the rules of an instrument that decider, gate and venue each keep for themselves."""
    record["numerator"], record["denominator"] = market.money_fraction()
    record["lot_value"] = market.lot_value
    record["lot_step"] = market.lot_step
    record["min_lots"] = market.min_lots
    record["min_notional"] = market.min_notional
    record["can_short"] = int(market.can_short)


def _alphas(spec: KernelSpec) -> r.Records:
    alphas = np.zeros(len(spec.alphas), r.ALPHA)
    inputs = params = 0
    for j, alpha in enumerate(spec.alphas):
        alphas[j] = (
            alpha.weight,
            1,
            int(alpha.filters),
            inputs,
            len(alpha.inputs),
            params,
            len(alpha.params),
        )
        inputs += len(alpha.inputs)
        params += len(alpha.params)
    return alphas
