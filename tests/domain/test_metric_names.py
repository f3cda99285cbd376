import re
from pathlib import Path

from traider.domain import metric_names
from traider.domain.metric_names import DEFINITIONS, MetricKind

UNITS = ("_seconds", "_bytes", "_ratio", "_events", "_units", "_orders", "_total")


def test_every_constant_is_its_name_in_capitals() -> None:
    named = {
        value: name
        for name, value in vars(metric_names).items()
        if isinstance(value, str) and value in DEFINITIONS
    }
    assert {name.upper(): name for name in DEFINITIONS} == {
        constant: name for name, constant in named.items()
    }


def test_names_are_full_words_and_counters_end_in_total() -> None:
    assert [name for name in DEFINITIONS if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []
    for definition in DEFINITIONS.values():
        assert definition.name.endswith("_total") == (definition.kind is MetricKind.COUNTER)


def test_a_help_text_is_a_sentence_and_says_the_unit_where_the_name_has_none() -> None:
    for definition in DEFINITIONS.values():
        assert definition.text.endswith(".")
        if not definition.name.endswith(UNITS):
            assert re.search(r"currency|short|^1 |Number|Worth", definition.text), definition.name


def test_a_histogram_has_rising_bounds_and_nothing_else_has_any() -> None:
    for definition in DEFINITIONS.values():
        assert bool(definition.bounds) == (definition.kind is MetricKind.HISTOGRAM)
        assert list(definition.bounds) == sorted(set(definition.bounds))


def test_every_metric_is_set_by_somebody(repo_root: Path) -> None:
    source = repo_root / "src" / "traider"
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for path in source.rglob("*.py")
        if path.name != "metric_names.py"
    )
    words = set(re.findall(r"\w+", text))
    assert [name for name in DEFINITIONS if not {name, name.upper()} & words] == []
