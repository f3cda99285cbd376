"""House rules that linters lack. Each test gathers every offender and wants none.

Exceptions are listed here with a reason; a listed exception that is not needed any more fails, so
the list can only shrink.
"""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

pytestmark = pytest.mark.uncounted

ROOT: Final = Path(__file__).resolve().parents[1]
SOURCE: Final = ROOT / "src" / "traider"
ADRS: Final = ROOT / "docs" / "adr"

OFFERED: Final = ("download", "scale", "ops", "optimize", "archive", "assistant", "notebook")
"""Extras whose packages the product may import, late and where they are asked for."""

MODULE_LINES_MAX: Final = 500
FUNCTION_LINES_MAX: Final = 70
ARGUMENTS_MAX: Final = 6

LONG_FUNCTIONS: Final[dict[str, str]] = {}
MANY_ARGUMENTS: Final = {
    "src/traider/cli/audit.py:search": "click passes one argument an option",
    "src/traider/cli/backtest.py:backtest": "click passes one argument an option",
    "src/traider/cli/check.py:lookahead": "click passes one argument an option",
    "src/traider/cli/exchange.py:exchange": "the same",
    "src/traider/cli/feed.py:feed": "the same",
    "src/traider/cli/record.py:record": "the same",
    "src/traider/cli/replay.py:replay": "the same",
    "src/traider/cli/sweep.py:sweep": "the same",
    "src/traider/cli/users.py:token": "the same",
}
BROAD_EXCEPT: Final = {
    "src/traider/ops/notifying/channel.py": "a way to people that fails unforeseen must not end",
    "src/traider/features/user_files.py": "a person's own code may raise anything",
    "src/traider/runtime/supervision/keeper.py": "every fault of a role arrives here",
    "src/traider/runtime/supervision/threads.py": "a fault is raised to whoever waits for it",
    "src/traider/api/following/live_view.py": "a view that ended unsaid would look live for good",
    "src/traider/api/stream/stream.py": "one reading that fails ends the stream of nobody",
}
"""Files that may catch everything; only a supervisor ever may."""

NAMES_THAT_SAY_NOTHING: Final = {"common", "core", "helper", "helpers", "misc", "util", "utils"}
VAGUE_ENDINGS: Final = ("_helper", "_helpers", "_manager", "_util", "_utils", "manager")
# Spelled in two parts, so that this file does not find itself.
UNFINISHED: Final = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "NotImplemented" + "Error")
MACHINE_PATH: Final = re.compile(
    r"(?<![\w.<>$}\]])/(?:home|root|work|tmp|Users|opt/wheels)/[\w.-]+"
)
REGISTRY: Final = re.compile(
    r"https?://(?:[\w.-]*\.)?(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|pypi/)|"
    r"^--?(?:extra-)?index-url|^--find-links",
    re.MULTILINE,
)
BRITISH: Final = re.compile(
    r"\b(?:behaviour|centre|colour|favour|grey|honour|analys(?:e|ed|ing)\b|"
    r"(?:initial|normal|optim|organ|recogn|serial|summar|util)is(?:e|ed|er|es|ing|ation)\b)\w*",
    re.IGNORECASE,
)
TEXT_ENDINGS: Final = {
    "", ".css", ".html", ".js", ".json", ".md", ".mjs", ".py", ".sh", ".toml", ".ts", ".tsx",
    ".txt", ".yml",
}  # fmt: skip
OTHERS_WORDS: Final = {"LICENSE", "package-lock.json"}
"""Files whose words and names are other people's."""
SKIPPED_FOLDERS: Final = {
    "__pycache__", "build", "dashboard", "dist", "htmlcov", "node_modules", "out", "runs",
}  # fmt: skip
HIDDEN_FOLDERS: Final = {".ci", ".github"}


@cache
def text_files() -> tuple[Path, ...]:
    """Return every text file of the checkout, generated and ignored folders left out."""
    found: list[Path] = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [
            name
            for name in folders
            if name in HIDDEN_FOLDERS
            or not (name.startswith(".") or name in SKIPPED_FOLDERS or name.endswith(".egg-info"))
        ]
        found += [Path(folder) / name for name in files if Path(name).suffix in TEXT_ENDINGS]
    return tuple(sorted(path for path in found if path.name != ".coverage"))


@cache
def python_files() -> tuple[Path, ...]:
    """Return every Python file of the checkout."""
    return tuple(path for path in text_files() if path.suffix == ".py")


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of ``path``."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    """Return ``path`` as the checkout names it."""
    return path.relative_to(ROOT).as_posix()


def in_product(path: Path) -> bool:
    """Whether ``path`` is part of the product, not of its tests."""
    return not name_of(path).startswith("tests/")


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[tuple[str, Function]]:
    """Yield every function of ``path`` with the name that exceptions are listed under."""
    for node in ast.walk(tree(path)):
        if isinstance(node, Function):
            yield f"{name_of(path)}:{node.name}", node


def packages(path: Path) -> Iterator[str]:
    """Yield the top package of every import of ``path``."""
    for node in ast.walk(tree(path)):
        names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        yield from (name.partition(".")[0] for name in names)


def code_lines(function: Function) -> int:
    """Return the lines of ``function`` without its docstring and decorators."""
    first = function.body[0]
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is not None and first.end_lineno is not None:
        lines -= first.end_lineno - first.lineno + 1
    return lines


def arguments(function: Function) -> int:
    """Return the number of arguments of ``function``, ``self`` and ``cls`` not counted."""
    taken = function.args
    names = [argument.arg for argument in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def needless(listed: dict[str, str], offenders: list[str]) -> list[str]:
    """Return the listed exceptions that offend no more."""
    return sorted(set(listed) - set(offenders))


def test_modules_stay_short() -> None:
    faults = [
        f"{name_of(path)}: {lines} lines"
        for path in python_files()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MODULE_LINES_MAX
    ]
    assert faults == []


def test_functions_stay_short() -> None:
    long = [
        name
        for path in python_files()
        for name, function in functions(path)
        if code_lines(function) > FUNCTION_LINES_MAX
    ]
    assert [name for name in long if name not in LONG_FUNCTIONS] == []
    assert needless(LONG_FUNCTIONS, long) == []


def test_functions_take_few_arguments() -> None:
    greedy = [
        name
        for path in python_files()
        if in_product(path)
        for name, function in functions(path)
        if arguments(function) > ARGUMENTS_MAX
        and function.name != "settings_customise_sources"  # a signature of the settings library
    ]
    assert [name for name in greedy if name not in MANY_ARGUMENTS] == []
    assert needless(MANY_ARGUMENTS, greedy) == []


def test_names_say_something() -> None:
    faults = [
        name_of(path)
        for path in python_files()
        if NAMES_THAT_SAY_NOTHING
        & {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
        or path.stem.endswith(VAGUE_ENDINGS)
    ]
    assert faults == []


def test_nothing_is_left_unfinished() -> None:
    words = re.compile(rf"\b(?:{'|'.join(UNFINISHED)})\b")
    faults = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if words.search(line)
    ]
    assert faults == []


def test_no_function_of_the_product_is_empty() -> None:
    faults = [
        name
        for path in python_files()
        if in_product(path)
        for name, function in functions(path)
        if all(
            isinstance(node, ast.Pass)
            or (isinstance(node, ast.Expr) and getattr(node.value, "value", None) is Ellipsis)
            for node in function.body
        )
    ]
    assert faults == []


def _is_broad(handled: ast.expr | None) -> bool:
    if handled is None:
        return True
    names = handled.elts if isinstance(handled, ast.Tuple) else [handled]
    return any(isinstance(n, ast.Name) and n.id in ("Exception", "BaseException") for n in names)


def _catches_everything(node: ast.AST) -> bool:
    if isinstance(node, ast.ExceptHandler):
        return _is_broad(node.type)
    return (
        isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("suppress")
        and any(_is_broad(argument) for argument in node.args)
    )


def test_nothing_but_a_supervisor_catches_everything() -> None:
    broad = [
        name_of(path)
        for path in python_files()
        if any(_catches_everything(node) for node in ast.walk(tree(path)))
    ]
    assert [name for name in broad if name not in BROAD_EXCEPT] == []
    assert needless(BROAD_EXCEPT, broad) == []


@pytest.mark.parametrize(("what", "pattern"), [("machine", MACHINE_PATH), ("registry", REGISTRY)])
def test_text_names_no_machine_and_no_registry(what: str, pattern: re.Pattern[str]) -> None:
    faults = [
        f"{name_of(path)}: {what} {found.group()}"
        for path in text_files()
        if path != Path(__file__)
        for found in pattern.finditer(path.read_text(encoding="utf-8"))
    ]
    assert faults == []


def test_spelling_is_american() -> None:
    faults = [
        f"{name_of(path)}: {found.group()}"
        for path in text_files()
        if path != Path(__file__) and path.name not in OTHERS_WORDS
        for found in BRITISH.finditer(path.read_text(encoding="utf-8"))
    ]
    assert faults == []


def test_the_product_imports_only_what_it_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(text for name in OFFERED for text in extras[name])]
    declared = {re.split(r"[^\w.-]", text, maxsplit=1)[0] for text in wanted}
    # Parts of the interfaces of numba, jinja2, pydantic and boto3, which bring them; PyJWT is
    # called jwt, and the packages of OpenTelemetry are parts of one; FastAPI stands on starlette.
    brought = {
        "argon2",
        "socketio",
        "starlette",
        "botocore",
        "llvmlite",
        "markupsafe",
        "pydantic_core",
        "jwt",
        "opentelemetry",
    }
    known = {name.replace("-", "_") for name in declared | brought} | {"traider"}
    offenders = [
        f"{name_of(path)}: {package}"
        for path in python_files()
        if path.is_relative_to(SOURCE)
        for package in packages(path)
        if package not in known and package not in sys.stdlib_module_names
    ]
    assert not offenders


def test_the_lock_file_of_uv_is_never_committed() -> None:
    # It records the addresses of registries; requirements/ holds hashes without addresses.
    assert "uv.lock" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_every_package_says_what_it_is_for_and_lists_its_names() -> None:
    faults = [
        name_of(path)
        for path in SOURCE.rglob("__init__.py")
        if path.parent != SOURCE
        and (
            ast.get_docstring(tree(path)) is None
            or "__all__" not in path.read_text(encoding="utf-8")
        )
    ]
    assert faults == []


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for path in SOURCE.rglob("*.py")}
    assert [name_of(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def _asserts(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    if not isinstance(node, ast.Call):
        return False
    called = ast.unparse(node.func).rpartition(".")[2]
    return called in ("raises", "warns") or called.lstrip("_").startswith(("assert_", "check_"))


def test_every_test_asserts_something() -> None:
    faults = [
        name
        for path in python_files()
        if not in_product(path) and path.name.startswith("test_")
        for name, function in functions(path)
        if function.name.startswith("test_") and not any(map(_asserts, ast.walk(function)))
    ]
    assert faults == []


def test_the_event_table_is_what_the_code_says() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "traider.domain.payloads"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    ).stdout
    assert (ROOT / "docs" / "events.md").read_text(encoding="utf-8") == printed


def _decisions() -> list[Path]:
    return sorted(path for path in ADRS.glob("*.md") if path.name != "README.md")


def test_decision_records_are_numbered_without_holes() -> None:
    numbers = [path.name[:5] for path in _decisions()]
    assert numbers == [f"{number:04}-" for number in range(1, len(numbers) + 1)]


def test_decision_records_have_their_parts_and_an_enforcer() -> None:
    faults: list[str] = []
    for path in _decisions():
        lines = path.read_text(encoding="utf-8").strip().splitlines()
        if not lines[0].startswith(f"# {path.name[:4]} "):
            faults.append(f"{path.name}: the title starts with the number")
        faults += [
            f"{path.name}: no section {section}"
            for section in ("Context", "Decision", "Consequences")
            if f"## {section}" not in lines
        ]
        if not lines[-1].startswith("Enforced by: "):
            faults.append(f"{path.name}: the last line says what enforces it")
    assert faults == []


def test_decision_records_are_in_the_index() -> None:
    index = (ADRS / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in _decisions() if f"({path.name})" not in index] == []


def test_every_relative_link_leads_somewhere() -> None:
    link = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in text_files()
        if path.suffix == ".md"
        for target in link.findall(path.read_text(encoding="utf-8"))
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert broken == []
