"""What a person was told, in words with the next step, and what is said on top of Today."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ekachit.accounts.models import Notice, User
from ekachit.accounts.notices import tell
from ekachit.connections.models import Connection, State
from ekachit.sync.models import PassState
from ekachit.web.notices import WORDS
from tests.web.making import make_connection, make_pass

ADDRESS = "/notices/"
SITE = "yourteam.atlassian.net"


@pytest.fixture
def told(ada: User, connection: Connection) -> Connection:
    """One notice of each kind."""
    own: dict[str, Any] = {"site": SITE, "connection": connection.pk}
    tell(ada, "needs_token", key="a", **own)
    tell(ada, "token_expires", key="b", days=3, on="2027-03-14", **own)
    tell(ada, "set_aside", key="c", issue="PAY-1", ours="done", jiras="in_progress")
    tell(ada, "late_conflict", key="e", issue="PAY-2", ours="done", jiras="todo")
    tell(ada, "refused", key="f", issue="PAY-3", task=7, wanted="done", code="forbidden")
    tell(ada, "project_gone", key="d", project="HR", **own)
    tell(ada, "new_suggestion", key="g", value=2.6, tasks=34)
    tell(ada, "import_done", key="h", created=12, **own)
    return connection


def test_each_kind_has_words_and_a_next_step(browser_of_ada: Client, told: Connection) -> None:
    page = browser_of_ada.get(ADDRESS).text
    assert Notice.objects.values("kind").distinct().count() == len(WORDS)
    for words, address in (
        (f"{SITE} refused your API token", f"/settings/jira/{told.pk}/token/"),
        (f"Your API token for {SITE} ends on 14 Mar 2027.", f"/settings/jira/{told.pk}/token/"),
        ("Jira was taken, your “Done” set aside.", "/set-aside/"),
        ("PAY-2 was set to “To Do” in Jira", "/set-aside/"),
        ("Jira did not take “Done” for PAY-3.", "/today/#task-7"),
        (f"The import from {SITE} is complete: 12 tasks are new.", "/today/"),
        ("Your 34 finished tasks speak for 2.6 hours a point.", "/insights/"),
        (f"The project HR at {SITE} is gone", f"/settings/jira/{told.pk}/projects/"),
    ):
        assert words in page
        assert f'<a class="button" href="{address}"' in page.partition(words)[2].partition("</li>")[0]


def test_they_are_counted_until_they_were_shown(browser_of_ada: Client, told: Connection) -> None:
    assert 'Notices <span class="count">8</span>' in browser_of_ada.get("/today/").text
    page = browser_of_ada.get(ADDRESS).text
    assert page.count('<span class="chip busy">new</span>') == 8
    assert 'class="count"' not in page
    assert 'class="count"' not in browser_of_ada.get("/today/").text
    assert '<span class="chip busy">new</span>' not in browser_of_ada.get(ADDRESS).text


def test_looking_ahead_marks_nothing_as_seen(browser_of_ada: Client, told: Connection) -> None:
    browser_of_ada.head(ADDRESS)
    assert Notice.objects.filter(seen_at__isnull=True).count() == 8


def test_without_any_the_page_says_so_and_nothing_is_counted(browser_of_ada: Client) -> None:
    page = browser_of_ada.get(ADDRESS).text
    assert "Nothing yet." in page
    assert 'class="count"' not in page


def test_a_kind_of_another_version_is_named_and_breaks_nothing(browser_of_ada: Client, ada: User) -> None:
    tell(ada, "comet_seen", key="x", text="<script>")
    page = browser_of_ada.get(ADDRESS).text
    assert "comet seen" in page
    assert "<script>alert" not in page


def test_a_notice_without_its_parts_still_shows(browser_of_ada: Client, ada: User) -> None:
    for kind in WORDS:
        tell(ada, kind, key=kind)
    assert browser_of_ada.get(ADDRESS).status_code == 200


def test_a_step_leads_to_no_connection_that_is_not_there(
    browser_of_ada: Client, ada: User, administrator: User
) -> None:
    other = make_connection(administrator)
    tell(ada, "needs_token", key="a", site=SITE, connection=other.pk)
    page = browser_of_ada.get(ADDRESS).text
    assert f"{SITE} refused" in page
    assert f"/settings/jira/{other.pk}/" not in page


def test_nobody_reads_or_marks_another_s(outsider: Client, told: Connection) -> None:
    assert "PAY-1" not in outsider.get(ADDRESS).text
    assert Notice.objects.filter(seen_at__isnull=True).count() == 8


def test_a_refused_token_is_a_card_on_top_with_the_way_on(
    browser_of_ada: Client, connection: Connection
) -> None:
    make_pass(connection, PassState.FAILED, code="token_rejected")
    assert "needs a new API token" not in browser_of_ada.get("/today/").text
    Connection.objects.update(state=State.NEEDS_TOKEN)
    page = browser_of_ada.get("/today/").text
    card = page.partition('<section class="notice error ask"')[2].partition("</section>")[0]
    assert f"{SITE} needs a new API token" in card
    assert "Jira refused the e-mail address and API token." in card
    assert f'href="/settings/jira/{connection.pk}/token/"' in card


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (14, "ends in 14 days"),
        (2, "ends in 2 days"),
        (1, "ends tomorrow"),
        (0, "ends today"),
        (-1, "has ended"),
    ],
)
def test_an_ending_token_is_a_card_and_a_chip(
    browser_of_ada: Client, connection: Connection, days: int, words: str
) -> None:
    Connection.objects.update(token_expires_on=timezone.localdate() + timedelta(days=days))
    assert f"The API token for {SITE} {words}" in browser_of_ada.get("/today/").text
    page = browser_of_ada.get(f"/settings/jira/{connection.pk}/").text
    assert f">{words}</a>" in page


@pytest.mark.parametrize("days", [15, 200])
def test_a_token_that_lasts_asks_for_nothing(
    browser_of_ada: Client, connection: Connection, days: int
) -> None:
    Connection.objects.update(token_expires_on=timezone.localdate() + timedelta(days=days))
    assert "The API token for" not in browser_of_ada.get("/today/").text
    assert "ends in" not in browser_of_ada.get(f"/settings/jira/{connection.pk}/").text


def test_a_connection_that_is_over_asks_for_nothing(browser_of_ada: Client, connection: Connection) -> None:
    Connection.objects.update(state=State.DISCONNECTED, token_expires_on=timezone.localdate())
    assert "The API token for" not in browser_of_ada.get("/today/").text
