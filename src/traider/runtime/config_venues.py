"""The tables [venues] and [feed]: which venues are listened to, where, and how patiently."""

from typing import Annotated, Literal

from pydantic import Field

from traider.runtime.config_sections import OptionalPath, Real, Section, Whole


class CoinbaseConfig(Section):
    """Coinbase Advanced Trade."""

    enabled: bool = True
    """Whether it may be connected to."""
    rest_url: str = "https://api.coinbase.com"
    """Address of its REST interface."""
    stream_url: str = "wss://advanced-trade-ws.coinbase.com"
    """Address of its market data."""
    user_url: str = "wss://advanced-trade-ws-user.coinbase.com"
    """Address of the news about our orders."""
    key_file: OptionalPath = None
    """File of the key that may trade, as it was downloaded; the variables
    TRAIDER_COINBASE_KEY_NAME and TRAIDER_COINBASE_KEY_SECRET go before it."""
    products_per_connection: Annotated[Whole, Field(ge=1, le=200)] = 10
    """More products than these are spread over several connections."""
    connections_per_second: Annotated[Real, Field(ge=0, le=1_000)] = 8.0
    """Connections opened in a second, as the venue allows an address; 0 is without limit."""
    messages_per_second: Annotated[Real, Field(ge=0, le=1_000)] = 8.0
    """Messages sent in a second over all connections, likewise."""
    sequence: Literal["connection", "channel", "product"] = "connection"
    """What its sequence numbers count; its guide and its messages differ."""


class PublicVenueConfig(Section):
    """A venue that is only listened to."""

    enabled: bool = False
    """Whether it may be connected to."""
    rest_url: str = ""
    """Address of its REST interface; its own when empty."""
    stream_url: str = ""
    """Address of its market data; its own when empty."""


class VenuesConfig(Section):
    """Which venues are listened to."""

    coinbase: CoinbaseConfig = CoinbaseConfig()
    """Coinbase Advanced Trade."""
    binance: PublicVenueConfig = PublicVenueConfig()
    """Binance, spot and USD-M contracts."""
    bybit: PublicVenueConfig = PublicVenueConfig()
    """Bybit, spot and linear contracts."""
    kraken: PublicVenueConfig = PublicVenueConfig()
    """Kraken, spot."""
    okx: PublicVenueConfig = PublicVenueConfig()
    """OKX, spot, perpetuals and futures."""


class FeedConfig(Section):
    """When market data is not to be trusted, and how it is mended."""

    stale_s: Annotated[Real, Field(gt=0, le=3_600)] = 5.0
    """Silence about an instrument that makes it stale."""
    quote_s: Annotated[Real, Field(gt=0, le=3_600)] = 5.0
    """How long quotes may differ from a book that does not change."""
    ahead_s: Annotated[Real, Field(gt=0, le=86_400)] = 1.0
    """How far a venue's clock may be before ours."""
    late_s: Annotated[Real, Field(gt=0, le=86_400)] = 5.0
    """How long a message may be under way."""
    jump: Annotated[Real, Field(gt=0, le=1)] = 0.05
    """Change of the middle price from message to message that is an outlier, as a fraction."""
    off_book: Annotated[Real, Field(gt=0, le=1)] = 0.02
    """How far outside the book a trade may be, as a fraction."""
    spread: Annotated[Real, Field(gt=0, le=1)] = 0.01
    """Widest spread, as a fraction of the middle price."""
    hold_s: Annotated[Real, Field(ge=0, le=3_600)] = 5.0
    """How long what happens in a moment counts as a fault."""
    alert_s: Annotated[Real, Field(ge=0, le=3_600)] = 10.0
    """How long a fault lasts before a person is told."""
    patience_s: Annotated[Real, Field(gt=0, le=300)] = 5.0
    """How long a new snapshot may take before it is asked for again."""
    reconnect_first_s: Annotated[Real, Field(gt=0, le=60)] = 0.5
    """First pause before connecting again; it doubles."""
    reconnect_longest_s: Annotated[Real, Field(gt=0, le=600)] = 30.0
    """Longest pause before connecting again."""
    queue_events: Annotated[Whole, Field(ge=1_000, le=100_000_000)] = 65_536
    """Events that may wait before changes of the book are merged."""
