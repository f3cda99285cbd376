"""What the soak calls memory that grows, and which memory it looks at."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import llvmlite

from benchmarks.process_memory import ProcessMemory
from benchmarks.soak import growth

MIB: Final = 1024 * 1024
ROOT: Final = Path(__file__).parents[2]
HOURS: Final = [float(hour) for hour in range(1, 25)]


def test_memory_that_grows_with_the_market_is_told() -> None:
    grown = [(hour, 250.0 + 1.5 * hour) for hour in HOURS]
    assert growth(grown) == ["memory grew from 264 to 282 MiB"]


def test_memory_that_rises_to_its_bound_and_stays_is_flat() -> None:
    assert growth([(hour, min(220.0 + 5 * hour, 245.0)) for hour in HOURS]) == []


def test_one_sample_amid_a_snapshot_is_no_growth() -> None:
    once = [(hour, 290.0 if hour == 23 else 245.0) for hour in HOURS]
    assert growth(once) == []


def test_a_soak_of_few_hours_is_not_judged() -> None:
    assert growth([(hour / 4, 100.0 * hour) for hour in HOURS]) == []
    assert growth([]) == []


def seen_alone(block: str) -> tuple[ProcessMemory, ProcessMemory]:
    """Return the memory of a new process before and after ``block`` of code.

    In a process of many libraries, allocators that give pages back late move the figures.
    """
    lines = [
        "import json, mmap, sys",
        "from dataclasses import asdict",
        "from benchmarks.process_memory import ProcessMemory",
        "before = ProcessMemory.of()",
        block,
        "print(json.dumps([asdict(before), asdict(ProcessMemory.of())]))",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, check=True
    )
    before, after = json.loads(done.stdout)
    return ProcessMemory(**before), ProcessMemory(**after)


def test_own_memory_is_told_apart_from_pages_of_files() -> None:
    before, after = seen_alone(f"held = bytearray(b'1') * {48 * MIB}")
    assert 46 < after.own - before.own < 64
    assert abs(after.files - before.files) < 8


def test_pages_of_a_file_are_not_own_memory() -> None:
    library = max(
        Path(llvmlite.__file__).parent.rglob("*.so"), key=lambda path: path.stat().st_size
    )
    size = library.stat().st_size // MIB
    before, after = seen_alone(
        f"file = open({str(library)!r}, 'rb')\n"
        "pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)\n"
        "assert sum(pages[place] for place in range(0, len(pages), mmap.PAGESIZE))"
    )
    assert size > 16
    assert after.files - before.files > size / 2
    assert after.own - before.own < size / 4
    assert after.resident == after.own + after.files
