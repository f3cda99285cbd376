from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import Engine

from traider.domain.errors import DataError
from traider.store.tables.audit_index import AuditEntry, AuditIndex, AuditQuery

ENTRIES = [
    AuditEntry(
        position=number,
        digest=sha256(bytes([number])).hexdigest(),
        kind=("login", "limit", "order")[number % 3],
        who=("ann", "bob")[number % 2],
        subject=f"order {number // 2}",
        ts_ns=1_000 + number,
    )
    for number in range(20)
]


def test_entries_are_found_newest_first(engine: Engine) -> None:
    index = AuditIndex(engine)
    assert index.end() == 0
    assert index.add(ENTRIES[:12]) == 12
    assert index.add(ENTRIES[5:]) == 8
    assert index.add(ENTRIES) == 0
    assert index.end() == 20

    def positions(query: AuditQuery, count: int = 50) -> list[int]:
        return [entry.position for entry in index.find(query, count)]

    assert positions(AuditQuery()) == list(range(19, -1, -1))
    assert positions(AuditQuery(), 3) == [19, 18, 17]
    assert positions(AuditQuery(before=17), 2) == [16, 15]
    assert positions(AuditQuery(kind="login", who="ann")) == [18, 12, 6, 0]
    assert positions(AuditQuery(subject="order 4")) == [9, 8]
    assert positions(AuditQuery(from_ns=1_005, until_ns=1_007)) == [6, 5]
    assert index.find(AuditQuery(before=1)) == (ENTRIES[0],)


def test_a_hole_or_another_fact_is_refused(engine: Engine) -> None:
    index = AuditIndex(engine)
    index.add(ENTRIES[:3])
    with pytest.raises(DataError, match="entries 3 to 3 are missing"):
        index.add(ENTRIES[4:6])
    with pytest.raises(DataError, match="another fact stands at 1"):
        index.add([ENTRIES[3], replace(ENTRIES[1], digest="ab" * 32)])
    assert index.end() == 3
