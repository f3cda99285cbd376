"""Ids at the venue: derived, parsed back, and those of others told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import order_ids
from traider.domain.errors import UsageError
from traider.domain.orders import OrderId
from traider.gateway.client_ids import ClientIds

IDS = ClientIds("d41a52c0")


@given(order_ids)
def test_an_id_is_parsed_back(order_id: OrderId) -> None:
    word = order_id.pack()
    name = IDS.of(word)
    assert len(name) == 25
    assert IDS.order_id(name) == word
    assert ClientIds("00000001").order_id(name) is None


def test_an_id_is_the_run_and_the_decision() -> None:
    assert IDS.of(OrderId(1, 5, 0).pack()) == "d41a52c0-0010000000000500"


@given(st.one_of(st.text(max_size=30), st.uuids().map(str)))
def test_what_others_use_is_none_of_ours(name: str) -> None:
    assert IDS.order_id(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "d41a52c0-8010000000000500",
        "d41a52c0-001000000000050",
        "d41a52c0-0010000000000500 ",
        "D41A52C0-0010000000000500",
    ],
)
def test_what_only_looks_like_one_is_none(name: str) -> None:
    assert IDS.order_id(name) is None


@pytest.mark.parametrize("run_id", ["", "d41a52c", "d41a52c01", "D41A52C0", "xyzw0000"])
def test_a_run_s_id_has_eight_digits(run_id: str) -> None:
    with pytest.raises(UsageError, match="8 hexadecimal"):
        ClientIds(run_id)
