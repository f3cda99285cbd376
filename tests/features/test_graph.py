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
from traider.kernel.codes import Op
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
    assert tape.slots == len(tape.operations) + len(BASE_SLOTS) * len(tape.frames)
    for frame in tape.frames:
        known = set(range(frame.slot, frame.slot + len(BASE_SLOTS)))
        for operation in tape.operations[frame.op_start : frame.op_stop]:
            assert operation["base"] == frame.slot
            sides = [int(operation["source"])]
            if Op.ADD <= operation["kind"] <= Op.DIVIDE:
                sides.append(int(operation["window"]))
                assert sides != [NUMBER_SIDE, NUMBER_SIDE]
                sides = [side for side in sides if side != NUMBER_SIDE]
            assert set(sides) <= known
            known.add(int(operation["slot"]))
    lengths = [frame.length_ns for frame in tape.frames]
    assert lengths == sorted(set(lengths))
    assert lengths[0] == timeframe_ns("1h")
    for expression in wanted:
        name = tape.names[graph.slots[expression]]
        assert name == str(expression) if expression.timeframe else f"{expression}@1h"


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
