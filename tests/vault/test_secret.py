# ruff: noqa: N802 # names begin with the ids of the faults that the tests cover

from __future__ import annotations

import copy
import logging
import pickle
from collections.abc import Callable

import pytest

from ekachit.vault.secret import Secret

TOKEN = "ATATT3x-canary-7f3a"


@pytest.mark.parametrize(
    "shown", [repr, str, lambda each: f"{each}", lambda each: f"{each!r:>20}", "{0}".format]
)
def test_K01_no_way_of_showing_a_secret_shows_it(shown: Callable[[object], str]) -> None:
    assert TOKEN not in shown(Secret(TOKEN))
    assert "***" in shown([Secret(TOKEN)])


def test_K01_a_secret_in_a_log_is_masked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logging.getLogger("ekachit").warning("token %s %r", Secret(TOKEN), Secret(TOKEN))
    assert "token *** ***" in caplog.text


def test_a_secret_cannot_be_pickled_copied_hashed_or_extended() -> None:
    secret = Secret(TOKEN)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)
    with pytest.raises(TypeError):
        hash(secret)
    assert not hasattr(secret, "__dict__")


def test_secrets_are_equal_by_their_text() -> None:
    assert Secret("a\ud800") == Secret("a\ud800")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert Secret(TOKEN).reveal() == TOKEN
