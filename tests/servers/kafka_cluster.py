"""Brokers that speak Kafka: the mock cluster of librdkafka, which keeps topics, groups and commits.

It is the one that librdkafka's own tests use, with real sockets on loopback, called by its C
interface (``rdkafka_mock.h``) in the library that confluent-kafka brings. A partition keeps 5 MiB.
"""

import ctypes
from typing import Final

from confluent_kafka import cimpl

_ERROR_BYTES: Final = 512
_PRODUCER: Final = 0
_POINTER: Final = ctypes.c_void_p


def _library() -> ctypes.CDLL:
    # Names are looked up in what the extension itself was linked with.
    library = ctypes.CDLL(cimpl.__file__)
    for name, result, arguments in (
        ("rd_kafka_conf_new", _POINTER, []),
        ("rd_kafka_conf_set", ctypes.c_int, [_POINTER, *[ctypes.c_char_p] * 3, ctypes.c_size_t]),
        ("rd_kafka_new", _POINTER, [ctypes.c_int, _POINTER, ctypes.c_char_p, ctypes.c_size_t]),
        ("rd_kafka_mock_cluster_new", _POINTER, [_POINTER, ctypes.c_int]),
        ("rd_kafka_mock_cluster_bootstraps", ctypes.c_char_p, [_POINTER]),
        (
            "rd_kafka_mock_topic_create",
            ctypes.c_int,
            [_POINTER, ctypes.c_char_p, ctypes.c_int, ctypes.c_int],
        ),
        (
            "rd_kafka_mock_broker_set_host_port",
            ctypes.c_int,
            [_POINTER, ctypes.c_int32, ctypes.c_char_p, ctypes.c_int],
        ),
        (
            "rd_kafka_mock_topic_set_error",
            None,
            [_POINTER, ctypes.c_char_p, ctypes.c_int],
        ),
        ("rd_kafka_mock_group_initial_rebalance_delay_ms", None, [_POINTER, ctypes.c_int32]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


class KafkaCluster:
    """Brokers in this process, numbered from 1."""

    def __init__(self, brokers: int) -> None:
        self._library = _library()
        said = ctypes.create_string_buffer(_ERROR_BYTES)
        settings = self._library.rd_kafka_conf_new()
        # Its own client has no broker to connect to, and would say so.
        self._library.rd_kafka_conf_set(settings, b"log_level", b"0", said, _ERROR_BYTES)
        client = self._library.rd_kafka_new(_PRODUCER, settings, said, _ERROR_BYTES)
        if not client:
            raise RuntimeError(said.value.decode())
        self._cluster = self._library.rd_kafka_mock_cluster_new(client, brokers)
        # A broker waits 3 s for other members before it shares a group's partitions out.
        self._library.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, 50)
        text = self._library.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()
        self.ports = [int(address.rpartition(":")[2]) for address in text.split(",")]

    def make_topic(self, name: str, partitions: int) -> None:
        """Make a topic; one that is not made is made with 4 partitions when it is asked for."""
        self._library.rd_kafka_mock_topic_create(self._cluster, name.encode(), partitions, 1)

    def refuse_topic(self, name: str, code: int) -> None:
        """Answer every question about a topic with an error, by its number in the protocol."""
        self._library.rd_kafka_mock_topic_set_error(self._cluster, name.encode(), code)

    def announce(self, broker: int, port: int) -> None:
        """Let a broker say that it listens on another port: that of a proxy before it."""
        self._library.rd_kafka_mock_broker_set_host_port(self._cluster, broker, b"127.0.0.1", port)
