"""Who looks on at a check, and who may ask it to stop."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from traider.domain.errors import Interrupted
from traider.domain.events import EventArray

Progress = Callable[[float, str], None]
"""Takes the fraction done, 0 to 1, and what is being done."""


@dataclass(frozen=True)
class Watch:
    """Who looks on, and who may ask to stop."""

    progress: Progress = lambda _fraction, _text: None
    stop: Callable[[], bool] = lambda: False

    def over(
        self, chunks: Iterable[EventArray], total: int, share: tuple[float, float], text: str
    ) -> Iterator[EventArray]:
        """Yield ``chunks`` of ``total`` events, telling progress; 0 where they are not counted.

        Raises:
            Interrupted: it was asked to stop.
        """
        begin, end = share
        done = 0
        for chunk in chunks:
            if self.stop():
                raise Interrupted(
                    f"stopped after {done:,} events", fix="a check begins anew each time"
                )
            yield chunk
            done += len(chunk)
            self.progress(begin + (end - begin) * min(done / total, 1) if total else begin, text)
