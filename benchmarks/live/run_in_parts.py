"""A run whose parts are processes of their own that nobody starts again, so that each can be down.

    with RunInParts(PartsTerms(folder, url, products, brokers)) as run:
        run.until_trading()
        run.kill("feed")
        run.start("feed")

A gateway, a trader that follows it, and a feed that publishes the market over Kafka.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from benchmarks.live.address import REPOSITORY
from benchmarks.run_apart import plain_environment, settings, traider_command, wait_until
from traider.runtime.status_body import Phase
from traider.runtime.stress.through.laws import status_of

GATEWAY: Final = "gateway"
TRADER: Final = "trader"
FEED: Final = "feed"
PARTS: Final = (GATEWAY, FEED, TRADER)
"""In the order that they are started in."""
_ENDS_S: Final = 60.0


@dataclass(frozen=True)
class PartsTerms:
    """What the parts are started for."""

    state: Path
    exchange: str
    """Address of the local exchange."""
    products: tuple[str, ...]
    brokers: str
    """Of Kafka, whose topics are there."""
    config: Path
    settings: tuple[str, ...] = ()
    ports: Mapping[str, int] = field(default_factory=dict)
    """Where a part serves its metrics and takes POST /kill; any free one unless named."""
    environment: Mapping[str, str] = field(default_factory=dict)


class RunInParts:
    """The processes of one run; a context: left, all of them end."""

    def __init__(self, terms: PartsTerms) -> None:
        self.terms, self.state = terms, terms.state
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        for part in PARTS:
            self.start(part)
            if part == GATEWAY:
                wait_until(self._has_gateway, "a gateway")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for part in reversed(PARTS):
            process = self._running[part]
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
            try:
                process.wait(_ENDS_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def pid(self, part: str) -> int:
        """Return the process of a part."""
        return self._running[part].pid

    def start(self, part: str) -> None:
        """Start a part, for the first time or again."""
        with self._words_of(part).open("ab") as said:
            self._running[part] = subprocess.Popen(
                traider_command("run", *self._options(part)),
                cwd=REPOSITORY,
                env={**plain_environment(), **self.terms.environment},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    def kill(self, part: str) -> None:
        """End a part as ``kill -9`` does."""
        self._running[part].kill()
        self._running[part].wait()

    def until_ended(self, part: str) -> None:
        """Wait until a part has ended by itself.

        Raises:
            subprocess.TimeoutExpired: it does not.
        """
        self._running[part].wait(_ENDS_S)

    def freeze(self, part: str) -> None:
        """Let a part do nothing any more."""
        os.kill(self.pid(part), signal.SIGSTOP)

    def thaw(self, part: str) -> None:
        """Let a frozen part go on."""
        os.kill(self.pid(part), signal.SIGCONT)

    def until(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait until something is so.

        Raises:
            AssertionError: it never is, or a part that should run has ended.
        """
        try:
            wait_until(is_so, what, 120.0)
        except AssertionError as fault:
            words = "\n".join(self._words_of(part).read_text()[-1_500:] for part in PARTS)
            raise AssertionError(f"{fault}\n{words}") from None

    def until_trading(self) -> None:
        """Wait until the trader trades on a market that is well."""
        self.until(lambda: self.is_in(Phase.TRADING) and self._is_fed(), "trading")

    def is_in(self, *phases: Phase) -> bool:
        """Whether the trader answers, and is in one of these phases."""
        body = status_of(self.state)
        return body is not None and body.phase in phases

    def _is_fed(self) -> bool:
        body = status_of(self.state)
        markets = [] if body is None else [h for h in body.health if h.part.startswith("market ")]
        return bool(markets) and all(each.is_good for each in markets)

    def _has_gateway(self) -> bool:
        return (self.state / "gateway.sock").exists()

    def _words_of(self, part: str) -> Path:
        return self.state.with_suffix(f".{part}.err")

    def _options(self, part: str) -> list[str]:
        terms = self.terms
        found = ["--role", part, "--exchange", terms.exchange, "--config", str(terms.config)]
        for product in terms.products:
            found += ["--product", product]
        port = f"observability.port={terms.ports.get(part, 0)}"
        found += [*settings(*terms.settings), "--set", port]
        if part != FEED:
            found += ["--state", str(terms.state)]
        if part == TRADER:
            found += ["--gateway", "there"]
        return found if part == GATEWAY else [*found, "--bus", f"kafka://{terms.brokers}"]
