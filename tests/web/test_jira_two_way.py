"""Two-way of one project: off at first, its targets out of Jira's own statuses, the preview, the switch."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from ekachit.accounts.models import User
from ekachit.connections import actions as connecting
from ekachit.connections.models import AccessRecord, Connection, Project
from ekachit.jira.egress import Egress
from ekachit.jira.transport import AiohttpTransport
from ekachit.sync.actions import set_status
from ekachit.sync.engine import run_pass
from ekachit.sync.leases import claim
from ekachit.sync.models import EntryState, Link, OutboxEntry
from ekachit.sync.preview import Forecast
from ekachit.sync.surroundings import Surroundings, utc_now
from ekachit.tasks.models import Status
from ekachit.web.two_way_words import foreseen
from tests.web.making import make_issue

DONE = Status.DONE.value


@pytest.fixture
def own(ada: User, sandbox: Any) -> Connection:
    """Ada's connection to the sandbox, everything imported."""
    made = connecting.connect_sandbox(ada)
    connecting.pick_projects(made, ["10000", "10001", "10002", "10003"])
    taken = claim(made.pk, "a test")
    assert taken is not None

    async def work() -> None:
        async with AiohttpTransport(Egress(frozenset([made.site]))) as transport:
            await run_pass(taken, Surroundings(transport, watch_seconds=None))

    async_to_sync(work)()
    made.refresh_from_db()
    return made


def address(own: Connection, project_id: str = "10002") -> str:
    return f"/settings/jira/{own.pk}/projects/{project_id}/two-way/"


def project_of(own: Connection, project_id: str = "10002") -> Project:
    return Project.objects.get(connection=own, project_id=project_id)


def test_it_is_off_at_first_and_offers_the_projects_own_statuses(
    browser_of_ada: Client, own: Connection
) -> None:
    page = browser_of_ada.get(address(own)).text
    assert '<span class="chip">Off</span>' in page
    assert "any status of the category Done" in page
    done = page.partition('<select id="done"')[2].partition("</select>")[0]
    groups = [part.partition('"')[0] for part in done.split('<optgroup label="')[1:]]
    assert groups == ["Done", "In Progress", "To Do"]
    for status in ("Resolved", "Closed", "In Progress", "Open"):
        assert f">{status}</option>" in done
    assert ">In Review<" not in done, "that is a status of another project"
    why = AccessRecord.objects.filter(connection=own, path__endswith="/statuses").values_list(
        "why", flat=True
    )
    assert list(why) == ["the statuses that two-way can choose from"]


def test_the_preview_says_what_would_happen_and_writes_nothing(
    browser_of_ada: Client, own: Connection, sandbox: Any
) -> None:
    link = Link.objects.filter(connection=own, project_id="10002", task__status=Status.TODO).first()
    assert link is not None
    set_status(link.task, DONE, now=utc_now())
    page = browser_of_ada.post(address(own), {"do": "preview"}).text
    assert "What would happen now" in page
    assert "would be refused" in page
    assert "needs “Resolution”" in page
    assert "by “Start Progress”" in page
    assert not sandbox.world.received
    assert not project_of(own).two_way
    assert not OutboxEntry.objects.exists()


def test_where_all_agree_nothing_is_sent_at_once(browser_of_ada: Client, own: Connection) -> None:
    page = browser_of_ada.post(address(own, "10000"), {"do": "preview", "done": "10001"}).text
    assert "Nothing: your tasks and Jira agree." in page
    assert "to “Done” by “Done”" in page
    assert '<option value="10001" selected>Done</option>' in page
    assert project_of(own, "10000").done_status_id == ""


def test_switching_on_keeps_the_targets_and_sends_what_differs(
    browser_of_ada: Client, own: Connection
) -> None:
    link = Link.objects.filter(connection=own, project_id="10002", task__status=Status.TODO).first()
    assert link is not None
    set_status(link.task, DONE, now=utc_now())
    typed = {"do": "on", "done": "5", "progress": "3", "allow_path": "on"}
    page = browser_of_ada.post(address(own), typed, follow=True).text
    assert "Two-way is on for OPS. 1 change is on its way to Jira." in page
    assert '<span class="chip ok">On</span>' in page
    row = project_of(own)
    assert (row.two_way, row.done_status_id, row.done_status_name) == (True, "5", "Resolved")
    assert (row.progress_status_id, row.progress_status_name, row.allow_path) == ("3", "In Progress", True)
    table = browser_of_ada.get(f"/settings/jira/{own.pk}/").text
    assert "Two-way for OPS: on" in table
    assert "Two-way for PAY: off" in table
    assert ">Resolved</a>" in table


def test_switching_off_says_how_many_waited(browser_of_ada: Client, own: Connection) -> None:
    browser_of_ada.post(address(own), {"do": "on"})
    for link in Link.objects.filter(connection=own, project_id="10002", task__status=Status.TODO)[:2]:
        set_status(link.task, DONE, now=utc_now())
    assert "2 changes are on their way to Jira." in browser_of_ada.get(address(own)).text
    page = browser_of_ada.post(address(own), {"do": "off"}, follow=True).text
    assert "2 waiting changes are closed as not sent." in page
    assert {(each.state, each.code) for each in OutboxEntry.objects.all()} == {
        (EntryState.CANCELLED, "two_way_off")
    }


def test_saving_without_switching_on_only_keeps(browser_of_ada: Client, own: Connection) -> None:
    page = browser_of_ada.post(address(own), {"do": "save", "done": "6"}, follow=True).text
    assert "Saved." in page
    assert (project_of(own).two_way, project_of(own).done_status_name) == (False, "Closed")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"done": "3", "progress": "3"}, "One status cannot mean both"),
        ({"done": "999"}, "no such status any more"),
    ],
)
def test_what_cannot_be_is_said_and_not_kept(
    browser_of_ada: Client, own: Connection, typed: dict[str, str], said: str
) -> None:
    answer = browser_of_ada.post(address(own), {"do": "on", **typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert not project_of(own).two_way


def test_chosen_values_are_listed_and_forgotten(browser_of_ada: Client, own: Connection) -> None:
    value = {"id": "10000", "name": "Done", "label": "Resolution", "revealed": False}
    Project.objects.filter(pk=project_of(own).pk).update(chosen_values={"resolution": value})
    page = browser_of_ada.get(address(own)).text
    assert "<span>Resolution</span> <strong>Done</strong>" in page
    page = browser_of_ada.post(f"{address(own)}forget/", {"field": "resolution"}, follow=True).text
    assert "Forgotten." in page
    assert project_of(own).chosen_values == {}


def test_when_jira_does_not_answer_the_page_says_so_and_keeps_what_is_chosen(
    browser_of_ada: Client, own: Connection, sandbox: Any
) -> None:
    Project.objects.filter(pk=project_of(own).pk).update(done_status_id="5", done_status_name="Resolved")
    sandbox.faults.arm("server_error", status=500, times=None)
    page = browser_of_ada.get(address(own)).text
    assert "Jira has trouble of its own" in page
    assert '<option value="5" selected>Resolved</option>' in page
    answer = browser_of_ada.post(address(own), {"do": "on", "done": "5"})
    assert "Jira has trouble of its own" in answer.text
    assert '<option value="5" selected>Resolved</option>' in answer.text
    assert not project_of(own).two_way
    assert browser_of_ada.post(address(own), {"do": "off"}).status_code == 302, "off works without Jira"


def test_only_its_owner_with_pro_and_only_what_is_there(
    browser_of_ada: Client, outsider: Client, own: Connection, ada: User
) -> None:
    assert outsider.get(address(own)).status_code == 404
    assert outsider.post(address(own), {"do": "on"}).status_code == 404
    assert browser_of_ada.get(address(own, "99999")).status_code == 404
    assert browser_of_ada.get(address(own, "10004")).status_code == 302, "it is not picked"
    assert browser_of_ada.post(address(own), {"do": "dance"}).status_code == 400
    ada.plan = "free"
    ada.save(update_fields=["plan"])
    assert browser_of_ada.post(address(own), {"do": "on"}).status_code == 403
    assert not project_of(own).two_way


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("move", "would move it from “Open” to “Resolved” by “Resolve Issue”"),
        ("already_there", "in Jira already"),
        ("set_aside", "yours is set aside"),
        ("no_transition", "no step leads there"),
        ("field_required", "needs “Resolution”, “Team”"),
        ("not_found", "the issue is not there"),
        ("reassigned", "no longer yours"),
        ("unreadable", "cannot be read"),
    ],
)
def test_every_verdict_of_the_preview_has_its_sentence(verdict: str, said: str) -> None:

    forecast = Forecast(
        "OPS-1", "Renew", "Open", "done", verdict, "Resolved", "Resolve Issue", ("Resolution", "Team")
    )
    assert said in foreseen(forecast).text


def test_projects_that_are_not_picked_have_no_switch(browser_of_ada: Client, connection: Connection) -> None:
    make_issue(connection, "PAY-1")
    page = browser_of_ada.get(f"/settings/jira/{connection.pk}/").text
    assert page.count("Two-way for ") == 2
    assert "1 more project without an open issue of yours is not synced." in page
