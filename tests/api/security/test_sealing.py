"""Second factors are sealed under a key that is not in the tables."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from traider.api.security.sealing import KEY_FILE, KEY_VARIABLE, Sealer, open_sealer
from traider.domain.errors import ConfigError, DataError

NOW_NS = 1_760_000_000_000_000_000
MINUTE_NS = 60_000_000_000


def test_the_key_is_made_once_for_nobody_else(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        sealers = list(pool.map(lambda _: open_sealer(tmp_path), range(8)))
    sealed = sealers[0].seal("JBSWY3DP", NOW_NS)
    assert {sealer.open(sealed) for sealer in sealers} == {"JBSWY3DP"}
    assert "JBSWY3DP" not in sealed
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    open_sealer(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o640)
    with pytest.raises(ConfigError, match="others can read the key; chmod 600"):
        open_sealer(tmp_path)


def test_the_environment_names_a_key_for_several_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = Fernet.generate_key()
    monkeypatch.setenv(KEY_VARIABLE, key.decode())
    sealed = open_sealer(tmp_path).seal("secret", NOW_NS)
    assert Sealer(key, "here").open(sealed) == "secret"
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv(KEY_VARIABLE, "short")
    with pytest.raises(ConfigError, match="TRAIDER_PEOPLE_KEY: this is no key") as fault:
        open_sealer(tmp_path)
    assert "short" not in fault.value.line()


def test_what_was_changed_or_sealed_elsewhere_is_not_opened() -> None:
    one, other = (Sealer(Fernet.generate_key(), "key") for _ in range(2))
    sealed = one.seal("secret", NOW_NS)
    with pytest.raises(DataError, match="sealed with another key"):
        other.open(sealed)
    with pytest.raises(DataError):
        one.open(sealed[:-4] + "AAA=")
    assert one.open_young(sealed, MINUTE_NS, NOW_NS + MINUTE_NS) == "secret"
    assert one.open_young(sealed, MINUTE_NS, NOW_NS + 2 * MINUTE_NS) is None
    assert other.open_young(sealed, MINUTE_NS, NOW_NS) is None
