"""Whether the API lives and is ready, of a run whose trader has ended."""

from tests.api.served import Caller
from traider import __version__


def test_it_lives(served: Caller) -> None:
    assert served.get("/api/v1/health/live").json == {"status": "live", "version": __version__}


def test_ready_tells_each_part(served: Caller) -> None:
    answer = served.get("/api/v1/health/ready")
    assert answer.status == 200
    parts = {each["part"]: each for each in answer.json["parts"]}
    assert set(parts) >= {"run", "tables", "trader"}
    assert parts["run"]["is_good"]
    assert parts["tables"]["is_good"]
    assert not parts["trader"]["is_good"]
    assert not parts["trader"]["is_needed"]
