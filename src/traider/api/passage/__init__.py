"""What every request passes through on its way in, and every answer on its way out.

Ids, the log of requests, headers for browsers, names of hosts, other origins, rates, bodies: in
this order, from the outside. Nothing here knows what a route does.
"""

from traider.api.passage.passage import through_passage

__all__ = ["through_passage"]
