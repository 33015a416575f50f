"""The installation's key-encryption keys: from the environment, else from a file outside the database."""

from __future__ import annotations

from pathlib import Path

from ekachit.config import settings
from ekachit.connections.models import Credential
from ekachit.vault.errors import VaultError
from ekachit.vault.keyring import Keyring, create_keyring


def keyring_path() -> Path:
    """Return where the key file lies (mode 0600, folder 0700)."""
    return settings().keys_dir / "keyring.json"


def keyring() -> Keyring:
    """Return the keys that open the stored tokens.

    A key file is made only where nothing is sealed yet: a missing one is never replaced, since the tokens
    sealed with it could then never be opened again.

    Raises:
        VaultError: `key_missing`, or what is wrong with the file or the setting.
    """
    text = settings().keyring
    if text:
        return Keyring.from_text(text)
    path = keyring_path()
    if not path.exists():
        if Credential.objects.exists():
            raise VaultError(
                "key_missing",
                f"{path} is missing, and tokens are sealed with it. Restore it from your backup.",
            )
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            create_keyring(path)
        except VaultError as trouble:
            # Another process had the same thought at the same moment; its key is as good.
            if trouble.code != "key_exists":
                raise
    return Keyring.from_file(path)
