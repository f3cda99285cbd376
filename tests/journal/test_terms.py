import pytest

from traider.domain.errors import ConfigError
from traider.journal import JournalTerms


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
def test_an_interval_is_above_zero(seconds: float) -> None:
    with pytest.raises(ConfigError, match="between two fsyncs"):
        JournalTerms(fsync_interval_s=seconds)


def test_a_segment_has_a_size() -> None:
    with pytest.raises(ConfigError, match="segments of 0 bytes"):
        JournalTerms(segment_bytes=0)
    assert JournalTerms(fsync_interval_s=0.05).interval_ns == 50_000_000
