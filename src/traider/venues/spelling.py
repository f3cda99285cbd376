"""Whether a venue's currencies can be spelled in our names of instruments."""

from traider.domain.errors import UsageError
from traider.domain.instruments import InstrumentName


def spelled(venue: str, base: str, quote: str, suffix: str = "") -> str | None:
    """Return the name of an instrument, or None where our naming cannot spell it.

    Venues list a few things beside markets anyone trades here: staked coins (Kraken ``ETH2.S``),
    names with signs in them. They are left out of what is read, and refused by name when asked for.
    """
    try:
        return str(InstrumentName(venue, base, quote, suffix))
    except UsageError:
        return None
