"""Plans, works and quotes that contradict themselves are refused where they are made."""

from decimal import Decimal

import pytest

from tests.kernel.scenario import spec_of
from traider.domain.errors import UsageError
from traider.kernel.codes import Style
from traider.kernel.construction import build_decider
from traider.kernel.order_specification import PlanSpec, QuoteSpec, WorkSpec
from traider.kernel.records import STRATEGY
from traider.kernel.specification import StrategySpec


@pytest.mark.parametrize(
    "targets", [((1.0, 0.5), (1.0, 0.2)), ((0.0, 0.5),), ((1.0, 0.1),) * 4, ((1.0, 0.0),)]
)
def test_targets_rise_and_have_parts(targets: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(UsageError, match="targets"):
        PlanSpec(stop=0.1, targets=targets)


def test_parts_sum_to_one_at_most() -> None:
    with pytest.raises(UsageError, match="fractions sum to at most 1"):
        PlanSpec(stop=0.1, targets=((1.0, 0.6), (2.0, 0.5)))
    thirds = tuple((float(place), 1.0 / 3.0) for place in (1, 2, 3))
    assert PlanSpec(stop=0.1, targets=thirds).fields()["plan_share_2"] == 1.0


@pytest.mark.parametrize(("stop", "trail"), [(0.0, 0.0), (1.0, -1.0)])
def test_distances_are_positive(stop: float, trail: float) -> None:
    with pytest.raises(UsageError, match="a stop is positive"):
        PlanSpec(stop=stop, trail=trail)


@pytest.mark.parametrize(("limit_ns", "slices", "display"), [(0, 1, 1.0), (1, 0, 1.0), (1, 1, 0.0)])
def test_work_ends_and_has_parts(limit_ns: int, slices: int, display: float) -> None:
    with pytest.raises(UsageError, match="above 0"):
        WorkSpec(limit_ns=limit_ns, slices=slices, display=display)


def test_quotes_have_sizes_and_their_style() -> None:
    with pytest.raises(UsageError, match="sizes above 0"):
        QuoteSpec(Decimal(0), Decimal(1))
    quote = QuoteSpec(Decimal(1), Decimal(2))
    with pytest.raises(UsageError, match="go together"):
        StrategySpec(decision_ns=1, style=Style.QUOTE)
    with pytest.raises(UsageError, match="go together"):
        StrategySpec(decision_ns=1, quote=quote)
    with pytest.raises(UsageError, match="no exits"):
        StrategySpec(decision_ns=1, style=Style.QUOTE, quote=quote, plan=PlanSpec(stop=1.0))


def test_every_field_of_a_specification_has_its_place_in_the_record() -> None:
    plan = PlanSpec(stop=0.1, targets=((1.0, 0.2), (2.0, 0.2), (3.0, 0.2)))
    fields = plan.fields() | WorkSpec().fields() | QuoteSpec(Decimal(1), Decimal(1)).fields()
    names = {n for n in STRATEGY.names or () if n.startswith(("plan_", "work_", "quote_"))}
    assert set(fields) == names


def test_only_kernels_that_need_it_are_managed() -> None:
    assert build_decider(spec_of()).account[0]["managed"] == 0
