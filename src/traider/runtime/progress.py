"""What long work says of itself, in words that a front door may look for."""

from typing import Final

COMPILING: Final = "compiling (once)"
"""How progress begins while the kernel is compiled for the first time."""
