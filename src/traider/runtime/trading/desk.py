"""What others ask of a running trader; the port lives with control, which needs nothing else."""

from traider.runtime.control.desk import TradingDesk

__all__ = ["TradingDesk"]
