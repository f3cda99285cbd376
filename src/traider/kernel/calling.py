"""Call a function from compiled code through its address: an alpha, or the venue's matching.

The kernel is compiled without reference counting, which numba's own function values need, so
alphas are handed over as an array of addresses and called by numba's calling convention; an
exception inside an alpha propagates. Interpreted, the same call takes a list of functions.

The venue's matching is called this way because numba compiles what a function calls once more
into each caller, and the loop that calls it has many layers.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from traider.kernel.compiled import INTERPRETED
from traider.kernel.numba_types import ALPHA_SIGNATURE, MATCHING_SIGNATURE, VECTOR
from traider.kernel.records import Alphas, Floats, Records, Venue

Numba = Any
"""A type, value, builder or context of numba, which leaves them untyped."""

_RESULT: Final = ALPHA_SIGNATURE.return_type
_ARGUMENTS: Final = (VECTOR, VECTOR)


def alpha_table(functions: Sequence[Callable[..., Any]]) -> Alphas:
    """Return what ``call_alpha`` indexes: addresses of compiled functions, or the functions."""
    return _table(functions, ALPHA_SIGNATURE)


def matching_table(functions: Sequence[Callable[..., Any]]) -> Alphas:
    """Return what ``call_matching`` indexes: the function of each ``Task``."""
    return _table(functions, MATCHING_SIGNATURE)


def _table(functions: Sequence[Callable[..., Any]], signature: Numba) -> Alphas:
    if INTERPRETED:
        return list(functions)
    return np.array([_address(function, signature) for function in functions], np.int64)


def _address(function: Numba, signature: Numba) -> int:
    result = function.overloads[signature.args]
    return int(result.library.get_pointer_to_function(result.fndesc.llvm_func_name))


if INTERPRETED:

    def call_alpha(alphas: Alphas, index: int, x: Floats, p: Floats) -> tuple[float, float]:
        """Return score and confidence of alpha ``index``."""
        inputs, params = x.view(), p.view()
        inputs.flags.writeable = params.flags.writeable = False
        score, confidence = alphas[index](inputs, params)
        return score, confidence

    def call_matching(table: Alphas, venue: Venue, events: Records, place: int, task: int) -> int:
        """Return what the matching function of ``task`` answers."""
        return int(table[task](venue, events, place, task))

else:

    @intrinsic
    def call_alpha(  # numba calls it with types, and takes the index and both arrays by position
        _context: Numba, alphas: Numba, _index: Numba, _x: Numba, _p: Numba
    ) -> Numba:
        """Return score and confidence of alpha ``index``."""
        return _call(ALPHA_SIGNATURE, (alphas, types.int64, *_ARGUMENTS), 1, 2)

    @intrinsic
    def call_matching(  # as above
        _context: Numba, table: Numba, _venue: Numba, _events: Numba, _place: Numba, _task: Numba
    ) -> Numba:
        """Return what the matching function of ``task`` answers."""
        return _call(MATCHING_SIGNATURE, (table, *MATCHING_SIGNATURE.args), 4, 1)

    def _call(target: Numba, arguments: tuple[Numba, ...], index: int, first: int) -> Numba:
        """Return signature and code of a call of ``target`` by its address in a table.

        Argument 0 is the table, argument ``index`` the place in it; those from ``first`` on are
        handed on.
        """
        signature = target.return_type(*arguments)

        def generate(context: Numba, builder: Numba, signature: Numba, args: Numba) -> Numba:
            table = context.make_array(signature.args[0])(context, builder, args[0])
            place = builder.gep(table.data, [args[index]], inbounds=True)
            # Read-only arrays have the layout of the others, so the arguments pass as they are.
            kind = context.call_conv.get_function_type(target.return_type, target.args)
            function = builder.inttoptr(builder.load(place), ir.PointerType(kind))
            status, value = context.call_conv.call_function(
                builder, function, target.return_type, target.args, args[first:]
            )
            with builder.if_then(status.is_error, likely=False):
                context.call_conv.return_status_propagate(builder, status)
            return value

        return signature, generate
