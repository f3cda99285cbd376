"""Laws of the graph: every distinct feature once, inputs before what reads them, on its frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.features.test_expressions import expressions
from traider.domain.errors import StrategyError
from traider.domain.timeframes import timeframe_ns
from traider.features.catalogue import BASE_SLOTS
from traider.features.expressions import Expression, parse
from traider.features.graph import build_graph
from traider.kernel.codes import FrameKind, Op
from traider.kernel.decider.combination import NUMBER_SIDE

FRAMES = ("", "1h", "4h", "1d")


@given(
    st.lists(
        st.sampled_from(FRAMES).flatmap(lambda frame: expressions(timeframe=frame)), max_size=8
    )
)
def test_the_tape_computes_inputs_first_and_nothing_twice(wanted: list[Expression]) -> None:
    graph = build_graph(wanted, "1h")
    tape = graph.tape
    assert len(set(tape.names)) == len(tape.names) == tape.slots
    of_bars = [frame for frame in tape.frames if frame.kind is not FrameKind.LIVE]
    assert tape.slots == len(tape.operations) + len(BASE_SLOTS) * len(of_bars)
    live = {int(row["slot"]) for row in tape.operations if row["kind"] >= Op.BID}
    assert len(live) == sum(f.op_stop - f.op_start for f in tape.frames if f not in of_bars)
    for frame in of_bars:
        known = live | set(range(frame.slot, frame.slot + len(BASE_SLOTS)))
        for operation in tape.operations[frame.op_start : frame.op_stop]:
            assert operation["base"] == frame.slot
            sides = [int(operation["source"])]
            if operation["kind"] == Op.BETA:
                sides.append(int(operation["scale"]))
            if Op.ADD <= operation["kind"] <= Op.DIVIDE:
                sides.append(int(operation["window"]))
                assert sides != [NUMBER_SIDE, NUMBER_SIDE]
                sides = [side for side in sides if side != NUMBER_SIDE]
            assert set(sides) <= known
            known.add(int(operation["slot"]))
    lengths = [frame.length_ns for frame in of_bars]
    assert lengths == sorted(set(lengths))
    assert lengths[0] == timeframe_ns("1h")
    for expression in wanted:
        name = tape.names[graph.slots[expression]]
        if int(graph.slots[expression]) not in live:
            assert name == str(expression) if expression.timeframe else f"{expression}@1h"


def test_features_of_several_frames_meet_in_one_expression() -> None:
    tape = build_graph([parse("sma(spread, 5) * funding_drift(9)", "4h")], "1h").tape
    kinds = [frame.kind for frame in tape.frames]
    assert kinds == [FrameKind.TIME, FrameKind.TIME, FrameKind.FUNDING, FrameKind.LIVE]
    assert [frame.op_stop - frame.op_start for frame in tape.frames] == [0, 2, 1, 1]
    product = tape.operations[1]
    assert product["kind"] == Op.MULTIPLY
    sides = [tape.names[product[side]] for side in ("source", "window")]
    assert sides == ["sma(spread, 5)@4h", "seasonal_z(close, 9)@funding"]


def test_frames_stand_in_the_order_of_their_kinds() -> None:
    texts = [
        f"sma(close, 3)@{name}" for name in ("funding", "5quote", "4h", "2base", "1h", "1base")
    ]
    tape = build_graph([parse(text) for text in texts], "1h").tape
    assert [tape.names[frame.slot].split("@")[1] for frame in tape.frames] == [
        "1h", "4h", "1base", "2base", "5quote", "funding",
    ]  # fmt: skip
    assert tape.time_frames == 5
    assert tape.frame_of(FrameKind.FUNDING) == 5
    assert tape.frame_of(FrameKind.LIVE) == -1


@pytest.mark.parametrize("text", ["ewm_vol(close, 9)@5base", "parkinson(4)@funding"])
def test_bars_without_a_length_have_no_year(text: str) -> None:
    with pytest.raises(StrategyError, match="annualized, but those bars have no length"):
        build_graph([parse(text)], "1h")


def test_the_scores_of_models_have_slots_of_their_own() -> None:
    graph = build_graph(
        [parse("sma(score_tree, 3)"), parse("confidence_tree")], "1h", ["a", "tree"]
    )
    assert graph.tape.external == ("a", "tree")
    first = graph.tape.external_slot
    assert graph.tape.names[first : first + 4] == (
        "score_a", "confidence_a", "score_tree", "confidence_tree",
    )  # fmt: skip
    assert graph.tape.operations[0]["source"] == first + 2
    with pytest.raises(StrategyError, match="score_bush is of a model that no score file"):
        build_graph([parse("score_bush")], "1h", ["tree"])


def test_rings_do_not_overlap() -> None:
    texts = ["sma(close, 5)", "vwap_z(4)", "lag(close, 3) / 2", "rolling_vol(close, 6)@4h"]
    tape = build_graph([parse(text) for text in texts], "1h").tape
    sizes = {"sma": 1, "vwap_z": 3, "lag": 1, "rolling_vol": 1}
    names = [tape.names[row["slot"]].split("(")[0] for row in tape.operations]
    taken = [
        row["window"] * sizes[name] if name in sizes else 0
        for name, row in zip(names, tape.operations, strict=True)
    ]
    ends = [int(row["ring"] + size) for size, row in zip(taken, tape.operations, strict=True)]
    assert tape.operations["ring"].tolist() == [0, *ends[:-1]]
    assert tape.ring_cells == ends[-1]
    assert len(set(tape.operations["cell"].tolist())) == len(tape.operations)


@pytest.mark.parametrize(("base", "wanted"), [("1h", "5m"), ("2h", "1h"), ("3m", "5m")])
def test_bars_that_do_not_divide_are_refused(base: str, wanted: str) -> None:
    with pytest.raises(StrategyError, match=f"{wanted} bars cannot be built from {base} bars"):
        build_graph([parse(f"sma(close, 3)@{wanted}")], base)
