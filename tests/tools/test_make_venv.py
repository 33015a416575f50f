"""The first thing that `make` does on a machine it has never seen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.run_tests import ROOT

SCRIPT = ROOT / "tools" / "make_venv.sh"


def make(folder: Path, path: Path, *python: str) -> subprocess.CompletedProcess[str]:
    """Run the script with no programs to be found but those in `path` and the system's plainest."""
    return subprocess.run(  # noqa: S603 # our own script
        ["/bin/sh", str(SCRIPT), str(folder), *python],
        env={**os.environ, "PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "rm").symlink_to("/bin/rm")
    return folder


def program(file: Path, before: str) -> None:
    """A Python in which `before` is said first to every program given with -c."""
    file.write_text(
        f'#!/bin/sh\n[ "$1" = -c ] || exec {sys.executable} "$@"\nexec {sys.executable} -c "{before}\n$2"\n',
        encoding="utf-8",
    )
    file.chmod(0o755)


OLD = "import sys, platform; sys.version_info = (3, 9, 2); platform.python_version = lambda: '3.9.2'"
BARE = "import sys; sys.modules['ensurepip'] = None"
BROKEN = "import sys; sys.exit('no such version')"


def test_the_first_python_that_will_do_is_taken(tmp_path: Path, path: Path) -> None:
    program(path / "python3", OLD)
    program(path / "python3.13", BROKEN)
    program(path / "python3.12", BARE)
    program(path / "python3.11", "pass")
    made = make(tmp_path / "venv", path)
    assert (made.returncode, made.stderr) == (0, "")
    assert (tmp_path / "venv" / "bin" / "pip").exists()


def test_a_python_without_venv_is_said_with_the_mend(tmp_path: Path, path: Path) -> None:
    program(path / "python3", BARE)
    made = make(tmp_path / "venv", path)
    assert made.returncode == 1
    assert f"apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv" in made.stderr
    assert not (tmp_path / "venv").exists()


def test_an_old_python_is_said_with_its_version(tmp_path: Path, path: Path) -> None:
    program(path / "python3", OLD)
    made = make(tmp_path / "venv", path)
    assert made.returncode == 1
    assert "needs Python 3.11 or newer; found only: python3 (3.9.2)" in made.stderr


def test_no_python_is_said(tmp_path: Path, path: Path) -> None:
    made = make(tmp_path / "venv", path)
    assert made.returncode == 1
    assert made.stderr.startswith("No Python found.")


def test_the_python_asked_for_is_the_only_candidate(tmp_path: Path, path: Path) -> None:
    program(path / "python3", "pass")
    made = make(tmp_path / "venv", path, "/nowhere/python3")
    assert made.returncode == 1
    assert "No Python found at /nowhere/python3." in made.stderr
