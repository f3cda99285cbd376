"""Who sends a request: keys made here, and the tokens that are signed with them.

A token is a JWT of ES256 or EdDSA. Two makes are met: Coinbase's own SDK (``iss`` cdp, ``uri``
without a scheme) and ccxt (``iss`` coinbase-cloud or cdp, ``aud``, ``iat``, ``uri`` with the scheme
of a local address, or ``uris``). What both must satisfy: the key is known and is the subject, the
signature is right, the time lies in [``nbf``, ``exp``), the span is at most 121 s (the SDK reads
the clock twice), and for REST the ``uri`` names method, host and path of the request.
"""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from jwt.types import Options

SPAN_S_MAX: Final = 121
SKEW_S_MAX: Final = 5
"""How far a person's clock may run ahead."""
VENUE_HOST: Final = "api.coinbase.com"
_ISSUERS: Final = ("cdp", "coinbase-cloud")

PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

PERMISSIONS: Final = frozenset({"view", "trade", "transfer"})
"""What a key may be allowed to do."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A throwaway key. Only who made it has the private part."""

    name: str
    algorithm: str
    public: PublicKey
    portfolio_id: str
    permissions: frozenset[str] = PERMISSIONS


def make_key(portfolio_id: str, algorithm: str = "ES256") -> tuple[ApiKey, str]:
    """Return a new key and its private part, in the form the venue gives it.

    An ES256 key has a long name and its private part is PEM; an EdDSA key has a bare id, and its
    private part is base64 of seed and public part.
    """
    if algorithm == "EdDSA":
        private = ed25519.Ed25519PrivateKey.generate()
        both = private.private_bytes_raw() + private.public_key().public_bytes_raw()
        key = ApiKey(str(uuid4()), algorithm, private.public_key(), portfolio_id)
        return key, b64encode(both).decode()
    curve = ec.generate_private_key(ec.SECP256R1())
    pem = curve.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    name = f"organizations/{uuid4()}/apiKeys/{uuid4()}"
    return ApiKey(name, algorithm, curve.public_key(), portfolio_id), pem.decode()


class TokenVerifier:
    """Judge tokens by the keys of this exchange."""

    def __init__(self) -> None:
        self.keys: dict[str, ApiKey] = {}

    def add(self, key: ApiKey) -> None:
        """Take a key from now on."""
        self.keys[key.name] = key

    def verify(self, token: str, now_s: float, *, uri: tuple[str, str, str] | None) -> ApiKey | str:
        """Return the key a token was signed with, or what is wrong with it.

        Args:
            token: the JWT.
            now_s: wall time in seconds since 1970.
            uri: method, host and path of a REST request; None for WebSocket.
        """
        try:
            key = self.keys.get(str(jwt.get_unverified_header(token).get("kid")))
            if key is None:
                return "unknown key"
            claims: dict[str, Any] = jwt.decode(
                token, key.public, algorithms=[key.algorithm], options=_OPTIONS
            )
        except jwt.PyJWTError as fault:
            return f"bad token: {fault}"
        wrong = _bad_claims(claims, key.name, now_s) or (_bad_uri(claims, uri) if uri else "")
        return wrong or key


_OPTIONS: Final[Options] = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
}


def _bad_claims(claims: dict[str, Any], name: str, now_s: float) -> str:
    not_before, until = claims.get("nbf"), claims.get("exp")
    if not isinstance(not_before, int) or not isinstance(until, int):
        return "token without times"
    if claims.get("sub") != name or claims.get("iss") not in _ISSUERS:
        return "token of someone else"
    if until - not_before > SPAN_S_MAX:
        return "token valid too long"
    if now_s < not_before - SKEW_S_MAX:
        return "token not yet valid"
    return "token expired" if now_s >= until else ""


def _bad_uri(claims: dict[str, Any], uri: tuple[str, str, str]) -> str:
    method, host, path = uri
    told = claims.get("uri") or next(iter(claims.get("uris") or ()), "")
    told_method, _, address = str(told).partition(" ")
    for scheme in ("https://", "http://"):
        address = address.removeprefix(scheme)
    if told_method != method or address not in (f"{host}{path}", f"{VENUE_HOST}{path}"):
        return "token of another request"
    return ""
