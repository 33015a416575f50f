"""Which account or connection a command means."""

from __future__ import annotations

import click

from ekachit.accounts.models import User
from ekachit.connections.errors import ConnectError
from ekachit.connections.models import Connection, State
from ekachit.connections.reach import site_of


def account_of(email: str) -> User:
    """Return the account with an e-mail address.

    Raises:
        click.ClickException: there is none.
    """
    account = User.objects.filter(email=email.lower()).first()
    if account is None:
        raise click.ClickException(f"There is no account {email}. Add it with: ekachit user add {email}")
    return account


def connections_to_use(account: User, site: str | None) -> list[Connection]:
    """Return the account's live connections, of one site if it is named.

    Raises:
        click.ClickException: there is none.
    """
    found = Connection.objects.filter(user=account).exclude(state=State.DISCONNECTED)
    if site is not None:
        found = found.filter(site=_host(site))
    if not found:
        raise click.ClickException(
            f"{account.email} has no Jira connected. Connect one with: ekachit connect --help"
        )
    return list(found)


def _host(site: str) -> str:
    """The host that a pasted site means; one that may not be spoken to now can still be disconnected."""
    try:
        return site_of(site).host
    except ConnectError:
        return site.strip().lower().partition("://")[2].partition("/")[0] or site.strip().lower()
