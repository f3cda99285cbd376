"""The guide's own code, run word for word over a traded run."""

import contextlib
import io
import re
from pathlib import Path

import pytest

BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


def test_the_code_of_the_guide_runs(
    repo_root: Path, traded_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (repo_root / "docs" / "how-to" / "use-a-notebook.md").read_text(encoding="utf-8")
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "demo").symlink_to(traded_state)
    monkeypatch.chdir(tmp_path)
    shown = io.StringIO()
    names: dict[str, object] = {}
    with contextlib.redirect_stdout(shown):
        for code in BLOCK.findall(page):
            exec(compile(code, "use-a-notebook.md", "exec"), names)  # noqa: S102 - it is ours
    said = shown.getvalue()
    assert "there is no order with this id" in said
    assert "It was decided on" in said
    assert "USDT" in said
