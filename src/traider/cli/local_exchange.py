"""Settings that point at a local exchange."""

from traider.domain.errors import UsageError


def exchange_settings(at: str) -> tuple[str, ...]:
    """Return the overrides that send Coinbase's requests to ``at``; none for an empty address.

    Raises:
        UsageError: it is no address.
    """
    if not at:
        return ()
    if not at.startswith(("http://", "https://")):
        raise UsageError(
            f"{at!r} is no address", where="--at", fix="give the REST address it printed"
        )
    stream = at.replace("http", "ws", 1)
    return (f"venues.coinbase.rest_url={at}", f"venues.coinbase.stream_url={stream}/ws")
