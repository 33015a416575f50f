"""Sealing a token: AES-256-GCM with a random data key, which is itself wrapped by a key-encryption key.

Every blob is `version (1 byte) | nonce (12 bytes) | ciphertext and tag`. What the blob belongs to goes in as
additional data, so that it opens in its own row only, and a wrapped key never passes for a sealed token.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ekachit.vault.errors import VaultError
from ekachit.vault.keyring import KEY_BYTES, Keyring
from ekachit.vault.secret import MASK, Secret

_VERSION: Final = 1
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_LENGTH_BYTES: Final = 4
_WRAP: Final = "ekachit data key"
_SEAL: Final = "ekachit token"


@dataclass(frozen=True, slots=True)
class Binding:
    """What a sealed token belongs to: the ids of connection and user, the site's host, Jira's account id."""

    connection: str
    user: str
    site: str
    account: str

    def encode(self, *more: str) -> bytes:
        """Return the binding and further texts as bytes, each with its length: no two look alike."""
        parts = [
            each.encode("utf-8", "surrogatepass")
            for each in (*more, self.connection, self.user, self.site, self.account)
        ]
        framed = (len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts)
        return bytes([_VERSION]) + b"".join(framed)


class _Bound(NamedTuple):
    """What the wrapping of a data key and the sealing of a secret are bound to, as the cipher takes it."""

    key: bytes
    secret: bytes

    @classmethod
    def to(cls, binding: Binding, key_id: str) -> Self:
        """A binding as bytes, for either use."""
        return cls(binding.encode(_WRAP, key_id), binding.encode(_SEAL))


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key, wrapped by the key-encryption key `key_id`."""

    key_id: str
    blob: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A token, sealed by a data key."""

    blob: bytes = field(repr=False)


def seal(keyring: Keyring, secret: Secret, binding: Binding) -> tuple[WrappedKey, Sealed]:
    """Return the secret sealed with a new data key, and that key wrapped with the ring's active key."""
    data_key = secrets.token_bytes(KEY_BYTES)
    blob = _encrypt(data_key, secret.reveal().encode(), binding.encode(_SEAL))
    return _wrap(keyring, data_key, binding), Sealed(blob)


def open_sealed(keyring: Keyring, wrapped: WrappedKey, sealed: Sealed, binding: Binding) -> Secret:
    """Return the secret.

    Raises:
        VaultError: `key_missing` where the ring lacks the key; `sealed_broken` where a blob was cut, altered
        or
            moved, or the ring has another key under that id: the cipher cannot tell these apart.
    """
    secret = _opened(keyring, wrapped, sealed, _Bound.to(binding, wrapped.key_id))
    if secret is None:
        # Raised here, where no frame holds a key that a traceback could show.
        raise _broken()
    return secret


def rewrap(keyring: Keyring, wrapped: WrappedKey, binding: Binding) -> WrappedKey:
    """Return the same data key, wrapped with the ring's active key. The old wrapping keeps opening it too.

    Raises:
        VaultError: as `open_sealed`.
    """
    renewed = _rewrapped(keyring, wrapped, binding)
    if renewed is None:
        raise _broken()
    return renewed


class SealedToken:
    """A token that is held sealed and opened at each `reveal`, for as long as the caller looks at it."""

    __slots__ = ("_bound", "_keyring", "_sealed", "_wrapped")

    def __init__(self, keyring: Keyring, wrapped: WrappedKey, sealed: Sealed, binding: Binding) -> None:
        self._keyring = keyring
        self._wrapped = wrapped
        self._sealed = sealed
        self._bound = _Bound.to(binding, wrapped.key_id)

    def reveal(self) -> str:
        """Return the token.

        Raises:
            VaultError: as `open_sealed`.
        """
        secret = _opened(self._keyring, self._wrapped, self._sealed, self._bound)
        if secret is None:
            raise _broken()
        return secret.reveal()

    def __repr__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __reduce_ex__(self, protocol: object) -> Any:
        raise TypeError("a SealedToken cannot be pickled or copied")


def _wrap(keyring: Keyring, data_key: bytes, binding: Binding) -> WrappedKey:
    key_id = keyring.active_id
    return WrappedKey(key_id, _encrypt(keyring.key(key_id), data_key, binding.encode(_WRAP, key_id)))


def _opened(keyring: Keyring, wrapped: WrappedKey, sealed: Sealed, bound: _Bound) -> Secret | None:
    data_key = _unwrapped(keyring, wrapped, bound.key)
    plain = None if data_key is None else _decrypt(data_key, sealed.blob, bound.secret)
    try:
        return None if plain is None else Secret(plain.decode())
    except UnicodeDecodeError:
        return None


def _rewrapped(keyring: Keyring, wrapped: WrappedKey, binding: Binding) -> WrappedKey | None:
    data_key = _unwrapped(keyring, wrapped, _Bound.to(binding, wrapped.key_id).key)
    return None if data_key is None else _wrap(keyring, data_key, binding)


def _unwrapped(keyring: Keyring, wrapped: WrappedKey, bound: bytes) -> bytes | None:
    data_key = _decrypt(keyring.key(wrapped.key_id), wrapped.blob, bound)
    return data_key if data_key is not None and len(data_key) == KEY_BYTES else None


def _encrypt(key: bytes, plain: bytes, extra: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return bytes([_VERSION]) + nonce + AESGCM(key).encrypt(nonce, plain, extra)


def _decrypt(key: bytes, blob: bytes, extra: bytes) -> bytes | None:
    """The text, None where the blob is not one that this key made for this use."""
    if len(blob) < 1 + _NONCE_BYTES + _TAG_BYTES or blob[0] != _VERSION:
        return None
    nonce, rest = blob[1 : 1 + _NONCE_BYTES], blob[1 + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, rest, extra)
    except InvalidTag:
        return None


def _broken() -> VaultError:
    return VaultError(
        "sealed_broken", "The sealed token cannot be opened: altered, moved, or sealed with another key."
    )
