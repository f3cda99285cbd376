"""The table [api]: where the dashboard and the API are served, and to whom."""

from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from traider.runtime.config_sections import OptionalPath, Real, Section, Whole, listed

PORT: Final = 8000


class ApiConfig(Section):
    """The front door for programs and browsers."""

    is_served: bool = True
    """Whether traider run serves it, in a process beside the trader."""
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    """Address it is served at; another than the loopback wants a certificate, or is_public."""
    port: Annotated[Whole, Field(ge=0, le=65_535)] = PORT
    """Port it is served at; 0 takes any free one."""
    nice: Annotated[Whole, Field(ge=0, le=19)] = 5
    """How much the server gives way to the trader beside it; 19 the most."""
    is_public: bool = False
    """Whether another address than the loopback is meant although the connection is not encrypted:
    whoever listens on the way reads passwords."""
    tls_certificate: OptionalPath = None
    """File of the TLS certificate with its chain, PEM; empty for plain HTTP."""
    tls_key: OptionalPath = None
    """File of its private key, PEM."""
    allowed_origins: Annotated[
        tuple[Annotated[str, Field(pattern=r"^https?://[^/*\s]+$")], ...], BeforeValidator(listed)
    ] = ()
    """Pages of other origins that may ask with a session, such as https://desk.example:3000; empty
    for none but the dashboard."""
    hosts: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """Names it may be asked by beside its address, such as trader.example behind a proxy."""
    proxies: Annotated[tuple[str, ...], BeforeValidator(listed)] = ()
    """Addresses of proxies that are believed where they say who asks (X-Forwarded-For)."""
    two_person: bool = False
    """Whether dangerous requests (live mode, re-arm, higher limits, people) wait until a second
    person lets them through."""
    session_idle_minutes: Annotated[Whole, Field(ge=1, le=1_440)] = 30
    """A session that nobody used for so long is over; an open dashboard uses it."""
    session_hours: Annotated[Whole, Field(ge=1, le=168)] = 12
    """A session is over then, used or not."""
    body_bytes_max: Annotated[Whole, Field(ge=1_024, le=104_857_600)] = 1_048_576
    """Longest body of a request that is taken."""
    requests_per_second: Annotated[Real, Field(gt=0, le=100_000)] = 50.0
    """Requests that one asker may make in a second, in the long run."""
    requests_at_once: Annotated[Whole, Field(ge=1, le=1_000_000)] = 200
    """Requests that one asker may make at once, after a quiet while."""
    address_requests_per_second: Annotated[Real, Field(gt=0, le=1_000_000)] = 100.0
    """Requests that one address may make in a second, whoever asks."""
    address_requests_at_once: Annotated[Whole, Field(ge=1, le=10_000_000)] = 400
    """Requests that one address may make at once, after a quiet while."""
