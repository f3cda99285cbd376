"""The exchange of the demo: a child process that plays bars and keeps its accounts in the run.

It dies with us, also when we are killed: its standard input is a pipe whose other end only we hold.
Started again on the same folder it goes on at the time it had reached, with orders and balances as
they were, so that a demo goes on where it was. Its API key is drawn anew each time and is only ever
read from the line in which it says that it is ready.
"""

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec
from msgspec import Struct

from traider.backtest.bar_files import scan_bar_file
from traider.domain.errors import UsageError, VenueError
from traider.domain.instruments import InstrumentName

HISTORY: Final = "24h1m"
"""Bars that are candles before the market opens: a day for the warm-up, and one minute more, at
whose end the example's strategy wants both products, so that there is something to see at once."""
TRADED_USD: Final = 2_000_000
"""What the account is said to trade a month: it sets its fees."""
_READY_S: Final = 60.0
_STOP_S: Final = 5.0


class ExchangeAddress(Struct, frozen=True):
    """How a local exchange is reached, and the throwaway key it takes; as it announces itself."""

    rest: str
    websocket: str
    websocket_user: str
    admin: str
    key_name: str = ""
    private_key: str = ""
    products: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Tell the address and no key."""
        return f"ExchangeAddress({self.rest})"


@dataclass(frozen=True)
class DemoTerms:
    """What the exchange plays, how fast, and where it keeps its accounts."""

    files: tuple[Path, ...]
    """Bars, a file a product."""
    folder: Path
    speed: float = 1.0
    faults: Path | None = None


class DemoExchange:
    """A running exchange. A context: left, the exchange is stopped."""

    def __init__(self, process: "subprocess.Popen[bytes]", address: ExchangeAddress) -> None:
        self._process = process
        self.address = address

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether its process is there."""
        return self._process.poll() is None

    def close(self) -> None:
        """Stop it: it keeps its accounts, and ends."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it, whatever happened."""
        self.close()


def start_demo_exchange(terms: DemoTerms) -> DemoExchange:
    """Start an exchange and return it when it is ready.

    Raises:
        UsageError: there are no bars to play, or it says why it cannot start.
        VenueError: it does not get ready.
    """
    terms.folder.mkdir(parents=True, exist_ok=True)
    log = terms.folder / "exchange.log"
    with log.open("ab") as told:
        process = subprocess.Popen(  # noqa: S603 - our own program
            _command(terms),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=told,
            start_new_session=True,  # Ctrl-C is for us: orders are taken back before it ends
        )
    exchange = DemoExchange(process, ExchangeAddress("", "", "", ""))
    line = _first_line(process)
    try:
        exchange.address = msgspec.json.decode(line, type=ExchangeAddress)
    except msgspec.DecodeError:
        exchange.close()
        raise _not_ready(line, log) from None
    return exchange


def products_of(files: Sequence[Path]) -> tuple[str, ...]:
    """Return the products that files of bars are listed as: spot, named by their pair.

    Raises:
        UsageError: there are none.
        DataError: a file cannot be read.
    """
    if not files:
        raise UsageError(
            "the demo has no bars to play", where="data.files", fix="name files of bars there"
        )
    names = [InstrumentName.parse(scan_bar_file(path).instrument) for path in files]
    return tuple(f"{name.base}-{name.quote}" for name in names)


def _command(terms: DemoTerms) -> list[str]:
    command = [sys.executable, "-m", "traider", "exchange", "--json", "--with-input"]
    for path, name in zip(terms.files, products_of(terms.files), strict=True):
        command += ["--bars", str(path), "--list-as", name]
    command += ["--history", HISTORY, "--traded", str(TRADED_USD)]
    command += ["--accounts", str(terms.folder), "--speed", f"{terms.speed:g}"]
    if terms.faults is not None:
        command += ["--faults", str(terms.faults)]
    return command


def _first_line(process: "subprocess.Popen[bytes]") -> bytes:
    """Return the first line, or what there is when the process ends or the time is up."""
    assert process.stdout is not None  # noqa: S101 - it was asked for
    until, line = time.monotonic() + _READY_S, b""
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        while not line.endswith(b"\n") and waiting.select(max(0.0, until - time.monotonic())):
            part = os.read(process.stdout.fileno(), 65_536)
            if not part:
                break
            line += part
    return line


def _not_ready(line: bytes, log: Path) -> UsageError | VenueError:
    """Return why an exchange did not start, in its own words where it has any."""
    try:
        told = msgspec.json.decode(line)["error"]
        return UsageError(told["what"], where=told["where"], fix=told["fix"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return VenueError(
            "the demo's exchange did not get ready", where=str(log), fix="see what it says there"
        )
