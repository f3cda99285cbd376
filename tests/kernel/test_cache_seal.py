"""A damaged, full or forbidden cache never stops a start, and never runs wrong machine code."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kernel.test_cache import CALLER
from traider.kernel import cache
from traider.kernel.cache_seal import discard_damaged, seal

PROGRAM = """
import json
from traider.kernel.caller import caller, compile_kernel
costs = compile_kernel()
print(json.dumps([int(caller(100)), sum(cost.cached for cost in costs), len(costs)]))
"""


def start(source: Path, root: Path, file_bytes_max: int = 0) -> tuple[int, int, int]:
    """Return the answer of a new process, and how many of how many functions it loaded."""
    limit: Callable[[], None] | None = None
    if file_bytes_max:

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes_max, file_bytes_max))

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        cwd=source,
        preexec_fn=limit,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(source),
            "TRAIDER_CACHE_DIR": str(root),
            "NUMBA_DISABLE_JIT": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )
    answer, loaded, count = json.loads(done.stdout)
    return answer, loaded, count


@pytest.fixture(scope="module")
def source(repo_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources with one more small kernel function."""
    copied = tmp_path_factory.mktemp("sealed") / "src"
    shutil.copytree(
        repo_root / "src", copied, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
    )
    (copied / "traider" / "kernel" / "caller.py").write_text(CALLER, encoding="utf-8")
    return copied


@pytest.fixture(scope="module")
def warm(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache filled by a first start."""
    root = tmp_path_factory.mktemp("warm")
    answer, loaded, count = start(source, root)
    assert (answer, loaded) == (700_000, 0)
    assert start(source, root) == (700_000, count, count)
    return root


def compiled_files(root: Path, ending: str) -> list[Path]:
    """Return the files of the caller and of what it calls."""
    return sorted(root.rglob(f"*{ending}"))


@pytest.mark.parametrize("ending", [".nbi", ".nbc"])
@pytest.mark.parametrize("damage", ["empty", "cut", "flipped"])
def test_a_damaged_file_is_compiled_anew(
    damage: str, ending: str, source: Path, warm: Path, tmp_path: Path
) -> None:
    root = tmp_path / "cache"
    shutil.copytree(warm, root)
    for path in compiled_files(root, ending):
        content = path.read_bytes()
        middle = len(content) // 2
        flipped = content[:middle] + bytes(b ^ 0xFF for b in content[middle : middle + 64])
        path.write_bytes(
            {"empty": b"", "cut": content[:middle], "flipped": flipped + content[middle + 64 :]}[
                damage
            ]
        )
    answer, loaded, count = start(source, root)
    assert (answer, loaded) == (700_000, 0)
    assert start(source, root) == (700_000, count, count)


def test_a_cut_file_that_was_never_sealed_is_no_obstacle(
    source: Path, warm: Path, tmp_path: Path
) -> None:
    root = tmp_path / "cache"
    shutil.copytree(warm, root)
    for path in root.rglob("seals.json"):
        path.unlink()
    for path in compiled_files(root, ".nbc"):
        path.write_bytes(path.read_bytes()[:1000])
    assert start(source, root)[0] == 700_000


def test_a_full_disk_costs_the_next_start_its_cache_only(source: Path, tmp_path: Path) -> None:
    answer, loaded, _ = start(source, tmp_path, file_bytes_max=512)
    assert (answer, loaded) == (700_000, 0)


def test_without_a_folder_nothing_is_kept_beside_the_sources(source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert start(source, tmp_path / "file")[0] == 700_000
    assert compiled_files(source, ".nbc") == []


def test_a_warm_folder_that_cannot_be_written_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "kept for after this test")
    monkeypatch.setenv("TRAIDER_CACHE_DIR", str(tmp_path))
    folder = cache.cache_root() / cache.source_digest()
    (folder / "kernel").mkdir(parents=True)
    (folder / "kernel" / "run.run-1.nbc").write_bytes(b"code")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "touch", refuse)
    own = cache.select_cache()
    assert own != folder
    assert (own / "kernel" / "run.run-1.nbc").read_bytes() == b"code"
    root = cache.selected_root()
    assert root is not None
    monkeypatch.setenv("TRAIDER_CACHE_DIR", str(root))
    assert cache.cache_root() / cache.source_digest() == own


def test_only_what_differs_is_discarded(tmp_path: Path) -> None:
    for name in ("one.nbi", "two.nbc", "three.nbc"):
        (tmp_path / name).write_bytes(name.encode())
    seal(tmp_path)
    assert discard_damaged(tmp_path) == ()
    (tmp_path / "two.nbc").write_bytes(b"other")
    (tmp_path / "new.nbc").write_bytes(b"of a start under way")
    (tmp_path / "cut.nbc").touch()
    assert discard_damaged(tmp_path) == (tmp_path / "cut.nbc", tmp_path / "two.nbc")
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"one.nbi", "three.nbc", "new.nbc", "seals.json"}
    for text in ("no seals", "[1, 2]"):
        (tmp_path / "seals.json").write_text(text, encoding="ascii")
        assert discard_damaged(tmp_path) == ()
