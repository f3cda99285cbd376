import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.compliance.chains import entry, small_chain
from tests.servers.object_store import BUCKET, object_store
from traider.cli.main import run as command
from traider.compliance.actions import Action, last_action_line, record_action
from traider.compliance.anchoring import keep_anchor, made_anchor
from traider.compliance.exporting import (
    archive_segments,
    export_lines,
    export_table,
    locked_until,
)
from traider.compliance.reading import last_place, records
from traider.compliance.records import Entry, chained
from traider.compliance.segments import ChainHead, list_segments, segment_path
from traider.compliance.stores import ArchiveError, StoreTerms, open_store
from traider.compliance.tombstones import tombstones
from traider.compliance.verification import NO_JOURNAL, VerifyTerms, verify_audit
from traider.compliance.verifying import verify_chain
from traider.compliance.writing import AuditWriter
from traider.domain.errors import DataError, UsageError
from traider.runtime.auditing.following import ActionsTaken

Bucket = tuple[str, Any]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with object_store(monkeypatch) as found:
        yield found


def test_a_chain_is_copied_to_a_folder_once(tmp_path: Path) -> None:
    chain = small_chain(tmp_path / "audit")
    store = open_store(str(tmp_path / "copy"), StoreTerms())
    first, again = export_lines(chain, store), export_lines(chain, store)
    assert (first.files, first.written, again.written) == (first.files, first.files, 0)
    manifest = json.loads((tmp_path / "copy" / "manifest.json").read_bytes())
    for name, digest in manifest["files"].items():
        copy = (tmp_path / "copy" / name).read_bytes()
        assert copy == (chain / name).read_bytes()
        assert hashlib.sha256(copy).hexdigest() == digest
    assert verify_chain(tmp_path / "copy").ok


def test_a_copy_of_a_chain_that_took_up_actions_is_whole_by_itself(tmp_path: Path) -> None:
    chain = small_chain(tmp_path / "audit", 3)
    record_action(chain, Action("ana", "login", "web"), 5)
    with AuditWriter.open(chain) as writer:
        assert ActionsTaken(writer).take() == 1
    copy = tmp_path / "copy"
    export_lines(chain, open_store(str(copy), StoreTerms()))
    assert verify_audit(copy).faults == ()
    # Its list names the end, so that a copy that was cut is found.
    path = max(list_segments(copy).values())
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    (fault,) = verify_audit(copy).faults
    assert "were written and are not there" in fault


def test_each_hash_can_be_had_again_from_the_table(tmp_path: Path) -> None:
    chain = small_chain(tmp_path / "audit")
    export_table(chain, open_store(str(tmp_path / "copy"), StoreTerms()))
    table = pq.read_table(tmp_path / "copy" / "audit.parquet")
    times = table["ts"].cast(pa.int64()).to_pylist()
    rows = table.drop_columns("ts").to_pylist()
    assert len(rows) == 12
    for ts_ns, row in zip(times, rows, strict=True):
        assert ts_ns is not None
        told = Entry(ts_ns, row["actor"], row["action"], row["object"], json.loads(row["payload"]))
        assert chained(row["seq"], told, row["previous"]).hash == row["hash"]


def test_copies_in_a_bucket_cannot_be_deleted_before_their_time(
    tmp_path: Path, bucket: Bucket
) -> None:
    address, client = bucket
    chain = small_chain(tmp_path / "audit")
    target = ["--to", f"s3://{BUCKET}/run", "--endpoint", address, "--json"]
    assert command(["audit", "export", str(chain), *target]) == 0
    key = "run/audit-000000.jsonl"
    kept = client.head_object(Bucket=BUCKET, Key=key)
    assert kept["ObjectLockMode"] == "COMPLIANCE"
    years = kept["ObjectLockRetainUntilDate"] - datetime.now(UTC)
    assert timedelta(days=7 * 365) < years < timedelta(days=7 * 366)
    with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
        client.delete_object(Bucket=BUCKET, Key=key, VersionId=kept["VersionId"])
    copy = client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    assert copy == segment_path(chain, 0).read_bytes()


def test_what_is_there_already_is_not_written_again(
    tmp_path: Path, bucket: Bucket, capsys: pytest.CaptureFixture[str]
) -> None:
    address, _ = bucket
    chain = small_chain(tmp_path / "audit")
    for _ in range(2):
        arguments = ["--to", f"s3://{BUCKET}/twice", "--endpoint", address, "--json"]
        assert command(["audit", "export", str(chain), *arguments]) == 0
    first, again = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["written"] == first["files"] == again["files"] > 3
    assert again["written"] == 0


def test_a_copy_that_was_there_without_a_lock_gets_it(tmp_path: Path, bucket: Bucket) -> None:
    address, client = bucket
    chain = small_chain(tmp_path / "audit", 12)
    target, key = f"s3://{BUCKET}/late", "late/audit-000000.jsonl"
    export_lines(chain, open_store(target, StoreTerms(address)))
    assert "ObjectLockMode" not in client.head_object(Bucket=BUCKET, Key=key)
    store = open_store(target, StoreTerms(address, locked_until(5, time.time_ns())))
    assert export_lines(chain, store).written == 0
    kept = client.head_object(Bucket=BUCKET, Key=key)
    assert kept["ObjectLockMode"] == "COMPLIANCE"
    with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
        client.delete_object(Bucket=BUCKET, Key=key, VersionId=kept["VersionId"])
    # A shorter lock is made longer, and a longer one is never made shorter.
    open_store(target, StoreTerms(address, locked_until(9, time.time_ns()))).put(
        "audit-000000.jsonl", segment_path(chain, 0).read_bytes()
    )
    later = client.head_object(Bucket=BUCKET, Key=key)["ObjectLockRetainUntilDate"]
    assert later > kept["ObjectLockRetainUntilDate"] + timedelta(days=4 * 365)
    assert export_lines(chain, store).written == 0
    assert client.head_object(Bucket=BUCKET, Key=key)["ObjectLockRetainUntilDate"] == later


def test_other_bytes_under_the_same_digest_are_written_again(bucket: Bucket) -> None:
    address, client = bucket
    digest = hashlib.sha256(b"whole").hexdigest()
    client.put_object(Bucket=BUCKET, Key="x/a", Body=b"forged", Metadata={"sha256": digest})
    store = open_store(f"s3://{BUCKET}/x", StoreTerms(address))
    assert store.put("a", b"whole")
    assert store.read("a") == b"whole"
    assert not store.put("a", b"whole")
    # A place that makes no such checksum gives the bytes back to be compared.
    client.put_object(Bucket=BUCKET, Key="x/b", Body=b"whole", Metadata={"sha256": digest})
    assert "ChecksumSHA256" not in client.head_object(Bucket=BUCKET, Key="x/b")
    assert not store.put("b", b"whole")


def test_files_that_are_moved_leave_a_chain_that_verifies(tmp_path: Path, bucket: Bucket) -> None:
    address, client = bucket
    chain = small_chain(tmp_path / "audit", 12)
    full = len(list_segments(chain)) - 1
    whole = [each.hash for each in records(chain)]
    store = open_store(f"s3://{BUCKET}/moved", StoreTerms(address, locked_until(5, 0)))
    with AuditWriter.open(chain, 900) as writer:
        assert archive_segments(writer, store, locked_until(5, 0)) == full
        writer.append([entry(12)])
        # The files with the tombstones are moved in turn, and nothing is forgotten.
        full += archive_segments(writer, store, None)
    found = verify_chain(chain)
    assert found.fault is None
    assert (found.archived, found.records) == (full, 12 + full + 1)
    told = tombstones(list_segments(chain))[0]
    moved = client.get_object(Bucket=BUCKET, Key="moved/audit-000000.jsonl")["Body"].read()
    assert hashlib.sha256(moved).hexdigest() == told.sha256
    assert told.hash in whole
    # A segment that is gone without a word is still found.
    (left, *_) = list_segments(chain)
    segment_path(chain, left).unlink()
    assert not verify_chain(chain).ok


def test_a_chain_that_does_not_verify_is_not_copied(tmp_path: Path) -> None:
    chain = small_chain(tmp_path / "audit")
    path = segment_path(chain, 1)
    path.write_bytes(path.read_bytes().replace(b"trader", b"trad3r", 1))
    with pytest.raises(DataError, match="it was edited"):
        export_lines(chain, open_store(str(tmp_path / "copy"), StoreTerms()))
    assert not (tmp_path / "copy").exists()


def test_a_place_that_refuses_is_told(tmp_path: Path, bucket: Bucket) -> None:
    address, client = bucket
    client.create_bucket(Bucket="unlocked")
    store = open_store("s3://unlocked", StoreTerms(address, locked_until(5, 0)))
    with pytest.raises(ArchiveError, match="no copy can be kept there"):
        store.put("a", b"b")
    with pytest.raises(ArchiveError, match="no copy can be kept"):
        open_store("s3://nowhere-at-all", StoreTerms(address)).read("a")
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match="no copy can be kept"):
        open_store(str(tmp_path / "file" / "below"), StoreTerms()).put("a", b"b")
    for wrong in ("s3://", "ftp://host"):
        with pytest.raises(UsageError):
            open_store(wrong, StoreTerms())


def test_a_retention_ends_on_the_day_years_later() -> None:
    leap_day = int(datetime(2024, 2, 29, tzinfo=UTC).timestamp()) * 1_000_000_000
    assert locked_until(5, leap_day) == datetime(2029, 2, 28, tzinfo=UTC)
    assert locked_until(8, leap_day) == datetime(2032, 2, 29, tzinfo=UTC)


def test_what_moved_files_had_come_to_is_not_forgotten(tmp_path: Path) -> None:
    chain = small_chain(tmp_path / "audit", 3)
    for number in range(2):
        record_action(chain, Action("ana", "login", f"web:{number}"), number)
    with AuditWriter.open(chain, 900) as writer:
        assert ActionsTaken(writer).take() == 2
    place = last_place(chain)
    store = open_store(str(tmp_path / "archive"), StoreTerms())
    # Once the files with the events, then those with their tombstones: nothing tells of either.
    for _ in range(2):
        with AuditWriter.open(chain, 900) as writer:
            writer.append([Entry(9, "house", "export", "", {"filler": "x" * 900})])
            assert archive_segments(writer, store, None) > 0
    assert not any("place" in each.payload for each in records(chain))
    assert (last_place(chain), last_action_line(chain)) == (place, 2)
    with AuditWriter.open(chain, 900) as writer:
        assert ActionsTaken(writer).take() == 0
    record_action(chain, Action("ben", "approval", "model:7"), 5)
    with AuditWriter.open(chain, 900) as writer:
        assert ActionsTaken(writer).take() == 1
    found = verify_audit(chain)
    assert (found.faults, found.verdict.notes) == ((), [NO_JOURNAL])


def test_a_digest_of_a_record_that_was_moved_is_told_and_no_fault(tmp_path: Path) -> None:
    chain = small_chain(tmp_path / "audit", 4)
    key = Ed25519PrivateKey.generate()
    found = list(records(chain))
    for seq in (0, 3):
        keep_anchor(made_anchor(key, ChainHead(seq, found[seq].hash), seq), (chain,))
    store = open_store(str(tmp_path / "archive"), StoreTerms())
    with AuditWriter.open(chain, 900) as writer:
        assert archive_segments(writer, store, None) > 0
    proved = verify_audit(chain)
    assert proved.faults == ()
    assert "is of record 0" in proved.verdict.notes[1]
    # What is not compared must still be signed by its key.
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    assert len(verify_audit(chain, VerifyTerms(stranger)).faults) == 2
    # Copied back beside the others, the file is compared again.
    for path in (tmp_path / "archive").iterdir():
        shutil.copy(path, chain)
    again = verify_audit(chain)
    assert (again.faults, again.verdict.notes, again.verdict.archived) == ((), [NO_JOURNAL], 0)
