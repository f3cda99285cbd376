"""Throwaway keys of both kinds."""

from base64 import b64encode
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from traider.venues.coinbase.token import ApiKey

NAME: Final = "organizations/0/apiKeys/1"

CURVE: Final = generate_private_key(SECP256R1())
CURVE_PEM: Final = CURVE.private_bytes(
    Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
).decode()
EDWARDS: Final = Ed25519PrivateKey.generate()
EDWARDS_PEM: Final = EDWARDS.private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
).decode()
EDWARDS_32: Final = b64encode(EDWARDS.private_bytes_raw()).decode()
EDWARDS_64: Final = b64encode(
    EDWARDS.private_bytes_raw() + EDWARDS.public_key().public_bytes_raw()
).decode()

KEY: Final = ApiKey.read(NAME, CURVE_PEM)
