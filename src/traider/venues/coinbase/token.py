"""Sign in to Coinbase Advanced Trade: a JSON web token for each request and each subscription.

    key = ApiKey.read(name, secret)
    token = rest_token(key, "GET", "api.coinbase.com", "/api/v3/brokerage/accounts", now_s)
    token = socket_token(key, now_s)

| part | what it holds |
| --- | --- |
| header | ``alg`` ES256 or EdDSA, ``typ`` JWT, ``kid`` the key's name, ``nonce`` 64 hex digits |
| claims | ``sub`` the key's name, ``iss`` cdp, ``nbf`` now, ``exp`` 120 s later |
| claims of REST | also ``uri``: method, host and path, without scheme and without query |

A token is good for 120 s and for one request; a subscription that was accepted lives on after it.
Source: docs.cdp.coinbase.com, "Advanced Trade API authentication" and "WebSocket authentication";
the same claims as coinbase-advanced-py 1.8.4 writes (``jwt_generator.py``).
"""

import binascii
import secrets
from base64 import b64decode
from typing import Final, Self

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from traider.domain.errors import ConfigError

LIFE_S: Final = 120

_ED25519_BYTES: Final = (32, 64)
"""A seed alone, or with its public key behind it."""
_FIX: Final = "give the key as it was downloaded: a PEM text, or base64 for Ed25519"


class ApiKey:
    """The name of a key and its secret, which is never shown."""

    __slots__ = ("_algorithm", "_secret", "name")

    def __init__(self, name: str, secret: EllipticCurvePrivateKey | Ed25519PrivateKey) -> None:
        self.name = name
        self._secret = secret
        self._algorithm = "ES256" if isinstance(secret, EllipticCurvePrivateKey) else "EdDSA"

    @classmethod
    def read(cls, name: str, secret: str) -> Self:
        r"""Read a key: an EC or Ed25519 key as PEM, or 32 or 64 bytes of Ed25519 as base64.

        A PEM text may have ``\n`` for its line breaks, as environment variables often do.

        Raises:
            ConfigError: name or secret is missing or of no known kind; the secret is not in it.
        """
        if not name.strip():
            raise ConfigError("the name of the Coinbase key is empty", fix="give the key's name")
        text = secret.strip().replace("\\n", "\n")
        found = _from_pem(text) if text.startswith("-----BEGIN") else _from_base64(text)
        if found is None:
            raise ConfigError("the Coinbase key cannot be read", where=name, fix=_FIX)
        return cls(name.strip(), found)

    def __repr__(self) -> str:
        """Name the key without its secret."""
        return f"ApiKey({self.name!r}, {self._algorithm})"

    def sign(self, claims: dict[str, str | int]) -> str:
        """Return a token of ``claims``."""
        head = {"kid": self.name, "nonce": secrets.token_hex()}
        return jwt.encode(claims, self._secret, algorithm=self._algorithm, headers=head)


def rest_token(key: ApiKey, method: str, host: str, path: str, now_s: int) -> str:
    """Return the token of one request; ``path`` goes without its query."""
    return key.sign({**_claims(key, now_s), "uri": f"{method} {host}{path}"})


def socket_token(key: ApiKey, now_s: int) -> str:
    """Return the token of one subscription."""
    return key.sign(_claims(key, now_s))


def _claims(key: ApiKey, now_s: int) -> dict[str, str | int]:
    return {"sub": key.name, "iss": "cdp", "nbf": now_s, "exp": now_s + LIFE_S}


def _from_pem(text: str) -> EllipticCurvePrivateKey | Ed25519PrivateKey | None:
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    if isinstance(key, Ed25519PrivateKey):
        return key
    if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1):
        return key
    return None


def _from_base64(text: str) -> Ed25519PrivateKey | None:
    try:
        raw = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return Ed25519PrivateKey.from_private_bytes(raw[:32]) if len(raw) in _ED25519_BYTES else None
