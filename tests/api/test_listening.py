"""Where it may listen, and that TLS is real."""

import asyncio
import contextlib
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fastapi import FastAPI

from tests.api.served import serving_application
from traider.api.application import create_application
from traider.api.listening import listening_of
from traider.api.serving import ApiServer, Listening
from traider.api.terms import ApiTerms
from traider.domain.errors import UsageError
from traider.runtime.config import load_config


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of this machine's, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, secret = tmp_path / "cert.pem", tmp_path / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, secret


@pytest.mark.parametrize(
    ("overrides", "is_taken"),
    [
        ((), True),
        (("api.host=::1",), True),
        (("api.host=192.0.2.7",), False),
        (("api.host=192.0.2.7", "api.is_public=true"), True),
        (("api.host=192.0.2.7", "api.tls_certificate=c.pem", "api.tls_key=k.pem"), True),
        (("api.tls_key=k.pem",), False),
    ],
)
def test_another_address_than_the_loopback_must_be_meant(
    overrides: tuple[str, ...], is_taken: bool
) -> None:
    api = load_config(overrides=overrides).api
    if is_taken:
        assert listening_of(api).host == api.host
    else:
        with pytest.raises(UsageError, match="api"):
            listening_of(api)


def test_under_tls_a_browser_is_told_to_stay_there(
    certificate: tuple[Path, Path], written_state: Path
) -> None:
    pem, key = certificate
    at = Listening(port=0, certificate=str(pem), key=str(key))
    application = create_application(ApiTerms(written_state, load_config()))
    with serving_application(application, at) as url:
        trusting = ssl.create_default_context(cafile=str(pem))
        asked = url.replace("127.0.0.1", "localhost") + "/api/v1/health/live"
        with urlopen(asked, context=trusting, timeout=30) as answer:  # noqa: S310 - ours
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_certificate_that_is_none_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("none", encoding="utf-8")
    at = Listening(port=0, certificate=str(tmp_path / "cert.pem"), key=str(tmp_path / "gone.pem"))
    server = ApiServer(at)
    server.bind()
    with contextlib.closing(server), pytest.raises(UsageError, match=r"api\.tls_certificate"):
        asyncio.run(server.serve(FastAPI()))
