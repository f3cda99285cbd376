"""Find an alpha by name: a shipped one, or a user's own in a file of its own."""

import hashlib
import importlib.util
import sys
from pathlib import Path
from typing import Final

from traider.domain.errors import StrategyError
from traider.signals.alpha import Alpha
from traider.signals.funding_drift import funding_drift
from traider.signals.mean_reversion import mean_reversion
from traider.signals.momentum import momentum
from traider.signals.order_flow import order_flow
from traider.signals.sma_cross import sma_cross
from traider.signals.trend import trend
from traider.signals.volatility_regime import volatility_regime

# What importing a person's own module can raise; Ctrl-C is not among it.
_FAULTS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    SystemExit,
    TypeError,
    ValueError,
)

SHIPPED: Final = {
    found.name: found
    for found in (
        momentum,
        trend,
        mean_reversion,
        volatility_regime,
        order_flow,
        funding_drift,
        sma_cross,
    )
}


def load_alpha(name: str, file: Path | None = None) -> Alpha:
    """Return the alpha called ``name``, shipped, or declared in ``file``; - and _ are the same.

    Raises:
        StrategyError: there is none of that name, or the file cannot be read or run.
    """
    name = name.replace("-", "_")
    if file is None:
        if name not in SHIPPED:
            raise StrategyError(
                f"unknown alpha {name!r}",
                where="strategy.alphas",
                fix=f"use one of {', '.join(SHIPPED)}, or name the file that declares it",
            )
        return SHIPPED[name]
    found = _alphas_in(file)
    if name not in found:
        raise StrategyError(
            f"declares no alpha {name!r}",
            where=str(file),
            fix=f"it declares: {', '.join(found) or 'none; decorate a function with @alpha'}",
        )
    return found[name]


def _alphas_in(file: Path) -> dict[str, Alpha]:
    try:
        source = file.read_bytes()
    except OSError as fault:
        raise StrategyError(
            f"cannot read the alpha's file: {fault.strerror}",
            where=str(file),
            fix="paths are relative to the configuration file",
        ) from fault
    module_name = f"traider_user_alpha_{hashlib.blake2b(source, digest_size=8).hexdigest()}"
    spec = importlib.util.spec_from_file_location(module_name, file)
    if spec is None or spec.loader is None:
        raise StrategyError("is no Python file", where=str(file), fix="name it something.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    try:
        spec.loader.exec_module(module)
    except StrategyError:
        raise
    except _FAULTS as fault:
        raise StrategyError(
            f"fails when imported: {type(fault).__name__}: {fault}",
            where=str(file),
            fix="run it with python to see the whole error",
        ) from fault
    return {value.name: value for value in vars(module).values() if isinstance(value, Alpha)}
