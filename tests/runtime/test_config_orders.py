"""Settings of plan and working style that contradict themselves are refused, in words."""

import pytest

from traider.kernel import order_specification
from traider.runtime import config_orders
from traider.runtime.config import InvalidConfigError, load_config

STOP = "plan.stop=fraction"
NEAR = "plan.stop_distance=0.02"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ((STOP, NEAR, "plan.targets=1,2", "plan.fractions=0.5"), "2 targets and 1 fractions"),
        (
            (STOP, NEAR, "plan.targets=1,2,3,4", "plan.fractions=0.1,0.1,0.1,0.1"),
            "give each of up to 3 targets its fraction",
        ),
        ((STOP, NEAR, "plan.targets=2,1", "plan.fractions=0.5,0.5"), "above 0 and rise"),
        ((STOP, NEAR, "plan.targets=0", "plan.fractions=0.5"), "above 0 and rise"),
        ((STOP, NEAR, "plan.targets=1,2", "plan.fractions=0.5,0.6"), "sum to at most 1"),
        ((STOP, NEAR, "plan.targets=1", "plan.fractions=0"), "above 0 and sum"),
        ((STOP, "plan.stop_distance=2"), "2 times the price is no fraction"),
        (("plan.time_stop_s=60",), "need a stop: set stop to atr or fraction"),
        (("plan.stop=percent",), "plan.stop"),
        (("execution.time_limit_s=0",), "execution.time_limit_s"),
        (("execution.iceberg_share=0",), "execution.iceberg_share"),
    ],
)
def test_contradictions_are_named(settings: tuple[str, ...], said: str) -> None:
    with pytest.raises(InvalidConfigError) as caught:
        load_config(None, settings)
    assert said in str(caught.value)


def test_lists_of_numbers_may_be_one_text() -> None:
    plan = load_config(None, (STOP, NEAR, "plan.targets=1,2.5", "plan.fractions=0.5,0.5")).plan
    assert (plan.targets, plan.fractions) == ((1.0, 2.5), (0.5, 0.5))


def test_the_configuration_and_the_kernel_allow_as_many_targets() -> None:
    assert config_orders.TARGETS_MAX == order_specification.TARGETS_MAX
