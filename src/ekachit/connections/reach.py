"""Speaking to Jira outside a pass: when a person connects, renews a token or reloads the project list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from asgiref.sync import async_to_sync

from ekachit.config import settings
from ekachit.connections.credentials import sealed_token
from ekachit.connections.errors import ConnectError
from ekachit.connections.ledger import file_calls
from ekachit.connections.models import Connection
from ekachit.connections.way_out import way_out
from ekachit.jira.client import JiraClient
from ekachit.jira.connect import Proof
from ekachit.jira.egress import Site, SiteError, parse_site
from ekachit.jira.errors import JiraError, Unavailable, Unexpected
from ekachit.jira.ledger import Call
from ekachit.jira.session import in_session
from ekachit.jira.survey import Survey, prove_and_survey, survey_site
from ekachit.jira.transport import TokenSource, Transport
from ekachit.vault.errors import VaultError

T = TypeVar("T")


def utc_now() -> datetime:
    """Return the moment, in UTC."""
    return datetime.now(UTC)


class CallLog:
    """Collects the requests made until they are filed in the access ledger."""

    def __init__(self) -> None:
        self._calls: list[Call] = []

    def record(self, call: Call) -> None:
        """Note a request."""
        self._calls.append(call)

    def waiting(self) -> Sequence[Call]:
        """Return what is not filed yet."""
        return tuple(self._calls)

    def forget(self, number: int) -> None:
        """Forget the first so many: they are filed."""
        del self._calls[:number]

    def take(self) -> Sequence[Call]:
        """Return what was noted since the last time, and forget it."""
        taken, self._calls = self._calls, []
        return taken


@dataclass(frozen=True, slots=True)
class Reached:
    """What a check of a site and token found, and the requests it took."""

    proof: Proof
    survey: Survey
    calls: Sequence[Call]


def site_of(text: str) -> Site:
    """Return the site that a pasted text means.

    Raises:
        ConnectError: it means none that may be spoken to.
    """
    try:
        return parse_site(text, settings().allowed_sandboxes)
    except SiteError as wrong:
        raise ConnectError(wrong.code) from None


def check(site: Site, email: str, token: TokenSource) -> Reached:
    """Prove whose token this is, then read fields, projects and open counts.

    Raises:
        ConnectError: Jira refused, did not answer, or is not there.
    """
    log = CallLog()
    try:
        proof, found = async_to_sync(prove_and_survey)(
            site, email, token, egress=way_out(), ledger=log, clock=utc_now
        )
    except JiraError as trouble:
        raise _words(trouble) from None
    return Reached(proof, found, log.take())


def reload(connection: Connection, token: TokenSource) -> tuple[Survey, Sequence[Call]]:
    """Read fields, projects and open counts of a connected site.

    Raises:
        ConnectError: as `check`.
    """
    log = CallLog()
    try:
        found = async_to_sync(survey_site)(
            site_of(connection.site),
            connection.email,
            token,
            account_id=connection.account_id,
            cloud_id=connection.cloud_id,
            via_gateway=connection.via_gateway,
            egress=way_out(),
            ledger=log,
            clock=utc_now,
        )
    except JiraError as trouble:
        raise _words(trouble) from None
    return found, log.take()


def ask(connection: Connection, work: Callable[[JiraClient], Awaitable[T]]) -> T:
    """Return what `work` finds out with a client that speaks for a connection, outside a pass; a person waits for it.

    The requests are filed in the ledger, whatever comes of them.

    Raises:
        ConnectError: `not_connected`, why the token cannot be opened, or why Jira refused or did not answer.
    """
    if not connection.active:
        raise ConnectError("not_connected")
    log = CallLog()
    try:
        token = sealed_token(connection)
        return async_to_sync(in_session)(
            lambda transport: client_for(connection, token, transport, log),
            connection.account_id,
            work,
            egress=way_out(),
        )
    except VaultError as trouble:
        raise ConnectError(trouble.code) from None
    except JiraError as trouble:
        raise _words(trouble) from None
    finally:
        file_calls(connection, log.take())


def client_for(connection: Connection, token: TokenSource, transport: Transport, log: CallLog) -> JiraClient:
    """Return a client that speaks for a connection over a transport.

    Raises:
        Unexpected: its site may no longer be spoken to, such as a sandbox that this start does not name.
    """
    try:
        site = parse_site(connection.site, settings().allowed_sandboxes)
    except SiteError as wrong:
        raise Unexpected(wrong.code) from None
    return JiraClient(
        transport,
        site,
        email=connection.email,
        token=token,
        cloud_id=connection.cloud_id,
        via_gateway=connection.via_gateway,
        ledger=log,
        clock=utc_now,
    )


def _words(trouble: JiraError) -> ConnectError:
    wait = trouble.retry_after if isinstance(trouble, Unavailable) else None
    return ConnectError(trouble.code, wait_seconds=wait)
