import pytest

from traider.domain.errors import UsageError
from traider.domain.payload_words import WORD_COUNT
from traider.domain.timeframes import TIMEFRAMES
from traider.store.kinds import EVENT_HEAD, SCHEMAS, Content, DataKind, event_words
from traider.store.stamps import HOUR_NS

HASH = "0123456789abcdef"
KINDS = [
    *(DataKind(content, name) for content in Content if content.is_bars for name in TIMEFRAMES),
    *(DataKind(content) for content in Content if not (content.is_bars or content.is_derived)),
    *(DataKind(content, definition=HASH) for content in Content if content.is_derived),
]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_kind_reads_back_from_its_name(kind: DataKind) -> None:
    assert DataKind.parse(str(kind)) == kind
    assert kind.schema.names[0] == "ts"


def test_bars_know_their_length() -> None:
    assert DataKind.parse("mark-bars-4h").length_ns == 4 * HOUR_NS
    assert DataKind.parse("funding").length_ns == 0


@pytest.mark.parametrize(
    "text",
    [
        "bars",
        "bars-7m",
        "mark-bars",
        "trades-1h",
        "books",
        "",
        "-1h",
        "features",
        "features-1h",
        "signals-",
        "depth-0123456789abcdef",
        "trade-events-1m",
    ],
)
def test_other_names_are_no_kinds(text: str) -> None:
    with pytest.raises(UsageError):
        DataKind.parse(text)


def test_trades_have_no_timeframe() -> None:
    with pytest.raises(UsageError, match="trades have no timeframe"):
        DataKind(Content.TRADES, "1h")


def test_features_are_named_by_a_hash_and_nothing_else_is() -> None:
    with pytest.raises(UsageError, match="'XYZ' is no hash"):
        DataKind(Content.FEATURES, definition="XYZ")
    with pytest.raises(UsageError, match="depth have no definition"):
        DataKind(Content.DEPTH, definition=HASH)


def test_rows_are_told_apart_by_columns_they_have() -> None:
    for content in Content:
        assert set(content.identity) <= set(SCHEMAS[content].names)
    assert Content.DEPTH.identity == ("ts", "seq")
    assert Content.FEATURES.identity == ("ts",)


def test_every_event_has_its_payload_words_behind_the_same_head() -> None:
    for content in Content:
        if content.is_events:
            names = SCHEMAS[content].names
            assert names == [*EVENT_HEAD, *event_words(content)]
            assert len(event_words(content)) <= WORD_COUNT
