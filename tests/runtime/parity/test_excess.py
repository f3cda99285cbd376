"""Why two positions differ: what brings them together has the cause of what drew them apart."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from traider.runtime.parity.excess import Cause, Excess

CAUSES: tuple[Cause, Cause] = ("signal", "fill")


def test_an_exit_has_the_cause_of_its_entry() -> None:
    excess = Excess()
    assert excess.book("A", Fraction(2), "fill") == {"fill": 1}
    assert excess.book("B", Fraction(-2), "signal") == {"signal": 1}
    assert excess.book("A", Fraction(-1), "signal") == {"fill": 1}
    # One closes the rest of the entry, two go beyond.
    assert excess.book("A", Fraction(-3), "signal") == {
        "fill": Fraction(1, 3),
        "signal": Fraction(2, 3),
    }
    assert excess.book("A", Fraction(2), "fill") == {"signal": 1}
    assert excess.book("A", Fraction(1), "fill") == {"fill": 1}


def test_the_oldest_is_closed_first() -> None:
    excess = Excess()
    excess.book("A", Fraction(1), "signal")
    excess.book("A", Fraction(2), "fill")
    assert excess.book("A", Fraction(-2), "signal") == {
        "signal": Fraction(1, 2),
        "fill": Fraction(1, 2),
    }


@given(
    st.lists(
        st.tuples(st.fractions(-5, 5).filter(bool), st.sampled_from(CAUSES)), min_size=1, max_size=9
    )
)
def test_the_shares_of_a_change_sum_to_one(changes: list[tuple[Fraction, Cause]]) -> None:
    excess = Excess()
    for change, cause in changes:
        shares = excess.book("A", change, cause)
        assert sum(shares.values()) == 1
        assert min(shares.values()) > 0
