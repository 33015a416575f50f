"""Running `ekachit` as people and automation do: in this process, or in one of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from ekachit.ops.cli import main

WAIT_SECONDS = 40.0


def run(*arguments: str, given: str | None = None) -> Result:
    """Run a command in this process, with `given` on its standard input."""
    return CliRunner().invoke(main, arguments, input=given)


def run_json(*arguments: str, given: str | None = None) -> Any:
    """Run a command and return the one line of JSON that it prints."""
    done = run(*arguments, given=given)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


class Home:
    """A data folder, and processes that use it. Nothing of the tests' own environment reaches them."""

    def __init__(self, path: Path, **environment: str) -> None:
        self.path = path
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("EKACHIT_")},
            "EKACHIT_HOME": str(path),
            **environment,
        }
        self.environment.pop("DATABASE_URL", None)

    def run(
        self, *arguments: str, given: str | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(  # noqa: S603 # our own command
            [sys.executable, "-m", "ekachit", *arguments],
            input=given,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
            check=False,
        )

    @contextmanager
    def started(self, *arguments: str, **environment: str) -> Iterator[Running]:
        """A command that runs until the block ends; what it says goes to a file."""
        log = self.path.with_name(f"{self.path.name}-{arguments[0]}-{time.monotonic_ns()}.log")
        with log.open("wb") as file:
            process = subprocess.Popen(  # noqa: S603 # our own command
                [sys.executable, "-m", "ekachit", *arguments],
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        running = Running(process, log)
        try:
            yield running
        finally:
            running.end()


class Running:
    """A process of ours."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def said(self) -> str:
        """What it and its children wrote so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, text: str) -> None:
        """Wait until it has said something."""
        deadline = time.monotonic() + WAIT_SECONDS
        while text not in self.said:
            assert time.monotonic() < deadline, f"never said {text!r}:\n{self.said}"
            assert self.process.poll() is None, f"ended without saying {text!r}:\n{self.said}"
            time.sleep(0.05)

    def tree(self) -> list[int]:
        """The ids of the process and of everything it started."""
        found = [self.process.pid]
        for parent in found:
            found += children(parent)
        return found

    def end(self, number: int = signal.SIGINT) -> int:
        """Send a signal if it still runs, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise


def children(parent: int) -> list[int]:
    """The ids of a process's children (Linux)."""
    found = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            found += [int(each) for each in task.read_text().split()]
        except OSError:
            continue
    return found


def alive(pids: list[int]) -> list[int]:
    """Those of some processes that have not ended."""
    return [pid for pid in pids if _runs(pid)]


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone_within(pids: list[int], seconds: float) -> bool:
    """Whether all of some processes end within a time."""
    deadline = time.monotonic() + seconds
    while alive(pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
