"""Laws of reading answers.

1. However the bytes are cut, the same answer comes out, with the last byte and not before.
2. What is no answer raises, and nothing is made of it.
"""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import DataError
from traider.venues import http_answers
from traider.venues.http_answers import AnswerReader, HttpAnswer

BODIES = st.binary(max_size=200)


def by_length(body: bytes) -> bytes:
    """Return an answer whose length is told."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


def in_chunks(parts: list[bytes], trailer: bytes = b"") -> bytes:
    """Return an answer in chunks."""
    chunks = b"".join(b"%x;note=1\r\n%b\r\n" % (len(part), part) for part in parts if part)
    head = b"HTTP/1.1 429 Too Many\r\nTransfer-Encoding: chunked\r\nRetry-After:  2 \r\n\r\n"
    return head + chunks + b"0\r\n" + trailer + b"\r\n"


def fed(data: bytes, cuts: list[int]) -> HttpAnswer:
    """Return what comes out when ``data`` is cut at some places."""
    reader, bounds = AnswerReader(), [0, *sorted(cuts), len(data)]
    for low, high in pairwise(bounds[:-1]):
        assert reader.feed(data[low:high]) is None
    answer = reader.feed(data[bounds[-2] :])
    assert answer is not None
    assert reader.is_empty
    return answer


@given(data=st.data(), body=BODIES)
def test_law_1_by_length(data: st.DataObject, body: bytes) -> None:
    whole = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + by_length(body)
    cuts = data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=6))
    answer = fed(whole, cuts)
    assert (answer.status, answer.body, answer.keeps) == (200, body, True)
    assert answer.headers["content-type"] == "text/plain"


@given(data=st.data(), parts=st.lists(BODIES, max_size=5), has_trailer=st.booleans())
def test_law_1_in_chunks(data: st.DataObject, parts: list[bytes], *, has_trailer: bool) -> None:
    whole = in_chunks(parts, b"Digest: 1\r\nOther: 2\r\n" if has_trailer else b"")
    cuts = data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=6))
    answer = fed(whole, cuts)
    assert (answer.status, answer.body) == (429, b"".join(parts))
    assert answer.headers["retry-after"] == "2"


@given(bodies=st.lists(BODIES, min_size=1, max_size=4))
def test_answers_come_one_after_the_other(bodies: list[bytes]) -> None:
    reader = AnswerReader()
    for body in bodies:
        answer = reader.feed(by_length(body))
        assert answer is not None
        assert answer.body == body


@pytest.mark.parametrize(
    ("head", "keeps"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n", True),
    ],
)
def test_it_is_told_whether_the_connection_stays(head: bytes, *, keeps: bool) -> None:
    assert fed(head, []).keeps is keeps


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"<html>\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nName : spaced\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Encoding: gzip\r\n\r\n0",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
        b"x" * (http_answers.HEAD_BYTES_MAX + 1),
    ],
)
def test_law_2(raw: bytes) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        AnswerReader().feed(raw)
