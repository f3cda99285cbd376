"""Fault files: what they may say, and one clear line for what they may not."""

from pathlib import Path

import pytest

from traider.domain.errors import ConfigError, DataError
from traider.venues.simulated.faults.plan import MS_NS, FaultPlan
from traider.venues.simulated.faults.rules import (
    CONDITIONS,
    FRAME_FAULTS,
    NEWS_FAULTS,
    REQUEST_FAULTS,
    FaultKind,
    FaultRule,
    read_fault_file,
)

DOCUMENT = "docs/how-to/run-the-local-exchange.md"


def written(folder: Path, text: str) -> Path:
    """Write a file of faults."""
    file = folder / "faults.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_has_a_seed_and_rules(tmp_path: Path) -> None:
    text = 'seed = 9\n[[fault]]\nkind = "drop"\nprobability = 0.5\n[[fault]]\nkind = "slow"\n'
    seed, rules = read_fault_file(written(tmp_path, text))
    assert seed == 9
    assert [rule.kind for rule in rules] == [FaultKind.DROP, FaultKind.SLOW]
    assert rules[0].probability == 0.5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed = ", "Invalid value"),
        ("sed = 1", "unknown field `sed`"),
        ('[[fault]]\nkind = "tea"', "Invalid enum value 'tea'"),
        ('[[fault]]\nkind = "drop"\nchanel = "x"', "unknown field `chanel`"),
        ('[[fault]]\nkind = "drop"\nprobability = 1.5', r"probability 1.5 is not in \(0, 1\]"),
        ('[[fault]]\nkind = "drop"\ntimes = -1', "a negative number"),
        ('[[fault]]\nkind = "drop"\ncount = 0', "count 0 is below 1"),
        ('[[fault]]\nkind = "fill_before_cancel"\nshare = 1', r"share 1.0 is not in \(0, 1\)"),
    ],
)
def test_what_a_file_may_not_say(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as fault:
        read_fault_file(written(tmp_path, text))
    assert "\n" not in fault.value.line()
    assert fault.value.where.endswith("faults.toml")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_fault_file(tmp_path / "nowhere.toml")


def test_every_kind_belongs_somewhere_and_is_documented(repo_root: Path) -> None:
    single = {
        FaultKind.CROSSED, FaultKind.FAILED_AFTER_ACCEPT, FaultKind.FILL_BEFORE_CANCEL,
    }  # fmt: skip
    groups = (FRAME_FAULTS, NEWS_FAULTS, REQUEST_FAULTS, CONDITIONS, single)
    assert sum(map(len, groups)) == len(FaultKind)
    assert set().union(*groups) == set(FaultKind)
    text = (repo_root / DOCUMENT).read_text(encoding="utf-8")
    assert [kind for kind in FaultKind if f"`{kind}`" not in text] == []


def chances(plan: FaultPlan, count: int = 200) -> list[bool]:
    """Return at which chances a message is struck."""
    return [
        plan.for_message(FRAME_FAULTS, "l2_data", "BTC-USD", 1) is not None for _ in range(count)
    ]


def test_chance_is_the_rules_own_and_comes_out_the_same_again() -> None:
    rule = FaultRule(FaultKind.DROP, probability=0.2, times=0)
    first, again, other = (FaultPlan(seed, lambda: 0) for seed in (1, 1, 2))
    for plan in (first, again, other):
        plan.lay(rule)
    again.lay(FaultRule(FaultKind.SLOW, probability=0.5, times=0))
    again.for_request(REQUEST_FAULTS, "GET", "/accounts")
    struck = chances(first)
    assert 20 < sum(struck) < 60
    assert chances(again) == struck
    assert chances(other) != struck


def test_filters_counts_and_times_bound_a_rule() -> None:
    now = [0]
    plan = FaultPlan(1, lambda: now[0])
    plan.lay(
        FaultRule(
            FaultKind.DROP, after=1, times=2, start_ms=10, for_ms=20,
            channel="user", product_id="BTC-USD", connection=3,
        )
    )  # fmt: skip

    def struck(channel: str = "user", product: str = "BTC-USD", connection: int = 3) -> bool:
        return plan.for_message(FRAME_FAULTS, channel, product, connection) is not None

    assert not struck()
    now[0] = 10 * MS_NS
    assert not any((struck("l2_data"), struck(product="ETH-USD"), struck(connection=1)))
    assert [struck() for _ in range(4)] == [False, True, True, False]
    (laid,) = plan.laid()
    assert (laid.met, laid.struck) == (4, 2)
    now[0] = 30 * MS_NS
    assert not laid.counts_at(now[0])
    assert plan.lift(1)
    assert not plan.lift(1)
