"""Telling a person something, once."""

from __future__ import annotations

from django.utils import timezone

from ekachit.accounts.actions import add_account
from ekachit.accounts.notices import mark_seen, notices_of, take_back, tell


def test_an_event_is_told_once_however_often_it_is_found(db: None) -> None:
    ada = add_account("ada@yourteam.dev")
    assert tell(ada, "token_refused", key="token:1", site="yourteam.atlassian.net")
    assert not tell(ada, "token_refused", key="token:1", site="yourteam.atlassian.net")
    (notice,) = notices_of(ada)
    assert (notice.kind, notice.params, notice.seen_at) == (
        "token_refused",
        {"site": "yourteam.atlassian.net"},
        None,
    )


def test_each_person_has_their_own(db: None) -> None:
    ada, ben = add_account("ada@yourteam.dev"), add_account("ben@yourteam.dev")
    assert tell(ada, "token_refused", key="token:1")
    assert tell(ben, "token_refused", key="token:1")
    assert mark_seen(ada, now=timezone.now()) == 1
    assert notices_of(ben).filter(seen_at__isnull=True).count() == 1


def test_what_is_no_longer_so_is_taken_back_and_may_be_told_anew(db: None) -> None:
    ada = add_account("ada@yourteam.dev")
    tell(ada, "token_refused", key="token:1:a")
    tell(ada, "other", key="other:1")
    take_back(ada, "token:1:")
    assert [notice.kind for notice in notices_of(ada)] == ["other"]
    assert tell(ada, "token_refused", key="token:1:a")
