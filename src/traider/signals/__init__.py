"""Signals: the shipped alphas and the way to bring one's own.

An alpha is a compiled function of features and parameters that answers with a score in [-1, 1]
(which way, how strongly) and a confidence in [0, 1]. It keeps no state, reads no clock and knows
neither position nor price limits: those belong to the kernel.
"""

from traider.signals.alpha import Alpha, alpha
from traider.signals.loading import SHIPPED, load_alpha

__all__ = ["SHIPPED", "Alpha", "alpha", "load_alpha"]
