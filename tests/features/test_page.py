"""Laws of the page of features: it is what the code says, and names everything."""

import subprocess
import sys
from pathlib import Path

import pytest

from traider.features.catalogue import CATALOGUE
from traider.features.expressions import parse
from traider.features.page import features_page
from traider.features.shorthands import SHORTHANDS


@pytest.mark.golden
def test_the_page_in_docs_is_what_the_code_says(repo_root: Path) -> None:
    page = (repo_root / "docs" / "features.md").read_text(encoding="utf-8")
    assert page == features_page()


def test_the_module_prints_the_page() -> None:
    command = [sys.executable, "-W", "error", "-m", "traider.features.page"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True)
    assert printed.stdout == features_page()
    assert printed.stderr == ""


def test_every_name_is_on_the_page_as_it_is_written() -> None:
    page = features_page()
    for feature in CATALOGUE.values():
        assert f"| `{feature.written}` |" in page
        text = feature.written.replace("(x", "(close").replace("(y, x", "(close, open")
        written = text.replace("n, q)", "20, 0.5)").replace("n)", "20)")
        assert parse(written).name == feature.name
    assert all(f"| `{name}(" in page for name in SHORTHANDS)
