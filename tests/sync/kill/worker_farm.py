"""Workers in processes of their own, killed and stopped at named moments."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from django.db import connection

from ekachit.sandbox.run import SandboxThread
from ekachit.sync.checkpoints import Checkpoint

ROOT = Path(__file__).parents[3]
ENDED = "exit 0"
KILLED = f"signal {int(signal.SIGKILL)}"
STOPPED = "stopped"


class WorkerFarm:
    """Starts workers on the test's database. Use it as a context manager."""

    def __enter__(self) -> Self:
        self._alive: set[int] = set()
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        environment = {**os.environ, "PYTHONPATH": path, "EKACHIT_LOG_LEVEL": "ERROR"}
        self._process = subprocess.Popen(  # our own module
            [sys.executable, "-m", "tests.sync.kill.killable"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pid in self._alive:
            os.kill(pid, signal.SIGKILL)  # what a failed test left behind, standing still or not
        _pipe(self._process.stdin).close()
        self._process.wait(10)
        _pipe(self._process.stdout).close()

    def start(
        self,
        sandbox: SandboxThread,
        point: Checkpoint | None = None,
        at: int = 1,
        sign: int = signal.SIGKILL,
        **more: Any,
    ) -> int:
        """Start a worker that runs what is due; at the `at`-th time it comes to `point` it gets `sign`. Its id."""
        order = {
            "database": str(connection.settings_dict["NAME"]),
            "hosts": f"127.0.0.1:{sandbox.port}",
            "point": point,
            "at": at,
            "signal": int(sign),
            **more,
        }
        pid: int = self._ask({"run": order})["pid"]
        self._alive.add(pid)
        return pid

    def wait(self, pid: int) -> str:
        """How a worker ended: `exit 0`, `signal 9`, or `stopped` where it only stands still."""
        ended: str = self._ask({"wait": pid})["ended"]
        if ended != STOPPED:
            self._alive.discard(pid)
        return ended

    def run(
        self,
        sandbox: SandboxThread,
        point: Checkpoint | None = None,
        at: int = 1,
        sign: int = signal.SIGKILL,
        **more: Any,
    ) -> str:
        """Start a worker and wait for its end."""
        return self.wait(self.start(sandbox, point, at, sign, **more))

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        stdin = _pipe(self._process.stdin)
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        answer: dict[str, Any] = json.loads(_pipe(self._process.stdout).readline())
        return answer


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe
