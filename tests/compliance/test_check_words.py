import pytest

from traider.compliance.check_words import measured


@pytest.mark.parametrize(
    ("check", "value", "words"),
    [
        ("stale-data", 6e10, "60 s"),
        ("stale-data", 3_250_000_000.0, "3.25 s"),
        ("min-size", 1_124_480.0, "1,124,480 lots"),
        ("min-size", 1.0, "1 lot"),
        ("exposure", 0.1215, "0.1215"),
        ("exposure", None, "not known"),
        ("stale-data", "off", "off"),
    ],
)
def test_a_number_is_told_as_its_check_measures_it(check: str, value: object, words: str) -> None:
    assert measured(check, value) == words
