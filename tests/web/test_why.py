"""“Why is this issue not here?”: each rule against a Jira that has the case, and what was asked for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ekachit.accounts.models import User
from ekachit.connections.models import AccessRecord, Connection, Project, State
from ekachit.domain.sync.why import Reason
from ekachit.sandbox.seed import DEMO_EMAIL
from ekachit.sync.models import Link, Presence, PutAside, SiteHold
from ekachit.tasks.models import Status, Task
from ekachit.web.why import WORDS
from tests.web.making import make_checklist, make_issue
from tests.web.syncing import connect_and_import, run_pass_now

COLLEAGUE = "noor.haddad@example.invalid"


@pytest.fixture
def jira(ada: User, sandbox: Any) -> Connection:
    """A connection to the sandbox with two projects picked and imported."""
    return connect_and_import(ada, picked=("PAY", "OPS"))


def answer(browser: Client, connection: Connection, key: str) -> str:
    """The card with the answer."""
    page = browser.post(f"/settings/jira/{connection.pk}/why/", {"key": key})
    assert page.status_code == 200
    return page.text.partition('id="answer"')[2].partition("</section>")[0]


def asked(connection: Connection) -> int:
    return AccessRecord.objects.filter(connection=connection, why="why an issue is not here").count()


def test_the_page_asks_for_a_key_and_every_rule_has_words(
    browser_of_ada: Client, connection: Connection
) -> None:
    page = browser_of_ada.get(f"/settings/jira/{connection.pk}/why/").text
    assert '<label for="key">' in page
    assert 'id="answer"' not in page
    assert set(WORDS) == set(Reason)
    assert (
        f'href="/settings/jira/{connection.pk}/why/"'
        in browser_of_ada.get(f"/settings/jira/{connection.pk}/").text
    )


@pytest.mark.parametrize("typed", ["", "hello", '"><script>alert(1)</script>', "PAY", "x" * 9000])
def test_what_is_no_key_is_said_and_not_asked(
    browser_of_ada: Client, connection: Connection, typed: str
) -> None:
    said = answer(browser_of_ada, connection, typed)
    assert "is not the key of an issue" in said
    assert "<script>" not in said
    assert asked(connection) == 0


def test_an_issue_that_is_here_is_shown_without_asking(
    browser_of_ada: Client, connection: Connection
) -> None:
    task = make_issue(connection, "PAY-482")
    said = answer(browser_of_ada, connection, "https://yourteam.atlassian.net/browse/pay-482")
    assert "PAY-482 is here." in said
    assert f'href="/today/#task-{task.pk}"' in said
    make_issue(connection, "PAY-483", status=Status.DONE)
    assert "PAY-483 is here, and done." in answer(browser_of_ada, connection, "PAY-483")
    make_issue(connection, "PAY-484", presence=Presence.GONE)
    assert "no longer yours in Jira" in answer(browser_of_ada, connection, "PAY-484")
    make_issue(connection, "HR-4", presence=Presence.NOT_PICKED)
    said = answer(browser_of_ada, connection, "HR-4")
    assert "its project is not picked" in said
    assert f'href="/settings/jira/{connection.pk}/projects/"' in said
    assert asked(connection) == 0


def test_a_line_of_a_checklist_leads_to_its_task(browser_of_ada: Client, connection: Connection) -> None:
    task = make_issue(connection, "PAY-1")
    make_checklist(task, 0, 2)
    said = answer(browser_of_ada, connection, "sub-1")
    assert "shown in the checklist of PAY-1" in said
    assert f'href="/today/#task-{task.pk}"' in said


def test_what_was_put_aside_says_what_was_wrong(browser_of_ada: Client, connection: Connection) -> None:
    PutAside.objects.create(
        connection=connection,
        issue_id="7",
        key="PAY-7",
        reason="has a time of unknown form",
        at=timezone.now(),
    )
    said = answer(browser_of_ada, connection, "PAY-7")
    assert "could not be read" in said
    assert "has a time of unknown form" in said


def test_somebody_else_s_issue_is_only_asked_for_as_one_s_own(
    browser_of_ada: Client, jira: Connection, sandbox: Any
) -> None:
    issue = sandbox.world.create(project="PAY", summary="A secret of Noor", assignee=COLLEAGUE)
    said = answer(browser_of_ada, jira, issue.key)
    assert f"{issue.key} is not assigned to you." in said
    assert f'/browse/{issue.key}" target="_blank"' in said
    assert "secret" not in said
    records = list(AccessRecord.objects.filter(connection=jira).order_by("-id")[:2])
    assert [each.path for each in records] == ["/rest/api/3/search/jql", "/rest/api/3/myself"]
    assert records[0].fields == "status, project, issuetype, parent, assignee"
    assert not Link.objects.filter(key=issue.key).exists()


def test_an_issue_that_nobody_may_see_or_that_is_none(
    browser_of_ada: Client, jira: Connection, sandbox: Any
) -> None:
    hidden = next(each for each in sandbox.world.issues.values() if each.hidden)
    for key in (hidden.key, "PAY-99999", "NOPE-1"):
        assert f"Jira shows no issue {key} to you." in answer(browser_of_ada, jira, key)
    assert asked(jira) == 3


def test_an_issue_of_a_project_that_is_not_picked(
    browser_of_ada: Client, jira: Connection, sandbox: Any
) -> None:
    issue = sandbox.world.create(project="WEB", summary="Mine", assignee=DEMO_EMAIL)
    assert "The project WEB is not picked." in answer(browser_of_ada, jira, issue.key)
    Project.objects.filter(connection=jira, key="WEB").delete()
    assert "its project is not on the list here" in answer(browser_of_ada, jira, issue.key)


def test_an_issue_that_was_done_before(browser_of_ada: Client, jira: Connection, sandbox: Any) -> None:
    done = sandbox.world.create(project="PAY", summary="Ended", assignee=DEMO_EMAIL, status="Done")
    assert f"{done.key} was done before it could be brought in." in answer(browser_of_ada, jira, done.key)


def test_a_sub_task_past_the_thirty_shown_is_on_its_parent_s_checklist(
    browser_of_ada: Client, jira: Connection, sandbox: Any
) -> None:
    parent = Task.objects.filter(user=jira.user, checklist_more__gt=0).get()
    link = Link.objects.get(task=parent)
    shown = set(parent.checklist.values_list("label", flat=True))
    world = sandbox.world
    lines = world.subtasks(world.issue(link.key))
    late = next(each for each in reversed(lines) if each.key not in shown)
    world.reassign(late.key, DEMO_EMAIL)
    assert f"shown in the checklist of {link.key}" in answer(browser_of_ada, jira, late.key)


def test_a_new_issue_is_on_its_way_and_comes_with_the_next_pass(
    browser_of_ada: Client, jira: Connection, sandbox: Any
) -> None:
    issue = sandbox.world.create(project="PAY", summary="Quite new", assignee=DEMO_EMAIL)
    said = answer(browser_of_ada, jira, issue.key)
    assert "nothing keeps it out" in said
    assert f'action="/settings/jira/{jira.pk}/sync/"' in said
    run_pass_now(jira)
    assert f"{issue.key} is here." in answer(browser_of_ada, jira, issue.key)


def test_an_issue_that_moved_is_found_by_its_old_key(
    browser_of_ada: Client, jira: Connection, sandbox: Any
) -> None:
    link = Link.objects.filter(connection=jira, key__startswith="PAY-", task__status=Status.TODO).first()
    assert link is not None
    old = link.key
    sandbox.world.move(old, "OPS")
    run_pass_now(jira)
    link.refresh_from_db()
    assert link.key.startswith("OPS-")
    assert f"{link.key} is here." in answer(browser_of_ada, jira, old)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.NEEDS_TOKEN, "Jira refused the e-mail address and API token."),
        (State.PAUSED, "Jira needs the Pro plan."),
    ],
)
def test_where_jira_cannot_be_asked_that_is_said(
    browser_of_ada: Client, connection: Connection, state: State, words: str
) -> None:
    Connection.objects.update(state=state)
    page = browser_of_ada.post(f"/settings/jira/{connection.pk}/why/", {"key": "PAY-1"})
    assert page.status_code == 422
    assert words in page.text
    assert 'value="PAY-1"' in page.text
    assert "The project HR is not picked." in answer(browser_of_ada, connection, "HR-1")


def test_a_site_that_asked_to_be_left_alone_is(
    browser_of_ada: Client, jira: Connection, sandbox: Any
) -> None:
    until = timezone.now() + timedelta(minutes=9)
    SiteHold.objects.create(site=jira.site, until=until, code="rate_limited", failures=1)
    before = len(sandbox.requests)
    page = browser_of_ada.post(f"/settings/jira/{jira.pk}/why/", {"key": "PAY-99999"})
    assert "Jira asks us to wait" in page.text
    assert len(sandbox.requests) == before


def test_a_token_that_is_refused_leads_to_the_proof_by_a_pass(
    browser_of_ada: Client, jira: Connection, sandbox: Any
) -> None:
    Connection.objects.update(due_at=timezone.now() + timedelta(minutes=20))
    jira.passes.update(started_at=timezone.now() - timedelta(minutes=10))
    sandbox.world.revoke("sandbox-demo-token")
    page = browser_of_ada.post(f"/settings/jira/{jira.pk}/why/", {"key": "PAY-99999"})
    assert page.status_code == 422
    assert "Jira refused the e-mail address and API token." in page.text
    jira.refresh_from_db()
    assert jira.due_at is not None
    assert jira.due_at <= timezone.now()
    assert AccessRecord.objects.filter(connection=jira, error="token_rejected").count() == 1


def test_a_disconnected_site_is_not_asked(browser_of_ada: Client, connection: Connection) -> None:
    Connection.objects.update(state=State.DISCONNECTED)
    assert browser_of_ada.post(f"/settings/jira/{connection.pk}/why/", {"key": "PAY-1"}).status_code == 302


def test_an_outsider_learns_nothing(outsider: Client, client: Client, connection: Connection) -> None:
    make_issue(connection, "PAY-1")
    address = f"/settings/jira/{connection.pk}/why/"
    assert outsider.post(address, {"key": "PAY-1"}).status_code == 404
    assert outsider.get(address).status_code == 404
    assert client.get(address).status_code == 302
