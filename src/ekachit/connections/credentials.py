"""Storing, opening, re-wrapping and destroying the sealed token of a connection."""

from __future__ import annotations

import contextlib

from django.db import DatabaseError, transaction
from django.db import connection as database
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from ekachit import rows
from ekachit.connections.copied import forget_in_copies
from ekachit.connections.ended import ended, mark_of
from ekachit.connections.instance import held_back
from ekachit.connections.keys import keyring
from ekachit.connections.models import Connection, Credential, DataKey, State
from ekachit.vault.errors import VaultError
from ekachit.vault.keyring import Keyring
from ekachit.vault.seal import Binding, Sealed, SealedToken, WrappedKey, rewrap, seal
from ekachit.vault.secret import Secret

_WAIT_MILLISECONDS = 500


def binding_of(connection: Connection) -> Binding:
    """Return what a sealed token is bound to: moved to another row it does not open."""
    return Binding(
        connection=str(connection.pk),
        user=str(connection.user_id),
        site=connection.site,
        account=connection.account_id,
    )


@transaction.atomic
def store_token(connection: Connection, secret: Secret) -> None:
    """Seal a token for a connection, in place of any it had: what that one left behind is scrubbed later."""
    wrapped, sealed = seal(keyring(), secret, binding_of(connection))
    if Credential.objects.filter(connection=connection).exists():
        Connection.objects.filter(pk=connection.pk).update(scrub_pending=True)
    DataKey.objects.update_or_create(
        connection=connection, defaults={"key_id": wrapped.key_id, "wrapped": wrapped.blob}
    )
    Credential.objects.update_or_create(
        connection=connection, defaults={"sealed": sealed.blob, "sealed_at": timezone.now()}
    )


def sealed_token(connection: Connection) -> SealedToken:
    """Return the connection's token, still sealed: only the transport opens it, for each request.

    Raises:
        VaultError: the key is missing or wrong, a disconnect has ended the token (`token_ended`), or a copy of this
            database may be in use elsewhere (`elsewhere`).
        Credential.DoesNotExist: the token was destroyed.
    """
    if held_back():
        raise VaultError("elsewhere", "a copy of an installation that may run elsewhere")
    found = rows.select(
        "SELECT held.key_id, held.wrapped, credential.sealed FROM connections_datakey held"
        " JOIN connections_credential credential ON credential.connection_id = held.connection_id"
        " WHERE held.connection_id = %s",
        [connection.pk],
    )
    if not found:
        raise Credential.DoesNotExist
    key_id, wrapped, sealed = found[0]
    if mark_of(bytes(sealed)) in ended():
        raise VaultError("token_ended", "ended by a disconnect, and brought back by a restore")
    opens = WrappedKey(key_id, bytes(wrapped))
    return SealedToken(keyring(), opens, Sealed(bytes(sealed)), binding_of(connection))


def destroy_key(connection: Connection) -> None:
    """Overwrite and delete the wrapped data key: from here on nobody can open the token."""
    for key in DataKey.objects.filter(connection=connection):
        key.wrapped = bytes(len(key.wrapped))
        key.save(update_fields=["wrapped"])
        key.delete()


def destroy_token(connection: Connection) -> None:
    """Overwrite and delete the sealed token itself."""
    for credential in Credential.objects.filter(connection=connection):
        credential.sealed = bytes(len(credential.sealed))
        credential.save(update_fields=["sealed"])
        credential.delete()


def scrub() -> bool:
    """Make the database forget the bytes of deleted rows; returns whether that is done.

    SQLite keeps old pages in the write-ahead log until it is truncated, which a reader can hold up. PostgreSQL
    keeps dead rows until VACUUM; its own log holds ciphertext until it is recycled (docs/operations.md).
    """
    with contextlib.suppress(DatabaseError), database.cursor() as cursor:
        if database.vendor == "sqlite":
            return _emptied_log(cursor)
        if not database.in_atomic_block:
            cursor.execute("VACUUM connections_datakey, connections_credential")
            return True
    return False


def _emptied_log(cursor: CursorWrapper) -> bool:
    """Empty SQLite's write-ahead log; whether that is done. Nobody can write while it waits for a reader."""
    cursor.execute("PRAGMA busy_timeout")
    usual = int(cursor.fetchone()[0])
    cursor.execute(f"PRAGMA busy_timeout = {_WAIT_MILLISECONDS}")
    try:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        row = cursor.fetchone()
        return row is not None and row[0] == 0
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {usual}")


def finish_scrubs() -> int:
    """Finish what a crash or a reader held up; returns how many connections were scrubbed. Safe to call at any time."""
    waiting = list(Connection.objects.filter(scrub_pending=True).values_list("pk", "epoch"))
    for pk, _ in waiting:
        _destroy_rest(pk)
        forget_in_copies(pk)
    if not waiting or not scrub():
        return 0
    # A disconnect or a new token since then has raised the epoch, and its own scrub is still to come.
    return sum(
        Connection.objects.filter(pk=pk, epoch=epoch, scrub_pending=True).update(scrub_pending=False)
        for pk, epoch in waiting
    )


def _destroy_rest(connection_id: int) -> None:
    """Destroy what a disconnect left; a connection that was made again in between keeps its new token."""
    for destroy in (destroy_key, destroy_token):
        with transaction.atomic():
            row = (
                Connection.objects.select_for_update()
                .filter(pk=connection_id, scrub_pending=True, state=State.DISCONNECTED)
                .first()
            )
            if row is not None:
                destroy(row)


def rewrap_all() -> int:
    """Wrap every data key with the active key; returns how many were changed.

    Each row is its own transaction and readable at every moment, so a rotation that was cut off is simply run again.
    """
    ring = keyring()
    changed = 0
    for key_pk in DataKey.objects.exclude(key_id=ring.active_id).values_list("pk", flat=True):
        with transaction.atomic():
            key = DataKey.objects.select_for_update().select_related("connection").get(pk=key_pk)
            wrapped = rewrap(ring, WrappedKey(key.key_id, bytes(key.wrapped)), binding_of(key.connection))
            key.key_id, key.wrapped = wrapped.key_id, wrapped.blob
            key.save(update_fields=["key_id", "wrapped"])
            changed += 1
    return changed


def key_ids_in_use() -> frozenset[str]:
    """Return the ids of the key-encryption keys that some data key is wrapped with."""
    return frozenset(DataKey.objects.values_list("key_id", flat=True).distinct())


def locked_connections() -> int:
    """Return how many sealed tokens cannot be opened with the keys at hand.

    Raises:
        VaultError: there are no keys at all.
    """
    ring = keyring()
    rows = DataKey.objects.select_related("connection").iterator()
    return sum(not _opens(ring, key) for key in rows)


def _opens(ring: Keyring, key: DataKey) -> bool:
    """Whether a data key can be unwrapped; the token itself is not opened for that."""
    try:
        rewrap(ring, WrappedKey(key.key_id, bytes(key.wrapped)), binding_of(key.connection))
    except VaultError:
        return False
    return True
