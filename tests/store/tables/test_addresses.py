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
        (f"postgresql://u:x@{SECRET}@h:5432/n", "cannot be read"),
        (f"postgresql://u:x@y/{SECRET}@h:5432/n", "cannot be read"),
        (f"postgresql://u:x?y@{SECRET}@h/n", "cannot be read"),
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


@pytest.mark.parametrize(
    "between", ["@", "/", "#", "?", ":", "/@", "@/", "?a=b&", "[", "]", " ", "\n"]
)
def test_no_part_of_a_password_is_shown_however_it_is_written(between: str) -> None:
    password = f"{SECRET}{between}{SECRET}"
    for scheme in ("postgresql://u", "redis://", "redis://:x", "u"):
        shown = shown_url(f"{scheme}:{password}@h:5432/n?sslmode=require")
        assert shown.endswith(":***@h:5432/n?sslmode=require")
        assert SECRET not in shown
    assert SECRET not in shown_url(f"postgresql://u:{password}@h/n?password={SECRET}@{SECRET}")
    with pytest.raises(UsageError) as refused:
        open_engine(f"mysql://u:{password}@h/n")
    assert SECRET not in refused.value.line()


@pytest.mark.parametrize(
    "text",
    [
        "sqlite:///data/a:b@c.db",
        "postgresql://u@h:5432/n?options=-c%20search_path%3Da",
        "postgresql:///n?host=/run/postgresql",
        "redis://h:6379/0",
        "",
    ],
)
def test_an_address_without_a_secret_is_shown_as_it_is(text: str) -> None:
    assert shown_url(text) == text
