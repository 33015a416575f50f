"""What a measurement stands on: a sandbox in a process of its own, and data folders that are connected to it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.records import EMAIL, write_records

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60.0
TOKEN = "bench-token"  # noqa: S105 - opens nothing: the sandbox takes any


@dataclass(slots=True)
class Scene:
    """A sandbox with so many issues, and the data folder of a person who is connected to it and imported nothing."""

    folder: Path
    port: int
    issues: int
    _homes: int = field(default=0)

    @property
    def url(self) -> str:
        """Where the sandbox is."""
        return f"http://127.0.0.1:{self.port}"

    def set_latency(self, milliseconds: int) -> None:
        """Let the sandbox wait before each answer."""
        body = json.dumps({"do": "set_latency", "ms": milliseconds}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/__sandbox__/", body, headers)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - loopback
            return

    def home(self) -> Path:
        """A copy of the connected data folder, to work in once."""
        self._homes += 1
        made = self.folder / f"home-{self._homes}"
        shutil.copytree(self.folder / "prepared", made)
        return made

    @staticmethod
    def forget(home: Path) -> None:
        """Remove a data folder that has served."""
        shutil.rmtree(home)

    def run(self, home: Path, module: str, *arguments: str) -> dict[str, Any]:
        """Run a module of ours in a process of its own, on a data folder; what it prints last is its result."""
        return result_of(module, *arguments, environment=self.environment(home))

    def environment(self, home: Path) -> dict[str, str]:
        """What a process of ours finds in its environment: nothing of the developer's own settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("EKACHIT_")}
        kept.pop("DATABASE_URL", None)
        return kept | {
            "EKACHIT_HOME": str(home),
            "EKACHIT_DEFAULT_PLAN": "pro",
            "EKACHIT_SANDBOX_HOSTS": f"127.0.0.1:{self.port}",
            "EKACHIT_LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "ekachit.settings",
            "BENCH_SITE": self.url,
            "BENCH_EMAIL": EMAIL,
            "BENCH_TOKEN": TOKEN,
        }


def result_of(module: str, *arguments: str, environment: dict[str, str]) -> dict[str, Any]:
    """Run a module of ours in a process of its own; what it prints last, as JSON, is its result.

    Raises:
        RuntimeError: it failed.
    """
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", module, *arguments],
        env=environment,
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{module} {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@contextmanager
def scene(issues: int) -> Iterator[Scene]:
    """A sandbox with so many issues, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="ekachit-bench-") as name:
        folder = Path(name)
        made = Scene(folder, _free_port(), issues)
        write_records(folder / "issues.jsonl", issues)
        arguments = [
            "--port",
            str(made.port),
            "--issues",
            str(folder / "issues.jsonl"),
            "--assign-all",
            EMAIL,
        ]
        command = [sys.executable, "-m", "ekachit", "sandbox", *arguments]
        with background(command, made.environment(folder), folder / "sandbox.log") as server:
            _wait_for(made.port, server)
            made.run(folder / "prepared", "benchmarks.inside", "prepare")
            yield made


@contextmanager
def background(
    command: list[str], environment: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A process beside ours until the block ends."""
    with log.open("ab") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, cwd=ROOT)  # noqa: S603 - our own command
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the sandbox did not start")
