"""Shapes of what goes in and out: pydantic models with units in their descriptions.

Money, prices and sizes are decimal text, so that no reader loses a unit; times are whole numbers,
ns UTC, under names that end in ``_ns``; ids are text.
"""

__all__: list[str] = []
