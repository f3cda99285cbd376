"""Call an alpha from compiled code through its address.

The kernel is compiled without reference counting, which numba's own function values need, so
alphas are handed over as an array of addresses and called by numba's calling convention; an
exception inside an alpha propagates. Interpreted, the same call takes a list of functions.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import config, float64, types
from numba.core import cgutils
from numba.extending import intrinsic

from traider.kernel.numba_types import ALPHA_SIGNATURE, VECTOR
from traider.kernel.records import Floats

_RESULT: Final = types.UniTuple(float64, 2)
_ARGUMENTS: Final = (VECTOR, VECTOR)


def alpha_table(functions: Sequence[Callable[..., Any]]) -> Any:
    """Return what ``call_alpha`` indexes: addresses of compiled functions, or the functions."""
    if config.DISABLE_JIT:
        return list(functions)
    return np.array([_address(function) for function in functions], np.int64)


def _address(function: Any) -> int:
    result = function.overloads[ALPHA_SIGNATURE.args]
    return int(result.library.get_pointer_to_function(result.fndesc.llvm_func_name))


if config.DISABLE_JIT:

    def call_alpha(alphas: Any, index: int, x: Floats, p: Floats) -> tuple[float, float]:
        """Return score and confidence of alpha ``index``."""
        score, confidence = alphas[index](x, p)
        return score, confidence

else:

    @intrinsic  # type: ignore[misc]  # numba leaves intrinsics untyped
    def call_alpha(typing_context: Any, alphas: Any, index: Any, x: Any, p: Any) -> Any:
        """Return score and confidence of alpha ``index``."""
        signature = _RESULT(alphas, types.int64, *_ARGUMENTS)

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            table = context.make_array(signature.args[0])(context, builder, args[0])
            place = cgutils.gep_inbounds(builder, table.data, args[1])
            kind = context.call_conv.get_function_type(_RESULT, _ARGUMENTS)
            target = builder.inttoptr(builder.load(place), ir.PointerType(kind))
            status, value = context.call_conv.call_function(
                builder, target, _RESULT, _ARGUMENTS, args[2:]
            )
            with cgutils.if_unlikely(builder, status.is_error):
                context.call_conv.return_status_propagate(builder, status)
            return value

        return signature, generate
