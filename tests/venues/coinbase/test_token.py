"""Tokens, checked with the public key as the venue checks them."""

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP384R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.venues.coinbase.keys import (
    CURVE,
    CURVE_PEM,
    EDWARDS,
    EDWARDS_32,
    EDWARDS_64,
    EDWARDS_PEM,
    KEY,
    NAME,
)
from traider.domain.errors import ConfigError
from traider.venues.coinbase.token import ApiKey, rest_token, socket_token

NOW = 1_700_000_000


def claims(token: str) -> dict[str, object]:
    head = jwt.get_unverified_header(token)
    public = (CURVE if head["alg"] == "ES256" else EDWARDS).public_key()
    return jwt.decode(token, public, algorithms=[head["alg"]], options={"verify_exp": False})


def test_a_token_of_a_request_names_it_without_its_query() -> None:
    token = rest_token(KEY, "GET", "api.coinbase.com", "/api/v3/brokerage/accounts", NOW)
    assert claims(token) == {
        "sub": NAME,
        "iss": "cdp",
        "nbf": NOW,
        "exp": NOW + 120,
        "uri": "GET api.coinbase.com/api/v3/brokerage/accounts",
    }


def test_a_token_of_a_subscription_names_none() -> None:
    assert claims(socket_token(KEY, NOW)) == {
        "sub": NAME,
        "iss": "cdp",
        "nbf": NOW,
        "exp": NOW + 120,
    }


def test_the_head_names_the_key_and_a_nonce_of_its_own() -> None:
    heads = [jwt.get_unverified_header(socket_token(KEY, NOW)) for _ in range(2)]
    assert [{**head, "nonce": ""} for head in heads] == [
        {"alg": "ES256", "typ": "JWT", "kid": NAME, "nonce": ""}
    ] * 2
    assert heads[0]["nonce"] != heads[1]["nonce"]
    assert all(len(bytes.fromhex(head["nonce"])) == 32 for head in heads)


# Keys are made anew in each process, and workers of one run must collect the same names.
@pytest.mark.parametrize(
    "secret", [EDWARDS_PEM, EDWARDS_32, EDWARDS_64], ids=["PEM", "32 bytes", "64 bytes"]
)
def test_edwards_keys_are_read_in_each_of_their_shapes(secret: str) -> None:
    token = socket_token(ApiKey.read(NAME, secret), NOW)
    assert jwt.get_unverified_header(token)["alg"] == "EdDSA"
    assert claims(token)["sub"] == NAME


def test_line_breaks_may_be_written_out() -> None:
    key = ApiKey.read(f" {NAME}\n", CURVE_PEM.replace("\n", "\\n"))
    assert claims(socket_token(key, NOW))["sub"] == NAME


def _pem(key: rsa.RSAPrivateKey | EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "secret",
        EDWARDS_32[:-8],
        CURVE_PEM[:80],
        _pem(rsa.generate_private_key(65_537, 2048)),
        _pem(generate_private_key(SECP384R1())),
    ],
    ids=["none", "a word", "cut base64", "cut PEM", "RSA", "another curve"],
)
def test_what_is_no_key_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        ApiKey.read(NAME, secret)
    assert not secret or secret not in str(caught.value)


def test_a_key_without_a_name_is_refused() -> None:
    with pytest.raises(ConfigError, match="name"):
        ApiKey.read(" ", CURVE_PEM)


def test_a_key_never_shows_its_secret() -> None:
    assert repr(KEY) == f"ApiKey({NAME!r}, ES256)"
