"""Laws of the configuration.

1. A later source wins key by key: file, then environment, then command line.
2. What is not understood is refused, all of it at once, with place, key, reason and fix.
3. The digest depends on what decides, not on where files lie or results go.
"""

import hashlib
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.domain.errors import ConfigError
from traider.runtime.config import (
    Config,
    EnsembleStrategy,
    SmaCrossStrategy,
    canonical_json,
    config_digest,
    load_config,
    load_with_origins,
)

WriteFile = Callable[[str], Path]


@pytest.fixture(autouse=True)
def _clean_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Start each test in an empty folder without variables of ours."""
    for name in os.environ:
        if name.startswith("TRAIDER_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def write(tmp_path: Path) -> WriteFile:
    def write_file(text: str) -> Path:
        path = tmp_path / "test.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def _faults(path: Path | None = None, *overrides: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(path, overrides)
    faults: tuple[ConfigError, ...] = getattr(caught.value, "faults", (caught.value,))
    return [fault.line() for fault in faults]


def test_batch_features_and_score_files_are_relative_to_the_config_file(
    write: WriteFile, tmp_path: Path
) -> None:
    path = write(
        "[strategy]\nscores = { trees = 'scores/trees.parquet' }\n"
        "[[strategy.features]]\nname = 'slope'\nfile = 'own.py'\nparams = { window = 3 }\n"
    )
    loaded = load_config(path)
    assert isinstance(loaded.strategy, EnsembleStrategy)
    assert loaded.strategy.models == ("slope", "trees")
    assert loaded.strategy.features[0].params == {"window": 3.0}
    assert dict(loaded.named_files()) == {
        "strategy.features.0.file": tmp_path / "own.py",
        "strategy.scores.trees": tmp_path / "scores" / "trees.parquet",
    }
    assert load_config(path, ["strategy.scores.other=b.parquet"]).named_files()[-1] == (
        "strategy.scores.other",
        Path("b.parquet"),
    )
    assert config_digest(loaded) != config_digest(load_config())


def test_a_strategy_without_batch_features_names_no_files_of_them() -> None:
    settings = ['strategy.kind="quoting"', "strategy.size=0.01", "strategy.max_position=0.1"]
    quoting = load_config(None, settings)
    assert quoting.named_files() == ()


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ('strategy.scores={"a b" = "x.parquet"}', "strategy.scores.a b"),
        ('strategy.features=[{name="no-word", file="x.py"}]', "strategy.features.0.name"),
        ('strategy.features=[{name="slope"}]', "strategy.features.0.file: is missing"),
        (
            'strategy={scores={slope="x.parquet"}, features=[{name="slope", file="x.py"}]}',
            "features and scores name slope twice",
        ),
    ],
)
def test_batch_features_and_score_files_have_names_of_their_own(setting: str, says: str) -> None:
    assert any(says in fault for fault in _faults(None, setting)), _faults(None, setting)


def test_without_file_variables_or_options_every_default_holds() -> None:
    config = load_config()
    assert config == Config()
    assert config.capital == 10_000
    assert config.fill_tier == "pessimistic"
    assert {setting.origin for setting in load_with_origins().settings()} == {"default"}


def test_the_file_of_the_working_folder_is_read_when_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "traider.toml").write_text("capital = 7", encoding="utf-8")
    assert load_config().capital == 7


def test_command_line_beats_environment_beats_file(
    write: WriteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("capital = 1\nseed = 1\ncurrency = 'EUR'\n[costs]\ntaker_fee = 0.001")
    monkeypatch.setenv("TRAIDER_CAPITAL", "2")
    monkeypatch.setenv("TRAIDER_SEED", "2")
    monkeypatch.setenv("TRAIDER_COSTS__SPREAD_BPS", "3.5")
    loaded = load_with_origins(path, ["capital=3"])
    assert loaded.config.capital == 3
    assert (loaded.config.seed, loaded.config.currency) == (2, "EUR")
    assert (loaded.config.costs.taker_fee, loaded.config.costs.spread_bps) == (
        Decimal("0.001"),
        3.5,
    )
    origins = {setting.key: setting.origin for setting in loaded.settings()}
    assert origins["capital"] == "set"
    assert origins["seed"] == origins["costs.spread_bps"] == "env"
    assert origins["currency"] == origins["costs.taker_fee"] == "file"
    assert origins["costs.maker_fee"] == "default"


def test_a_fee_is_exactly_what_the_file_says(write: WriteFile) -> None:
    config = load_config(write("[costs]\ntaker_fee = 0.00060000000000000001"))
    assert config.costs.taker_fee == Decimal("0.00060000000000000001")


def test_files_are_relative_to_the_config_file_and_options_to_the_working_folder(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "deep"
    folder.mkdir()
    path = folder / "a.toml"
    path.write_text(
        "[data]\nfiles = ['x.parquet']\n[[strategy.alphas]]\nname = 'mine'\nfile = 'mine.py'\n"
        "[strategy]\nkind = 'ensemble'",
        encoding="utf-8",
    )
    config = load_config(path)
    assert config.data.files == (folder / "x.parquet",)
    assert config.named_files() == (
        ("data.files", folder / "x.parquet"),
        ("strategy.alphas.0.file", folder / "mine.py"),
    )
    assert load_config(path, ["data.files=y.parquet,z.parquet"]).data.files == (
        Path("y.parquet"),
        Path("z.parquet"),
    )


def test_a_deeper_key_replaces_a_plain_value_of_the_same_layer() -> None:
    config = load_config(None, ["costs=3", "costs.impact=0.25"])
    assert config.costs.impact == 0.25


def test_a_list_can_be_replaced_as_a_whole_and_in_part(write: WriteFile) -> None:
    path = write("[[strategy.alphas]]\nname = 'a'\n[strategy]\nenter = 0.4")
    replaced = load_config(path, ['strategy.alphas=[{name="b"}, {name="c"}]']).strategy
    assert isinstance(replaced, EnsembleStrategy)
    assert [alpha.name for alpha in replaced.alphas] == ["b", "c"]
    (beyond,) = _faults(path, "strategy.alphas.7.weight=1")
    assert beyond.startswith("command line: strategy.alphas: must be a list, not {'7':")
    (element,) = _faults(path, "strategy.alphas.0=1")
    assert element.startswith("command line: strategy.alphas.0: must be a table, not 1")


def test_the_input_files_of_a_cross_are_its_bars_only() -> None:
    cross = ["strategy.kind=sma-cross", "strategy.fast=3", "strategy.slow=5"]
    config = load_config(None, [*cross, "data.files=a.parquet"])
    assert config.named_files() == (("data.files", Path("a.parquet")),)


def test_files_may_be_one_text_with_commas(write: WriteFile, tmp_path: Path) -> None:
    config = load_config(write("[data]\nfiles = 'a.parquet, b.parquet'"))
    assert config.data.files == (tmp_path / "a.parquet", tmp_path / "b.parquet")


@pytest.mark.parametrize(
    "text", ["start = '2021-01-01'", "start = 2021-01-01", "from = '2021-01-01T00:00:00Z'"]
)
def test_an_instant_may_be_text_or_a_date_under_either_name(write: WriteFile, text: str) -> None:
    data = load_config(write(f"[data]\n{text}")).data
    assert data.start_ns == 1_609_459_200 * 1_000_000_000
    assert data.end_ns is None


def test_an_instant_keeps_its_zone() -> None:
    config = load_config(None, ["data.end=1970-01-01T02:00:00.5+01:00"])
    assert config.data.end_ns == 3_600_500_000_000


def test_choosing_another_kind_drops_the_keys_of_the_first(write: WriteFile) -> None:
    path = write("[strategy]\nkind = 'ensemble'\nenter = 0.5")
    config = load_config(path, ["strategy.kind=sma-cross", "strategy.fast=5", "strategy.slow=9"])
    assert config.strategy == SmaCrossStrategy(kind="sma-cross", fast=5, slow=9)


def test_one_alpha_of_the_list_can_be_overridden(
    write: WriteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(
        "[strategy]\nkind = 'ensemble'\n[[strategy.alphas]]\nname = 'a'\nparams = {x = 1}\n"
        "[[strategy.alphas]]\nname = 'b'"
    )
    monkeypatch.setenv("TRAIDER_STRATEGY__ALPHAS__1__WEIGHT", "4")
    strategy = load_config(path, ["strategy.alphas.0.params.y=2.5"]).strategy
    assert isinstance(strategy, EnsembleStrategy)
    first, second = strategy.alphas
    assert first.params == {"x": 1.0, "y": 2.5}
    assert (second.name, second.weight) == ("b", 4.0)


def test_every_setting_has_a_description_and_a_value() -> None:
    settings = load_with_origins().settings()
    assert all(setting.description.endswith(".") for setting in settings)
    assert {"capital", "costs.taker_fee", "strategy.enter"} <= {s.key for s in settings}


def test_all_faults_are_told_at_once_with_place_key_reason_and_fix(write: WriteFile) -> None:
    path = write("capital = -5\n[costs]\ntaker_fe = 0.1\n[log]\nlevel = 'loud'")
    assert _faults(path) == [
        (
            f"{path}: capital: must be greater than or equal to 0.01, not -5; "
            "expected: Money at the start, in the account's currency (default 10000)"
        ),
        f"{path}: costs.taker_fe: unknown key; did you mean costs.taker_fee?",
        (
            f"{path}: log.level: must be 'debug', 'info', 'warning' or 'error', not 'loud'; "
            "expected: Least serious lines written to the file; "
            "the console shows warnings and errors (default info)"
        ),
    ]


@pytest.mark.parametrize(
    ("override", "line"),
    [
        ("taker_fee=1", "command line: taker_fee: unknown key; did you mean costs.taker_fee?"),
        ("limitz.a=1", "command line: limitz: unknown key; did you mean limits?"),
        ("strategy.kind=x", ("command line: strategy.kind: 'x' is no kind of strategy; "
         "use sma-cross, ensemble or quoting")),
        ("strategy.enter=true", ("command line: strategy.enter: must be a number, not true; "
         "expected: Score, 0 to 1, from which a position is opened (default 0.3)")),
        ("costs=3", ("command line: costs: must be a table, not 3; "
         "see traider config show for what each key takes")),
        ("strategy.alphas=3", ("command line: strategy.alphas: must be a list, not 3; "
         "see traider config show for what each key takes")),
        ("strategy.exit=0.5", ("command line: strategy: exit (0.5) must not be above enter (0.3); "
         "see traider config show for what each key takes")),
        ("strategy.alphas=[]", ("command line: strategy: at least one alpha that votes with a "
         "weight above 0 is needed; see traider config show for what each key takes")),
        ("capital", ("--set: 'capital' is not key=value; "
         "write for example --set costs.taker_fee=0.001")),
    ],
)  # fmt: skip
def test_a_bad_override_is_refused_in_one_line(override: str, line: str) -> None:
    (fault,) = _faults(None, override)
    assert fault == line


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (["strategy.kind=sma-cross", "strategy.fast=3"], "strategy.slow: is missing"),
        (["strategy.kind=sma-cross", "strategy.fast=9", "strategy.slow=3"], "fast (9) must be"),
        (["strategy.timeframe=7h"], "strategy.timeframe: must be one of 1s, 5s,"),
        (["clock.decision=7h"], "clock.decision: must be one of 1s, 5s,"),
        (["data.start=2021-13-01"], "data.start: must be an ISO date"),
        (["data.start=2022-01-01", "data.end=2021-01-01"], "must be before end 2021-01-01"),
        (["data.end=soon"], "data.end: must be an ISO date like 2024-01-31, or date and time"),
        (["capital=nan"], "capital: must be a finite number"),
        (["costs.taker_fee=cheap"], "costs.taker_fee: must be a valid decimal, not 'cheap'"),
        (["currency=usdt"], "currency: string should match pattern"),
        (["zzz=1"], "zzz: unknown key; use capital, currency,"),
    ],
)
def test_bad_values_name_key_and_reason(overrides: list[str], expected: str) -> None:
    (fault,) = _faults(None, *overrides)
    assert expected in fault


def test_an_unknown_variable_is_refused_by_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAIDER_DATA_DIR", "elsewhere")  # belongs to the tests, not to the settings
    monkeypatch.setenv("TRAIDER_CAPITOL", "1")
    monkeypatch.setenv("TRAIDER_COSTS__SPREAD_BP", "1")
    assert sorted(_faults()) == [
        "environment: TRAIDER_CAPITOL: unknown key; did you mean TRAIDER_CAPITAL?",
        (
            "environment: TRAIDER_COSTS__SPREAD_BP: unknown key; "
            "did you mean TRAIDER_COSTS__SPREAD_BPS?"
        ),
    ]


def test_a_file_that_is_absent_or_not_toml_is_refused(write: WriteFile, tmp_path: Path) -> None:
    (absent,) = _faults(tmp_path / "no.toml")
    assert absent.startswith(f"{tmp_path / 'no.toml'}: the config file cannot be read (No such")
    (broken,) = _faults(write("capital = \n"))
    assert "not valid TOML" in broken
    assert "line 1" in broken
    (tmp_path / "latin.toml").write_bytes(b"\xff\xfe")
    (binary,) = _faults(tmp_path / "latin.toml")
    assert "not UTF-8" in binary


def test_the_digest_ignores_what_decides_nothing(tmp_path: Path) -> None:
    plain = load_config(None, ["data.files=a.parquet", "costs.taker_fee=0.0006"])
    moved = load_config(
        None,
        [
            f"data.files=['{tmp_path}/a.parquet']",
            "costs.taker_fee=0.000600",
            "output=elsewhere",
            "log.level=debug",
            "report.trades_shown=3",
        ],
    )
    assert config_digest(plain) == config_digest(moved)
    assert len(config_digest(plain)) == 32


@pytest.mark.golden
def test_the_canonical_form_is_the_same_everywhere() -> None:
    text = canonical_json(Config())
    inside = '"capital":"10000","clock":{"decision":"bar"},"costs":{"fee_balance":"0",'
    assert text.startswith('{"breakers":{"confidence":{"action":"preset","cooldown_s":3600.0,')
    assert inside in text
    assert config_digest(Config()) == hashlib.sha256(text.encode()).digest()


@given(
    first=st.integers(min_value=0, max_value=2**62),
    second=st.integers(min_value=0, max_value=2**62),
)
def test_the_digest_tells_different_settings_apart(first: int, second: int) -> None:
    equal = config_digest(Config(seed=first)) == config_digest(Config(seed=second))
    assert equal == (first == second)
