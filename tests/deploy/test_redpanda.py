"""What the broker's set-up promises; that it is a valid compose file is not looked at here."""

import re
from pathlib import Path

from traider.runtime.bus import MARKET, kafka_terms
from traider.runtime.config import load_config


def test_the_broker_is_pinned_and_reached_from_this_machine_alone(repo_root: Path) -> None:
    text = (repo_root / "deploy" / "redpanda" / "compose.yaml").read_text(encoding="utf-8")
    images = re.findall(r"image: (\S+)", text)
    assert len(set(images)) == 1
    assert re.fullmatch(r"\S+/redpanda:v\d+\.\d+\.\d+", images[0])
    ports = re.findall(r"^      - (\S+:\d+:\d+)$", text, re.MULTILINE)
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_broker_is_where_the_settings_look_for_it_and_has_their_topic(repo_root: Path) -> None:
    text = (repo_root / "deploy" / "redpanda" / "compose.yaml").read_text(encoding="utf-8")
    config = load_config()
    assert f"external://{config.bus.brokers[0]}" in text
    assert f"for topic in {kafka_terms(config.bus).topic(MARKET)}; do" in text
    batch_bytes = config.bus.batch_events * 64
    (most,) = re.findall(r"max\.message\.bytes=(\d+)", text)
    assert 2 * batch_bytes < int(most)
