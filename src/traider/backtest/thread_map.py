"""Run kernels side by side: they hold no lock, so threads use every processor."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


class ThreadMap(Protocol):
    """A map whose calls may run at the same time; outcomes come in the order of the items."""

    def __call__(self, work: Callable[[Item], Outcome], items: Sequence[Item]) -> Iterator[Outcome]:
        """Yield ``work`` of each of ``items``."""


def _one_by_one(work: Callable[[Item], Outcome], items: Sequence[Item]) -> Iterator[Outcome]:
    return map(work, items)


@contextmanager
def thread_map(items: int) -> Iterator[ThreadMap]:
    """Give a map for about ``items`` at a time, in no more threads than there are processors."""
    workers = min(os.cpu_count() or 1, max(items, 1))
    if workers == 1:
        yield _one_by_one
        return
    with ThreadPoolExecutor(workers) as pool:

        def side_by_side(
            work: Callable[[Item], Outcome], items: Sequence[Item]
        ) -> Iterator[Outcome]:
            return pool.map(work, items)

        yield side_by_side
