from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.structure.source import ROOT

PLACED = (
    "domain",
    "jira",
    "vault",
    "accounts",
    "tasks",
    "connections",
    "sync",
    "estimates",
    "web",
    "ops",
    "sandbox",
)


def contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    """What import-linter says of the package under `folder`."""
    return subprocess.run(  # our own command
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--no-cache",
        ],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Packages with nothing in them, under the project's own contracts."""
    (tmp_path / "pyproject.toml").write_text(
        (ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    package = tmp_path / "src" / "ekachit"
    for path in [package, *(package / name for name in PLACED)]:
        path.mkdir(parents=True)
        (path / "__init__.py").touch()
    for name in (
        "wsgi",
        "urls",
        "settings",
        "__main__",
        "config",
        "rows",
        "durability",
        "jira/transport",
        "sandbox/server",
    ):
        (package / f"{name}.py").write_text("import aiohttp\n" if "/" in name else "", encoding="utf-8")
    (package / "sync" / "loading.py").write_text("import django\n", encoding="utf-8")
    (package / "web" / "forms.py").write_text("import allauth\n", encoding="utf-8")
    return tmp_path


def test_the_contracts_are_kept() -> None:
    said = contracts(ROOT)
    assert said.returncode == 0, said.stdout + said.stderr


def test_a_new_package_must_be_placed(copy: Path) -> None:
    assert contracts(copy).returncode == 0, contracts(copy).stdout
    (copy / "src" / "ekachit" / "reports").mkdir()
    (copy / "src" / "ekachit" / "reports" / "__init__.py").touch()
    said = contracts(copy)
    assert said.returncode == 1
    assert "reports" in said.stdout


@pytest.mark.parametrize(
    ("path", "imported"),
    [
        ("tasks/actions.py", "ekachit.sync"),
        ("tasks/actions.py", "ekachit.connections"),
        ("web/today.py", "ekachit.ops"),
        ("web/today.py", "ekachit.sandbox"),
        ("sandbox/world.py", "ekachit.jira"),
        ("vault/seal.py", "django"),
        ("jira/client.py", "aiohttp"),
        ("jira/client.py", "ekachit.config"),
        ("domain/state.py", "ekachit.config"),
    ],
)
def test_an_import_in_the_wrong_direction_is_found(copy: Path, path: str, imported: str) -> None:
    (copy / "src" / "ekachit" / path).write_text(f"import {imported}\n", encoding="utf-8")
    said = contracts(copy)
    assert said.returncode == 1
    assert "BROKEN" in said.stdout
