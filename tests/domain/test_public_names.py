"""The room's public names are found where its front page says."""

import subprocess
import sys
from importlib import import_module

import pytest

import traider.domain as room


@pytest.mark.parametrize("name", room.__all__)
def test_every_public_name_is_there(name: str) -> None:
    module = room._HOME[name]
    assert getattr(room, name) is getattr(import_module(f"traider.domain.{module}"), name)


def test_the_list_and_the_homes_agree() -> None:
    assert set(room.__all__) == set(room._HOME) == set(dir(room))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = room.Nonsense


def test_the_errors_come_without_numpy() -> None:
    code = "import sys, traider.domain.errors; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
