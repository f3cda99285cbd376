"""Law 1: no digit is left of a text.

Law 2: a value that is named like a secret is not left, whatever it is.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.ops.scrubbing import LONGEST, scrubbed

PEM = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIJx\n-----END EC PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("no order", "no order"),
        ("balance of 1,234.56 USD is under 0.5 BTC", "balance of # USD is under # BTC"),
        ("USD100.50", "USD#"),
        (f"signing with {PEM} failed", "signing with [secret] failed"),
        ("-----BEGIN PRIVATE KEY-----\ncut off", "[secret]"),
        ("postgresql://ana:s3cret@host/db", "postgresql://[secret]@host/db"),
        ("Authorization: Bearer abc.def", "Authorization: [secret]"),
        ("sent bearer abc", "sent bearer [secret]"),
        ("api_key='a b', more", "api_key=[secret], more"),
        ('{"password": "x"}', '{"password": [secret]}'),
        ("token eyJhbGciOi.eyJzdWIi.abc_-", "token [secret]"),
        ("order 0a1b2c3d-00000000000000ff", "order [secret]"),
        ("cannot read /srv/ana/keys/live.toml", "cannot read live.toml"),
    ],
)
def test_what_must_not_leave_does_not(text: str, left: str) -> None:
    assert scrubbed(text) == left


@given(st.text())
def test_no_amount_is_left(text: str) -> None:
    assert not any(each in "0123456789" for each in scrubbed(text))


@given(
    st.sampled_from(["api_key", "secret", "TOKEN", "client_secret", "Password", "signature"]),
    st.sampled_from(["=", ": ", " = "]),
    st.text(alphabet="abcdefghijklmnop", min_size=4, max_size=12).map("QX".__add__),
)
def test_what_is_named_a_secret_is_not_left(name: str, sign: str, value: str) -> None:
    assert value not in scrubbed(f"the call with {name}{sign}{value} failed")


def test_a_long_text_is_cut_and_no_secret_is_left_half() -> None:
    text = scrubbed("x " * (LONGEST // 2 - 5) + "password=" + "secretword" * 500)
    assert len(text) <= LONGEST
    assert "secretword" not in text
    assert scrubbed("word " * 100_000).startswith("word word")
