import sys

import pytest

from traider.domain.errors import UsageError
from traider.runtime.config_database import shown_url
from traider.store.tables.addresses import DatabaseAddress
from traider.store.tables.engines import open_engine

SECRET = "s3cr3t"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sqlite:///data/traider.db", "sqlite:///data/traider.db"),
        ("sqlite:////var/lib/x.db", "sqlite:////var/lib/x.db"),
        (f"postgresql://u:{SECRET}@h:5432/n", "postgresql+psycopg://u:***@h:5432/n"),
        (f"postgres://u:{SECRET}@h/n", "postgresql+psycopg://u:***@h/n"),
        (f"postgresql+psycopg://u:{SECRET}%40@h/n", "postgresql+psycopg://u:***@h/n"),
        (
            f"postgresql://u@h/n?sslmode=require&password={SECRET}",
            "postgresql+psycopg://u@h/n?password=***&sslmode=require",
        ),
    ],
)
def test_an_address_is_shown_without_its_password(text: str, shown: str) -> None:
    address = DatabaseAddress.parse(text)
    assert sorted(str(address).split("?")[-1].split("&")) == sorted(
        shown.rsplit("?", maxsplit=1)[-1].split("&")
    )
    assert SECRET not in f"{address} {address!r} {shown_url(text)}"
    assert address.is_sqlite == text.startswith("sqlite")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"postgresql://u:{SECRET}:x@y@h:port/n", "cannot be read"),
        (SECRET, "cannot be read"),
        (f"mysql://u:{SECRET}@h/n", "mysql is no database that is known"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("sqlite:///file.db?mode=memory", "needs a file"),
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(text: str, what: str) -> None:
    with pytest.raises(UsageError, match=what) as refused:
        DatabaseAddress.parse(text)
    assert SECRET not in refused.value.line()
    assert SECRET not in shown_url(f"postgresql://u:{SECRET}@[h/n")


def test_a_missing_driver_is_told_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageError, match=r"needs the package psycopg; pip install 'traider\[scale"):
        open_engine("postgresql://u@h/n")
