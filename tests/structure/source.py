"""The project's files, as the checks of its structure read them."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "ekachit"
PYTHON = ("src", "tests", "tools", "benchmarks", "conformance")
TEXTS = (*PYTHON, "docs", ".ci")


def python_files(*folders: str) -> list[Path]:
    """The Python files of some folders of the project, migrations left out: Django writes those."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert found, f"no Python files in {folders}"
    return [path for path in found if "migrations" not in path.parts]


def text_files() -> list[Path]:
    """Every text of the project that people write."""
    binary = {".png", ".mo", ".ico", ".woff2", ".pyc", ".gz", ".br"}
    found = [path for folder in TEXTS for path in sorted((ROOT / folder).rglob("*")) if path.is_file()]
    found += [path for path in sorted(ROOT.iterdir()) if path.is_file() and path.suffix != ".lock"]
    return [path for path in found if path.suffix not in binary and "__pycache__" not in path.parts]


def name_of(path: Path) -> str:
    """A file's path as people write it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """What a Python file says."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    """Each module a file imports (`from a.b import c` as `a.b.c`), also inside functions, with its line."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def comments_of(path: Path) -> Iterator[tuple[str, int]]:
    """Each comment of a file with its line."""
    with io.BytesIO(path.read_bytes()) as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT:
                yield token.string, token.start[0]


def within(module: str, *packages: str) -> bool:
    """Whether a module is one of these or inside one."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)
