"""`ekachit doctor`: checks keys, database, clock and egress, and says the mend."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from ekachit.config import authorities_in, settings
from ekachit.ops.start import django_ready

CLOCK_LIMIT_SECONDS = 120
MOUNTS = Path("/proc/self/mounts")
SHARED_DISKS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.glusterfs", "ceph", "afs"}
)

PORT_CLOSED = "Allow outgoing HTTPS (port 443) to *.atlassian.net and api.atlassian.com."
# What else to look at first, by the code of what went wrong.
WAYS_OUT = {
    "proxy_failed": "Check EKACHIT_EGRESS_PROXY and its name and password, and that the proxy allows CONNECT to"
    " *.atlassian.net:443 and api.atlassian.com:443.",
    "tls_failed": "Where an authority of your own signs what comes from outside, name its certificate in"
    " EKACHIT_CA_FILE.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's result; `mend` is empty where all is well."""

    what: str
    good: bool
    detail: str
    mend: str = ""


@click.command()
@click.option(
    "--offline", is_flag=True, help="Leave out the checks that ask Atlassian's server for its time."
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="Write a report for a question or an issue to a new file: no names, texts or secrets in it.",
)
def doctor(*, offline: bool, report: Path | None) -> None:
    """Check this installation. Exit code 1 when something needs a mend."""
    django_ready()
    checks: list[Callable[[], Iterator[Finding]]] = [
        _files,
        _disk,
        _database,
        _keys,
        _copies,
        _workers,
        _way_out,
    ]
    if not offline:
        checks.append(_outside)
    findings = [finding for check in checks for finding in check()]
    for each in findings:
        click.echo(f"{'ok  ' if each.good else 'MEND'} {each.what}: {each.detail}")
        if each.mend:
            click.echo(f"       {each.mend}")
    if report is not None:
        _write(report, findings)
    if not all(each.good for each in findings):
        raise SystemExit(1)


def _write(path: Path, findings: list[Finding]) -> None:
    """Write the report.

    Raises:
        click.ClickException: something is there already, or it cannot be written.
    """
    from django.utils import timezone  # noqa: PLC0415 # needs Django set up

    from ekachit.ops.report import made_report, write_report  # noqa: PLC0415 # likewise

    checks = [(each.what, each.good) for each in findings]
    try:
        write_report(path, made_report(settings(), checks, now=timezone.now()))
    except FileExistsError:
        raise click.ClickException(
            f"{path} is there already, and stays as it is. Name another file."
        ) from None
    except OSError as trouble:
        raise click.ClickException(f"{path} cannot be written: {trouble.strerror}.") from None
    click.echo(f"The report is in {path}. Look it over before you send it.")


def _files() -> Iterator[Finding]:
    from ekachit.connections.copied import folder  # noqa: PLC0415 # likewise
    from ekachit.connections.ended import list_path  # noqa: PLC0415 # needs Django set up
    from ekachit.ops.copies import copies  # noqa: PLC0415 # likewise

    keys = (settings().keys_dir, *sorted(settings().keys_dir.glob("*")))
    for path in (settings().home, list_path(), *keys, folder(), *copies()):
        if not path.exists():
            continue
        open_to_others = bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
        secret = path != settings().home
        yield Finding(
            "files",
            not (open_to_others and secret),
            f"{path} mode {stat.S_IMODE(path.stat().st_mode):04o}",
            f"chmod go= {path}" if open_to_others and secret else "",
        )


def _disk() -> Iterator[Finding]:
    """Whether a SQLite file is where locks work: its write-ahead log needs memory that all processes share."""
    if not settings().database.startswith("sqlite"):
        return
    kind = kind_of_disk(settings().home.absolute(), MOUNTS)
    shared = kind in SHARED_DISKS
    mend = "Move the data folder to a disk of this machine, or use PostgreSQL." if shared else ""
    yield Finding("disk", not shared, f"{settings().home} is on {kind or 'a disk of unknown kind'}", mend)


def kind_of_disk(folder: Path, mounts: Path) -> str:
    """Return the kind of file system that a folder is on, empty where the machine does not tell (`proc(5)`, mounts)."""
    try:
        lines = [line.split() for line in mounts.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return ""
    above = {str(folder), *map(str, folder.parents)}
    fitting = [(len(words[1]), at, words[2]) for at, words in enumerate(lines) if words[1] in above]
    return max(fitting)[2] if fitting else ""


def _database() -> Iterator[Finding]:
    from django.db import DatabaseError, connection  # noqa: PLC0415 # needs Django set up
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 # likewise

    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as trouble:
        yield Finding(
            "database",
            good=False,
            detail=f"does not answer ({type(trouble).__name__})",
            mend="Check DATABASE_URL.",
        )
        return
    mend = "ekachit migrate" if waiting else ""
    yield Finding("database", not waiting, f"{connection.vendor}, {len(waiting)} migrations waiting", mend)
    if connection.vendor == "sqlite":
        yield _write_ahead_log()
    if connection.vendor == "sqlite" and not waiting:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check")
            answer = str(cursor.fetchone()[0])
        yield Finding(
            "database file",
            answer == "ok",
            answer,
            "" if answer == "ok" else "Stop, and restore your last backup.",
        )


def _write_ahead_log() -> Finding:
    from ekachit.ops.write_ahead_log import is_bounded, log_bytes, log_path  # noqa: PLC0415 # needs Django set up

    fine = is_bounded()
    mend = f"Something reads the database without an end: `fuser -v {log_path()}` names it. End it, or restart Ekachit."
    return Finding("write-ahead log", fine, f"{log_bytes() / 1024**2:.0f} MiB", "" if fine else mend)


def _keys() -> Iterator[Finding]:
    from django.db import DatabaseError  # noqa: PLC0415 # needs Django set up

    from ekachit.connections.credentials import locked_connections  # noqa: PLC0415 # likewise
    from ekachit.connections.keys import keyring  # noqa: PLC0415 # likewise
    from ekachit.vault.errors import VaultError  # noqa: PLC0415 # likewise

    try:
        ring = keyring()
        locked = locked_connections()
    except VaultError as trouble:
        yield Finding(
            "keys",
            good=False,
            detail=f"[{trouble.code}] {trouble}",
            mend="Restore the key; never make a new one.",
        )
        return
    except DatabaseError:
        return
    mend = "Restore the key file or EKACHIT_KEYRING from your backup." if locked else ""
    yield Finding(
        "keys", not locked, f"active key {ring.active_id}; {locked} sealed tokens cannot be opened", mend
    )


def _copies() -> Iterator[Finding]:
    """Whether this is a copy of an installation, and whether a restore brought back what a disconnect had ended."""
    from django.db import DatabaseError  # noqa: PLC0415 # needs Django set up

    from ekachit.connections import instance  # noqa: PLC0415 # likewise
    from ekachit.connections.ended import brought_back, ended  # noqa: PLC0415 # likewise
    from ekachit.vault.errors import VaultError  # noqa: PLC0415 # likewise

    try:
        copy = instance.settle()
        mend = "Stop the other one for good, then: ekachit takeover" if copy else ""
        yield Finding(
            "instance", not copy, "another one's, no token is opened" if copy else "this one's", mend
        )
        back = len(brought_back())
        mend = "Start Ekachit: they are destroyed before anything else." if back else ""
        yield Finding("ended tokens", not back, f"{len(ended())} noted, {back} of them in the database", mend)
    except VaultError as trouble:
        yield Finding(
            "ended tokens", good=False, detail=f"[{trouble.code}] {trouble}", mend="Let this account read it."
        )
    except (DatabaseError, OSError):
        return


def _workers() -> Iterator[Finding]:
    from django.db import DatabaseError  # noqa: PLC0415 # needs Django set up

    from ekachit.ops.heartbeat import workers_alive  # noqa: PLC0415 # likewise

    try:
        alive = workers_alive()
    except DatabaseError:
        return
    yield Finding(
        "workers", alive > 0, f"{alive} gave a sign of life", "" if alive else "Start one: ekachit worker"
    )


def _way_out() -> Iterator[Finding]:
    """Which proxy is used and who is trusted; never the name and password for the proxy."""
    of = settings()
    way = "no proxy"
    if of.proxy is not None:
        way = f"by the proxy {of.proxy.origin}, {'with' if of.proxy.login else 'without'} a name and password"
    trusted = ""
    if of.ca_file is not None:
        trusted = f", trusting {authorities_in(of.ca_file)} more authorities from {of.ca_file}"
    yield Finding("way out", good=True, detail=way + trusted)


def _outside() -> Iterator[Finding]:
    from ekachit.jira.errors import JiraError  # noqa: PLC0415 # not needed with --offline
    from ekachit.ops.outside import atlassian_time  # noqa: PLC0415 # imports the HTTP client

    try:
        theirs = atlassian_time()
    except JiraError as trouble:
        detail = f"api.atlassian.com does not answer ({trouble.code})"
        yield Finding("egress", good=False, detail=detail, mend=WAYS_OUT.get(trouble.code, PORT_CLOSED))
        return
    yield Finding("egress", good=True, detail="api.atlassian.com answers")
    off = abs(time.time() - theirs)
    mend = "" if off <= CLOCK_LIMIT_SECONDS else "Set this machine's clock (NTP)."
    yield Finding("clock", off <= CLOCK_LIMIT_SECONDS, f"{off:.0f} s from Atlassian's", mend)
