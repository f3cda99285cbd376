"""The format, read by a reader of its own that knows ``docs/journal.md`` and nothing else."""

import struct
import zlib
from pathlib import Path

import pyarrow as pa
import pytest
from blake3 import blake3

from tests.journal.journals import EVENTS, FACT, HEADER, crafted, small_terms, some_events
from traider.journal import JournalReader, JournalWriter

GROUP = struct.Struct("<QQIIIIQqQqq")
TRAILER = struct.Struct("<Q8s")


def blocks(raw: bytes) -> list[tuple[tuple[object, ...], bytes, bytes]]:
    """Return fields, payload and hash of each block, up to an index."""
    found = []
    place = 0
    while place < len(raw):
        fields = HEADER.unpack_from(raw, place)
        size = fields[9]
        payload = raw[place + 96 : place + 96 + size]
        assert fields[0] == b"TRDJ"
        assert fields[1] == 1
        assert fields[14] == zlib.crc32(raw[place : place + 92])
        assert fields[13] == zlib.crc32(payload)
        if fields[2] == 5:
            offset, magic = TRAILER.unpack(raw[place + 96 + size :])
            assert (offset, magic) == (place, b"TRDJEND\n")
            break
        digest = blake3(raw[place : place + 96 + size]).digest()
        found.append((fields, payload, digest))
        place += 96 + size
    return found


def unpacked(path: Path) -> bytes:
    """Return a packed file as it was written, without its index."""
    raw = path.read_bytes()
    offset, magic = TRAILER.unpack(raw[-16:])
    assert magic == b"TRDJEND\n"
    assert raw[5] == 6
    size = HEADER.unpack_from(raw, offset)[9]
    parts = []
    for group in GROUP.iter_unpack(raw[offset + 96 : offset + 96 + size]):
        frame = raw[group[1] : group[1] + group[3]]
        assert zlib.crc32(frame) == group[4]
        parts.append(pa.decompress(frame, group[2], codec="zstd", asbytes=True))
        assert sum(map(len, parts)) == group[0] + group[2]
    return b"".join(parts)


@pytest.mark.parametrize("compress", [True, False])
def test_the_chain_goes_through_all_files_as_the_page_says(tmp_path: Path, compress: bool) -> None:
    facts = 0
    with JournalWriter.open(tmp_path, terms=small_terms(2_000, compress=compress)) as journal:
        for start in range(0, 60, 5):
            journal.append(some_events(5, start))
            if start % 3 == 0:
                journal.append_fact("note", b"body %d" % start)
                facts += 1
        head = journal.head()
    chain = []
    for path in tmp_path.glob("*-0*"):
        raw = unpacked(path) if path.suffix == ".segz" else path.read_bytes()
        for place, block in enumerate(blocks(raw)):
            assert block[0][10] == int(path.stem[-6:])
            assert block[0][11] == place
            chain.append(block)
    chain.sort(key=lambda block: block[0][4])  # type: ignore[arg-type,return-value]
    previous, sequence, payloads, seen = bytes(32), 0, b"", []
    for number, (fields, payload, digest) in enumerate(chain):
        assert fields[4] == number
        assert fields[12] == previous
        previous = digest
        if fields[2] == 3:
            assert fields[5] == sequence
            assert len(payload) == 64 * fields[8]  # type: ignore[operator]
            sequence += fields[8]  # type: ignore[operator]
            payloads += payload
        elif fields[2] == 4:
            assert fields[5] == sequence - 1
            length = int.from_bytes(payload[:2], "little")
            seen.append((payload[2 : 2 + length], payload[2 + length :]))
        else:
            assert fields[2] in (1, 2)
            assert payload == chain[0][1]
            assert len(payload) == 16
    assert payloads == some_events(60).tobytes()
    assert seen == [(b"note", b"body %d" % start) for start in range(0, 60, 15)]
    assert (head.number, head.sequence, head.hash) == (len(chain) - 1, 60, previous)
    mark = HEADER.unpack((tmp_path / "head").read_bytes())
    assert (mark[2], mark[4], mark[5], mark[12]) == (7, len(chain) - 1, 60, previous)
    assert facts == 4


def test_a_journal_of_this_format_is_read_for_ever(tmp_path: Path) -> None:
    # Bytes as version 1 wrote them: whatever changes, they must be read as what they say.
    crafted(
        tmp_path,
        [
            ("events", EVENTS, 0, 2, some_events(2).tobytes()),
            ("facts", FACT, 1, 1, b"\x04\x00noteA body"),
        ],
    )
    reader = JournalReader(tmp_path)
    (events,) = reader.events()
    assert events.tobytes() == some_events(2).tobytes()
    (fact,) = reader.facts()
    assert (fact.kind, fact.sequence, fact.ts_ns, fact.body) == ("note", 1, 5, b"A body")
    with JournalWriter.open(tmp_path) as journal:
        assert journal.sequence == 2
