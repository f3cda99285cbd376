"""Laws of the cache of machine code.

1. A changed source never runs stale machine code, also where the changed function is only called
   by the one that was cached: the digest covers every file that machine code is made of.
2. A missing or read-only folder is no error.
3. Folders of older digests are forgotten, but for the newest few.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from traider.kernel import cache

CALLER = """
from numba import int64

from traider.kernel.arithmetic import notional_units
from traider.kernel.compiled import compile_kernel, compiled


@compiled(int64(int64), python=True)
def caller(price):
    return notional_units(price, 7, 1000, 1)
"""
"""Stands in a file of its own: numba alone would not see that its callee was edited."""
PROGRAM = """
from traider.kernel.caller import caller, compile_kernel
compile_kernel()
print(int(caller(100)))
"""


def _run(source: Path, root: Path) -> int:
    environment = {
        **os.environ,
        "PYTHONPATH": str(source),
        "TRAIDER_CACHE_DIR": str(root),
        "NUMBA_DISABLE_JIT": "0",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        cwd=source,
        env=environment,
    )
    return int(done.stdout)


def _copy(repo_root: Path, folder: Path) -> Path:
    copied = folder / "src"
    shutil.copytree(
        repo_root / "src", copied, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
    )
    return copied


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test choose folders; what numba was told is put back after it."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", "kept for after this test")
    monkeypatch.setattr(numba.config, "CACHE_DIR", numba.config.CACHE_DIR)  # type: ignore[attr-defined]


@pytest.mark.slow
def test_a_changed_callee_in_another_file_is_compiled_anew(repo_root: Path, tmp_path: Path) -> None:
    source, root = _copy(repo_root, tmp_path), tmp_path / "cache"
    (source / "traider" / "kernel" / "caller.py").write_text(CALLER, encoding="utf-8")
    assert _run(source, root) == 700_000
    folders = root / "traider-kernel"
    assert len(list(folders.iterdir())) == 1
    assert any(next(folders.iterdir()).rglob("*.nbc"))
    leaf = source / "traider" / "kernel" / "arithmetic.py"
    text = leaf.read_text(encoding="utf-8")
    assert text.count("    return whole\n") == 1
    leaf.write_text(text.replace("    return whole\n", "    return whole + 5\n"), encoding="utf-8")
    assert _run(source, root) == 700_005
    assert len(list(folders.iterdir())) == 2
    leaf.write_text(text, encoding="utf-8")
    assert _run(source, root) == 700_000
    assert len(list(folders.iterdir())) == 2


@pytest.mark.parametrize("room", ["domain", "kernel", "kernel/decider", "kernel/venue", "signals"])
def test_the_digest_covers_every_room_of_compiled_code(
    room: str, repo_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = _copy(repo_root, tmp_path) / "traider"
    monkeypatch.setattr(cache, "_PACKAGE", package)
    before = cache.source_digest()
    assert before == cache.source_digest()
    for path in sorted((package / room).glob("*.py")):
        text = path.read_text(encoding="utf-8")
        path.write_text(text + "\n", encoding="utf-8")
        assert cache.source_digest() != before, path
        path.write_text(text, encoding="utf-8")
    assert cache.source_digest() == before
    (package / room / "added.py").write_text("", encoding="utf-8")
    assert cache.source_digest() != before


def test_every_compiled_function_stands_in_a_room_of_the_digest() -> None:
    outside = [
        path
        for path in sorted(cache._PACKAGE.rglob("*.py"))
        if path.relative_to(cache._PACKAGE).parts[0] not in cache._ROOMS
        and any(word in path.read_text(encoding="utf-8") for word in ("@compiled", "njit(", "@jit"))
    ]
    assert outside == []


@pytest.mark.parametrize("part", ["version", "_processor"])
def test_the_digest_covers_versions_and_processor(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cache.source_digest()
    monkeypatch.setattr(cache, part, lambda *_: "another")
    assert cache.source_digest() != before


def test_the_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAIDER_CACHE_DIR", str(tmp_path / "here"))
    folder = cache.select_cache()
    assert folder == tmp_path / "here" / "traider-kernel" / cache.source_digest()
    assert folder.is_dir()
    assert os.environ["NUMBA_CACHE_DIR"] == str(folder)
    assert not cache.is_warm(folder)
    monkeypatch.delenv("TRAIDER_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.cache_root() == tmp_path / "traider" / "kernel"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache.cache_root() == Path.home() / ".cache" / "traider" / "kernel"


def test_a_folder_that_cannot_be_made_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("TRAIDER_CACHE_DIR", str(tmp_path / "file"))
    folder = cache.select_cache()
    assert folder.is_dir()
    assert tmp_path not in folder.parents
    assert os.environ["NUMBA_CACHE_DIR"] == str(folder)


def test_only_the_newest_older_folders_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAIDER_CACHE_DIR", str(tmp_path))
    root = tmp_path / "traider-kernel"
    for age in range(7):
        inner = root / f"{age:020x}" / "module"
        inner.mkdir(parents=True)
        (inner / "run.run-1.nbc").write_bytes(b"")
        (root / f"{age:020x}" / "made-by-traider").touch()
        os.utime(root / f"{age:020x}", (1_000_000 - age, 1_000_000 - age))
    present = cache.select_cache()
    names = {path.name for path in root.iterdir()}
    assert names == {present.name, *(f"{age:020x}" for age in range(4))}
    assert cache.is_warm(root / f"{0:020x}")


def test_nothing_that_is_not_ours_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAIDER_CACHE_DIR", str(tmp_path))
    theirs = [tmp_path / f"photos{n}" for n in range(9)]
    theirs += [tmp_path / "traider-kernel" / name for name in ("photos", "0" * 20, "notes.txt")]
    for folder in theirs:
        folder.mkdir(parents=True)
        (folder / "keep").write_text("mine", encoding="utf-8")
        os.utime(folder, (1_000, 1_000))
    cache.select_cache()
    assert all((folder / "keep").read_text(encoding="utf-8") == "mine" for folder in theirs)


def test_machine_code_goes_there_even_when_numba_came_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAIDER_CACHE_DIR", str(tmp_path))
    folder = cache.select_cache()
    assert str(folder) == numba.config.CACHE_DIR  # type: ignore[attr-defined]  # set when imported
