"""`ekachit up` and its parts, as processes: one address, ports stepped over, everything ends together."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import stat
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.browser.installation import free_port
from tests.ops.command import Home, Running, alive, children, gone_within

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
END_SECONDS = 15.0


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 # loopback
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def address(running: Running) -> str:
    running.wait_for("Ctrl-C ends it.")
    found = re.findall(r"http://127\.0\.0\.1:\d+", running.said)
    assert len(found) == 1, f"one address and no other:\n{running.said}"
    return str(found[0])


def healthy(url: str) -> bool:
    deadline = time.monotonic() + END_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if status(f"{url}/health/") == 200:
                return True
        time.sleep(0.1)
    return False


def test_it_starts_answers_and_ends_as_one(home: Home) -> None:
    with home.started("up", "--port", str(free_port())) as running:
        url = address(running)
        assert status(f"{url}/") == 200
        assert healthy(url)
        tree = running.tree()
        assert len(tree) >= 4, "supervisor, sandbox, web, worker"
        began = time.monotonic()
        assert running.end(signal.SIGINT) == 0
        assert time.monotonic() - began < END_SECONDS
        assert gone_within(tree, 2), "no orphan is left"
        assert "Traceback" not in running.said
        assert "sandbox-demo-token" not in running.said
    keys = {path.name: path for path in (home.path / "keys").iterdir()}
    assert keys.keys() == {"keyring.json", "session.key"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.values()} == {0o600}
    before = {name: path.read_bytes() for name, path in keys.items()}

    began = time.monotonic()
    with home.started("up", "--port", str(free_port())) as running:
        assert status(f"{address(running)}/") == 200
        assert time.monotonic() - began < END_SECONDS
        assert running.end(signal.SIGTERM) == 0
    assert {name: path.read_bytes() for name, path in keys.items()} == before


def test_a_busy_port_is_stepped_over_and_said(home: Home) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with home.started("up", "--no-sandbox", "--port", str(port)) as running:
            url = address(running)
            assert not url.endswith(f":{port}")
            assert f"Port {port} is busy; the web uses " in running.said
            assert status(f"{url}/") == 200


def test_kill_9_leaves_no_orphan_and_the_next_start_works(home: Home) -> None:
    port = str(free_port())
    with home.started("up", "--port", port) as running:
        address(running)
        tree = running.tree()
        assert running.end(signal.SIGKILL) == -signal.SIGKILL
        assert gone_within(tree, END_SECONDS), f"orphans: {alive(tree)}"
    with home.started("up", "--port", port) as running:
        assert address(running).endswith(f":{port}")


def test_a_part_that_dies_is_started_again(home: Home) -> None:
    with home.started("up", "--no-sandbox", "--port", str(free_port())) as running:
        url = address(running)
        assert healthy(url)
        web = next(pid for pid in children(running.process.pid) if "serve" in command_line(pid))
        left = children(web)
        os.kill(web, signal.SIGKILL)
        running.wait_for("web ended with code -9; starting it again")
        assert gone_within([web, *left], END_SECONDS), "what it had started is ended too"
        assert healthy(url)


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def test_serve_and_worker_run_alone(home: Home) -> None:
    port = free_port()
    with home.started("serve", "--port", str(port)) as web:
        deadline = time.monotonic() + END_SECONDS
        while not children(web.process.pid) or not answers(port):
            assert time.monotonic() < deadline, web.said
            time.sleep(0.1)
        assert status(f"http://127.0.0.1:{port}/health/") == 503, "no worker lives yet"
        with home.started("worker") as worker:
            assert healthy(f"http://127.0.0.1:{port}")
            assert worker.end(signal.SIGTERM) == 0
        assert web.end(signal.SIGTERM) == 0


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_worker_told_once_ends_by_itself(home: Home) -> None:
    done = home.run("worker", "--once")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_sandbox_runs_alone_and_prints_how_to_connect(home: Home) -> None:
    port = free_port()
    with home.started("sandbox", "--port", str(port), "--seed", "3", "--latency-ms", "1") as running:
        running.wait_for("maya.lindqvist@example.invalid with token sandbox-demo-token")
        assert status(f"http://127.0.0.1:{port}/rest/api/3/serverInfo") == 200
        assert running.end() == 0
    assert not home.path.exists(), "it needs no data folder"
