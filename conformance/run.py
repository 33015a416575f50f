"""Clients written by others, run against the sandbox Jira: `python conformance/run.py all`.

Each is installed apart from the product, under `build/conformance`, and started by this script in a process
of its own. A check prints `ok` or what failed; the exit code is 0 only if nothing failed. `openapi` sends
traffic through Prism, which compares requests and answers with the vendor's API document; its path comes from
`--openapi` or the variable EKACHIT_JIRA_OPENAPI, and without it the check is skipped.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = ROOT / "build" / "conformance"
CLIENTS = HERE / "clients"
EMAIL, TOKEN = "maya.lindqvist@example.invalid", "sandbox-demo-token"
START_SECONDS = 30
PIP = {
    "jira": "jira==3.10.5",
    "atlassian": "atlassian-python-api==5.0.5",
    "bugwarrior": "bugwarrior[jira]==2.1.0",
}
NPM = ("jira.js@6.2.0", "jira-client@8.2.2", "@stoplight/prism-cli@5.16")
SERVE = "from ekachit.sandbox.run import command; command()"


class FailedError(Exception):
    """A check failed; the text says how."""


class SkippedError(Exception):
    """A check cannot be made here; the text says why."""


def python_of(name: str) -> Path:
    """The interpreter of a client's own environment, made at first use."""
    home = BUILD / f"py-{name}"
    python = home / "bin" / "python"
    if not python.exists():
        run([sys.executable, "-m", "venv", str(home)])
    listed = subprocess.run([str(python), "-m", "pip", "freeze"], check=True, capture_output=True, text=True)  # noqa: S603 - our own command
    plain = PIP[name].replace("[jira]", "")
    if plain.lower() not in listed.stdout.lower():
        run([str(python), "-m", "pip", "install", "--quiet", PIP[name]])
    return python


def node_folder() -> Path:
    """The folder with the npm clients, installed at first use."""
    folder = BUILD / "npm"
    if not shutil.which("node"):
        raise SkippedError("there is no node on this machine")
    wanted = [folder / "node_modules" / name.rpartition("@")[0] for name in NPM]
    if not all(path.exists() for path in wanted):
        folder.mkdir(parents=True, exist_ok=True)
        run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), *NPM])
    return folder


def run(command: list[str], env: dict[str, str] | None = None, cwd: Path | None = None) -> None:
    """Run a command; its output is shown only if it fails. Raises `FailedError`."""
    done = subprocess.run(  # noqa: S603 - commands of this script, no shell
        command,
        env=env,
        cwd=cwd,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=600,
    )
    if done.returncode:
        raise FailedError(f"{' '.join(command[:3])} ended with {done.returncode}:\n{done.stdout[-4000:]}")


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(command: list[str], port: int, env: dict[str, str] | None = None) -> Iterator[str]:
    """A server in a process of its own, from when it listens until the block ends; gives its address."""
    with subprocess.Popen(  # noqa: S603 - commands of this script, no shell
        command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            deadline = time.monotonic() + START_SECONDS
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    if server.poll() is not None or time.monotonic() > deadline:
                        raise FailedError(f"{' '.join(command[:3])} did not start") from None
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def own_python() -> str:
    """The interpreter that the product is installed for."""
    own = ROOT / ".venv" / "bin" / "python"
    return os.environ.get("EKACHIT_PYTHON") or (str(own) if own.exists() else sys.executable)


@contextmanager
def sandbox() -> Iterator[str]:
    """The seeded sandbox; gives its address."""
    port = free_port()
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with process([own_python(), "-c", SERVE, "--port", str(port)], port, env) as url:
        yield url


def with_sandbox(command: list[str], **more: str) -> None:
    """Run a client against a fresh sandbox, told where it is by the environment."""
    with sandbox() as url:
        env = {**os.environ, "SANDBOX_URL": url, "SANDBOX_EMAIL": EMAIL, "SANDBOX_TOKEN": TOKEN, **more}
        run(command, env, BUILD)


def jira() -> None:
    """PyPI jira 3.10.5."""
    with_sandbox([str(python_of("jira")), str(CLIENTS / "python_jira.py")])


def atlassian() -> None:
    """PyPI atlassian-python-api 5.0.5."""
    with_sandbox([str(python_of("atlassian")), str(CLIENTS / "atlassian_api.py")])


def bugwarrior() -> None:
    """PyPI bugwarrior 2.1.0, its fetch of assigned issues."""
    with_sandbox([str(python_of("bugwarrior")), str(CLIENTS / "bugwarrior_fetch.py")])


def jirajs() -> None:
    """Npm jira.js 6.2.0, which checks the schema of each answer."""
    with_sandbox(["node", str(CLIENTS / "jirajs.mjs")], NODE_FOLDER=str(node_folder()))


def jira_client() -> None:
    """Npm jira-client 8.2.2, whose search is the removed one: it must be told so."""
    with_sandbox(["node", str(CLIENTS / "jira_client.mjs")], NODE_FOLDER=str(node_folder()))


AMENDMENTS = (
    ("FieldDetails", "untranslatedName"),
    ("IssueTypeDetails", "untranslatedName"),
)
"""Properties that Jira Cloud sends, as public captures show, and its API document does not list."""


def amended(document: Path) -> Path:
    """A copy of the API document with what real answers have and it lacks; each amendment is printed."""
    spec = json.loads(document.read_text("utf-8"))
    for schema, name in AMENDMENTS:
        spec["components"]["schemas"][schema]["properties"][name] = {"type": "string"}
        print(f"   the document is taken to allow {schema}.{name}, as captures show")
    copy = BUILD / "openapi.json"
    copy.write_text(json.dumps(spec), "utf-8")
    return copy


def openapi(document: Path | None) -> None:
    """The product's client and every endpoint through Prism, against the vendor's API document."""
    if document is None or not document.is_file():
        raise SkippedError("no API document: name it with --openapi or EKACHIT_JIRA_OPENAPI")
    prism = node_folder() / "node_modules" / ".bin" / "prism"
    port = free_port()
    with sandbox() as url:
        command = [
            str(prism),
            "proxy",
            "--errors",
            "-h",
            "127.0.0.1",
            "-p",
            str(port),
            str(amended(document)),
            url,
        ]
        with process(command, port) as proxy:
            where = {"SANDBOX_URL": proxy, "SANDBOX_EMAIL": EMAIL, "SANDBOX_TOKEN": TOKEN, "DIRECT_URL": url}
            env = {**os.environ, **where, "PYTHONPATH": str(ROOT / "src")}
            run([own_python(), str(CLIENTS / "product_through_prism.py")], env)
            run([sys.executable, str(CLIENTS / "through_prism.py")], env)


def main() -> int:
    """Run the checks asked for; 0 if none failed."""
    checks: dict[str, Callable[[], None]] = {
        "jira": jira,
        "atlassian": atlassian,
        "jirajs": jirajs,
        "jira-client": jira_client,
        "bugwarrior": bugwarrior,
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("check", choices=[*checks, "openapi", "all"])
    parser.add_argument("--openapi", type=Path, default=os.environ.get("EKACHIT_JIRA_OPENAPI"))
    given = parser.parse_args()
    document = Path(given.openapi) if given.openapi else None
    checks["openapi"] = lambda: openapi(document)
    BUILD.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name in checks if given.check == "all" else [given.check]:
        try:
            checks[name]()
        except SkippedError as why:
            print(f"{name}: skipped, {why}")
        except (FailedError, OSError, subprocess.SubprocessError, urllib.error.URLError) as why:
            failed += 1
            print(f"{name}: FAILED\n{why}")
        else:
            print(f"{name}: ok")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
