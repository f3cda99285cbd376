"""The key, what it may do at the venue, and our clock beside the venue's."""

from collections.abc import Sequence
from typing import Final

from traider.domain.errors import ConfigError, TraiderError, UsageError
from traider.domain.ports import Clock
from traider.ops.clock import SystemClock
from traider.runtime.config import Config
from traider.runtime.exchange_clock import clock_of
from traider.runtime.readiness.rows import Row, judged
from traider.runtime.venue_keys import KEY_NAME, KEY_SECRET, FoundKey, find_key, is_local
from traider.venues.coinbase.account_reads import AccountReads
from traider.venues.coinbase.market_reads import MarketReads
from traider.venues.coinbase.rest_session import RestSession, RestTerms

_NS_PER_MS: Final = 1_000_000
_NO_KEY: Final = (
    f"set {KEY_NAME} and {KEY_SECRET}, or name the downloaded file in venues.coinbase.key_file"
)


async def check_account(config: Config) -> Sequence[Row]:
    """Look for the key, ask the venue what it may do, and compare the clocks."""
    try:
        found = find_key(config)
    except ConfigError as fault:
        return (
            Row("key", ok=False, found=fault.line(), fix=_NO_KEY),
            Row("permissions", ok=False, found="no key to ask with", fix=_NO_KEY),
            await _clock_row(config),
        )
    if found is None:
        key = Row("key", ok=False, found="there is none", fix=_NO_KEY)
        permissions = Row("permissions", ok=False, found="no key to ask with", fix=_NO_KEY)
    else:
        key = Row("key", ok=True, found=f"{found.key.name}, from the {_place(found)}")
        permissions = await _permissions_row(config, found)
    return (key, permissions, await _clock_row(config))


def _place(found: FoundKey) -> str:
    return found.place if found.place == "environment" else f"file {found.place}"


async def _permissions_row(config: Config, found: FoundKey) -> Row:
    """Ask the venue what the key may do: trade, and move no money away."""
    fix = "make a key at the venue that may view and trade, and nothing else"
    terms = RestTerms(base_url=config.venues.coinbase.rest_url)
    try:
        async with RestSession(SystemClock(), found.key, terms) as session:
            may = await AccountReads(session).permissions()
    except TraiderError as fault:
        return Row("permissions", ok=False, found=fault.line(), fix=fix)
    faults = []
    if not may.can_view:
        faults.append("it may not view")
    if not may.can_trade:
        faults.append("it may not trade")
    if may.can_transfer:
        faults.append("it may move money away")
    return judged("permissions", faults, "view and trade, no transfer", fix)


async def _clock_row(config: Config) -> Row:
    """Compare this machine's clock with the venue's; a local exchange has a time of its own."""
    url, most_ms = config.venues.coinbase.rest_url, config.readiness.clock_ms
    fix = "let a time service set this machine's clock (timedatectl set-ntp true)"
    try:
        clock = await _clock(url)
        if clock is None:
            return Row(
                "clock", ok=False, found="the local exchange runs without a speed",
                fix="start traider exchange at a speed",
            )  # fmt: skip
        async with RestSession(clock, terms=RestTerms(base_url=url)) as session:
            before_ns, begun_ns = clock.now_ns(), clock.monotonic_ns()
            told = await MarketReads(session).server_time()
            taken_ns = clock.monotonic_ns() - begun_ns
    except TraiderError as fault:
        return Row("clock", ok=False, found=fault.line(), fix="reach the venue, then ask again")
    off_ms = (before_ns + taken_ns / 2 - told.now_ns) / _NS_PER_MS
    text = f"{off_ms:+.0f} ms from the venue's, known to {taken_ns / 2 / _NS_PER_MS:.0f} ms"
    if abs(off_ms) > most_ms:
        return Row("clock", ok=False, found=f"{text}, more than {most_ms:g} ms", fix=fix)
    return Row("clock", ok=True, found=text)


async def _clock(url: str) -> Clock | None:
    """Return the clock that the venue's time must agree with.

    Raises:
        VenueError: nobody answers.
    """
    machine = SystemClock()
    if not is_local(url):
        return machine
    try:
        return await clock_of(url, machine)
    except UsageError:
        return machine
