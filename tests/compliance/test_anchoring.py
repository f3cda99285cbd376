import json
import subprocess
from pathlib import Path

import pytest

from tests.compliance.chains import small_chain
from traider.cli.main import run as command
from traider.compliance.anchoring import (
    ANCHORS,
    anchor_faults,
    private_key_of,
    public_key_of,
    read_anchors,
)
from traider.compliance.records import GENESIS, Entry, chained
from traider.compliance.segments import ChainHead, list_segments, write_head
from traider.compliance.verification import NO_JOURNAL, VerifyTerms, verify_audit
from traider.compliance.writing import AuditWriter
from traider.domain.errors import DataError, UsageError
from traider.runtime.auditing.anchors import DailyAnchor, SigningTerms
from traider.runtime.config_audit import AuditConfig


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Make a key with the tool that the documentation names."""
    path = tmp_path / "audit.pem"
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(path)],  # noqa: S607 - its name
        check=True,
        capture_output=True,
    )
    return path


def test_a_signed_end_is_proved_and_a_forged_past_is_found(
    tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chain = small_chain(tmp_path / "audit")
    copies = tmp_path / "elsewhere"
    signing = ["audit", "anchor", str(chain), "--key", str(key), "--to", str(copies)]
    assert command(signing) == 0
    assert (copies / ANCHORS).read_bytes() == (chain / ANCHORS).read_bytes()
    proving = ["audit", "verify", str(chain), "--public-key", str(key), "--anchors", str(copies)]
    assert command([*proving, "--json"]) == 0
    body = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (body["whole"], body["anchors"]) == (True, 2)
    # Who rewrites all of the chain, hashes, noted end and the copy here, still has no signature.
    previous, lines = GENESIS, []
    for seq in range(12):
        record = chained(seq, Entry(seq, "trader", "order", "forged", {}), previous)
        previous = record.hash
        lines.append(record.line() + b"\n")
    for path in list(list_segments(chain).values())[1:]:
        path.unlink()
    (chain / "audit-000000.jsonl").write_bytes(b"".join(lines))
    write_head(chain, ChainHead(11, previous))
    (chain / ANCHORS).unlink()
    assert command(["audit", "verify", str(chain)]) == 0
    assert command(proving) == 1
    assert "tells of another record 11" in capsys.readouterr().out


def test_a_digest_that_was_edited_or_signed_by_another_is_found(tmp_path: Path, key: Path) -> None:
    chain = small_chain(tmp_path / "audit")
    assert command(["audit", "anchor", str(chain), "--key", str(key)]) == 0
    (anchor,) = read_anchors(chain)
    hashes = {anchor.head.seq: anchor.head.hash}
    public = public_key_of(key.read_bytes(), "key")
    assert list(anchor_faults([anchor], hashes, public)) == []
    assert "another key" in next(anchor_faults([anchor], hashes, "ab" * 32))
    assert "the chain has fewer" in next(anchor_faults([anchor], {}, public))
    path = chain / ANCHORS
    line = path.read_text()
    for edited in (line.replace('"records":12', '"records":11'), line.replace("20", "21", 1)):
        path.write_text(edited)
        (changed,) = read_anchors(chain)
        assert "not its own" in next(anchor_faults([changed], {10: "", 11: ""}, ""))
    path.write_text(line.replace(",", ", ", 1))
    with pytest.raises(DataError, match="was edited"):
        read_anchors(chain)
    path.write_text("{}\n")
    with pytest.raises(DataError, match="is no digest"):
        read_anchors(chain)


def test_digests_that_were_counted_on_and_are_not_there_are_a_fault(
    tmp_path: Path, key: Path
) -> None:
    chain = small_chain(tmp_path / "audit", 3)
    public = public_key_of(key.read_bytes(), "key")
    (fault,) = verify_audit(chain, VerifyTerms(copies=(tmp_path / "nowhere",))).faults
    assert "no signed digest is there; name the folder" in fault
    (fault,) = verify_audit(chain, VerifyTerms(public)).faults
    assert "no signed digest is there that the key could be tried on" in fault
    assert verify_audit(chain).is_whole


def test_a_journal_that_was_taken_away_is_a_fault(tmp_path: Path) -> None:
    chain = small_chain(tmp_path / "audit", 3)
    assert verify_audit(tmp_path).verdict.notes == [NO_JOURNAL]
    (chain.parent / "run.json").write_text("{}")
    (fault,) = verify_audit(tmp_path).faults
    assert fault == f"{tmp_path / 'journal'}: is not there, and the run's audit tells of it"


def test_a_day_that_is_over_is_signed_once(tmp_path: Path, key: Path) -> None:
    config = AuditConfig(key_file=key, anchor=tmp_path / "copies")
    terms = SigningTerms.of(config)
    assert terms is not None
    with AuditWriter.open(small_chain(tmp_path / "audit")) as writer:
        DailyAnchor(terms).look(writer)
        assert read_anchors(writer.folder) == ()
        daily = DailyAnchor(terms, "2020-01-01")
        daily.look(writer)
        daily.look(writer)
        (anchor,) = read_anchors(writer.folder)
    assert anchor == read_anchors(tmp_path / "copies")[0]
    assert anchor.head.seq == 11


def test_a_key_is_an_ed25519_key(tmp_path: Path, key: Path) -> None:
    assert SigningTerms.of(AuditConfig()) is None
    with pytest.raises(UsageError, match="no Ed25519 key"):
        private_key_of(b"nothing", "here")
    with pytest.raises(UsageError, match="cannot be read"):
        SigningTerms.of(AuditConfig(key_file=tmp_path / "none.pem"))
    with pytest.raises(UsageError, match="no key to sign with"):
        SigningTerms.configured(None, None)
    assert SigningTerms.configured(key, tmp_path).copies == (tmp_path,)
