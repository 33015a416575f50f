"""The client and the stand-in agree: each was written from the vendor's documents without the other."""

# ruff: noqa: N802 # names begin with the ids of the faults that the tests cover

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ekachit.jira import jql
from ekachit.jira.client import JiraClient
from ekachit.jira.egress import Egress, Site, parse_site
from ekachit.jira.errors import JiraError
from ekachit.jira.survey import prove_and_survey, survey_site
from ekachit.jira.transport import AiohttpTransport
from ekachit.sandbox.run import SandboxThread
from ekachit.sandbox.seed import DEMO_EMAIL, DEMO_TOKEN, build_world
from ekachit.vault.secret import Secret
from tests.jira.hostile import Log, now


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with SandboxThread(build_world()) as sandbox:
        yield parse_site(sandbox.url, frozenset({f"127.0.0.1:{sandbox.port}"}))


def egress(site: Site) -> Egress:
    return Egress(frozenset({site.host}))


async def test_connecting_shows_projects_with_what_is_open(site: Site) -> None:
    log = Log()
    proof, found = await prove_and_survey(
        site, DEMO_EMAIL, Secret(DEMO_TOKEN), egress=egress(site), ledger=log, clock=now
    )
    assert proof.account_id
    assert sum(found.open_counts.values()) > 0
    assert {each.id for each in found.projects} >= set(found.open_counts)
    assert found.points.estimate
    assert found.points.story_points
    assert all(call.status == 200 and call.error is None for call in log)
    with pytest.raises(JiraError, match="account_differs"):
        await survey_site(
            site, DEMO_EMAIL, Secret(DEMO_TOKEN), account_id="other", cloud_id=None, via_gateway=False,
            egress=egress(site), ledger=log, clock=now,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("bad", "token_rejected"),
        ("bad-json", "token_rejected"),
        ("bad-empty", "token_anonymous"),
        ("bad-html", "token_html"),
        ("bad-captcha", "captcha"),
        ("bad-forbidden", "no_jira_access"),
        ("bad-ratelimit", "rate_limited"),
        ("bad-ratelimit-html", "rate_limited"),
        ("bad-suspended", "site_suspended"),
        ("bad-password", "password_used"),
        ("bad-scope", "scope_missing"),
    ],
)
async def test_A04_each_bad_token_is_told_apart(site: Site, token: str, code: str) -> None:
    with pytest.raises(JiraError) as caught:
        await prove_and_survey(site, DEMO_EMAIL, Secret(token), egress=egress(site), ledger=Log(), clock=now)
    assert caught.value.code == code


async def test_issues_are_listed_and_moved(site: Site) -> None:
    fields = ("summary", "status", "updated", "project", "subtasks", "parent", "priority", "issuetype")
    async with AiohttpTransport(egress(site)) as transport:
        client = JiraClient(
            transport, site, email=DEMO_EMAIL, token=Secret(DEMO_TOKEN), cloud_id=None, via_gateway=False,
            ledger=Log(), clock=now,
        )  # fmt: skip
        pages = [page async for page in client.search(jql.assigned_open([]), fields, why="a test")]
        issues = [each for page in pages for each in page.issues]
        assert pages[-1].complete
        assert not any(page.unreadable or page.foreign for page in pages)
        assert len(issues) == await client.count(jql.assigned_open([]), why="a test")
        assert all(each.title and each.updated and each.project_id for each in issues)
        one = issues[0]
        statuses = await client.project_statuses(one.project_id or "")
        assert {each.category for each in statuses} >= {"new", "done"}
        for transition in await client.transitions(one.id):
            if transition.to and transition.to.category == "indeterminate" and not transition.needed:
                await client.transition(one.id, transition.id)
                break
        read = await client.issue(one.id, ("status",))
        assert read is not None
        assert read.fields.status is not None
        assert read.fields.status.category == "indeterminate"
