"""Laws of compilation: every function has exactly its one signature, and is done once."""

from typing import Any

import pytest

import traider.kernel.machine  # noqa: F401 - registers what there is to compile
from traider.kernel import compiled

jit_only = pytest.mark.skipif(compiled.INTERPRETED, reason="nothing is compiled")


@pytest.fixture(scope="module", autouse=True)
def _all() -> None:
    compiled.compile_kernel()


@jit_only
def test_every_function_has_its_one_signature() -> None:
    found = {f.name: len(f.dispatcher.signatures) for f in compiled._registry.values()}
    assert found
    assert {name: count for name, count in found.items() if count != 1} == {}


@jit_only
def test_functions_are_compiled_after_those_they_call() -> None:
    done = set(compiled._done)
    try:
        compiled._done.clear()
        order = [function.name for function in compiled._callees_first()]
    finally:
        compiled._done.update(done)
    assert sorted(order) == sorted(function.name for function in compiled._registry.values())
    assert order.index("arithmetic.notional_units") < order.index("decider.ledger.apply_fill")
    assert order.index("decider.step.step") < order.index("run.run")


@jit_only
def test_symbols_are_the_same_whatever_was_compiled_before() -> None:
    done = [next(iter(f.dispatcher.overloads.values())) for f in compiled._registry.values()]
    assert {result.fndesc.uid for result in done} == {0}
    assert len({result.fndesc.mangled_name for result in done}) == len(done)


@jit_only
def test_a_function_meant_for_compiled_callers_refuses_python() -> None:
    mute = [f.dispatcher for f in compiled._registry.values() if not f.python]
    assert mute
    for function in mute:
        with pytest.raises(TypeError, match="No matching definition"):
            function(*(0,) * function.py_func.__code__.co_argcount)


def test_a_second_time_costs_nothing() -> None:
    seen: list[str] = []
    assert compiled.compile_kernel(seen.append) == []
    assert seen == []


@jit_only
def test_costs_are_told_by_function() -> None:
    def twice(count: int) -> int:
        return 2 * count

    named: list[str] = []
    function: Any = compiled.compiled("int64(int64)", python=True)(twice)
    with pytest.raises(TypeError, match="No matching definition"):
        function(21)  # not compiled yet
    try:
        costs = compiled.compile_kernel(named.append)
    finally:
        compiled._done.discard(compiled._registry.pop(id(function)).name)
    assert [cost.function for cost in costs] == named == [f"{__name__}.twice"]
    assert costs[0].seconds > 0.0
    assert function(21) == 42
    with pytest.raises(TypeError):
        function("21")


@pytest.mark.interpreted
def test_interpreted_functions_stay_python() -> None:
    def plain() -> int:
        return 1

    if compiled.INTERPRETED:
        assert compiled.compiled("int64()")(plain) is plain
        assert compiled.compile_kernel() == []
    assert plain() == 1
