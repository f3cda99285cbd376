"""Kafka brokers to try things with: ``python -m tests.servers.kafka`` prints their addresses.

    python -m tests.servers.kafka --brokers 3 --topic traider.market:6

The first line on stdout is what clients call ``bootstrap.servers``. Each line on stdin is answered
by one on stdout: ``cut`` ends every connection, ``down`` and ``up`` refuse and take new ones,
``lose N`` loses the next N answers to producers, ``lost`` tells how many were, ``refuse TOPIC
CODE`` answers what is asked of a topic with an error of the protocol. It ends when stdin does, on
SIGINT and on SIGTERM; what topics held is gone then.
"""

import argparse
import asyncio
import sys

from tests.servers.kafka_cluster import KafkaCluster
from tests.servers.kafka_proxy import Faults, KafkaProxy


async def serve(brokers: int, topics: list[str]) -> None:
    """Serve until stdin ends."""
    cluster, faults = KafkaCluster(brokers), Faults()
    addresses = []
    for number, port in enumerate(cluster.ports, 1):
        proxy = KafkaProxy(port, faults)
        await proxy.start()
        cluster.announce(number, proxy.port)
        addresses.append(f"127.0.0.1:{proxy.port}")
    for topic in topics:
        name, _, partitions = topic.partition(":")
        cluster.make_topic(name, int(partitions or 4))
    _say(",".join(addresses))
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := (await reader.readline()).decode().split():
        _say(_obey(cluster, faults, line))


def _obey(cluster: KafkaCluster, faults: Faults, line: list[str]) -> str:
    match line:
        case ["cut"]:
            faults.cut()
        case ["down"]:
            faults.down = True
            faults.cut()
        case ["up"]:
            faults.down = False
        case ["lose", count]:
            faults.lose += int(count)
        case ["refuse", topic, code]:
            cluster.refuse_topic(topic, int(code))
        case ["lost"]:
            return str(faults.lost)
        case _:
            return f"not known: {' '.join(line)}"
    return "done"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers.kafka", description=__doc__)
    parser.add_argument("--brokers", type=int, default=1)
    parser.add_argument("--topic", action="append", default=[], metavar="NAME:PARTITIONS")
    asked = parser.parse_args()
    asyncio.run(serve(asked.brokers, asked.topic))


if __name__ == "__main__":
    main()
