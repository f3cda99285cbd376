"""The venues whose messages are understood, by the name that recorders and files give them.

A new venue is one line here (``docs/how-to/add-a-venue.md``).
"""

from typing import Final

from traider.domain.errors import UsageError
from traider.venues.binance.recorded import BinanceRecordings
from traider.venues.bitfinex.recorded import BitfinexRecordings
from traider.venues.bitstamp.recorded import BitstampRecordings
from traider.venues.bybit.recorded import BybitRecordings
from traider.venues.coinbase.recorded import CoinbaseRecordings
from traider.venues.coinbase_pro.recorded import CoinbaseProRecordings
from traider.venues.deribit.recorded import DeribitRecordings
from traider.venues.kraken.recorded import KrakenRecordings
from traider.venues.okx.recorded import OkxRecordings
from traider.venues.recorded_venue import RecordedVenue
from traider.venues.recordings import Recording

VENUES: Final[dict[str, RecordedVenue]] = {
    "BINANCE": BinanceRecordings(),
    "BINANCE_FUTURES": BinanceRecordings(),
    "BITFINEX": BitfinexRecordings(),
    "BITSTAMP": BitstampRecordings(),
    "BYBIT": BybitRecordings(),
    "COINBASE": CoinbaseRecordings(),
    "COINBASE-PRO": CoinbaseProRecordings(),
    "DERIBIT": DeribitRecordings(),
    "KRAKEN": KrakenRecordings(),
    "OKX": OkxRecordings(),
}


def recorded_venue(recording: Recording, name: str = "") -> RecordedVenue:
    """Return the venue called ``name``; without one, that which the recording tells.

    Recorders name the venue in the header; without one the name of the file begins with it
    (``COINBASE-PRO-20210417.txt.zst``; the longest name that fits).

    Raises:
        UsageError: no such venue is known, or none is told.
    """
    told = (name or recording.source).upper().replace(" ", "_")
    if not told:
        file_name = recording.name.upper()
        fitting = [known for known in VENUES if _begins(file_name, known)]
        told = max(fitting, key=len, default="")
    if told in VENUES:
        return VENUES[told]
    what = f"the venue {told!r} is not known" if told else "nothing tells the venue"
    where = "--venue" if name else str(recording.paths[0])
    raise UsageError(what, where=where, fix=f"give --venue one of {', '.join(VENUES)}")


def _begins(file_name: str, known: str) -> bool:
    return file_name == known or file_name.startswith(f"{known}-")
