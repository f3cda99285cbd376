"""Latencies: constant or drawn, by a hash with known answers, and nobody overtakes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernel.live_scenario import ask, at, bid, live
from tests.kernel.scenario import LATENCY, PLAIN_VENUE, Journal, cancel
from traider.domain.events import Kind
from traider.kernel.compiled import compile_kernel
from traider.kernel.specification import VenueSpec
from traider.kernel.venue.latency import random_word

pytestmark = pytest.mark.interpreted

MASK = 0xFFFFFFFF
VECTORS = {
    0: [0x8134CDF8, 0x0D568719, 0xE947728D, 0x4A468399],
    1: [0x92228D1B, 0x292ACAE6, 0x0064B863, 0x4670D28C],
    -1: [0x3E003DC7, 0x0A1DB464, 0xF5BE0F6C, 0x86EBF055],
}
WORDS = st.integers(-(2**63), 2**63 - 1)


def murmur3(data: bytes, seed: int) -> int:
    """Return MurmurHash3_x86_32, written from its public description."""

    def scrambled(word: int) -> int:
        word = word * 0xCC9E2D51 & MASK
        return ((word << 15 | word >> 17) & MASK) * 0x1B873593 & MASK

    digest = seed
    whole = len(data) // 4 * 4
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        digest ^= scrambled(word)
        digest = ((digest << 13 | digest >> 19) & MASK) * 5 + 0xE6546B64 & MASK
    if data[whole:]:
        digest ^= scrambled(int.from_bytes(data[whole:], "little"))
    digest ^= len(data)
    digest = (digest ^ digest >> 16) * 0x85EBCA6B & MASK
    digest = (digest ^ digest >> 13) * 0xC2B2AE35 & MASK
    return digest ^ digest >> 16


@pytest.mark.parametrize(
    ("text", "seed", "digest"),
    [
        ("", 0, 0),
        ("", 1, 0x514E28B7),
        ("", MASK, 0x81F16F39),
        ("test", 0, 0xBA6BD213),
        ("Hello, world!", 0, 0xC0363E43),
        ("The quick brown fox jumps over the lazy dog", 0x9747B28C, 0x2FA826CD),
    ],
)
def test_the_reference_gives_the_published_answers(text: str, seed: int, digest: int) -> None:
    assert murmur3(text.encode(), seed) == digest


@given(WORDS, WORDS, st.integers(0, 1))
def test_the_draw_is_that_hash(seed: int, key: int, stream: int) -> None:
    compile_kernel()
    assert random_word(seed, key, stream) == murmur3(struct.pack("<qq", seed, key), stream)


@pytest.mark.parametrize(("seed", "words"), VECTORS.items())
def test_the_draw_has_these_answers_compiled_and_interpreted(seed: int, words: list[int]) -> None:
    compile_kernel()
    keys = (0, 1, 1 << 52, (1 << 52) + 256)
    assert [int(random_word(seed, key, 0)) for key in keys] == words


def drawn(*latencies_ms: int, seed: int = 0) -> VenueSpec:
    """Return a venue that draws from ``latencies_ms``."""
    return VenueSpec(
        **{
            **PLAIN_VENUE.__dict__,
            "latencies_ns": tuple(ms * 1_000_000 for ms in latencies_ms),
            "seed": seed,
        }
    )


def arrivals(journal: Journal) -> list[int]:
    """Return how many milliseconds after second 1 each order was answered."""
    return [(int(e["ts_recv"]) - at(1)) // 1_000_000 for e in journal.of(Kind.ACK)]


MANY = [bid(1 + second, 1, price=90) for second in range(40)]


def test_latencies_are_the_measured_ones_and_vary() -> None:
    found = arrivals(live(*MANY, venue=drawn(10, 20, 70)))
    delays = [found - 1_000 * second for second, found in enumerate(found)]
    assert set(delays) == {10, 20, 70}


def test_a_seed_repeats_and_another_one_differs() -> None:
    runs = [arrivals(live(*MANY, venue=drawn(10, 20, 70, seed=seed))) for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


def test_one_sample_is_a_constant() -> None:
    assert arrivals(live(bid(1, 1, price=90), venue=drawn(7))) == [7]
    assert arrivals(live(bid(1, 1, price=90))) == [LATENCY // 1_000_000]


def test_orders_do_not_overtake_one_another() -> None:
    crowd = [bid(1 + n / 1_000, 1, price=90) for n in range(60)]
    found = arrivals(live(*crowd, venue=drawn(1, 500)))
    assert found == sorted(found)
    assert len(set(found)) > 1
    order = [int(e["order_id"]) for e in live(*crowd, venue=drawn(1, 500)).of(Kind.ACK)]
    assert order == sorted(order)


def test_a_cancel_does_not_overtake_its_order() -> None:
    for seed in range(12):
        venue = drawn(1, 400, seed=seed)
        order_id = live(ask(1, 1, price=110), venue=venue).order_ids[0]
        taken_back = cancel(0, order_id)
        taken_back["ts_event"] = taken_back["ts_recv"] = at(1) + 1_000_000
        journal = live(ask(1, 1, price=110), taken_back, venue=venue)
        kinds = [Kind(int(e["kind"])) for e in journal.of(Kind.ACK, Kind.CANCELLED, Kind.REJECTED)]
        assert kinds == [Kind.ACK, Kind.CANCELLED]
