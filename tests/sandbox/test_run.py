from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ekachit.sandbox.run import SandboxThread
from ekachit.sandbox.seed import DEMO_EMAIL, DEMO_TOKEN, build_world
from tests.sandbox.client import Client

SERVE = "from ekachit.sandbox.run import command; command()"


def start(port: int, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own command, no shell
        [sys.executable, "-c", SERVE, "--port", str(port), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "src", "PYTHONUNBUFFERED": "1"},
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> Client:
    client = Client(f"http://127.0.0.1:{port}")
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            client.send("GET", "/status")
        except OSError:
            time.sleep(0.02)
        else:
            return client
    raise AssertionError("it did not start")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_tells_how_to_connect_and_stops_cleanly(number: signal.Signals) -> None:
    port = free_port()
    with start(port) as process:
        wait_for(port)
        with socket.create_connection(("127.0.0.1", port)):  # an idle connection must not hold it up
            process.send_signal(number)
            out, err = process.communicate(timeout=5)
    assert process.returncode == 0
    assert (DEMO_EMAIL in out, DEMO_TOKEN in out, err) == (True, True, "")


def test_a_busy_port() -> None:
    with SandboxThread(build_world()) as running, start(running.port) as process:
        out, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert err.count("\n") == 1
    assert str(running.port) in err
    assert out == ""


def test_changes_outlive_a_restart(tmp_path: Path) -> None:
    state = str(tmp_path / "state.jsonl")
    before = ""
    for _turn in range(2):
        port = free_port()
        with start(port, "--state", state) as process:
            client = wait_for(port)
            if not before:
                assert client.post("/issue/PAY-2/transitions", {"transition": {"id": "21"}}).status == 204
                before = client.get("/issue/PAY-2").text.replace(str(port), "PORT")
            else:
                assert client.get("/issue/PAY-2").text.replace(str(port), "PORT") == before
            process.terminate()
            process.communicate(timeout=5)


@pytest.mark.parametrize(
    "options", [("--issues", "README.md"), ("--state", "README.md"), ("--host", "192.0.2.1")]
)
def test_wrong_options_give_one_line(options: tuple[str, str]) -> None:
    with start(free_port(), *options) as process:
        _out, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert err.startswith("ekachit sandbox: ")
    assert err.count("\n") == 1


def test_many_at_once() -> None:
    with SandboxThread(build_world()) as one, SandboxThread(build_world(2), latency_ms=30) as two:
        assert one.port != two.port
        begun = time.monotonic()
        assert Client(two.url).get("/myself").status == 200
        assert time.monotonic() - begun >= 0.03
