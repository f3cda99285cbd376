"""Tokens: every make of client passes, and each way a token can be wrong is refused."""

import time
from typing import Any

import pytest

from tests.venues.simulated.serving import Signer
from traider.venues.simulated.tokens import ApiKey, TokenVerifier, make_key

URI = ("GET", "127.0.0.1:8080", "/api/v3/brokerage/accounts")
SDK = "GET 127.0.0.1:8080/api/v3/brokerage/accounts"
CCXT = "GET http://127.0.0.1:8080/api/v3/brokerage/accounts"
VENUE = "GET api.coinbase.com/api/v3/brokerage/accounts"


@pytest.fixture(params=["ES256", "EdDSA"])
def signer(request: pytest.FixtureRequest) -> tuple[Signer, TokenVerifier]:
    key, pem = make_key("portfolio", request.param)
    verifier = TokenVerifier()
    verifier.add(key)
    return Signer(key.name, pem, request.param), verifier


Made = tuple[Signer, TokenVerifier]


@pytest.mark.parametrize("uri", [SDK, CCXT, VENUE])
def test_the_address_may_be_written_in_any_clients_way(signer: Made, uri: str) -> None:
    found = signer[1].verify(signer[0].token(uri), time.time(), uri=URI)
    assert isinstance(found, ApiKey)


def test_ccxt_signs_with_other_claims(signer: Made) -> None:
    now = int(time.time())
    for changes in (
        {"iss": "coinbase-cloud", "aud": ["retail_rest_api_proxy"], "uri": CCXT, "iat": now},
        {"aud": ["cdp_service"], "uris": [CCXT], "iat": now},
    ):
        claims: dict[str, Any] = dict(changes)
        found = signer[1].verify(signer[0].token(**claims), time.time(), uri=URI)
        assert isinstance(found, ApiKey)


def test_a_socket_needs_no_address(signer: Made) -> None:
    assert isinstance(signer[1].verify(signer[0].token(), time.time(), uri=None), ApiKey)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"nbf": -300, "exp": -180}, "token expired"),
        ({"nbf": 60, "exp": 180}, "token not yet valid"),
        ({"nbf": 0, "exp": 130}, "token valid too long"),
        ({"sub": "someone"}, "token of someone else"),
        ({"iss": "else"}, "token of someone else"),
        ({"uri": "POST 127.0.0.1:8080/api/v3/brokerage/orders"}, "token of another request"),
        ({"uri": "GET elsewhere/api/v3/brokerage/accounts"}, "token of another request"),
        ({"nbf": "soon"}, "token without times"),
    ],
)
def test_wrong_claims_are_refused(signer: Made, changes: dict[str, object], wrong: str) -> None:
    now = int(time.time())
    shifted: dict[str, Any] = {
        name: now + value if isinstance(value, int) else value for name, value in changes.items()
    }
    token = signer[0].token(**({"uri": SDK} | shifted))
    assert signer[1].verify(token, now + 0.5, uri=URI) == wrong


def test_another_key_cannot_sign_in_the_name_of_one(signer: Made) -> None:
    _, pem = make_key("portfolio", signer[0].algorithm)
    forged = Signer(signer[0].name, pem, signer[0].algorithm).token(SDK)
    assert str(signer[1].verify(forged, time.time(), uri=URI)).startswith("bad token")
    assert str(signer[1].verify("nonsense", time.time(), uri=URI)).startswith("bad token")
    unknown = Signer("unknown", pem, signer[0].algorithm).token(SDK)
    assert signer[1].verify(unknown, time.time(), uri=URI) == "unknown key"
