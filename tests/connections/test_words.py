"""Every failure has words, and a page never shows a code for want of them."""

from __future__ import annotations

import re

import pytest

from ekachit.connections.errors import ConnectError
from ekachit.connections.words import WORDS, words_for
from ekachit.jira import errors
from ekachit.jira.egress import SiteError
from ekachit.jira.typed_token import TokenError
from ekachit.vault.errors import VaultError

# Raised where a key file is made, before anybody waits for an answer.
UNSEEN = {"key_exists"}


def documented(kind: type[Exception]) -> list[str]:
    return re.findall(r"`([a-z_]+)`", (kind.__doc__ or "").partition("Codes:")[2])


@pytest.mark.parametrize("kind", [errors.AuthRejected, errors.Unavailable, SiteError, TokenError, VaultError])
def test_each_documented_code_has_words(kind: type[Exception]) -> None:
    codes = set(documented(kind)) - UNSEEN
    assert codes
    assert codes <= WORDS.keys()


def test_whatever_else_comes_is_an_answer_that_is_not_jira_s() -> None:
    assert words_for("no_such_code") == WORDS["unexpected"]


@pytest.mark.parametrize("code", sorted(WORDS))
def test_words_are_a_sentence_and_a_next_step(code: str) -> None:
    trouble = ConnectError(code)
    for text in (trouble.title, trouble.next_step):
        assert re.fullmatch(r"[A-Z].*[.]", text), text
    assert code not in trouble.title + trouble.next_step or "_" not in code
    assert trouble.title != trouble.next_step


def test_words_differ_where_the_next_step_does() -> None:
    titles = [str(words.title) for words in WORDS.values()]
    assert len(set(titles)) == len(titles)
