# ruff: noqa: N802 # names begin with the ids of the faults that the tests cover

from __future__ import annotations

import dataclasses
import pickle
import secrets
import traceback

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ekachit.vault.errors import VaultError
from ekachit.vault.keyring import Keyring
from ekachit.vault.seal import Binding, Sealed, SealedToken, WrappedKey, open_sealed, rewrap, seal
from ekachit.vault.secret import Secret

RING = Keyring({"one": secrets.token_bytes(32)}, "one")
HERE = Binding("7", "3", "yourteam.atlassian.net", "5b10a2844c20165700ede21g")
TOKEN = "ATATT3x-canary-7f3a"


def code_of(ring: Keyring, wrapped: WrappedKey, sealed: Sealed, binding: Binding) -> str:
    with pytest.raises(VaultError) as caught:
        open_sealed(ring, wrapped, sealed, binding)
    return caught.value.code


@given(
    st.text(st.characters(codec="utf-8"), max_size=300),
    st.lists(st.text(max_size=9), min_size=4, max_size=4),
)
def test_what_is_sealed_opens_in_its_place(text: str, parts: list[str]) -> None:
    binding = Binding(*parts)
    wrapped, sealed = seal(RING, Secret(text), binding)
    assert open_sealed(RING, wrapped, sealed, binding).reveal() == text


@settings(max_examples=200)
@given(st.data())
def test_K03_a_changed_or_cut_blob_never_opens(data: st.DataObject) -> None:
    wrapped, sealed = seal(RING, Secret(TOKEN), HERE)
    of_key = data.draw(st.booleans())
    blob = wrapped.blob if of_key else sealed.blob
    at = data.draw(st.integers(0, len(blob) - 1))
    if data.draw(st.booleans()):
        blob = blob[:at]
    else:
        blob = blob[:at] + bytes([blob[at] ^ (1 << data.draw(st.integers(0, 7)))]) + blob[at + 1 :]
    changed = (WrappedKey("one", blob), sealed) if of_key else (wrapped, Sealed(blob))
    assert code_of(RING, *changed, HERE) == "sealed_broken"


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_K03_garbage_never_opens(wrapped: bytes, sealed: bytes) -> None:
    assert code_of(RING, WrappedKey("one", wrapped), Sealed(sealed), HERE) == "sealed_broken"


@pytest.mark.parametrize("name", ["connection", "user", "site", "account"])
def test_K02_a_row_moved_elsewhere_does_not_open(name: str) -> None:
    wrapped, sealed = seal(RING, Secret(TOKEN), HERE)
    assert code_of(RING, wrapped, sealed, dataclasses.replace(HERE, **{name: "other"})) == "sealed_broken"


def test_K02_blobs_cannot_be_swapped_between_rows_or_uses() -> None:
    wrapped, sealed = seal(RING, Secret(TOKEN), HERE)
    others = seal(RING, Secret("x" * 32), HERE)
    assert code_of(RING, others[0], sealed, HERE) == "sealed_broken"
    assert code_of(RING, wrapped, others[1], HERE) == "sealed_broken"
    assert code_of(RING, WrappedKey("one", sealed.blob), Sealed(wrapped.blob), HERE) == "sealed_broken"


@given(*[st.lists(st.text(max_size=4), min_size=4, max_size=4)] * 2)
def test_K02_no_two_bindings_are_encoded_alike(one: list[str], two: list[str]) -> None:
    assert (Binding(*one).encode() == Binding(*two).encode()) == (one == two)


def test_A12_a_wrong_or_missing_key_is_told_and_opens_nothing() -> None:
    wrapped, sealed = seal(RING, Secret(TOKEN), HERE)
    other = Keyring({"one": secrets.token_bytes(32)}, "one")
    assert code_of(other, wrapped, sealed, HERE) == "sealed_broken"
    assert code_of(Keyring({"two": secrets.token_bytes(32)}, "two"), wrapped, sealed, HERE) == "key_missing"


def test_K06_each_row_opens_before_during_and_after_a_rotation() -> None:
    wrapped, sealed = seal(RING, Secret(TOKEN), HERE)
    both = Keyring({"one": RING.key("one"), "two": secrets.token_bytes(32)}, "two")
    renewed = rewrap(both, wrapped, HERE)
    assert renewed.key_id == "two"
    for each in (wrapped, renewed, rewrap(both, renewed, HERE)):
        assert open_sealed(both, each, sealed, HERE).reveal() == TOKEN
    only_new = Keyring({"two": both.key("two")}, "two")
    assert open_sealed(only_new, renewed, sealed, HERE).reveal() == TOKEN
    assert code_of(only_new, WrappedKey("two", wrapped.blob), sealed, HERE) == "sealed_broken"


def test_sealing_twice_gives_nothing_alike() -> None:
    blobs = {seal(RING, Secret(TOKEN), HERE)[1].blob for _ in range(50)}
    assert len(blobs) == 50
    assert len({each[1:13] for each in blobs}) == 50


def test_K01_a_sealed_token_shows_and_keeps_ciphertext_only() -> None:
    token = SealedToken(RING, *seal(RING, Secret(TOKEN), HERE), HERE)
    assert repr(token) == str(token) == f"{token}" == "***"
    assert token.reveal() == token.reveal() == TOKEN
    with pytest.raises(TypeError):
        pickle.dumps(token)


def test_K01_no_frame_of_a_failure_holds_a_key() -> None:
    wrapped, _ = seal(RING, Secret(TOKEN), HERE)
    _, sealed = seal(RING, Secret(TOKEN), HERE)
    try:
        open_sealed(RING, wrapped, sealed, HERE)
    except VaultError as trouble:
        shown = "".join(traceback.TracebackException.from_exception(trouble, capture_locals=True).format())
    assert repr(RING.key("one")) not in shown
    assert "data_key" not in shown
