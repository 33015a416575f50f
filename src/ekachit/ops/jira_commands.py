"""`connect`, `sync`, `tasks`, `disconnect`: a person's Jira from the command line. JSON shapes: docs/cli.md."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from ekachit.ops.start import database_ready, refuse_copy

USER = click.option("--user", "email", required=True, metavar="E", help="Account, by its e-mail address.")
SITE = click.option("--site", default=None, help="Only this site, where several are connected.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _fail(trouble: Any) -> click.ClickException:
    return click.ClickException(f"{trouble.title} {trouble.next_step} [{trouble.code}]")


@click.command()
@USER
@click.option("--site", required=True, help="Jira site: yourteam, yourteam.atlassian.net or any link of it.")
@click.option("--email2", required=True, help="E-mail address of the Atlassian account.")
@click.option("--token-stdin", is_flag=True, required=True, help="Read the API token from standard input.")
@click.option(
    "--projects",
    default=None,
    help="Projects to pick: all, or keys with commas (default: those with open issues).",
)
@JSON
def connect(  # noqa: PLR0913 # one argument for each option
    email: str,
    site: str,
    email2: str,
    projects: str | None,
    *,
    token_stdin: bool,  # noqa: ARG001 # says where the token comes from; there is no other way
    as_json: bool,
) -> None:
    """Connect an account to a Jira site and pick projects. The token is read from standard input only."""
    database_ready()
    from ekachit.connections import actions, queries  # noqa: PLC0415 # needs Django set up
    from ekachit.connections.errors import ConnectError  # noqa: PLC0415 # likewise
    from ekachit.ops.who import account_of  # noqa: PLC0415 # likewise
    from ekachit.sync.actions import start_import  # noqa: PLC0415 # likewise

    account = account_of(email)
    try:
        made = actions.connect(account, site=site, email=email2, token=sys.stdin.read())
        listed = list(queries.projects_of(made))
        picked = _picked(projects, [(each.project_id, each.key, each.open_count) for each in listed])
        if picked:
            actions.pick_projects(made, picked)
            start_import(made)
    except ConnectError as trouble:
        raise _fail(trouble) from None
    chosen = sorted(each.key for each in listed if each.project_id in picked)
    if as_json:
        click.echo(json.dumps({"site": made.site, "account": made.account_name, "projects": chosen}))
        return
    click.echo(f"Connected to {made.site} as {made.account_name}.")
    click.echo(f"Projects: {', '.join(chosen) or 'none has open issues of yours'}")


def _picked(wanted: str | None, listed: list[tuple[str, str, int]]) -> list[str]:
    """The ids of the projects meant by `--projects`.

    Raises:
        click.ClickException: a key is not on the list.
    """
    if wanted is None:
        return [project_id for project_id, _, count in listed if count]
    if wanted.strip().lower() == "all":
        return [project_id for project_id, _, _ in listed]
    by_key = {key.upper(): project_id for project_id, key, _ in listed}
    keys = [key.strip().upper() for key in wanted.split(",") if key.strip()]
    unknown = [key for key in keys if key not in by_key]
    if unknown:
        raise click.ClickException(
            f"Connected, but no project was picked: there is no {', '.join(unknown)}. Known: {', '.join(sorted(by_key))}"
        )
    return [by_key[key] for key in keys]


@click.command()
@USER
@SITE
@JSON
def sync(email: str, site: str | None, *, as_json: bool) -> None:
    """Run a pass now and say what it did. Exit code 1 when it did not complete."""
    database_ready()
    refuse_copy()
    from ekachit.ops.sync_once import sync_connection  # noqa: PLC0415 # needs Django set up
    from ekachit.ops.who import account_of, connections_to_use  # noqa: PLC0415 # likewise

    results = [sync_connection(each) for each in connections_to_use(account_of(email), site)]
    if as_json:
        click.echo(json.dumps({"passes": results}))
    else:
        for each in results:
            click.echo(_sentence(each))
    if any(each["state"] != "complete" for each in results):
        raise SystemExit(1)


def _sentence(result: dict[str, Any]) -> str:
    if result["state"] != "complete":
        return f"{result['site']}: {result['message']} [{result['code']}]"
    if not result["created"] and not result["updated"]:
        return f"{result['site']}: nothing changed ({result['unchanged']} unchanged, {result['requests']} requests)"
    return (
        f"{result['site']}: {result['created']} created, {result['updated']} updated, {result['unchanged']} unchanged,"
        f" {result['failed']} failed ({result['requests']} requests, {result['seconds']:.1f} s)"
    )


@click.command()
@USER
@JSON
def tasks(email: str, *, as_json: bool) -> None:
    """List an account's tasks."""
    database_ready()
    from ekachit.ops.task_list import task_dicts  # noqa: PLC0415 # needs Django set up
    from ekachit.ops.who import account_of  # noqa: PLC0415 # likewise

    listed = task_dicts(account_of(email))
    if as_json:
        click.echo(json.dumps({"tasks": listed}, ensure_ascii=False))
        return
    for each in listed:
        hours = "-" if each["estimate_hours"] is None else f"{each['estimate_hours']:g} h"
        click.echo(f"{each['key'] or '-':<12} {each['status']:<12} {hours:>8}  {each['title']}")


@click.command()
@USER
@SITE
def disconnect(email: str, site: str | None) -> None:
    """Destroy the token and stop every request to Jira. The tasks stay."""
    database_ready()
    from django.utils import timezone  # noqa: PLC0415 # needs Django set up

    from ekachit.connections.words import NEW_TOKEN_URL  # noqa: PLC0415 # likewise
    from ekachit.ops.who import account_of, connections_to_use  # noqa: PLC0415 # likewise
    from ekachit.sync import leaving  # noqa: PLC0415 # likewise

    for each in connections_to_use(account_of(email), site):
        closed = leaving.disconnect(each, now=timezone.now())
        unsent = f" {closed} waiting status change(s) closed as not sent." if closed else ""
        click.echo(
            f"Disconnected from {each.site}.{unsent} The tasks stay. Revoke the token at {NEW_TOKEN_URL}"
        )
