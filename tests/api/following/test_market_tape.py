"""A tape tells how good the data were, and when."""

from tests.kernel.builders import record
from traider.api.following.market_tape import HealthSpan, MarketTape, QualityKind, QualityWord
from traider.domain.events import EventArray, Kind, join_events
from traider.domain.market_health import MarketHealth

SECOND_NS = 1_000_000_000


def words() -> EventArray:
    return join_events(
        [
            record(Kind.HEALTH, SECOND_NS, code=MarketHealth.HEALTHY),
            record(Kind.GAP, 5 * SECOND_NS, w0=10, w1=12, w2=4 * SECOND_NS, w3=5 * SECOND_NS),
            record(Kind.HEALTH, 5 * SECOND_NS, code=MarketHealth.GAP, f1=3.0, f2=1.0),
            record(Kind.RESYNC, 7 * SECOND_NS, code=1, w3=4 * SECOND_NS),
            record(Kind.HEALTH, 7 * SECOND_NS, code=MarketHealth.HEALTHY),
            record(Kind.INSTRUMENT_STATUS, 9 * SECOND_NS, code=1),
        ]
    )


def test_health_is_told_in_spans_and_gaps_with_what_is_missing() -> None:
    tape = MarketTape()
    tape.take(words())
    assert tape.health is MarketHealth.HEALTHY
    assert (tape.gaps, tape.resyncs) == (1, 1)
    assert tape.spans(0, 20 * SECOND_NS) == [
        HealthSpan(SECOND_NS, 5 * SECOND_NS, MarketHealth.HEALTHY),
        HealthSpan(5 * SECOND_NS, 7 * SECOND_NS, MarketHealth.GAP),
        HealthSpan(7 * SECOND_NS, 0, MarketHealth.HEALTHY),
    ]
    assert tape.spans(6 * SECOND_NS, 6 * SECOND_NS) == [
        HealthSpan(5 * SECOND_NS, 0, MarketHealth.GAP)
    ]
    gap = QualityWord(
        5 * SECOND_NS, QualityKind.GAP, 0, begin_ns=4 * SECOND_NS, end_ns=5 * SECOND_NS, missing=3
    )
    assert gap in tape.words


def test_the_way_back_puts_words_before_those_that_are_known() -> None:
    whole, later = MarketTape(), MarketTape()
    whole.take(words())
    later.take(words()[3:])
    later.take_earlier(words()[:3])
    assert [*later.words] == [*whole.words]
    assert (later.gaps, later.resyncs) == (1, 1)


def test_the_last_quote_and_mark_stand() -> None:
    tape = MarketTape()
    tape.take(
        join_events(
            [
                record(Kind.QUOTE, 1, w0=10, w1=5, w2=12, w3=6),
                record(Kind.QUOTE, 2, w0=11, w1=4, w2=12, w3=7),
                record(Kind.MARK, 3, w0=1_150_000_000),
            ]
        )
    )
    assert (tape.quote, tape.mark_e8) == ((11, 4, 12, 7), 1_150_000_000)
