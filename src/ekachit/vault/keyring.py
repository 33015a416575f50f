"""The key-encryption keys (KEK): a few keys by id, one of them active, kept outside the database."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import re
import secrets
import stat
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

from ekachit.vault.disk import see_on_disk
from ekachit.vault.errors import VaultError
from ekachit.vault.secret import MASK

KEY_BYTES: Final = 32
_VERSION: Final = 1
_FILE_LIMIT: Final = 64 * 1024
_KEY_ID = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_PRIVATE: Final = 0o600


class Keyring:
    """Keys by id. New data keys are wrapped with the active one; the others only open what they wrapped."""

    __slots__ = ("_keys", "active_id")

    def __init__(self, keys: Mapping[str, bytes], active_id: str) -> None:
        """Take the keys.

        Raises:
            VaultError: `key_missing` without the active key, `key_wrong` for an id or a key of another form.
        """
        for key_id, key in keys.items():
            if _KEY_ID.fullmatch(key_id) is None:
                raise VaultError(
                    "key_wrong", "A key id has letters, digits, dot, hyphen and underscore only."
                )
            if len(key) != KEY_BYTES:
                raise VaultError("key_wrong", f"Key {key_id} is not {KEY_BYTES} bytes long.")
        if active_id not in keys:
            raise VaultError("key_missing", "The key ring has no active key.")
        self._keys = dict(keys)
        self.active_id = active_id

    @classmethod
    def from_text(cls, text: str) -> Keyring:
        """Return the keys of `id:base64,id2:base64` (environment variable); the first is active.

        Raises:
            VaultError: `key_missing` for an empty text, `key_wrong` for anything of another form.
        """
        keys: dict[str, bytes] = {}
        for part in filter(None, (each.strip() for each in text.split(","))):
            key_id, _, encoded = part.partition(":")
            if key_id.strip() in keys:
                raise VaultError("key_wrong", "A key id occurs twice.")
            keys[key_id.strip()] = _decoded(encoded.strip())
        if not keys:
            raise VaultError("key_missing", "The key ring is empty.")
        return cls(keys, next(iter(keys)))

    @classmethod
    def from_file(cls, path: Path) -> Keyring:
        """Return the keys of a file made by `create_keyring`.

        Raises:
            VaultError: `key_missing`, `key_file_exposed`, `key_file_broken` or `key_wrong`.
        """
        return _parsed(_read(path), path)

    def key(self, key_id: str) -> bytes:
        """Return a key.

        Raises:
            VaultError: `key_missing`: the ring has none of that id.
        """
        try:
            return self._keys[key_id]
        except KeyError:
            raise VaultError("key_missing", f"The key ring has no key {key_id[:40]!r}.") from None

    def __contains__(self, key_id: object) -> bool:
        return key_id in self._keys

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all keys."""
        return frozenset(self._keys)

    def __repr__(self) -> str:
        return f"Keyring(active={self.active_id}, keys={MASK})"

    def __reduce_ex__(self, protocol: object) -> Any:
        raise TypeError("a Keyring cannot be pickled or copied")


def create_keyring(path: Path) -> Keyring:
    """Make a file with one new random key, mode 0600, and return the ring; an existing file stays as it is.

    Raises:
        VaultError: `key_exists`.
    """
    ring = Keyring({(key_id := _new_id()): secrets.token_bytes(KEY_BYTES)}, key_id)
    beside = _written_beside(path, ring)
    try:
        # A link is refused where the name is taken, and the name never shows a half-written file.
        os.link(beside, path)
    except FileExistsError:
        raise VaultError("key_exists", f"{path} exists already and is never overwritten.") from None
    finally:
        beside.unlink()
    _sync_folder(path)
    return ring


def add_key(path: Path) -> Keyring:
    """Add a new random key to the file, make it the active one and return the ring (rotation, first step).

    Raises:
        VaultError: as `Keyring.from_file`.
    """
    before = Keyring.from_file(path)
    key_id = _new_id()
    while key_id in before:
        key_id = _new_id()
    keys = {each: before.key(each) for each in sorted(before.ids)}
    return _replace(path, Keyring({**keys, key_id: secrets.token_bytes(KEY_BYTES)}, key_id))


def drop_keys(path: Path, *, keep: Collection[str]) -> Keyring:
    """Remove every key but those in `keep` and the active one; returns the ring (rotation, last step).

    Raises:
        VaultError: as `Keyring.from_file`.
    """
    before = Keyring.from_file(path)
    kept = {each: before.key(each) for each in sorted(before.ids & {*keep, before.active_id})}
    return before if len(kept) == len(before.ids) else _replace(path, Keyring(kept, before.active_id))


def _new_id() -> str:
    return f"k{secrets.token_hex(4)}"


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise VaultError("key_wrong", "A key is not base64.") from None


def _read(path: Path) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise VaultError("key_missing", f"{path} is missing. Restore it from your backup.") from None
    except OSError as trouble:
        raise VaultError("key_missing", f"{path} cannot be read: {trouble.strerror}.") from None
    try:
        _require_private(path, os.fstat(descriptor).st_mode)
        return os.read(descriptor, _FILE_LIMIT)
    finally:
        os.close(descriptor)


def _require_private(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise VaultError("key_file_broken", f"{path} is not a file.")
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise VaultError(
            "key_file_exposed", f"Others on this machine may read {path}. Mend it with: chmod 600 {path}"
        )


def _parsed(raw: bytes, path: Path) -> Keyring:
    try:
        content = json.loads(raw)
        if content["version"] != _VERSION:
            raise VaultError("key_file_broken", f"{path} is of another version of Ekachit.")
        keys = {str(key_id): _decoded(str(encoded)) for key_id, encoded in content["keys"].items()}
        return Keyring(keys, str(content["active"]))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise VaultError(
            "key_file_broken", f"{path} is not a key ring. Restore it from your backup."
        ) from None


def _written_beside(path: Path, ring: Keyring) -> Path:
    """Write the ring whole to a new private file in the same folder and return where that is."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    encoded = {each: base64.b64encode(ring.key(each)).decode() for each in sorted(ring.ids)}
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump({"version": _VERSION, "active": ring.active_id, "keys": encoded}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        beside.unlink()
        raise
    return beside


def _replace(path: Path, ring: Keyring) -> Keyring:
    beside = _written_beside(path, ring)
    try:
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(path)
    return ring


def _sync_folder(path: Path) -> None:
    """Make the new name survive a power cut, where the system can."""
    with contextlib.suppress(OSError):
        see_on_disk(path.parent)
