"""A role in a process of its own: started, listened to, and ended, killed if it must be.

    supervisor.add(child_role(ChildTerms("gateway", command), log, moves_money=True))

The child is in a session of its own, so Ctrl-C reaches the supervisor alone, which ends all in
order. It learns of the supervisor's end by the end of its standard input.
"""

import asyncio
import contextlib
import math
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from traider.domain.errors import TraiderError
from traider.domain.ports import Log
from traider.runtime.supervision.notices import LINE_BYTES_MAX, NOTICES_VARIABLE
from traider.runtime.supervision.role import Role, RoleReport

_KILLED_S: Final = 5.0
_QUIET_S: Final = 5.0
"""A child beats every second: one that did not for so long does not hear that it is to end."""
_PIPE_S: Final = 1.0
"""For what lies in the pipe already."""
_UNREAD_BYTES_MAX: Final = 64 * LINE_BYTES_MAX


class ChildEndedError(TraiderError):
    """A child process ended that should have gone on, or fell silent."""

    child_code = 0
    """The exit code it left with; 0 where it left none."""


@dataclass(frozen=True)
class ChildTerms:
    """What is started, and how long it is waited for."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to this process's own."""
    ready_s: float = 60.0
    """Seconds until it says that it is ready; compiling the kernel may take most of them."""
    silent_s: float = 0.0
    """Seconds without a word after which it counts as frozen and is killed; 0 never."""
    stop_s: float = 10.0
    """Seconds that it may take to end when it is asked, before it is killed."""
    without: frozenset[str] = frozenset()
    """Variables of this process that the child does not get: keys that are not for it."""
    frozen_s: float = 10.0
    """``stop_s`` of a child that counts as frozen, and will not hear that it is to end."""
    output: Path | None = None
    """File of what its last process printed; None leaves it to print where this one does."""


class ChildProcess:
    """Runs one command as a role."""

    def __init__(
        self, terms: ChildTerms, log: Log, on_told: Callable[[str], None] = lambda _: None
    ) -> None:
        self._terms = terms
        self._log = log
        self._on_told = on_told
        """Takes what the child has to say to a person."""
        self._heard_s: float | None = None
        """When it last said something, on the loop's clock, from when on it was ready."""
        self.pid = 0
        """Its number while it runs, else 0."""

    async def run(self, report: RoleReport) -> None:
        """Run the command until it ends or this is cancelled.

        Raises:
            ChildEndedError: it ended with a fault, was not ready in time, or fell silent.
        """
        reading, writing = os.pipe()
        try:
            process = await self._started(writing)
        except OSError as fault:
            os.close(reading)
            raise ChildEndedError(
                f"{self._terms.name} cannot be started: {fault.strerror}",
                where=self._terms.command[0],
            ) from fault
        finally:
            os.close(writing)
        self.pid = process.pid
        try:
            notices = asyncio.StreamReader(limit=_UNREAD_BYTES_MAX)
            transport, _ = await asyncio.get_running_loop().connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(notices), os.fdopen(reading, "rb", 0)
            )
            try:
                await self._listen(notices, report)
            finally:
                transport.close()
            await self._check_end(process)
        finally:
            await self._end(process)
            self.pid = 0

    async def _started(self, writing: int) -> asyncio.subprocess.Process:
        kept = {
            name: value for name, value in os.environ.items() if name not in self._terms.without
        }
        with contextlib.ExitStack() as closing:
            output = None
            if self._terms.output is not None:
                output = closing.enter_context(self._terms.output.open("wb"))
            return await asyncio.create_subprocess_exec(
                *self._terms.command,
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                env={**kept, **self._terms.environment, NOTICES_VARIABLE: str(writing)},
                pass_fds=(writing,),
                start_new_session=True,
            )

    async def _listen(self, notices: asyncio.StreamReader, report: RoleReport) -> None:
        """Pass on what the child says, until it says nothing more."""
        loop = asyncio.get_running_loop()
        until_s, was_ready = loop.time() + self._terms.ready_s, False
        while True:
            patience_s: float | None = self._terms.silent_s or None
            if not was_ready:
                patience_s = max(until_s - loop.time(), 0.0)
            try:
                line = await _next_line(notices, patience_s)
            except TimeoutError:
                what = "fell silent" if was_ready else "is not ready in time"
                raise ChildEndedError(f"{self._terms.name} {what}") from None
            if not line:
                return
            word, _, rest = line.decode(errors="replace").strip().partition(" ")
            if word == "ready":
                was_ready = True
                report.ready()
            elif word == "bad":
                report.bad(rest)
            elif word == "told":
                self._on_told(rest)
            if was_ready:
                self._heard_s = loop.time()

    async def _check_end(self, process: asyncio.subprocess.Process) -> None:
        """Return when the child ended well."""
        try:
            async with asyncio.timeout(self._terms.stop_s):
                code = await process.wait()
        except TimeoutError:
            raise ChildEndedError(f"{self._terms.name} closed its pipe and goes on") from None
        if code:
            how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
            fault = ChildEndedError(f"{self._terms.name} ended {how}")
            fault.child_code = max(code, 0)
            raise fault

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        """End the child if it has not ended: ask first, then kill it and what it started."""
        stop_s = min(self._terms.stop_s, self._terms.frozen_s if self._is_frozen() else math.inf)
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(stop_s):
                    await process.wait()
        if process.returncode is None:
            self._log.warning("a child does not end and is killed", child=self._terms.name)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_KILLED_S):
                    await process.wait()

    def _is_frozen(self) -> bool:
        """Whether it should have spoken since it last did."""
        if not self._terms.silent_s or self._heard_s is None:
            return False
        quiet_s = asyncio.get_running_loop().time() - self._heard_s
        return quiet_s >= min(self._terms.silent_s, _QUIET_S)


async def _next_line(notices: asyncio.StreamReader, patience_s: float | None) -> bytes:
    """Return the next line of a child; empty at its end.

    Where patience runs out the pipe is read once more: this process may have been the one that was
    held up (frozen, or without a processor), and what the child said meanwhile lies there.

    Raises:
        TimeoutError: it said nothing.
    """
    try:
        # Not wait_for: before Python 3.12 it may swallow the cancel that ends the role.
        async with asyncio.timeout(patience_s):
            return await notices.readline()
    except TimeoutError:
        async with asyncio.timeout(_PIPE_S):
            return await notices.readline()


def child_role(
    terms: ChildTerms, log: Log, *, moves_money: bool = False, ends_all: bool = False
) -> Role:
    """Return the role of a child process, with the time that its end may take."""
    return Role(
        terms.name,
        ChildProcess(terms, log).run,
        moves_money=moves_money,
        ends_all=ends_all,
        stop_s=terms.stop_s + _KILLED_S,
    )
