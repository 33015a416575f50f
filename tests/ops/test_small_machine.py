"""O05: no root, a file system that cannot be written but for the data folder, and 256 MB, as a container may have it."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ekachit import config
from ekachit.sandbox.run import SandboxThread
from ekachit.sandbox.seed import DEMO_EMAIL, DEMO_TOKEN
from tests.browser.installation import free_port
from tests.ops.command import WAIT_SECONDS, Home, gone_within

MEMORY_BYTES = 256 * 1024 * 1024
# Everything is read-only but the folder; then no longer root, even where the tests are.
BOX = """
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
mount -o remount,bind,ro /
for each in /dev/shm /tmp; do
  if mountpoint -q "$each"; then mount -o remount,bind,ro "$each"; fi
done
shift
exec unshare --user --map-user=1000 --map-group=1000 -- "$@"
"""
LARGE_TRANSACTION = """
from ekachit.ops.start import django_ready
django_ready()
from django.db import connection, transaction

with connection.cursor() as cursor:
    cursor.execute("PRAGMA cache_size = -200")
    cursor.execute("CREATE TABLE large (number INTEGER UNIQUE, text TEXT)")
    with transaction.atomic():
        with transaction.atomic():
            cursor.executemany("INSERT INTO large VALUES (%s, %s)", [(n, 500 * "x") for n in range(10_000)])
        with transaction.atomic():
            cursor.execute("UPDATE large SET text = text || 'y'")
    cursor.execute("DROP TABLE large")
"""


def why_no_box() -> str | None:
    if sys.platform != "linux" or not shutil.which("unshare"):
        return "needs Linux and unshare(1)"
    tried = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "mount", "--make-rprivate", "/"],  # noqa: S607 # a program of the system
        check=False,
        capture_output=True,
    )
    return None if tried.returncode == 0 else "this system lets nobody make a name space of mounts"


REASON = why_no_box()
pytestmark = pytest.mark.skipif(REASON is not None, reason=str(REASON))


class Box:
    """Runs commands of an installation in a place where only its data folder can be written, within a memory limit."""

    def __init__(self, home: Path, hosts: str) -> None:
        self.home = home
        self._environment = {
            "PATH": os.environ["PATH"],
            "EKACHIT_HOME": str(home),
            "EKACHIT_SANDBOX_HOSTS": hosts,
        }

    def run(self, *arguments: str, given: str | None = None) -> str:
        """What a command prints to its end."""
        done = subprocess.run(  # noqa: S603 # our own command
            self._line([sys.executable, *arguments]),
            env=self._environment,
            cwd="/",
            input=given,
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextlib.contextmanager
    def started(self, log: Path, limit: Path | None, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """A command that runs until the block ends."""
        line = self._line([sys.executable, *arguments])
        if limit is not None:
            line = ["sh", "-c", f'echo $$ > {limit}/cgroup.procs; exec "$@"', "sh", *line]
        with log.open("wb") as file:
            process = subprocess.Popen(  # noqa: S603 # our own command
                line, env=self._environment, cwd="/", stdout=file, stderr=file, start_new_session=True
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(WAIT_SECONDS)

    def _line(self, command: list[str]) -> list[str]:
        box = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", BOX, "sh", str(self.home)]
        return [*box, *command]


@pytest.fixture
def limit() -> Iterator[Path | None]:
    """A control group with the memory of a small machine; None where this account cannot make one."""
    above = Path("/sys/fs/cgroup/memory")
    name = "memory.limit_in_bytes"
    if not (above / name).exists():
        above, name = Path("/sys/fs/cgroup"), "memory.max"
    made = above / f"ekachit-test-{os.getpid()}"
    try:
        made.mkdir()
        (made / name).write_text(str(MEMORY_BYTES))
    except OSError:
        with contextlib.suppress(OSError):
            made.rmdir()
        yield None
        return
    yield made
    deadline = time.monotonic() + WAIT_SECONDS
    while (made / "cgroup.procs").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    made.rmdir()


def processes_of(parent: int) -> list[int]:
    """A process and everything under it."""
    found = [parent]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def unreclaimable_bytes(pids: list[int]) -> int:
    """The memory that the kernel cannot take back from processes."""
    kilobytes = 0
    for pid in pids:
        text = Path(f"/proc/{pid}/status").read_text()
        kilobytes += sum(int(each) for each in re.findall(r"Rss(?:Anon|Shmem):\s+(\d+) kB", text))
    return kilobytes * 1024


def wait_until(what: str, done: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not done():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def test_O05_it_imports_as_nobody_with_nothing_but_the_data_folder_and_little_memory(
    home: Home, jira: SandboxThread, tmp_path: Path, limit: Path | None
) -> None:
    home.path.mkdir(mode=0o700)
    box = Box(home.path, f"127.0.0.1:{jira.port}")
    log, port = tmp_path / "up.log", str(free_port())
    with box.started(log, limit, "-m", "ekachit", "up", "--no-sandbox", "--port", port) as up:
        wait_until("it starts", lambda: up.poll() is not None or b"Ctrl-C ends it." in log.read_bytes())
        assert up.poll() is None, log.read_text()
        box.run("-m", "ekachit", "user", "add", "ada@yourteam.dev")
        line = ["connect", "--user", "ada@yourteam.dev", "--site", jira.url, "--email2", DEMO_EMAIL]
        box.run("-m", "ekachit", *line, "--token-stdin", given=DEMO_TOKEN)
        database = sqlite3.connect(home.path / "ekachit.sqlite3")
        complete = "SELECT created FROM sync_pass WHERE state = 'complete'"
        wait_until("it imports", lambda: database.execute(complete).fetchall())
        assert database.execute(complete).fetchall()[0][0] > 0
        database.close()
        tree = processes_of(up.pid)
        assert len(tree) >= 4, "supervisor, web and its process, worker"
        assert {Path(f"/proc/{each}").stat().st_uid for each in tree} == {os.getuid()}
        rights = [re.findall(r"CapEff:\s+(\w+)", Path(f"/proc/{each}/status").read_text()) for each in tree]
        assert {int(each, 16) for (each,) in rights} == {0}, "no rights of root"
        assert unreclaimable_bytes(tree) < MEMORY_BYTES
        up.send_signal(signal.SIGTERM)
        assert up.wait(WAIT_SECONDS) == 0
        assert gone_within(tree, 5)
    said = log.read_text()
    assert "starting it again" not in said
    assert not re.search(r"Traceback|Read-only|ERROR", said), said


def test_O05_a_large_transaction_has_a_place_for_its_temporary_files(home: Home) -> None:
    home.path.mkdir(mode=0o700)
    Box(home.path, "").run("-c", LARGE_TRANSACTION)
    assert (home.path / "tmp").is_dir()


def test_O05_temporary_files_stay_where_the_machine_has_a_place_for_them(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    config.place_temporary_files(config.Settings(home=home.path))
    assert os.environ["TMPDIR"] == str(tmp_path)
    assert not home.path.exists()
