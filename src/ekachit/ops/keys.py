"""`ekachit keys`: the key-encryption keys."""

from __future__ import annotations

import click

from ekachit.config import settings
from ekachit.ops.start import database_ready


@click.group()
def keys() -> None:
    """Rotate the keys that the tokens are sealed with."""
    database_ready()


@keys.command()
def rotate() -> None:
    """Add a new key, wrap every data key with it, and drop the keys that nothing uses any more.

    Safe to stop and to run again: every token stays readable at every moment.
    """
    from ekachit.connections.credentials import key_ids_in_use, rewrap_all  # noqa: PLC0415 # needs Django set up
    from ekachit.connections.keys import keyring, keyring_path  # noqa: PLC0415 # likewise
    from ekachit.vault.errors import VaultError  # noqa: PLC0415 # likewise
    from ekachit.vault.keyring import add_key, drop_keys  # noqa: PLC0415 # likewise

    try:
        before = keyring()
        if not settings().keyring and not (key_ids_in_use() - {before.active_id}):
            add_key(keyring_path())
        changed = rewrap_all()
        if not settings().keyring:
            drop_keys(keyring_path(), keep=key_ids_in_use() | {keyring().active_id})
    except VaultError as trouble:
        raise click.ClickException(str(trouble)) from None
    click.echo(f"{changed} data keys wrapped with key {keyring().active_id}.")
