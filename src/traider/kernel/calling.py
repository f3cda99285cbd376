"""Call an alpha from compiled code through its address.

The kernel is compiled without reference counting, which numba's own function values need, so
alphas are handed over as an array of addresses and called by numba's calling convention; an
exception inside an alpha propagates. Interpreted, the same call takes a list of functions.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from traider.kernel.compiled import INTERPRETED
from traider.kernel.numba_types import ALPHA_SIGNATURE, VECTOR
from traider.kernel.records import Alphas, Floats

Numba = Any
"""A type, value, builder or context of numba, which leaves them untyped."""

_RESULT: Final = ALPHA_SIGNATURE.return_type
_ARGUMENTS: Final = (VECTOR, VECTOR)


def alpha_table(functions: Sequence[Callable[..., Any]]) -> Alphas:
    """Return what ``call_alpha`` indexes: addresses of compiled functions, or the functions."""
    if INTERPRETED:
        return list(functions)
    return np.array([_address(function) for function in functions], np.int64)


def _address(function: Numba) -> int:
    result = function.overloads[ALPHA_SIGNATURE.args]
    return int(result.library.get_pointer_to_function(result.fndesc.llvm_func_name))


if INTERPRETED:

    def call_alpha(alphas: Alphas, index: int, x: Floats, p: Floats) -> tuple[float, float]:
        """Return score and confidence of alpha ``index``."""
        inputs, params = x.view(), p.view()
        inputs.flags.writeable = params.flags.writeable = False
        score, confidence = alphas[index](inputs, params)
        return score, confidence

else:

    @intrinsic
    def call_alpha(  # numba calls it with types, and takes the index and both arrays by position
        _context: Numba, alphas: Numba, _index: Numba, _x: Numba, _p: Numba
    ) -> Numba:
        """Return score and confidence of alpha ``index``."""
        signature = _RESULT(alphas, types.int64, *_ARGUMENTS)

        def generate(context: Numba, builder: Numba, signature: Numba, args: Numba) -> Numba:
            table = context.make_array(signature.args[0])(context, builder, args[0])
            place = builder.gep(table.data, [args[1]], inbounds=True)
            # Read-only arrays have the layout of the others, so the arguments pass as they are.
            kind = context.call_conv.get_function_type(_RESULT, ALPHA_SIGNATURE.args)
            target = builder.inttoptr(builder.load(place), ir.PointerType(kind))
            status, value = context.call_conv.call_function(
                builder, target, _RESULT, ALPHA_SIGNATURE.args, args[2:]
            )
            with builder.if_then(status.is_error, likely=False):
                context.call_conv.return_status_propagate(builder, status)
            return value

        return signature, generate
