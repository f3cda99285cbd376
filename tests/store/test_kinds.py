import pytest

from traider.domain.errors import UsageError
from traider.domain.timeframes import TIMEFRAMES
from traider.store.kinds import Content, DataKind
from traider.store.stamps import HOUR_NS

KINDS = [
    *(DataKind(content, name) for content in Content if content.is_bars for name in TIMEFRAMES),
    DataKind(Content.TRADES),
    DataKind(Content.FUNDING),
]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_kind_reads_back_from_its_name(kind: DataKind) -> None:
    assert DataKind.parse(str(kind)) == kind
    assert kind.schema.names[0] == "ts"


def test_bars_know_their_length() -> None:
    assert DataKind.parse("mark-bars-4h").length_ns == 4 * HOUR_NS
    assert DataKind.parse("funding").length_ns == 0


@pytest.mark.parametrize("text", ["bars", "bars-7m", "mark-bars", "trades-1h", "books", "", "-1h"])
def test_other_names_are_no_kinds(text: str) -> None:
    with pytest.raises(UsageError):
        DataKind.parse(text)


def test_trades_have_no_timeframe() -> None:
    with pytest.raises(UsageError, match="trades have no timeframe"):
        DataKind(Content.TRADES, "1h")
