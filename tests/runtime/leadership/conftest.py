"""Where the leases of these tests are kept."""

from tests.runtime.leadership.places import cut_place, lease_database, place

__all__ = ["cut_place", "lease_database", "place"]
