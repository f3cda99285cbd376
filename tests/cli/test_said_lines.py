"""A line is said once, and again after a minute."""

from traider.cli.said_lines import AGAIN_S, SaidLines


def test_the_same_line_is_said_once_and_then_once_a_minute() -> None:
    said = SaidLines()
    looks = [(at_s, said.is_due("loading the kernel", at_s)) for at_s in range(0, 150, 5)]
    assert [at_s for at_s, is_due in looks if is_due] == [0, AGAIN_S, 2 * AGAIN_S]


def test_another_line_is_said_at_once() -> None:
    said = SaidLines()
    lines = ["loading", "loading", "trading", "trading 2", "trading"]
    assert [said.is_due(line, 1.0) for line in lines] == [True, False, True, True, True]
