"""Sign the end of an audit: when a person asks, and by itself once a UTC day is over."""

import time
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from traider.compliance.anchoring import (
    Anchor,
    day_of,
    keep_anchor,
    made_anchor,
    private_key_of,
    read_anchors,
)
from traider.compliance.segments import ChainHead
from traider.compliance.writing import AuditWriter
from traider.domain.errors import UsageError
from traider.runtime.config import load_config
from traider.runtime.config_audit import AuditConfig
from traider.runtime.config_observability import HiddenUrl


@dataclass(frozen=True)
class SigningTerms:
    """Who signs, and where copies go."""

    key: Ed25519PrivateKey
    copies: tuple[Path, ...] = ()

    @classmethod
    def of(cls, config: AuditConfig) -> "SigningTerms | None":
        """Return the terms of a configuration; None where nothing is to be signed.

        Raises:
            UsageError: the key cannot be read, or is none.
        """
        text, file = config.key.get_secret_value(), config.key_file
        copies = () if config.anchor is None else (config.anchor,)
        if text:
            return cls(private_key_of(text.encode(), "audit.key"), copies)
        if file is None:
            return None
        try:
            return cls(private_key_of(file.read_bytes(), str(file)), copies)
        except OSError as fault:
            raise UsageError(
                f"cannot be read: {fault.strerror}", where=str(file), fix="check audit.key_file"
            ) from fault

    @classmethod
    def configured(cls, key_file: Path | None, target: Path | None) -> "SigningTerms":
        """Return the terms that a person gives, or else those of the configuration.

        Raises:
            UsageError: there is no key.
        """
        config = load_config().audit
        changed: dict[str, object] = {}
        if key_file is not None:
            changed = {"key_file": key_file, "key": HiddenUrl("")}
        if target is not None:
            changed["anchor"] = target
        found = cls.of(config.model_copy(update=changed))
        if found is None:
            raise UsageError(
                "there is no key to sign with",
                where="audit.key_file",
                fix="give --key FILE; openssl genpkey -algorithm ed25519 -out FILE makes one",
            )
        return found


def sign_end(terms: SigningTerms, head: ChainHead | None) -> Anchor:
    """Return a signed digest of an end.

    Raises:
        UsageError: the chain has no record yet.
    """
    if head is None:
        raise UsageError("the audit has no record yet", where="audit", fix="let the run begin")
    return made_anchor(terms.key, head, time.time_ns())


class DailyAnchor:
    """Signs the chain's end once a UTC day, at the first look after the day began anew."""

    def __init__(self, terms: SigningTerms, day_now: str = "") -> None:
        self._terms = terms
        self._day = day_now

    def look(self, writer: AuditWriter) -> None:
        """Sign what is written, where no digest of today is there yet and a day is over.

        Raises:
            UsageError: a copy cannot be written.
            DataError: the digests beside the chain cannot be read.
        """
        today = day_of(time.time_ns())
        if not self._day:
            held = read_anchors(writer.folder)
            self._day = held[-1].day if held else today
        if today == self._day or writer.last is None:
            return
        writer.sync()
        head = ChainHead(writer.last.seq, writer.last.hash)
        keep_anchor(sign_end(self._terms, head), (writer.folder, *self._terms.copies))
        self._day = today
