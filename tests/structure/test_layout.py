from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.structure.source import (
    PACKAGE,
    PYTHON,
    ROOT,
    comments_of,
    name_of,
    python_files,
    text_files,
    tree_of,
)

LINES_AT_MOST = 400
FUNCTION_LINES_AT_MOST = 50
SAYS_NOTHING = {
    *("common", "helper", "helpers", "lib", "manager", "managers", "misc", "service", "services"),
    *("shared", "stuff", "util", "utils"),
}
OPT_OUT = re.compile(r"#\s*(?:ruff: )?(?:noqa|type: ignore)")
REASONED_OPT_OUT = re.compile(
    r"#\s*(?:ruff: noqa: |noqa: |type: ignore)\[?[\w\-, ]+?\]?\s+(?:#|-)\s*(?P<why>\S.*)"
)
# Folders of the machine that somebody works on, and notes that are not part of the project.
MACHINE_PATH = re.compile(
    r"(?<![\w.<>-])/(?:work|root|home)/\w|/tmp/\w*brief|[.]library/"
    r"|\bshared/(?:jira|design|estimation|speed|reliability)"
)


def apps() -> list[Path]:
    found = sorted(path.parent for path in PACKAGE.glob("*/apps.py"))
    assert len(found) > 4
    return found


def test_a_file_is_short_enough_to_read() -> None:
    lengths = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(*PYTHON)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LINES_AT_MOST} == {}


def test_a_function_is_short_enough_to_read() -> None:
    long = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in python_files(*PYTHON)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES_AT_MOST
    ]
    assert long == []


def test_a_name_says_what_is_inside() -> None:
    parts = {name_of(path): path.relative_to(ROOT).with_suffix("").parts for path in python_files(*PYTHON)}
    assert [name for name, words in parts.items() if SAYS_NOTHING & set(words)] == []


def test_each_opt_out_of_a_check_has_its_reason() -> None:
    bare = [
        f"{name_of(path)}:{line} {text}"
        for path in python_files(*PYTHON)
        for text, line in comments_of(path)
        if OPT_OUT.search(text) and not REASONED_OPT_OUT.search(text)
    ]
    assert bare == []


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: S603 # our own command",
        "# noqa: S603, S607 - our own command",
        "# type: ignore[misc] # the stub is wrong",
        "# ruff: noqa: N802 # names begin with ids",
    ],
)
def test_a_reason_is_seen(comment: str) -> None:
    assert OPT_OUT.search(comment)
    assert REASONED_OPT_OUT.search(comment)


@pytest.mark.parametrize(
    "comment", ["# noqa", "# noqa: S603", "# type: ignore[misc]", "# type: ignore[misc] #"]
)
def test_its_lack_is_seen(comment: str) -> None:
    assert OPT_OUT.search(comment)
    assert not REASONED_OPT_OUT.search(comment)


def test_no_path_of_somebodys_machine() -> None:
    found = [
        f"{name_of(path)}:{number} {line.strip()}"
        for path in text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("app", apps(), ids=name_of)
def test_models_are_in_models(app: Path) -> None:
    elsewhere = [
        f"{name_of(path)}: {node.name}"
        for path in python_files(name_of(app))
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base) == "models.Model" for base in node.bases)
        and path != app / "models.py"
    ]
    assert elsewhere == []


@pytest.mark.parametrize("app", apps(), ids=name_of)
def test_an_app_with_tables_has_its_models_and_migrations(app: Path) -> None:
    tables = any((app / "migrations").glob("0*.py"))
    classes = [
        node.name
        for path in [app / "models.py"]
        if path.exists()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef) and any("Model" in ast.unparse(base) for base in node.bases)
    ]
    assert bool(classes) == tables
