"""The second factor: codes by time (RFC 6238), and recovery codes for a lost telephone."""

import hmac
import secrets
from dataclasses import dataclass
from typing import Final

import pyotp
import segno

from traider.api.security.passwords import Passwords

STEP_NS: Final = 30_000_000_000
_AROUND: Final = (0, -1, 1)
"""Steps that are looked at: clocks of telephones are a little off."""
_ISSUER: Final = "Traider"
_RECOVERY_COUNT: Final = 10
_RECOVERY_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUP: Final = 4
_GROUPS: Final = 4


@dataclass(frozen=True)
class NewFactor:
    """A second factor that is being enrolled."""

    secret: str
    """For typing in, base32."""
    address: str
    """What the picture says: otpauth://…"""
    picture: str
    """The QR code, an SVG as a data address."""

    def __repr__(self) -> str:
        """Tell nothing, wherever it is printed."""
        return "NewFactor(…)"


def new_secret_of_factor() -> str:
    """Return 160 random bits, base32, as applications take them."""
    return pyotp.random_base32()


def factor_of(secret: str, name: str, host: str) -> NewFactor:
    """Return how the secret of ``name`` at ``host`` is shown."""
    address = pyotp.TOTP(secret).provisioning_uri(name=f"{name}@{host}", issuer_name=_ISSUER)
    picture = segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=4)
    return NewFactor(secret, address, picture)


def step_of_code(secret: str, code: str, now_ns: int) -> int | None:
    """Return the time step that ``code`` is of, None where it is of none around now."""
    said = "".join(code.split())
    now = now_ns // STEP_NS
    totp = pyotp.HOTP(secret)
    found = None
    for offset in _AROUND:
        # Every step is compared, so that how long it takes tells nothing.
        if hmac.compare_digest(totp.at(now + offset).encode(), said.encode()):
            found = now + offset
    return found


def new_recovery_codes() -> list[str]:
    """Return codes of 80 random bits, each good once: ``7KQM-94TD-…``."""
    return [_recovery_code() for _ in range(_RECOVERY_COUNT)]


def recovery_digest(code: str, light: Passwords) -> str:
    """Return what is kept of a recovery code: its first letters, to find it by, and argon2id."""
    plain = _plain(code)
    return f"{plain[:_GROUP]}:{light.digest(plain)}"


def find_recovery(digests: dict[str, int | None], code: str, light: Passwords) -> str | None:
    """Return the digest that ``code`` is of and that was not used; None where there is none."""
    plain = _plain(code)
    digest = next((kept for kept in digests if kept.partition(":")[0] == plain[:_GROUP]), None)
    # Where there is none, as much is computed, so that how long it takes tells nothing.
    is_right = light.matches(None if digest is None else digest.partition(":")[2], plain)
    return digest if digest is not None and is_right and digests[digest] is None else None


def is_recovery_code(code: str) -> bool:
    """Whether a text looks like a recovery code, not like a code by time."""
    return len(_plain(code)) == _GROUP * _GROUPS


def _recovery_code() -> str:
    groups = (
        "".join(secrets.choice(_RECOVERY_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)
    )
    return "-".join(groups)


def _plain(code: str) -> str:
    """Return a recovery code as it was made: letters that look alike are taken for each other."""
    read = code.upper().replace("O", "0").replace("I", "1").replace("L", "1")
    return "".join(letter for letter in read if letter.isalnum())
