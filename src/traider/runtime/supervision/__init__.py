"""Keep the parts of a process, and processes of parts, running, or end all of them in order.

A part that fails is started again after a pause, and not without end. A part that moves money is
not: nothing after its fault can be trusted, so everything ends, and the next start recovers from
the journal. This is the only room that catches everything.
"""

__all__ = ["processes", "role", "supervisor"]
