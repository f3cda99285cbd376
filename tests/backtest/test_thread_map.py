import threading

import pytest

from traider.backtest.thread_map import thread_map


@pytest.mark.parametrize("processors", [1, 2, 8])
def test_outcomes_come_in_the_order_of_the_items(
    processors: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: processors)
    with thread_map(20) as threads:
        assert list(threads(lambda number: number * number, range(20))) == [
            n * n for n in range(20)
        ]


def test_calls_run_at_the_same_time_where_there_are_processors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    both = threading.Barrier(2, timeout=30)

    def meet(number: int) -> int:
        both.wait()
        return number

    with thread_map(2) as threads:
        assert list(threads(meet, [1, 2])) == [1, 2]


def test_one_item_needs_no_thread() -> None:
    with thread_map(1) as threads:
        (name,) = threads(lambda _: threading.current_thread().name, [0])
    assert name == threading.current_thread().name
