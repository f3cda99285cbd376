"""Keeps pandas out of the processes of the command line.

Arrow imports pandas, where it is installed, the first time it is handed an array, only to ask
whether that array is one of pandas'. That costs every command and every restart of a trader 0.35 s
and 50 MB, and no command uses pandas: notebooks do, in processes of their own.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class _NoPandas(MetaPathFinder):
    """Says of pandas that it is not installed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Refuse ``pandas``; leave every other module to the finders that follow."""
        del path, target
        if fullname == "pandas":
            raise ModuleNotFoundError("traider's commands do without pandas", name=fullname)
        return None


def do_without_pandas() -> None:
    """Refuse ``import pandas`` for the rest of this process."""
    sys.meta_path.insert(0, _NoPandas())
