"""Why orders were wanted: scores by order, features once, a person's orders told apart."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.backtest.bar_tables import columns_of, wave, write_bars
from tests.kernel.scenario import START, record, spec_of
from traider.backtest.bar_files import scan_bar_file
from traider.backtest.order_lives import OrderJournal
from traider.backtest.outcome import Pass
from traider.backtest.reasons import (
    MANUAL,
    UNSCORED,
    DecisionJournal,
    ExplainedOrders,
    Reasons,
    order_shares,
)
from traider.domain.events import Kind, OrderFlag, join_events
from traider.domain.payloads import config_digest_event
from traider.kernel.machine import Drained, Machine
from traider.kernel.records import DECISION, NAV, Floats
from traider.kernel.specification import AlphaSpec, KernelSpec, TapeSpec
from traider.runtime.config import load_config
from traider.runtime.kernel_spec import kernel_spec


def unused(x: Floats, p: Floats) -> tuple[float, float]:
    return float(x[0]), float(p[0])


def two_alphas() -> KernelSpec:
    """Return a specification whose alphas share the feature in slot 5."""
    bare = spec_of()
    return replace(
        bare,
        tape=TapeSpec(bare.tape.frames, slots=7, names=("o", "h", "l", "c", "v", "fast", "slow")),
        alphas=(
            AlphaSpec("a", unused, inputs=(6, 5), weight=2.0),
            AlphaSpec("b", unused, inputs=(5, 3), weight=1.0),
        ),
    )


def chunk(ids: list[int], scores: list[list[float]]) -> Drained:
    rows = np.zeros(len(ids), DECISION)
    rows["order_id"] = ids
    rows["combined"] = 0.3
    rows["sequence"] = np.arange(len(ids)) + 40
    events = [
        record(Kind.ORDER_INTENT, START, order_id=one, side=1, size=1, flags=1) for one in ids
    ]
    return Drained(
        events=join_events(events),
        nav=np.zeros(0, NAV),
        decisions=rows,
        scores=np.array(scores).reshape(-1, 4),
        features=np.arange(4.0 * len(ids)).reshape(-1, 4),
    )


def explained(*chunks: Drained, journal: DecisionJournal | None = None) -> ExplainedOrders:
    decisions = journal or DecisionJournal(two_alphas())
    orders = OrderJournal()
    for one in chunks:
        orders.add(one.events)
        decisions.add(one)
    lives = orders.lives()
    return ExplainedOrders(lives, decisions.reasons(lives), two_alphas().markets)


def test_a_decisions_score_is_shared_by_weight_and_confidence() -> None:
    found = explained(chunk([77], [[0.5, 1.0, -0.2, 0.5]]))
    # 0.5 * 1.0 * 2 = 1 against -0.2 * 0.5 * 1 = -0.1: together 0.9.
    shares = order_shares(found.lives, found.reasons)[77]
    assert shares == pytest.approx({"a": 1.0 / 0.9, "b": -0.1 / 0.9})


def test_scores_that_cancel_out_share_nothing() -> None:
    found = explained(chunk([7, 8], [[0.0, 1.0, 0.0, 1.0], [0.5, 1.0, -1.0, 1.0]]))
    assert order_shares(found.lives, found.reasons) == {7: {UNSCORED: 1.0}, 8: {UNSCORED: 1.0}}


def test_rows_stand_beside_their_orders_and_shared_features_once() -> None:
    found = explained(chunk([9], [[0.1] * 4]), chunk([3, 5], [[0.2] * 4, [0.3] * 4])).reasons
    assert found.features == ("slow", "fast", "c")
    # Inputs are slow, fast, fast, close: the second fast is left out.
    assert found.values.tolist() == [[0.0, 1.0, 3.0], [0.0, 1.0, 3.0], [4.0, 5.0, 7.0]]
    assert found.scores[:, 0].tolist() == [0.1, 0.2, 0.3]
    assert found.sequence.tolist() == [40, 40, 41]
    assert (found.alphas, found.weights) == (("a", "b"), (2.0, 1.0))


def test_features_are_kept_only_where_they_are_asked_for() -> None:
    light = DecisionJournal(two_alphas(), with_features=False)
    assert explained(chunk([9], [[0.1] * 4]), journal=light).reasons.values.shape == (1, 0)


def test_a_request_to_cancel_does_not_replace_the_orders_reason() -> None:
    again = chunk([9], [[0.9] * 4])
    again.events["flags"] = OrderFlag.CANCEL
    found = explained(chunk([9], [[0.1] * 4]), again).reasons
    assert found.scores.tolist() == [[0.1, 0.1]]


def test_a_persons_order_is_told_by_its_terms() -> None:
    journal = DecisionJournal(two_alphas())
    journal.expect(record(Kind.MANUAL_ORDER, START, side=1, size=1, flags=1))
    found = explained(chunk([9, 11], [[0.1] * 4] * 2), journal=journal)
    assert found.reasons.is_manual.tolist() == [True, False]
    assert np.isnan(found.reasons.scores[0]).all()
    assert np.isnan(found.reasons.combined[0])
    assert order_shares(found.lives, found.reasons)[9] == {MANUAL: 1.0}


def test_an_empty_run_has_no_reasons() -> None:
    found = explained()
    assert found.reasons.scores.shape == (0, 2)
    assert order_shares(found.lives, found.reasons) == {}


def ensemble_pass(folder: Path) -> Pass:
    path = write_bars(folder / "BINANCE-PERP-BTC-USDT-1h.parquet", columns_of(wave(900, seed=4)))
    file = scan_bar_file(path)
    config = load_config(None, ("strategy.allow_short=true", "limits.max_drawdown=1"))
    done = Pass("base", Machine(kernel_spec(config, (file,))))
    from traider.backtest.event_source import event_chunks  # noqa: PLC0415

    done.advance(config_digest_event(bytes(32), file.first_ns))
    for events in event_chunks((file,), None, None):
        done.advance(events)
    done.finish()
    return done


def check_order(reasons: Reasons, at: int) -> None:
    """Check that the combined score is what its parts make."""
    parts = reasons.scores[at] * reasons.confidences[at] * np.array(reasons.weights)
    assert reasons.combined[at] == pytest.approx(parts.sum() / sum(reasons.weights), rel=1e-12)
    assert np.sign(reasons.exposure[at]) in (0.0, np.sign(reasons.combined[at]))


def test_a_run_of_the_ensemble_explains_every_order(tmp_path: Path) -> None:
    done = ensemble_pass(tmp_path)
    lives = done.orders.lives()
    reasons = done.decisions.reasons(lives)
    assert len(lives) > 10
    assert not reasons.is_manual.any()
    assert reasons.equity.min() > 0.0
    # The id of an order holds the journal position of the decision it came from.
    assert reasons.sequence.tolist() == ((lives.intents["order_id"] >> 8) & (2**44 - 1)).tolist()
    for at in range(len(lives)):
        check_order(reasons, at)
