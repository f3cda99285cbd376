"""People and programs at the front door: who they are, proved, kept, counted and told.

Passwords are argon2id, session ids and tokens SHA-256 of random bytes, second factors encrypted.
This room never prints a secret, never keeps one readable, and decides nothing about trading.
"""

from traider.api.security.house import House, HousePlace
from traider.api.security.terms import AccessTerms

__all__ = ["AccessTerms", "House", "HousePlace"]
