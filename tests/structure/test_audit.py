"""`make audit` asks about what is shipped, and nothing else. What it would run is looked at, not run: no network."""

# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

import re
import shlex
import subprocess
from itertools import pairwise

from tests.structure.locks import pins
from tests.structure.source import ROOT

STAMP = ".venv/.runtime"


def would_run(target: str) -> list[list[str]]:
    """The command lines of a target and of all it needs, as if nothing had been made yet."""
    done = subprocess.run(  # noqa: S603 # our own Makefile
        ["make", "--dry-run", "--always-make", target],  # noqa: S607 # whichever make there is
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [shlex.split(line) for line in done.stdout.splitlines() if line.strip()]


def files_of(command: list[str]) -> list[str]:
    """The requirement files that a command line names."""
    return [after for flag, after in pairwise(command) if flag in {"-r", "--requirement"}]


def test_O03_the_audit_is_of_exactly_the_lock_file_that_is_installed() -> None:
    (audit,) = [line for line in would_run("audit") if line[0].endswith("/pip-audit")]
    shipped = [file for line in would_run(STAMP) for file in files_of(line)]
    assert files_of(audit) == shipped == ["requirements.lock"]
    assert {"--require-hashes", "--disable-pip", "--strict"} <= set(audit), (
        "the pins are taken as they are: nothing is resolved, and nothing left out in silence"
    )
    assert not [word for word in audit if word.startswith("--ignore-vuln")], "no hole is waved through"


def test_O03_the_audit_does_not_come_into_the_environment_that_runs() -> None:
    lines = would_run("audit")
    (installed,) = [line for line in lines if "install" in line]
    assert installed[0] == "build/audit/bin/python"
    assert re.fullmatch(r"pip-audit==[0-9.]+", installed[-1])
    assert "pip-audit" not in {pin.name for pin in pins("requirements.lock")}
    assert not [line for line in lines if any(".venv" in word for word in line)]


def test_O03_the_time_to_mend_is_promised() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    section = text.partition("## Dependencies\n")[2].partition("\n## ")[0]
    assert "`make audit`" in section
    assert "48 hours" in section
    assert "7 days" in section
