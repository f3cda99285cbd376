"""Where copies of an audit go: a folder, or storage that speaks S3 and locks what it is given.

    store = open_store("s3://evidence/run-1", StoreTerms(endpoint, locked_until))
    store.put("audit-000000.jsonl", data)

An object is written once; one that is there with the same bytes is left. With object lock nobody,
the owner of the account included, can delete a version before its time; the lock is read back, and
an object that was there without one, or with a shorter one, gets it.
"""

import base64
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from traider.domain.errors import TraiderError, UsageError

S3: Final = "s3://"
_DIGEST: Final = "sha256"
_COMPLIANCE: Final = "COMPLIANCE"
_NOT_THERE: Final = ("404", "NoSuchKey", "NotFound")


class ArchiveError(TraiderError):
    """The storage of an archive cannot be reached, or refuses."""


@dataclass(frozen=True)
class StoreTerms:
    """How objects are kept."""

    endpoint: str = ""
    """Address of what speaks S3; that of AWS when empty."""
    locked_until: datetime | None = None
    """Until when nothing can delete them; None locks nothing."""


class Store(Protocol):
    """A place for objects by name."""

    def put(self, name: str, data: bytes) -> bool:
        """Keep an object; return whether it was not there with these bytes already.

        Raises:
            ArchiveError: the place refuses, or an object is not locked as it was asked to be.
        """

    def read(self, name: str) -> bytes:
        """Return the bytes of an object, as the place gives them."""

    def address(self, name: str) -> str:
        """Return where an object is."""


def open_store(target: str, terms: StoreTerms) -> Store:
    """Return the place that ``target`` names.

    Raises:
        UsageError: it names none, or the package for it is not installed.
        ArchiveError: it cannot be reached.
    """
    if target.startswith(S3):
        bucket, _, prefix = target.removeprefix(S3).partition("/")
        if not bucket:
            raise UsageError(f"{target!r} names no bucket", fix="write s3://BUCKET/PREFIX")
        return _S3Store(bucket, prefix.strip("/"), terms)
    if "://" in target:
        raise UsageError(f"{target!r} is no place for copies", fix="name a folder or s3://BUCKET")
    return _FolderStore(Path(target))


class _FolderStore:
    """A folder; what locks it is whoever owns it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, data: bytes) -> bool:
        path = self._folder / name
        try:
            if path.exists() and path.read_bytes() == data:
                return False
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(path.name + ".part")
            with fresh.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except OSError as fault:
            raise _refused(str(path), fault.strerror or str(fault)) from fault
        return True

    def read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError as fault:
            raise _refused(str(self._folder / name), fault.strerror or str(fault)) from fault

    def address(self, name: str) -> str:
        return str((self._folder / name).absolute())


class _S3Store:
    """A bucket, by boto3; the key of the account comes from where boto3 looks for it."""

    def __init__(self, bucket: str, prefix: str, terms: StoreTerms) -> None:
        try:
            import boto3  # noqa: PLC0415 - of an extra
            import botocore.exceptions as faults  # noqa: PLC0415 - the same
        except ImportError:
            raise UsageError(
                "storage that speaks S3 needs the package boto3",
                where="archive",
                fix="pip install 'traider[archive]'",
            ) from None
        self._bucket, self._prefix, self._terms = bucket, prefix, terms
        self._refusals: tuple[type[Exception], ...] = (faults.BotoCoreError, faults.ClientError)
        self._client: Any = boto3.client("s3", endpoint_url=terms.endpoint or None)

    def put(self, name: str, data: bytes) -> bool:
        until = self._terms.locked_until
        found = self._head(name)
        is_new = not self._holds(name, found, data)
        if is_new:
            lock: dict[str, Any] = {}
            if until is not None:
                lock = {"ObjectLockMode": _COMPLIANCE, "ObjectLockRetainUntilDate": until}
            self._asked(
                "put_object",
                name,
                Body=data,
                Metadata={_DIGEST: hashlib.sha256(data).hexdigest()},
                ChecksumAlgorithm="SHA256",
                **lock,
            )
        elif until is not None and not _is_locked(found, until):
            retention = {"Mode": _COMPLIANCE, "RetainUntilDate": until}
            version = {"VersionId": found["VersionId"]} if "VersionId" in found else {}
            self._asked("put_object_retention", name, Retention=retention, **version)
        if until is not None and not _is_locked(self._head(name), until):
            raise _refused(self.address(name), f"it is not locked until {until.isoformat()}")
        return is_new

    def read(self, name: str) -> bytes:
        body = self._asked("get_object", name)["Body"]
        with body:
            return bytes(body.read())

    def address(self, name: str) -> str:
        return f"{S3}{self._bucket}/{self._key(name)}"

    def _key(self, name: str) -> str:
        return f"{self._prefix}/{name}" if self._prefix else name

    def _holds(self, name: str, found: Mapping[str, Any], data: bytes) -> bool:
        """Whether an object has just these bytes, by the checksum that the place itself made.

        Where it made none, what they were called when they came may be anybody's word: they are
        read back.
        """
        digest, told = hashlib.sha256(data), found.get("ChecksumSHA256")
        if told is not None:
            return bool(told == base64.b64encode(digest.digest()).decode())
        named = found.get("Metadata", {}).get(_DIGEST)
        return named == digest.hexdigest() and self.read(name) == data

    def _head(self, name: str) -> dict[str, Any]:
        """Return what the place says of an object, nothing where there is none."""
        try:
            found: dict[str, Any] = self._client.head_object(
                Bucket=self._bucket, Key=self._key(name), ChecksumMode="ENABLED"
            )
        except self._refusals as fault:
            if _code(fault) in _NOT_THERE:
                return {}
            raise _refused(self.address(name), str(fault)) from fault
        return found

    def _asked(self, what: str, name: str, **words: object) -> Any:  # noqa: ANN401 - boto3's own
        try:
            return getattr(self._client, what)(Bucket=self._bucket, Key=self._key(name), **words)
        except self._refusals as fault:
            raise _refused(self.address(name), str(fault)) from fault


def _is_locked(head: Mapping[str, Any], until: datetime) -> bool:
    """Return whether an object cannot be deleted before ``until``."""
    ends = head.get("ObjectLockRetainUntilDate")
    return (
        head.get("ObjectLockMode") == _COMPLIANCE
        and isinstance(ends, datetime)
        and ends >= until.replace(microsecond=0)
    )


def _code(fault: Exception) -> str:
    response: dict[str, Any] = getattr(fault, "response", {})
    return str(response.get("Error", {}).get("Code", ""))


def _refused(where: str, why: str) -> ArchiveError:
    return ArchiveError(
        f"no copy can be kept there: {why}",
        where=where,
        fix="check the address and that you may write; the bucket must have object lock, or give "
        "--no-lock",
    )
