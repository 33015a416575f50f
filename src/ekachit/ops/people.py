"""`ekachit user`: accounts, by the administrator."""

from __future__ import annotations

import sys

import click

from ekachit.config import settings
from ekachit.ops.start import database_ready


@click.group()
def user() -> None:
    """Add accounts, change plans."""
    database_ready()


@user.command()
@click.argument("email")
@click.option(
    "--plan",
    type=click.Choice(["free", "pro"]),
    default=None,
    help="Plan (default: as set; the first is Pro).",
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add(email: str, plan: str | None, *, password_stdin: bool) -> None:
    """Add an account. Without a password it gets a one-time address to choose one."""
    from django.core.exceptions import ValidationError  # noqa: PLC0415 # needs Django set up
    from django.core.validators import validate_email  # noqa: PLC0415 # likewise

    from ekachit.accounts.actions import AccountError, add_account  # noqa: PLC0415 # likewise

    password = _password() if password_stdin else None
    try:
        validate_email(email)
        account = add_account(email, password=password, plan=plan)
    except (AccountError, ValidationError) as refused:
        text = refused.messages[0] if isinstance(refused, ValidationError) else str(refused)
        raise click.ClickException(text) from None
    click.echo(f"{account.email}: plan {account.plan}{', administrator' if account.is_staff else ''}")
    if password is None:
        click.echo(f"Choose a password at {_choose_password_address(account)}")


@user.command()
@click.argument("email")
@click.argument("plan_name", metavar="PLAN", type=click.Choice(["free", "pro"]))
def plan(email: str, plan_name: str) -> None:
    """Move an account to another plan. Free pauses its sync and keeps all tasks."""
    from django.utils import timezone  # noqa: PLC0415 # needs Django set up

    from ekachit.accounts.actions import set_plan  # noqa: PLC0415 # likewise
    from ekachit.ops.who import account_of  # noqa: PLC0415 # likewise
    from ekachit.sync.leaving import follow_plan  # noqa: PLC0415 # likewise

    account = account_of(email)
    set_plan(account, plan_name)
    closed = follow_plan(account, now=timezone.now())
    unsent = f", {closed} waiting status change(s) closed as not sent" if closed else ""
    click.echo(f"{account.email}: plan {account.plan}{unsent}")


def _password() -> str:
    from django.contrib.auth.password_validation import validate_password  # noqa: PLC0415 # needs Django set up
    from django.core.exceptions import ValidationError  # noqa: PLC0415 # likewise

    password = sys.stdin.readline().rstrip("\r\n")
    try:
        validate_password(password)
    except ValidationError as weak:
        raise click.ClickException(" ".join(weak.messages)) from None
    return password


def _choose_password_address(account: object) -> str:
    """The same one-time address that "forgot your password" sends by mail."""
    from allauth.account.forms import default_token_generator  # noqa: PLC0415 # needs Django set up
    from allauth.account.utils import user_pk_to_url_str  # noqa: PLC0415 # likewise
    from django.urls import reverse  # noqa: PLC0415 # likewise

    key = f"{user_pk_to_url_str(account)}-{default_token_generator.make_token(account)}"
    uid, _, token = key.partition("-")
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
    of = settings()
    return f"{of.base_url or f'http://{of.host}:{of.port}'}{path}"
