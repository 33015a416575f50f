"""`ekachit up`: the whole installation on one machine, ready to use."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time

import click

from ekachit.config import Settings, secret_key, settings
from ekachit.ops.ports import NoFreePortError, free_port
from ekachit.ops.processes import Program, Supervisor
from ekachit.ops.start import at_home, collect_static, django_ready, migrate_database

SANDBOX_PORT = 8100
READY_SECONDS = 60.0


@click.command()
@click.option("--host", default=None, help="Address to listen on (EKACHIT_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="First port to try (EKACHIT_PORT).")
@click.option(
    "--sandbox-port",
    type=click.IntRange(1, 65535),
    default=SANDBOX_PORT,
    show_default=True,
    help="First port to try for the sandbox Jira.",
)
@click.option(
    "--sandbox/--no-sandbox", default=None, help="Start the sandbox Jira too (default: not in production)."
)
def up(host: str | None, port: int | None, sandbox_port: int, sandbox: bool | None) -> None:  # noqa: FBT001 # click's own way
    """Prepare everything and run web, worker and sandbox until Ctrl-C."""
    of = settings()
    with_sandbox = not of.production if sandbox is None else sandbox
    if with_sandbox and of.production:
        raise click.ClickException(
            "The sandbox Jira is not for production. Leave --sandbox out, or EKACHIT_ENV."
        )
    _prepare_apart(of)
    try:
        web_host, web_port = host or of.host, _step(host or of.host, port or of.port, "web")
        jira_port = _step("127.0.0.1", sandbox_port, "sandbox") if with_sandbox else None
    except NoFreePortError as none_free:
        raise click.ClickException(str(none_free)) from None
    supervisor = Supervisor(programs(of, web_host, web_port, jira_port))
    asyncio.run(_run(supervisor, of, web_host, web_port))
    click.echo("Ekachit has ended.", err=True)


def _prepare_apart(of: Settings) -> None:
    """Prepare in a process of its own: the supervisor, which stays, keeps nothing of what that takes in memory."""
    child = os.fork()
    if not child:
        code = 1
        try:
            prepare(of)
            code = 0
        except click.ClickException as trouble:
            trouble.show()
            code = trouble.exit_code
        except Exception:
            sys.excepthook(*sys.exc_info())
            raise
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if code := os.waitstatus_to_exitcode(status):
        raise SystemExit(abs(code))


def prepare(of: Settings) -> None:
    """Make keys (0600), bring the database up to date, gather static files."""
    django_ready()
    secret_key(of)
    migrate_database()
    at_home()
    from ekachit.connections.keys import keyring  # noqa: PLC0415 # needs Django set up
    from ekachit.vault.errors import VaultError  # noqa: PLC0415 # likewise

    try:
        keyring()
    except VaultError as trouble:
        click.echo(f"{trouble} Connections are locked until then; everything else works.", err=True)
    collect_static()


def programs(of: Settings, host: str, port: int, sandbox_port: int | None) -> list[Program]:
    """Return the processes of the tree, in the order they start."""
    command = [sys.executable, "-m", "ekachit"]
    hosts = list(of.sandbox_hosts)
    tree: list[Program] = []
    if sandbox_port is not None:
        # The first one is what the connect page offers; those named by the environment stay allowed.
        hosts = [f"127.0.0.1:{sandbox_port}", *hosts]
        state = str((of.home / "sandbox.jsonl").absolute())
        line = [*command, "sandbox", "--port", str(sandbox_port), "--state", state]
        tree.append(Program("sandbox", line, quiet=True))
    environment = {"EKACHIT_SANDBOX_HOSTS": ",".join(hosts)} if hosts else {}
    tree.append(Program("web", [*command, "serve", "--host", host, "--port", str(port)], environment))
    tree.append(Program("worker", [*command, "worker"], environment))
    return tree


def _step(host: str, wanted: int, what: str) -> int:
    port = free_port(host, wanted)
    if port != wanted:
        click.echo(f"Port {wanted} is busy; the {what} uses {port}.", err=True)
    return port


async def _run(supervisor: Supervisor, of: Settings, host: str, port: int) -> None:
    announce = asyncio.ensure_future(_announce(of, host, port))
    try:
        await supervisor.run()
    finally:
        announce.cancel()


async def _announce(of: Settings, host: str, port: int) -> None:
    """Print the one address once the pages answer."""
    near = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 # compared, not bound
    address = of.base_url or f"http://{near}:{port}"
    began = time.monotonic()
    while time.monotonic() - began < READY_SECONDS:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(near, port)
            writer.close()
            click.echo(f"\n  Ekachit runs at  {address}\n  Ctrl-C ends it.\n")
            return
        await asyncio.sleep(0.1)
    click.echo(f"The pages did not answer within {READY_SECONDS:g} s; the lines above say why.", err=True)
