"""Signed digests of the chain's end: what stands outside cannot be changed with the chain.

    {"day":"2026-11-21","hash":"…","key":"…","records":1234,"signature":"…","ts":…}

A digest says that after so many records the last one's hash was this; the signature is Ed25519 over
the canonical JSON of the line without it. Copies belong where who can change the chain cannot
write: a day whose digest is known elsewhere can no longer be told otherwise.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from traider.compliance.records import canonical
from traider.compliance.segments import ChainHead
from traider.domain.errors import DataError, UsageError

ANCHORS: Final = "anchors.jsonl"
_NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True)
class Anchor:
    """An end that the chain had, and who vouches for it."""

    day: str
    """The UTC day that it was made on."""
    ts_ns: int
    head: ChainHead
    key: str
    """The public key, 64 hexadecimal digits."""
    signature: str = ""

    def line(self) -> str:
        """Return it as its line."""
        return canonical(self._body() | {"signature": self.signature})

    def signed_text(self) -> bytes:
        """Return what is signed."""
        return canonical(self._body()).encode()

    def _body(self) -> dict[str, Any]:
        return {
            "day": self.day,
            "hash": self.head.hash,
            "key": self.key,
            "records": self.head.seq + 1,
            "ts": self.ts_ns,
        }


def private_key_of(pem: bytes, where: str) -> Ed25519PrivateKey:
    """Return the key of a PEM.

    Raises:
        UsageError: it is none, or of another kind.
    """
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(
            "is no Ed25519 key in PEM, without a password",
            where=where,
            fix="make one: openssl genpkey -algorithm ed25519 -out audit.pem",
        )
    return key


def public_key_of(pem: bytes, where: str) -> str:
    """Return the public key of a PEM, as anchors name it; of a private key, its public half.

    Raises:
        UsageError: it is neither.
    """
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        key = private_key_of(pem, where).public_key()
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError("is no Ed25519 key", where=where, fix="give the key of the anchors")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def made_anchor(key: Ed25519PrivateKey, head: ChainHead, now_ns: int) -> Anchor:
    """Return the signed digest of an end."""
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    anchor = Anchor(day_of(now_ns), now_ns, head, public)
    signature = key.sign(anchor.signed_text()).hex()
    return Anchor(anchor.day, now_ns, head, public, signature)


def keep_anchor(anchor: Anchor, folders: Iterable[Path]) -> None:
    """Append a digest to the files of ``folders``, each forced onto the disk.

    Raises:
        UsageError: one cannot be written.
    """
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / ANCHORS).open("a", encoding="ascii") as file:
                file.write(anchor.line() + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as fault:
            raise UsageError(
                f"no digest can be kept there: {fault.strerror}",
                where=str(folder),
                fix="name a folder that you may write to",
            ) from fault


def read_anchors(folder: Path) -> tuple[Anchor, ...]:
    """Return the digests of a folder, in order; none where there is no file.

    Raises:
        DataError: a line is none.
    """
    path = folder / ANCHORS
    try:
        raw = path.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return ()
    return tuple(_anchor_of(line, path, at) for at, line in enumerate(raw.splitlines(), 1))


def _anchor_of(line: str, path: Path, at: int) -> Anchor:
    try:
        body = json.loads(line)
        head = ChainHead(int(body["records"]) - 1, str(body["hash"]))
        found = Anchor(
            str(body["day"]), int(body["ts"]), head, str(body["key"]), str(body["signature"])
        )
        is_same = found.line() == line
    except (ValueError, KeyError, TypeError) as fault:
        raise DataError("is no digest", where=f"{path}:{at}", fix="restore it") from fault
    if not is_same:
        raise DataError("was edited", where=f"{path}:{at}", fix="restore it")
    return found


def anchor_faults(anchors: Iterable[Anchor], hashes: dict[int, str], key: str) -> Iterator[str]:
    """Yield what is wrong with digests: signatures, and ends that the chain does not have.

    Args:
        anchors: in order.
        hashes: of the chain's records, by place, those of the anchors among them.
        key: the public key that is trusted; empty takes the one that each digest names.
    """
    for anchor in anchors:
        unsigned = _unsigned(anchor, key)
        if unsigned:
            yield unsigned
        elif anchor.head.seq not in hashes:
            yield (
                f"the digest of {anchor.day} tells of {anchor.head.seq + 1} records, "
                "and the chain has fewer"
            )
        elif hashes[anchor.head.seq] != anchor.head.hash:
            yield f"the digest of {anchor.day} tells of another record {anchor.head.seq}"


def signature_faults(anchors: Iterable[Anchor], key: str) -> list[str]:
    """Return what is wrong with the signatures of digests alone; ``key`` as ``anchor_faults``."""
    return [told for each in anchors if (told := _unsigned(each, key))]


def _unsigned(anchor: Anchor, key: str) -> str:
    """Return what is wrong with a signature, nothing where it holds."""
    if key and anchor.key != key:
        return f"the digest of {anchor.day} is signed with another key: {anchor.key[:16]}…"
    if not _is_signed(anchor):
        return f"the digest of {anchor.day} has a signature that is not its own"
    return ""


def _is_signed(anchor: Anchor) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(anchor.key))
        key.verify(bytes.fromhex(anchor.signature), anchor.signed_text())
    except (InvalidSignature, ValueError):
        return False
    return True


def day_of(now_ns: int) -> str:
    """Return the UTC day of a time."""
    return datetime.fromtimestamp(now_ns // _NS_PER_S, UTC).date().isoformat()
