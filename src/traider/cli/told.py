"""How far long work is, shown to a person, and ended by Ctrl-C between two pieces of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from traider.cli.interrupt import stop_on_interrupt
from traider.cli.progress import Show, progress_shown
from traider.domain.errors import Interrupted


@contextmanager
def told_progress(*, as_json: bool) -> Iterator[Callable[[float, str], None]]:
    """Yield what takes the fraction done and its name; it raises ``Interrupted`` when asked to."""
    show = Show.JSON if as_json else Show.SUMMARY
    with stop_on_interrupt(quiet=as_json) as stop, progress_shown(show) as progress:

        def told(done: float, what: str) -> None:
            if stop():
                raise Interrupted("stopped", fix="begin again; nothing was written")
            if progress is not None:
                progress(done, what)

        yield told
