"""What passwords must be, and what is kept of them.

Laws
1. A password that is made here is always strong enough, for whatever name.
2. A digest fits its own password, however its letters were composed, and no other.
"""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.security.desk import QUICK
from traider.api.problems import NotUnderstoodError
from traider.api.security.leaked import leaked_passwords
from traider.api.security.passwords import (
    Passwords,
    check_password,
    made_password,
    weakness_of,
)

PASSWORDS = Passwords(QUICK)


@pytest.mark.parametrize(
    ("password", "what"),
    [
        ("elevenchars", "fewer than 12"),
        ("x" * 129, "more than 128"),
        ("my-ada-lovelace", "has the name"),
        ("ADA-is-my-name-here", "has the name"),
        ("aaaaaaaabbbb", "very few characters"),
        ("121212121212", "very few characters"),
        ("abcdefghijklm", "tried first"),
        ("mlkjihgfedcba", "tried first"),
        ("123456789012", "tried first"),
        ("qwertyuiopasdf", "tried first"),
        ("1qaz2wsx3edc", "tried first"),
        ("Password1234", "tried first"),
        ("p@ssw0rd!2024", "tried first"),
        ("letmeinletmein", "tried first"),
        ("BitcoinTrader2025!", "tried first"),
        ("correcthorsebatterystaple", "tried first"),
        ("W1nter2024!!!!", "tried first"),
        ("sojdlg123aljg", "tried first"),
        ("Michelle**1987", "tried first"),
        ("$uperstar$uperstar", "tried first"),
    ],
)
def test_weak_passwords_are_refused_in_words(password: str, what: str) -> None:
    assert what in weakness_of(password, "ada")
    with pytest.raises(NotUnderstoodError) as refused:
        check_password(password, "ada")
    assert password not in refused.value.line()


def test_none_that_leaked_from_elsewhere_is_taken() -> None:
    leaked = leaked_passwords()
    assert len(leaked) > 19_000
    long_enough = [each for each in leaked if 12 <= len(each) <= 128]
    assert len(long_enough) > 150
    assert [each for each in long_enough if not weakness_of(each.upper(), "ada")] == []


@pytest.mark.parametrize(
    "password",
    [
        "plumb-oven-trail",
        "Zugspitze im Nebel",
        "сонные ежи поют",
        "x9!Kp2#mQ7$w",
        "one sunny day in a small boat",
    ],
)
def test_strong_ones_are_taken_whatever_they_are_made_of(password: str) -> None:
    assert weakness_of(password, "ada") == ""


@given(st.from_regex(r"[a-z][a-z0-9]{2,30}", fullmatch=True))
def test_1_a_password_made_here_is_strong_enough(name: str) -> None:
    made = made_password()
    assert weakness_of(made, name) == "" or name in made


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_2_a_digest_fits_its_password_alone(one: str, other: str) -> None:
    digest = PASSWORDS.digest(one)
    assert digest.startswith("$argon2id$")
    assert PASSWORDS.matches(digest, unicodedata.normalize("NFD", one))
    same = unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
    assert PASSWORDS.matches(digest, other) == same
    assert not PASSWORDS.matches(None, one)


def test_a_digest_that_is_none_fits_nothing() -> None:
    assert not PASSWORDS.matches("no digest", "no digest")


def test_the_cost_is_that_of_the_standard() -> None:
    # RFC 9106, section 4: 3 passes over 64 MiB in 4 lanes.
    assert Passwords().digest("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
