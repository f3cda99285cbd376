"""Settings that point at a local exchange."""


def exchange_settings(at: str) -> tuple[str, ...]:
    """Return the overrides that send Coinbase's requests to ``at``; none for an empty address."""
    if not at:
        return ()
    stream = at.replace("http", "ws", 1)
    return (f"venues.coinbase.rest_url={at}", f"venues.coinbase.stream_url={stream}/ws")
