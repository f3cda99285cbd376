"""What the doctor says of the bus: whether brokers answer, where they are used."""

from traider.domain.errors import TraiderError
from traider.domain.ports import Field, Log
from traider.runtime.bus import MARKET, kafka_bus
from traider.runtime.config_model import Config
from traider.runtime.doctor_findings import Finding, Status


class _Silence:
    """A log that keeps nothing: what is wrong is the finding."""

    def debug(self, message: str, /, **fields: Field) -> None:
        """Keep nothing."""
        del message, fields

    info = warning = error = debug

    def bind(self, **fields: Field) -> Log:
        """Return itself."""
        del fields
        return self


def bus_finding(config: Config) -> Finding:
    """Examine the bus."""
    if config.bus.kind == "in-process":
        return Finding("bus", Status.OK, "in-process: all roles run in one process")
    try:
        bus = kafka_bus(config.bus, _Silence())
        topics = bus.topics()
    except TraiderError as error:
        where = f"{error.where}: " if error.where else ""
        return Finding("bus", Status.FAULTY, f"{where}{error.what}", error.fix)
    name = bus.terms.topic(MARKET)
    told = f"Kafka at {', '.join(config.bus.brokers)}"
    if name not in topics:
        fix = f"rpk topic create {name} --partitions 12, where brokers do not make it themselves"
        return Finding("bus", Status.OPTIONAL, f"{told}, no topic {name} yet", fix)
    return Finding("bus", Status.OK, f"{told}, {topics[name]} partitions of {name}")
