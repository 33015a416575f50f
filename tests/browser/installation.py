"""A whole installation as `make run` starts it: web, worker and sandbox, in a folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

START_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Installation:
    """Runs for as long as the `with` block lasts. `latency_ms` slows its Jira, so that progress can be seen."""

    def __init__(self, home: Path, *, latency_ms: int = 0) -> None:
        self.home = home
        self.url = f"http://127.0.0.1:{free_port()}"
        self._latency_ms = latency_ms
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        port = self.url.rpartition(":")[2]
        # A port of its own: two installations that begin at the same moment would both find the usual one free.
        up = ["up", "--port", port, "--sandbox-port", str(free_port())]
        hosts = ""
        if self._latency_ms:
            sandbox = str(free_port())
            hosts = f"127.0.0.1:{sandbox}"
            self._start(["sandbox", "--port", sandbox, "--latency-ms", str(self._latency_ms)], hosts)
            up.append("--no-sandbox")
        self._start(up, hosts)
        try:
            self._wait()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    @property
    def log(self) -> str:
        """What the processes wrote."""
        return (self.home / "processes.log").read_text(encoding="utf-8", errors="replace")

    def _start(self, arguments: list[str], hosts: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("EKACHIT_")}
        environment |= {
            "EKACHIT_HOME": str(self.home),
            "EKACHIT_DEFAULT_PLAN": "pro",
            "EKACHIT_SANDBOX_HOSTS": hosts,
        }
        environment.pop("DATABASE_URL", None)
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "processes.log").open("ab") as log:
            command = [sys.executable, "-m", "ekachit", *arguments]
            self._processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))  # noqa: S603 # our own command

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            ended = [process for process in self._processes if process.poll() is not None]
            if ended:
                break
            try:
                with urllib.request.urlopen(self.url, timeout=2):  # noqa: S310 # loopback
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"The installation did not start:\n{self.log}")

    def _end(self) -> None:
        for process in self._processes:
            process.send_signal(signal.SIGINT)
        for process in self._processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
