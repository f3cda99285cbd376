"""Answers that are made beside the requests, kept, and made anew when that is worth its time.

    answers.get("var", mark, lambda told: beside.run(Work(...), told), Freshness(age_s=3_600.0))

Who asks gets what was made last, at once; where nothing was made yet, ``BeingMadeError`` tells how
far it is. ``mark`` says of what it is made: while that is the same, it is as good as new.
"""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from traider.api.making.beside import Told
from traider.domain.errors import KernelError, TraiderError

WAIT_S: Final = 0.4
"""Who asks first waits so long: what is quick is answered in the same request."""
_AGAIN_S: Final = 1
_AGAIN_S_MAX: Final = 10
_KEPT_MAX: Final = 64
_FAULT_S: Final = 5.0
"""A fault is told to all who ask within this time; then it is tried again."""
_SURE: Final = 0.05
"""Progress from which on it says how long the rest takes."""

_WAITS: Final = "waiting for its turn"

T = TypeVar("T")


@dataclass(frozen=True)
class Freshness:
    """When an answer is made anew."""

    fresh_s: float = 0.0
    """It is as good as new for so long, whatever changed,"""
    share: float = 0.05
    """and for as long as making it anew would take more than this part of the time."""
    age_s: float = float("inf")
    """After so long it is made anew though nothing changed."""


class BeingMadeError(TraiderError):
    """The answer is being made; answered with 202."""

    def __init__(self, what: str, done: float, begun_ns: int, after_s: int) -> None:
        super().__init__(f"it is being made: {what}", fix="ask again in a while")
        self.doing = what
        """What is being done."""
        self.done = done
        """The fraction of it, 0 to 1."""
        self.begun_ns = begun_ns
        self.after_s = after_s
        """Seconds after which to ask again."""


class _Answer:
    """One answer, and the making of the next."""

    def __init__(self) -> None:
        self.value: Any = None
        self.is_made = self.is_making = False
        self.mark: Hashable = None
        self.made_s = self.took_s = 0.0
        self.count = 0
        """How often its making ended."""
        self.fault: TraiderError | None = None
        self.fault_s = float("-inf")
        self.done = 0.0
        self.what = _WAITS
        self.begun_ns = 0
        self.begun_s = 0.0

    def is_old(self, mark: Hashable, fresh: Freshness) -> bool:
        """Whether it is to be made anew, where it is not being made."""
        now_s = time.monotonic()
        if not self.is_made:
            return now_s - self.fault_s > _FAULT_S
        age_s = now_s - self.made_s
        if mark == self.mark:
            return age_s > fresh.age_s
        return age_s > max(fresh.fresh_s, self.took_s / fresh.share)

    def over(self, value: Any, mark: Hashable, fault: TraiderError | None) -> None:  # noqa: ANN401 - of any kind
        """Take what its making came to."""
        now_s = time.monotonic()
        self.is_making, self.fault = False, fault
        self.count += 1
        if fault is None:
            self.value, self.mark, self.is_made = value, mark, True
            self.made_s, self.took_s = now_s, now_s - self.begun_s
        else:
            self.fault_s = now_s

    def waiting(self) -> BeingMadeError:
        """Return how far it is."""
        after_s = float(_AGAIN_S)
        if self.done >= _SURE:
            after_s = (time.monotonic() - self.begun_s) * (1.0 - self.done) / self.done
        after = min(max(round(after_s), _AGAIN_S), _AGAIN_S_MAX)
        return BeingMadeError(self.what, self.done, self.begun_ns, after)


class LongAnswers:
    """Answers by name; threads may ask together."""

    def __init__(self, wait_s: float = WAIT_S) -> None:
        self._wait_s = wait_s
        self._changed = threading.Condition()
        self._answers: dict[str, _Answer] = {}

    def get(
        self, name: str, mark: Hashable, make: Callable[[Told], T], fresh: Freshness | None = None
    ) -> T:
        """Return what was made last; have it made anew where it is old.

        Raises:
            BeingMadeError: nothing was made yet; how far it is.
            TraiderError: it cannot be made.
        """
        with self._changed:
            answer = self._answer(name)
            if not answer.is_making and answer.is_old(mark, fresh or Freshness()):
                self._begin(answer, mark, make)
            if not answer.is_made and answer.is_making:
                self._changed.wait_for(lambda: not answer.is_making, self._wait_s)
            found: T = self._told(answer)
            return found

    def anew(self, name: str, mark: Hashable, make: Callable[[Told], T]) -> T:
        """Have it made anew, and return that.

        Raises:
            BeingMadeError: it takes a while; how far it is.
            TraiderError: it cannot be made.
        """
        with self._changed:
            answer = self._answer(name)
            before = answer.count
            if not answer.is_making:
                self._begin(answer, mark, make)
            if not self._changed.wait_for(lambda: answer.count > before, self._wait_s):
                raise answer.waiting()
            if answer.fault is not None:
                raise answer.fault
            found: T = self._told(answer)
            return found

    def _answer(self, name: str) -> _Answer:
        found = self._answers.pop(name, None) or _Answer()
        self._answers[name] = found
        while len(self._answers) > _KEPT_MAX:
            del self._answers[next(iter(self._answers))]
        return found

    def _told(self, answer: _Answer) -> Any:  # noqa: ANN401 - of the kind that its maker gives
        if answer.is_made:
            return answer.value
        if answer.is_making or answer.fault is None:
            raise answer.waiting()
        raise answer.fault

    def _begin(self, answer: _Answer, mark: Hashable, make: Callable[[Told], Any]) -> None:
        answer.is_making, answer.done, answer.what = True, 0.0, _WAITS
        answer.begun_ns, answer.begun_s = time.time_ns(), time.monotonic()

        def told(done: float, what: str) -> None:
            answer.done, answer.what = min(max(done, 0.0), 1.0), what

        def work() -> None:
            value: Any = None
            # What nobody foresaw ends the thread, and is told to the log from there.
            fault: TraiderError | None = KernelError(
                "making it failed", fix="see the log of the API"
            )
            try:
                value, fault = make(told), None
            except TraiderError as raised:
                fault = raised
            finally:
                with self._changed:
                    answer.over(value, mark, fault)
                    self._changed.notify_all()

        threading.Thread(target=work, name="long answer", daemon=True).start()
