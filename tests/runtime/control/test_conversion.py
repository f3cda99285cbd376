"""Laws of the events of commands.

1. An event carries the new value beside the one in force; what changes nothing gives none.
2. The gate and the configuration agree about every limit: name, unit and range.
3. A person's order is on its instrument's grid, and a bracket's exits are children.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from traider.domain.errors import UsageError
from traider.domain.events import Kind, OrderFlag
from traider.domain.orders import OrderId, OrderType, TimeInForce
from traider.domain.payload_table import PAYLOADS
from traider.kernel.codes import Limit
from traider.kernel.specification import MarketSpec
from traider.runtime.config import Config, LimitsConfig
from traider.runtime.control.commands import (
    CancelOrder,
    Kill,
    ManualOrder,
    Pause,
    Rearm,
    Reason,
    Reload,
    SetLimit,
    SetThreshold,
    SetWeight,
    Stop,
)
from traider.runtime.control.conversion import ControlTerms, alpha_names, control_events, told
from traider.runtime.control.limit_names import LIMIT_NAMES
from traider.runtime.kernel_spec import _limits

WHO: dict[str, Any] = {"who": "ana", "why": "a test"}
NOW = 1_700_000_000_000_000_000
MARKETS = tuple(
    MarketSpec(name, Decimal(tick), Decimal(lot), 0, 0)
    for name, tick, lot in (("X:A-USD", "0.01", "0.001"), ("X:B-USD", "0.5", "1"))
)
IN_FORCE = _limits(Config())
TERMS = ControlTerms(
    markets=MARKETS,
    alphas=("momentum", "mean-reversion", "volatility-regime"),
    filters=(False, False, True),
    weights=(1.0, 0.0, 1.0),
    enter=0.3,
    exit=0.1,
    limits=tuple(IN_FORCE.get(limit, 0.0) for limit in Limit),
)


def order(**terms: Any) -> ManualOrder:
    return ManualOrder(**{**WHO, "instrument": "X:B-USD", "side": "buy", "size": "2", **terms})


def decimals(**terms: str) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in terms.items()}


@pytest.mark.parametrize(
    ("command", "kind", "words"),
    [
        (Kill(**WHO), Kind.KILL, (0, 0, 0)),
        (Kill(**WHO, flatten=False, reason=Reason.PARITY), Kind.KILL, (3, 0, 1)),
        (Pause(**WHO, reason=Reason.SUPERVISOR), Kind.PAUSE, (1, 0, 0)),
        (Rearm(**WHO), Kind.REARM, (0, 0, 0)),
    ],
)
def test_modes_say_why_and_what_is_kept(
    command: Kill | Pause | Rearm, kind: Kind, words: tuple[int, ...]
) -> None:
    (event,) = control_events(command, TERMS, NOW)
    assert (event["kind"], event["ts_event"], event["ts_recv"]) == (kind, NOW, NOW)
    assert (event["w0"], event["w1"], event["w2"]) == words
    assert event["version"] == PAYLOADS[kind].version


@pytest.mark.parametrize(
    ("command", "kind", "code", "value", "previous"),
    [
        (("max_exposure", "0.5"), Kind.LIMITS_CHANGE, Limit.MAX_EXPOSURE, 0.5, 1.05),
        (("limits.price_collar_bps", "25"), Kind.LIMITS_CHANGE, Limit.PRICE_COLLAR, 0.0025, 0.05),
        (("max_data_age_s", "1.5"), Kind.LIMITS_CHANGE, Limit.MAX_DATA_AGE_NS, 1.5e9, 7.2e12),
        (("refuse_self_trades", "0"), Kind.LIMITS_CHANGE, Limit.SELF_TRADE, 0.0, 1.0),
        (("max_var", "0.02"), Kind.LIMITS_CHANGE, Limit.MAX_VAR, 0.02, 0.0),
        (("max_positions", "3"), Kind.LIMITS_CHANGE, Limit.MAX_POSITIONS, 3.0, 0.0),
        (("momentum", "2"), Kind.WEIGHTS_CHANGE, 0, 2.0, 1.0),
        (("volatility-regime", "0"), Kind.WEIGHTS_CHANGE, 2, 0.0, 1.0),
        (("enter", "0.4"), Kind.THRESHOLDS_CHANGE, 0, 0.4, 0.3),
        (("exit", "0.25"), Kind.THRESHOLDS_CHANGE, 1, 0.25, 0.1),
    ],
)
def test_law_1_a_change_keeps_what_was(
    command: tuple[str, str], kind: Kind, code: int, value: float, previous: float
) -> None:
    asked = setting(kind, *command)
    (event,) = control_events(asked, TERMS, NOW)
    assert (event["kind"], event["code"]) == (kind, code)
    assert event["f1"] == pytest.approx(value)
    assert event["f2"] == pytest.approx(previous)
    assert "it was" in told(asked, np.array([event]))


def setting(kind: Kind, name: str, text: str) -> SetLimit | SetWeight | SetThreshold:
    value = Decimal(text)
    if kind is Kind.LIMITS_CHANGE:
        return SetLimit(**WHO, name=name, value=value)
    if kind is Kind.WEIGHTS_CHANGE:
        return SetWeight(**WHO, alpha=name, value=value)
    return SetThreshold(**WHO, name=name, value=value)  # type: ignore[arg-type]


def test_law_1_what_changes_nothing_gives_no_event() -> None:
    for command in (
        setting(Kind.LIMITS_CHANGE, "max_exposure", "1.05"),
        setting(Kind.WEIGHTS_CHANGE, "momentum", "1"),
        setting(Kind.THRESHOLDS_CHANGE, "exit", "0.1"),
    ):
        events = control_events(command, TERMS, NOW)
        assert len(events) == 0
        assert "already" in told(command, events)
    assert len(control_events(Reload(**WHO), TERMS, NOW)) == 0
    assert len(control_events(Stop(**WHO), TERMS, NOW)) == 0


def test_law_2_every_limit_of_the_configuration_can_be_changed() -> None:
    assert set(LIMIT_NAMES) == set(LimitsConfig.model_fields) - {"groups"}
    assert {known.limit for known in LIMIT_NAMES.values()} == set(Limit)
    config = Config()
    for name, known in LIMIT_NAMES.items():
        in_config = float(getattr(config.limits, name))
        assert IN_FORCE[known.limit] == pytest.approx(in_config * known.scale), name


@pytest.mark.parametrize(
    ("kind", "name", "value", "said"),
    [
        (Kind.LIMITS_CHANGE, "max_exposure", "0", "greater than 0"),
        (Kind.LIMITS_CHANGE, "max_exposure", "nan", "finite"),
        (Kind.LIMITS_CHANGE, "max_orders_per_minute", "1.5", "integer"),
        (Kind.LIMITS_CHANGE, "refuse_self_trades", "2", "boolean"),
        (Kind.LIMITS_CHANGE, "groups", "1", "no limit 'groups'"),
        (Kind.WEIGHTS_CHANGE, "momentum", "-1", "weight of -1"),
        (Kind.WEIGHTS_CHANGE, "momentum", "nan", "weight of NaN"),
        (Kind.WEIGHTS_CHANGE, "momentum", "0", "no alpha would have a vote"),
        (Kind.WEIGHTS_CHANGE, "carry", "1", "no alpha 'carry'"),
        (Kind.THRESHOLDS_CHANGE, "exit", "0.31", "exit not above enter"),
        (Kind.THRESHOLDS_CHANGE, "enter", "0.05", "exit not above enter"),
        (Kind.THRESHOLDS_CHANGE, "enter", "1.01", "from 0 to 1"),
        (Kind.THRESHOLDS_CHANGE, "enter", "nan", "from 0 to 1"),
    ],
)
def test_law_2_a_value_out_of_range_is_refused(
    kind: Kind, name: str, value: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        control_events(setting(kind, name, value), TERMS, NOW)


def test_alphas_of_one_name_are_told_apart() -> None:
    assert alpha_names(["a", "b", "a", "a"]) == ("a", "b", "a#2", "a#3")
    terms = replace(TERMS, alphas=alpha_names(["a", "a", "b"]))
    (event,) = control_events(setting(Kind.WEIGHTS_CHANGE, "a#2", "3"), terms, NOW)
    assert event["code"] == 1


def test_law_3_an_order_is_in_ticks_and_lots() -> None:
    (event,) = control_events(
        order(**decimals(size="2", price="100.5"), time_in_force="ioc", is_reduce_only=True),
        TERMS,
        NOW,
    )
    assert (event["kind"], event["instrument"], event["side"]) == (Kind.MANUAL_ORDER, 1, 1)
    assert (event["price"], event["size"], event["trigger"]) == (201, 2, 0)
    flags = OrderType.LIMIT | OrderFlag.REDUCE_ONLY | TimeInForce.IOC << 4
    assert (event["flags"], event["order_id"]) == (flags, 0)


@pytest.mark.parametrize(
    ("terms", "flags"),
    [
        ({}, OrderType.MARKET),
        (decimals(trigger="90"), OrderType.STOP),
        (decimals(trigger="90", price="89"), OrderType.STOP_LIMIT),
        ({**decimals(price="90"), "is_post_only": True}, OrderType.LIMIT | OrderFlag.POST_ONLY),
    ],
)
def test_law_3_prices_say_what_kind_it_is(terms: dict[str, Any], flags: int) -> None:
    (event,) = control_events(order(size=Decimal(1), **terms), TERMS, NOW)
    assert event["flags"] == flags


def test_law_3_a_bracket_has_an_entry_and_two_children() -> None:
    events = control_events(order(**decimals(size="1", stop="90", target="110")), TERMS, NOW)
    assert list(events["order_id"]) == [0, 1, 2]
    assert list(events["side"]) == [1, -1, -1]
    is_child = (events["flags"] & OrderFlag.CHILD) != 0
    assert list(is_child) == [False, True, True]
    assert (events["trigger"][1], events["price"][2]) == (180, 220)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"instrument": "X:C-USD"}, "not traded here"),
        (decimals(size="0.5"), "X:B-USD"),
        (decimals(size="0"), "size is 0"),
        (decimals(price="100.3"), "X:B-USD"),
        (decimals(stop="90"), "a stop and a target"),
        (decimals(stop="110", target="90"), "losing side"),
        (decimals(stop="90", target="110", trigger="100"), "begins at the market"),
        ({"is_post_only": True}, "only a limit order"),
        ({"time_in_force": "fok"}, "done at once"),
        ({**decimals(price="100"), "time_in_force": "fok", "is_post_only": True}, "post-only"),
        ({**decimals(trigger="100"), "time_in_force": "ioc"}, "sleeps first"),
    ],
)
def test_law_3_an_order_that_cannot_be_is_refused(terms: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        control_events(order(**{"size": Decimal(1), **terms}), TERMS, NOW)


def test_an_order_is_taken_back_by_its_number() -> None:
    packed = OrderId(2, 77, 1).pack()
    (event,) = control_events(CancelOrder(**WHO, order_id=packed), TERMS, NOW)
    assert event["flags"] & OrderFlag.CANCEL
    assert event["order_id"] == packed
    with pytest.raises(UsageError):
        control_events(CancelOrder(**WHO, order_id=-1), TERMS, NOW)
