"""Connect, choose, renew, disconnect: what changes a connection, one transaction each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import msgspec
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from ekachit.accounts.models import User
from ekachit.accounts.notices import take_back
from ekachit.connections import reach
from ekachit.connections.credentials import destroy_key, finish_scrubs, sealed_token, store_token
from ekachit.connections.ended import note_ended
from ekachit.connections.errors import ConnectError
from ekachit.connections.keys import keyring
from ekachit.connections.ledger import file_calls
from ekachit.connections.models import Connection, Project, State
from ekachit.connections.queries import sandbox_site
from ekachit.jira.egress import Site
from ekachit.jira.survey import Survey
from ekachit.jira.typed_token import TokenError, clean_token
from ekachit.vault.errors import VaultError
from ekachit.vault.seal import Binding, SealedToken, seal
from ekachit.vault.secret import Secret

# The account that the sandbox's own world is made for; it opens nothing but a sandbox.
SANDBOX_EMAIL = "maya.lindqvist@example.invalid"
SANDBOX_TOKEN = "sandbox-demo-token"  # noqa: S105 # printed by the sandbox itself, opens nothing else


def connect(user: User, *, site: str, email: str, token: str, expires_on: date | None = None) -> Connection:
    """Check a site and token and store the connection, the token sealed; the same site and account twice is one.

    The token is sealed in memory before anything else happens, and opened only to build a request's header.

    Raises:
        ConnectError: what is wrong, in words; nothing was stored.
    """
    _require_pro(user)
    where = reach.site_of(site)
    secret = _typed(email, token)
    reached = reach.check(where, email.strip(), _sealed_draft(user, where, secret))
    with transaction.atomic():
        connection = _row(user, where, reached.proof.cloud_id, reached.proof.account_id)
        connection.site, connection.email = where.host, email.strip()
        connection.account_id, connection.account_name = reached.proof.account_id, reached.proof.display_name
        connection.cloud_id = reached.proof.cloud_id or connection.cloud_id or where.host
        _name_alike(connection)
        connection.via_gateway = reached.proof.via_gateway
        connection.token_expires_on = expires_on
        _activate(connection)
        store_token(connection, secret)
        _take_survey(connection, reached.survey)
        file_calls(connection, reached.calls)
    finish_scrubs()
    connection.refresh_from_db()
    return connection


def connect_sandbox(user: User) -> Connection:
    """Connect the sandbox Jira that runs beside the pages, with its demo account.

    Raises:
        ConnectError: `sandbox_off` where there is none, or why it did not answer.
    """
    site = sandbox_site()
    if site is None:
        raise ConnectError("sandbox_off")
    return connect(user, site=site, email=SANDBOX_EMAIL, token=SANDBOX_TOKEN)


def replace_token(connection: Connection, *, email: str, token: str, expires_on: date | None = None) -> None:
    """Put a new token of the same account in place of the old one; everything else stays.

    Raises:
        ConnectError: what is wrong; the old token is still in place. `account_differs` for another account's token.
    """
    _require_pro(connection.user)
    where = reach.site_of(connection.site)
    secret = _typed(email, token)
    reached = reach.check(where, email.strip(), _sealed_draft(connection.user, where, secret))
    if reached.proof.account_id != connection.account_id:
        raise ConnectError("account_differs")
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        row.email, row.via_gateway, row.token_expires_on = (
            email.strip(),
            reached.proof.via_gateway,
            expires_on,
        )
        row.cloud_id = reached.proof.cloud_id or row.cloud_id
        _name_alike(row)
        _activate(row)
        row.due_at = timezone.now() if row.picked_at else None
        row.save()
        store_token(row, secret)
        _take_survey(row, reached.survey)
        file_calls(row, reached.calls)
    finish_scrubs()


def refresh_projects(connection: Connection) -> None:
    """Read the list of projects and the person's open counts again.

    Raises:
        ConnectError: `not_connected`, `key_missing`, or why Jira did not answer; the old list stays.
    """
    if not connection.active:
        raise ConnectError("not_connected")
    try:
        token = sealed_token(connection)
    except VaultError as trouble:
        raise ConnectError(trouble.code) from None
    found, calls = reach.reload(connection, token)
    with transaction.atomic():
        _take_survey(connection, found)
        file_calls(connection, calls)


@transaction.atomic
def pick_projects(connection: Connection, project_ids: Collection[str]) -> None:
    """Pick exactly these projects. Tasks of a project that is no longer picked stay.

    Raises:
        ConnectError: `no_projects` for an empty choice, `project_unknown` for one that is not on the list.
    """
    wanted = set(project_ids)
    listed = set(
        Project.objects.filter(connection=connection, seen=True).values_list("project_id", flat=True)
    )
    if not wanted:
        raise ConnectError("no_projects")
    if not wanted <= listed:
        raise ConnectError("project_unknown")
    of_connection = Project.objects.filter(connection=connection)
    of_connection.exclude(project_id__in=wanted).update(picked=False)
    of_connection.filter(project_id__in=wanted).update(picked=True)
    Connection.objects.filter(pk=connection.pk).update(picked_at=timezone.now())
    take_back(connection.user, f"project-gone-{connection.pk}-")
    connection.refresh_from_db()


def disconnect(connection: Connection) -> Connection:
    """Destroy the token and stop every request, also of a pass in flight; tasks and badges stay.

    That it ended is noted outside of the database before all: a process that dies after that, or a backup from before,
    leaves a token that is destroyed by whoever finds it. The data key goes first, in one transaction with the state: from
    then on nothing can open the token. The rest is cleaned after it, and again by the worker if this process dies in
    between.
    """
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        note_ended(row)
        destroy_key(row)
        row.state, row.disconnected_at, row.scrub_pending = State.DISCONNECTED, timezone.now(), True
        row.epoch, row.send_epoch = F("epoch") + 1, F("send_epoch") + 1
        row.due_at = row.lease_until = row.send_until = row.token_expires_on = None
        row.lease_owner, row.send_owner, row.stop_requested, row.failures = "", "", False, 0
        row.save()
        _forget_notices(row)
    finish_scrubs()
    connection.refresh_from_db()
    return connection


@transaction.atomic
def follow_plan(user: User) -> None:
    """Pause the person's connections when the plan no longer has Jira, and let them go on when it has again."""
    rows = Connection.objects.filter(user=user)
    if user.is_pro:
        rows.filter(state=State.PAUSED).update(state=State.CONNECTED, due_at=timezone.now())
    else:
        rows.filter(state=State.CONNECTED).update(
            state=State.PAUSED,
            epoch=F("epoch") + 1,
            send_epoch=F("send_epoch") + 1,
            due_at=None,
            lease_until=None,
            lease_owner="",
            send_until=None,
            send_owner="",
        )


def _require_pro(user: User) -> None:
    if not user.is_pro:
        raise ConnectError("plan")


def _typed(email: str, token: str) -> Secret:
    """The typed token, cleaned, in the type that never shows it."""
    try:
        validate_email(email.strip())
    except ValidationError:
        raise ConnectError("email_wrong") from None
    try:
        return Secret(clean_token(token))
    except TokenError as wrong:
        raise ConnectError(wrong.code) from None


def _sealed_draft(user: User, where: Site, secret: Secret) -> SealedToken:
    binding = Binding(connection="new", user=str(user.pk), site=where.host, account="")
    try:
        ring = keyring()
    except VaultError as trouble:
        raise ConnectError(trouble.code) from None
    wrapped, sealed = seal(ring, secret, binding)
    return SealedToken(ring, wrapped, sealed, binding)


def _row(user: User, where: Site, cloud_id: str | None, account_id: str) -> Connection:
    """The person's connection to this site and account, also a disconnected one, else a new one."""
    same_site = Q(site=where.host) | Q(cloud_id=cloud_id or where.host)
    known = Connection.objects.select_for_update().filter(same_site, user=user, account_id=account_id).first()
    return known or Connection(user=user)


def _name_alike(connection: Connection) -> None:
    """Let all of a person's connections to a site have its id, once one of them knows it: tasks are tied by it.

    A site that does not tell its id goes by its name, and never puts out an id that is known.
    """
    others = Connection.objects.filter(user_id=connection.user_id, site=connection.site).exclude(
        pk=connection.pk
    )
    if connection.cloud_id == connection.site:
        known = others.exclude(cloud_id=connection.site).values_list("cloud_id", flat=True).first()
        connection.cloud_id = known or connection.cloud_id
    else:
        others.filter(cloud_id=connection.site).update(cloud_id=connection.cloud_id)


def _activate(connection: Connection) -> None:
    connection.state, connection.disconnected_at = State.CONNECTED, None
    connection.failures = 0
    connection.due_at = connection.lease_until = connection.send_until = None
    connection.lease_owner, connection.send_owner, connection.stop_requested = "", "", False
    if connection.pk:
        connection.epoch += 1
        connection.send_epoch += 1
        _forget_notices(connection)
    connection.save()


def _forget_notices(connection: Connection) -> None:
    """Take back what was said of a token that is no longer there; of the next one it may be said anew."""
    take_back(connection.user, f"token-expires-{connection.pk}-")
    take_back(connection.user, f"needs-token-{connection.pk}-")


def _take_survey(connection: Connection, found: Survey) -> None:
    """Store the list of projects; those with open issues are preselected where nothing was picked yet."""
    Connection.objects.filter(pk=connection.pk).update(points_fields=msgspec.to_builtins(found.points))
    Project.objects.filter(connection=connection).update(seen=False, open_count=0)
    Project.objects.bulk_create(
        [
            Project(
                connection=connection,
                project_id=each.id,
                key=each.key,
                name=each.name[:255],
                style=each.style or "",
                open_count=found.open_counts.get(each.id, 0),
            )
            for each in found.projects
        ],
        update_conflicts=True,
        unique_fields=["connection", "project_id"],
        update_fields=["key", "name", "style", "open_count", "seen"],
    )
