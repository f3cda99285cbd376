"""Compile the gate and the venue in a process of their own, while this one compiles the decider.

Both keep machine code in the same folder, one file a function, so what the other process finished
is only loaded here. Without a second processor, or when the other process cannot start or fails,
this one compiles everything itself.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from traider.kernel.cache import selected_root

SHARE: Final = ("gate", "venue")
"""Rooms of the kernel that the other process compiles."""

_SOURCES: Final = Path(__file__).resolve().parents[2]
_SCRIPT: Final = """
import json
import traider.kernel.run
from traider.kernel.compile_ahead import SHARE
from traider.kernel.compiled import compile_rooms
print(json.dumps({cost.function: cost.seconds for cost in compile_rooms(SHARE)}))
"""


class CompileAhead:
    """The other process; ``seconds`` says, once it ended, what each function cost there."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._process: subprocess.Popen[str] | None = None
        if (os.cpu_count() or 1) < 2:
            return
        root = selected_root()
        paths = [str(_SOURCES), os.environ.get("PYTHONPATH", "")]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and script
                [sys.executable, "-c", _SCRIPT],
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join(filter(None, paths)),
                    **({} if root is None else {"TRAIDER_CACHE_DIR": str(root)}),
                },
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        except OSError:
            self._process = None

    def wait(self) -> None:
        """Wait until the other process ended, and take over what it says."""
        if self._process is None:
            return
        printed, _ = self._process.communicate()
        if self._process.returncode == 0:
            self.seconds = json.loads(printed)

    def stop(self) -> None:
        """End the other process if it still runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.communicate()
