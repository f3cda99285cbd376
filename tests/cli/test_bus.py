from pathlib import Path

import pytest

from traider.cli.main import run

CAPTURE = str(
    Path(__file__).resolve().parents[2]
    / "data" / "sample" / "BINANCE-USDM-BTCUSDT-20240718.txt.zst"
)  # fmt: skip


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs go where the command is run."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("publish", CAPTURE), "nobody in another process reads an in-process bus"),
        (("publish", "--bus", "kafka://127.0.0.1:1"), "nothing to publish"),
        (("publish", "--bus", "amqp://x", CAPTURE), "'amqp://x' is no bus"),
        (("publish", "--bus", "kafka://127.0.0.1:1", "--speed", "fast", CAPTURE), "is no speed"),
        (("features",), "nothing publishes here"),
        (("features", "--bus", "kafka://127.0.0.1:1", CAPTURE), "another process publishes"),
        (("features", "--at", "http://127.0.0.1:1"), "no product to listen to"),
        (("publish", "--set", "bus.brokers=here"), "'here' is not HOST:PORT"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["bus", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_brokers_that_are_not_there_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--bus", "kafka://127.0.0.1:1", "--set", "bus.connect_s=0.3"]
    assert run(["bus", "publish", CAPTURE, *asked]) == 8
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("traider: error: 127.0.0.1:1: no broker can be used")
