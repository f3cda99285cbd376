"""Laws of the one file of machine code.

1. A start that finds it compiles nothing, and decides as one that loaded every function.
2. Whatever is wrong with it, it is as if there were none.
3. What is compiled after such a start may call the kernel all the same.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import traider.kernel.machine  # noqa: F401 - registers what there is to load
from traider.kernel import CACHE_FOLDER, compiled
from traider.kernel.cache import LINKED
from traider.kernel.linked_code import EMBEDDED, PYTHON, SYMBOL, read_linked, write_linked

pytestmark = pytest.mark.skipif(compiled.INTERPRETED, reason="nothing is compiled")

PROGRAM = """
import sys
from numba import njit
from tests.kernel.builders import bar_stream, ensemble, finish, market, random_bars
from traider.kernel import compiled
from traider.kernel.arithmetic import notional_units

if sys.argv[1] == "all":
    compiled.compile_kernel()
done = finish(ensemble([market()]), bar_stream(random_bars(7, 400)))
assert len(done.fills) > 0
assert (len(compiled._linked) > 0) == (sys.argv[1] == "linked")
print(done.fingerprint, done.machine.state_hash())

compiled.compile_kernel()
assert len(compiled._done) == len(compiled._registry)
more = finish(ensemble([market()]), bar_stream(random_bars(7, 400)))
assert more.fingerprint == done.fingerprint

@njit
def caller(price):
    return notional_units(price, 7, 1000, 1)

assert caller(100) == notional_units(100, 7, 1000, 1) == 700_000
"""


def start(way: str, repo_root: Path) -> str:
    """Return what a new process decided."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, way],
        cwd=repo_root,
        env={**os.environ, "PYTHONPATH": f"{repo_root / 'src'}{os.pathsep}{repo_root}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_linked_kernel_decides_as_one_whose_functions_were_loaded(repo_root: Path) -> None:
    compiled.ready_kernel()
    assert start("linked", repo_root) == start("all", repo_root)


def test_each_function_is_kept_in_one_of_three_ways() -> None:
    compiled.ready_kernel()
    kept = read_linked(CACHE_FOLDER)
    functions = {function.name: function for function in compiled._registry.values()}
    assert functions.keys() <= kept.keys()
    assert {kept[name][0] for name in functions} == {EMBEDDED, PYTHON, SYMBOL}
    for name, function in functions.items():
        way, content = kept[name]
        assert (way == PYTHON) == function.python
        assert bool(content) == (way != EMBEDDED)
        assert way == EMBEDDED or not function.inline or function.python


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "flipped"])
def test_a_damaged_file_is_none(damage: str, tmp_path: Path) -> None:
    write_linked(tmp_path, {"book.set_level": (SYMBOL, b"code")})
    path = tmp_path / LINKED
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        middle = len(content) // 2
        flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        path.write_bytes({"empty": b"", "cut": content[:-1], "flipped": flipped}[damage])
    assert read_linked(tmp_path) == {}


def test_functions_are_kept_beside_others(tmp_path: Path) -> None:
    write_linked(tmp_path, {"one": (SYMBOL, b"1"), "two": (EMBEDDED, b"")})
    write_linked(tmp_path, {"two": (SYMBOL, b"2")})
    assert read_linked(tmp_path) == {"one": (SYMBOL, b"1"), "two": (SYMBOL, b"2")}
    assert [path.name for path in tmp_path.iterdir()] == [LINKED]


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    write_linked(tmp_path / "nowhere", {"one": (SYMBOL, b"1")})
    assert read_linked(tmp_path / "nowhere") == {}
