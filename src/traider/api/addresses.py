"""Addresses: which are reached from this machine alone, and which are one asker's."""

import ipaddress
from functools import lru_cache
from typing import Final

_NETWORK_BITS: Final = 64
"""Of an IPv6 address: whoever has one has all of its network."""


def is_loopback(host: str) -> bool:
    """Whether ``host``, a name or an address, is reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=4_096)
def one_asker(address: str) -> str:
    """Return what wrong logins and requests of ``address`` are counted under.

    An IPv4 address counts for itself, also where it is written as one of IPv6; of IPv6 the network.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _NETWORK_BITS), strict=False))
