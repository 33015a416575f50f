"""What is kept of a signed-in browser: where it was, shown to the person, and gone once it is signed in no more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from ekachit.accounts.actions import add_account
from ekachit.ops.housekeeping import Housekeeping

PASSWORD = "a long enough phrase"
EMAIL = "ada@yourteam.dev"


def signed_in(agent: str) -> Client:
    """A browser whose person has just signed in."""
    browser = Client(headers={"User-Agent": agent})
    browser.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})
    return browser


@pytest.fixture
def browsers(db: None) -> list[Client]:
    add_account(EMAIL, password=PASSWORD)
    return [signed_in("Old browser"), signed_in("New browser")]


def kept() -> set[str]:
    return set(UserSession.objects.values_list("user_agent", flat=True))


def test_address_and_browser_are_kept_and_shown(browsers: list[Client]) -> None:
    assert kept() == {"Old browser", "New browser"}
    page = browsers[1].get("/accounts/sessions/").text
    assert "Old browser" in page
    assert "127.0.0.1" in page


@pytest.mark.parametrize("by", ["expiry", "signing out"])
def test_both_go_once_the_browser_is_signed_in_no_more(browsers: list[Client], by: str) -> None:
    if by == "expiry":
        key = UserSession.objects.get(user_agent="Old browser").session_key
        ended = timezone.now() - timedelta(seconds=1)
        assert Session.objects.filter(session_key=key).update(expire_date=ended) == 1
    else:
        browsers[0].post("/accounts/logout/")
    assert "Old browser" in kept()
    Housekeeping("a test").make_round()
    assert kept() == {"New browser"}
    assert Session.objects.count() == 1
    assert browsers[1].get("/today/").status_code == 200
