"""The room that knows everything: settings, wiring of concrete parts, and the doctor.

Only here are adapters chosen and put together. This room never prints and never reads a command
line; that is for the front doors. Its modules are imported one by one, since each is heavy in
its own way: ``traider.runtime.config`` brings the settings library, ``traider.runtime.wiring``
the compiled kernel.
"""

__all__ = ["config", "doctor", "wiring"]
