"""Speeds as a person writes them: seconds of a record or a market in a second."""

from traider.domain.errors import UsageError


def parse_speed(text: str) -> float:
    """Return the speed that ``text`` spells; 0 for ``max``, as fast as it can.

    Raises:
        UsageError: it is no number, or below zero.
    """
    if text == "max":
        return 0.0
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not 0.0 <= speed < float("inf"):
        raise UsageError(f"--speed {text} is no speed", fix="give a number from 0 on, or max")
    return speed
