"""Laws of commands.

1. What is written is read back as the same value, of every kind of command.
2. Nothing else is taken: no unknown command or field, nobody, no reason.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import UsageError
from traider.runtime.control.commands import (
    WHY_MAX,
    CancelOrder,
    ControlCommand,
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
    command_bytes,
    command_of,
)

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).filter(str.strip)
numbers = st.decimals(allow_nan=False, allow_infinity=False)
both = {"who": texts, "why": texts}
commands: st.SearchStrategy[ControlCommand] = st.one_of(
    st.builds(Kill, **both, flatten=st.booleans(), reason=st.sampled_from(Reason)),
    st.builds(Pause, **both, reason=st.sampled_from(Reason)),
    st.builds(Rearm, **both),
    st.builds(SetLimit, **both, name=texts, value=numbers),
    st.builds(SetWeight, **both, alpha=texts, value=numbers),
    st.builds(SetThreshold, **both, name=st.sampled_from(["enter", "exit"]), value=numbers),
    st.builds(
        ManualOrder,
        **both,
        instrument=texts,
        side=st.sampled_from(["buy", "sell"]),
        size=numbers,
        price=st.none() | numbers,
        trigger=st.none() | numbers,
        stop=st.none() | numbers,
        target=st.none() | numbers,
        time_in_force=st.sampled_from(["gtc", "ioc", "fok"]),
        is_post_only=st.booleans(),
        is_reduce_only=st.booleans(),
    ),
    st.builds(CancelOrder, **both, order_id=st.integers(0, 2**63 - 1)),
    st.builds(Reload, **both),
    st.builds(Stop, **both, cancel_orders=st.none() | st.booleans()),
)


@given(commands)
def test_law_1_what_is_written_is_read_back(command: ControlCommand) -> None:
    body = command_bytes(command)
    assert command_of(body) == command
    assert b"\n" not in body


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"command":"kill","who":" ","why":"x"}', "say who"),
        (b'{"command":"kill","who":"ana","why":""}', "say why"),
        (b'{"command":"kill","who":"ana","why":"' + b"x" * (WHY_MAX + 1) + b'"}', "say why"),
        (b'{"command":"kill","who":"ana"}', "missing required field `why`"),
        (b'{"command":"buy-all","who":"ana","why":"x"}', "buy-all"),
        (b'{"command":"pause","who":"ana","why":"x","more":1}', "unknown field"),
        (b'{"command":"limit","who":"ana","why":"x","name":"a","value":"lots"}', "decimal"),
        (b'{"command":"threshold","who":"ana","why":"x","name":"a","value":"1"}', "Invalid enum"),
        (b"kill", "malformed"),
        (b"", "truncated"),
    ],
)
def test_law_2_nothing_else_is_taken(body: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        command_of(body)
