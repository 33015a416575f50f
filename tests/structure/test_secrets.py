"""No secret is in the source, and none that everybody has."""

# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECRETS = {
    "an Atlassian token": re.compile(rb"AT[AC]TT3[A-Za-z0-9_=-]{100,}"),
    "a private key": re.compile(rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "a key of Amazon's": re.compile(rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a token of GitHub's": re.compile(rb"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    "a token of Slack's": re.compile(rb"\bxox[abprs]-[0-9A-Za-z-]{20,}"),
    "a key for Django": re.compile(rb"django-insecure-[^\"']{20,}|SECRET_KEY\s*=\s*[\"'][^\"']{20,}[\"']"),
}


def tracked() -> list[Path]:
    """Every file that is kept in the repository."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)  # noqa: S607 # as found
    if listed.returncode:
        pytest.skip("no repository here to list the files of")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def found_in(data: bytes) -> list[str]:
    return [name for name, pattern in SECRETS.items() if pattern.search(data)]


def test_K08_no_file_of_the_repository_holds_a_secret() -> None:
    found = {
        str(path.relative_to(ROOT)): names
        for path in tracked()
        if path.is_file() and (names := found_in(path.read_bytes()))
    }
    assert found == {}


def test_K08_a_secret_would_be_seen() -> None:
    parts = [
        ("ATATT", "3xFfGF0" + "a1" * 60),
        ("-----BEGIN EC PRIVATE", " KEY-----"),
        ("AKI", "A" + "ABCDEFGHIJKLMNOP"),
        ("ghp", "_" + "a1" * 18),
        ("xoxb", "-" + "1234567890" * 3),
        ("SECRET", "_KEY = '" + "x9" * 25 + "'"),
    ]
    assert [found_in("".join(each).encode()) for each in parts] == [[name] for name in SECRETS]


def test_K08_no_two_installations_have_a_key_in_common(tmp_path: Path) -> None:
    keys = []
    for number in (1, 2):
        home = tmp_path / str(number)
        subprocess.run(  # our own text
            [
                sys.executable,
                "-c",
                "from ekachit.config import secret_key, settings; secret_key(settings())",
            ],
            env={"EKACHIT_HOME": str(home), "PATH": "", "PYTHONPATH": str(ROOT / "src")},
            check=True,
        )
        file = home / "keys" / "session.key"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        keys.append(file.read_text(encoding="ascii"))
    assert keys[0] != keys[1]
    assert min(map(len, keys)) >= 50
