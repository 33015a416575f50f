"""Serving the stand-in: blocking, in a thread for tests, and as the command `ekachit sandbox`.

One process and one thread serve a world that lives in memory.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import click

from ekachit.sandbox.exchange import RequestLog
from ekachit.sandbox.faults import Faults
from ekachit.sandbox.http import create_app
from ekachit.sandbox.journal import StateFileError, keep
from ekachit.sandbox.records import BadRecordsError, load_world
from ekachit.sandbox.seed import DEMO_EMAIL, DEMO_TOKEN, build_world
from ekachit.sandbox.server import PortBusyError, listen, serve_on
from ekachit.sandbox.world import World

STOP_SECONDS: Final = 5.0


def serve(  # noqa: PLR0913 - all but three by name
    host: str,
    port: int,
    world: World,
    latency_ms: float = 0,
    *,
    verbose: bool = False,
    ready: Callable[[], None] | None = None,
) -> None:
    """Serve a world until SIGINT or SIGTERM, then return. Raises `PortBusyError`.

    `ready` is called once connections are accepted.
    """
    app = create_app(world, latency_ms=latency_ms)

    async def until_told() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        opened = listen(host, port)
        if ready is not None:
            ready()
        await serve_on(opened, app, stop, verbose=verbose)

    asyncio.run(until_told())


class SandboxThread:
    """A stand-in on a free loopback port, in a thread, for as long as the `with` block lasts.

    `world` may be changed from the test meanwhile; `requests` grows by (method, path, status).
    """

    def __init__(self, world: World, latency_ms: float = 0) -> None:
        self.world = world
        self.app = create_app(world, latency_ms=latency_ms)
        self.port = 0

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def requests(self) -> RequestLog:
        """(method, path, status) of every request so far."""
        log: RequestLog = self.app.state.requests
        return log

    @property
    def faults(self) -> Faults:
        """Where faults are armed."""
        armed: Faults = self.app.state.faults
        return armed

    def __enter__(self) -> Self:
        opened = listen("127.0.0.1", 0)  # it accepts connections from now on, before the thread runs
        self.port = opened.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, args=(opened,), name="sandbox", daemon=True)
        self._thread.start()
        return self

    def _run(self, opened: socket.socket) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(serve_on(opened, self.app, self._stop))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STOP_SECONDS)


@click.command("sandbox")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8081, show_default=True, help="Port to listen on."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--issues", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSONL file of issues."
)
@click.option("--assign-all", metavar="EMAIL", help="Give every issue of the file to this one account.")
@click.option("--seed", type=int, default=1, show_default=True, help="Which invented world to make.")
@click.option("--latency-ms", type=click.FloatRange(0, 60_000), default=0, help="Wait before each answer.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="Keep changes in this file.")
@click.option("--verbose", is_flag=True, help="Log every request.")
def command(  # noqa: PLR0913 - one argument for each option
    *,
    port: int,
    host: str,
    issues: Path | None,
    assign_all: str | None,
    seed: int,
    latency_ms: float,
    state: Path | None,
    verbose: bool,
) -> None:
    """Run a stand-in for Jira Cloud, to try Ekachit without a Jira account."""

    def build(start: int | None) -> World:
        if issues is not None:
            return load_world(issues, assign_all=assign_all)
        return build_world(seed, start=start)

    try:
        if verbose:
            logging.basicConfig(level=logging.INFO, format="%(message)s")
        origin: dict[str, object] = (
            {"issues": str(issues), "assign_all": assign_all} if issues else {"seed": seed}
        )
        world = build(None) if state is None else keep(state, origin, build)
        hello = introduction(world, host, port)
        serve(host, port, world, latency_ms, verbose=verbose, ready=lambda: click.echo(hello))
    except (PortBusyError, StateFileError, BadRecordsError, OSError) as error:
        click.echo(f"ekachit sandbox: {error}", err=True)
        sys.exit(1)


def introduction(world: World, host: str, port: int) -> str:
    """What to type to connect: the address, and the accounts with their tokens."""
    lines = [f"Sandbox Jira at http://{host}:{port} (stop with Ctrl-C)", ""]
    if world.open_sign_in:
        emails = [account.email for account in world.accounts.values()]
        lines.append(
            f"{len(world.issues)} issues. Sign in as any of these, with any token not beginning with `bad`:"
        )
        lines += [f"  {email}" for email in emails[:10]]
        if len(emails) > 10:  # noqa: PLR2004 - as many as were listed
            lines.append(f"  and {len(emails) - 10} more")
        return "\n".join(lines)
    lines.append(f"Connect as {DEMO_EMAIL} with token {DEMO_TOKEN}. Everybody's tokens:")
    for token in world.tokens.values():
        account = world.accounts[token.account_id]
        kind = "" if token.scopes is None else f"  scopes: {', '.join(sorted(token.scopes))}"
        note = "" if account.jira_access else "  (no access to Jira)"
        lines.append(f"  {account.email:36} {token.secret}{kind}{note}")
    return "\n".join(lines)
