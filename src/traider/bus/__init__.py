"""The bus: batches of events from role to role, in one process or over Kafka.

    publisher = bus.publisher("market")
    publisher.publish(batch)                        # waits while there is no room
    with bus.subscribe("market", "features") as deliveries:
        while (delivery := deliveries.take(1.0)) is not None:
            …
            deliveries.commit(delivery)             # after the work is done

Events of an instrument keep their order, nothing is lost in silence, and what comes twice is taken
once. The room looks into no event: what a batch means is its readers' business.
"""

from traider.bus.batches import BusInstrument, EventBatch, Position
from traider.bus.errors import (
    BatchRefusedError,
    BusError,
    BusFullError,
    BusUnreachableError,
    PublishError,
)
from traider.bus.event_publisher import EventPublisher, Source
from traider.bus.in_process import InProcessBus, InProcessTerms
from traider.bus.port import Bus, Delivery, Progress, Publisher, Subscription

__all__ = [
    "BatchRefusedError",
    "Bus",
    "BusError",
    "BusFullError",
    "BusInstrument",
    "BusUnreachableError",
    "Delivery",
    "EventBatch",
    "EventPublisher",
    "InProcessBus",
    "InProcessTerms",
    "Position",
    "Progress",
    "PublishError",
    "Publisher",
    "Source",
    "Subscription",
]
