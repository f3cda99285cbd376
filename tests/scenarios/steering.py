"""An alpha that says what it is told: scenarios steer the trader with scores."""

from traider.kernel.records import Floats
from traider.signals import alpha
from traider.signals.alpha import Score


@alpha(features=("score_steer", "confidence_steer"))
def steered(x: Floats, p: Floats) -> Score:  # noqa: ARG001 - alphas share one signature
    """Pass score and confidence on."""
    return x[0], x[1]
