"""Where the API may listen: on this machine, or further with a certificate or an express word."""

from traider.api.addresses import is_loopback
from traider.api.serving import Listening
from traider.domain.errors import UsageError
from traider.runtime.config_api import ApiConfig


def listening_of(api: ApiConfig) -> Listening:
    """Return where ``[api]`` has the server listen.

    Raises:
        UsageError: the network would read passwords, and nobody said that this is meant; or one
            half of a certificate is missing.
    """
    has_certificate, has_key = api.tls_certificate is not None, api.tls_key is not None
    if has_certificate != has_key:
        missing, there = ("tls_key", "tls_certificate") if has_certificate else (
            "tls_certificate", "tls_key"
        )  # fmt: skip
        raise UsageError(f"api.{there} needs api.{missing}", where="api", fix=f"name the {missing}")
    if not (is_loopback(api.host) or has_certificate or api.is_public):
        raise UsageError(
            f"{api.host} is reached from other machines, and passwords would go there unencrypted",
            where="api.host",
            fix="set api.tls_certificate and api.tls_key, or api.is_public=true behind a proxy "
            "that encrypts, or keep 127.0.0.1",
        )
    return Listening(
        api.host,
        api.port,
        str(api.tls_certificate or ""),
        str(api.tls_key or ""),
        api.proxies,
    )
