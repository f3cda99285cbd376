"""Answers that take a while: made once for all, kept, told with progress meanwhile.

1. Who asks first and has waited a moment is told how far it is; nobody waits for what was made.
2. The same is made once for all who ask, and anew only when its mark is another one.
3. A fault is told to those who ask; what was made before it stays.
"""

import threading
import time

import pytest

from traider.api.making import BeingMadeError, Freshness, LongAnswers
from traider.api.making.beside import Told
from traider.domain.errors import DataError


class Making:
    """Makes numbers, each when it is let to."""

    def __init__(self) -> None:
        self.count = 0
        self.go = threading.Semaphore(0)
        self.fault: Exception | None = None

    def __call__(self, told: Told) -> int:
        told(0.25, "counting")
        assert self.go.acquire(timeout=30.0)
        if self.fault is not None:
            raise self.fault
        self.count += 1
        return self.count


def until_made(answers: LongAnswers, mark: int, making: Making) -> int:
    until_s = time.monotonic() + 30.0
    while True:
        try:
            return answers.get("number", mark, making)
        except BeingMadeError:
            assert time.monotonic() < until_s


def test_it_is_made_once_and_told_with_progress() -> None:
    answers, making = LongAnswers(wait_s=0.02), Making()
    with pytest.raises(BeingMadeError) as told:
        answers.get("number", 1, making)
    assert (told.value.done, told.value.doing, told.value.after_s) == (0.25, "counting", 1)
    assert told.value.begun_ns <= time.time_ns()
    found: list[int] = []
    asking = [
        threading.Thread(target=lambda: found.append(until_made(answers, 1, making)))
        for _ in range(4)
    ]
    for each in asking:
        each.start()
    making.go.release()
    for each in asking:
        each.join(30.0)
    assert found == [1, 1, 1, 1]
    assert answers.get("number", 1, making) == 1


def test_nobody_waits_for_a_newer_one() -> None:
    answers, making = LongAnswers(wait_s=3600.0), Making()
    making.go.release()
    assert answers.get("number", 1, making, Freshness(share=1e9)) == 1
    assert answers.get("number", 2, making, Freshness(share=1e9)) == 1
    making.go.release()
    until_s = time.monotonic() + 30.0
    while answers.get("number", 2, making, Freshness(share=1e9)) == 1:
        assert time.monotonic() < until_s
    assert answers.get("number", 2, making) == 2
    # It has changed, and making it anew is not worth its time yet.
    assert answers.get("number", 3, making, Freshness(fresh_s=600.0)) == 2
    assert making.count == 2


def test_it_is_made_anew_when_somebody_says_so() -> None:
    answers, making = LongAnswers(wait_s=5.0), Making()
    making.go.release()
    assert answers.get("number", 1, making) == 1
    making.go.release()
    assert answers.anew("number", 1, making) == 2
    assert answers.get("number", 1, making) == 2
    slow = LongAnswers(wait_s=0.01)
    with pytest.raises(BeingMadeError):
        slow.anew("number", 1, making)
    making.go.release()
    assert until_made(slow, 1, making) == 3


def test_a_fault_is_told_and_what_was_made_stays() -> None:
    answers, making = LongAnswers(wait_s=5.0), Making()
    making.fault = DataError("its replay makes something else")
    making.go.release()
    for _ in range(2):
        with pytest.raises(DataError, match="something else"):
            answers.get("number", 1, making)
    making.fault = None
    making.go.release()
    assert answers.anew("number", 1, making) == 1
    making.fault = DataError("again")
    making.go.release()
    with pytest.raises(DataError, match="again"):
        answers.anew("number", 2, making)
    assert answers.get("number", 1, making) == 1
