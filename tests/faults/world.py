"""A small Jira site that the fault tests break: two projects, two people, a handful of issues."""

from __future__ import annotations

from ekachit.sandbox import catalogue
from ekachit.sandbox.seed_workflows import WORKFLOWS
from ekachit.sandbox.site import Account, Clock, Issue, Project, Site, Token, system_clock
from ekachit.sandbox.world import World

ADA, BOB = "account-of-ada", "account-of-bob"
ADAS_EMAIL, BOBS_EMAIL = "ada@yourteam.dev", "bob@yourteam.dev"
ADAS_TOKEN, BOBS_TOKEN = "token-of-ada", "token-of-bob"
HOUR = 3_600_000


def small_world(
    issues: int = 6, *, cloud_id: str = "cloud-of-yourteam", clock: Clock = system_clock
) -> World:
    """A site with so many open issues of Ada's in PAY, one in OPS, two sub-tasks, and some that are not hers."""
    began = clock() - 48 * HOUR

    def fill(site: Site) -> None:
        site.fields += catalogue.custom_fields({})
        site.add_account(Account(ADA, ADAS_EMAIL, "Ada"), Token(ADAS_TOKEN, ADA))
        site.add_account(Account(BOB, BOBS_EMAIL, "Bob"), Token(BOBS_TOKEN, BOB))
        for workflow, statuses in WORKFLOWS:
            site.add_workflow(workflow, statuses)
        site.add_project(Project(10000, "PAY", "Payments", "simple"))
        site.add_project(Project(10002, "OPS", "Operations", "simple"))
        for number in range(1, issues + 1):
            _issue(
                site, f"PAY-{number}", f"Payment {number}", ADA, began + number, points=float(number % 5 + 1)
            )
        parent = site.issue("PAY-1").id
        for number in (1, 2):
            child = _issue(site, f"PAY-{issues + number}", f"Part {number}", BOB, began, parent=parent)
            assert child.parent_id == parent
        _issue(site, "OPS-1", "Renew the certificate", ADA, began)
        _issue(site, "OPS-2", "Not hers", BOB, began)
        _issue(site, "OPS-3", "Long done", ADA, began, status="10001")

    world = World(fill, clock=clock, title="Yourteam")
    world.cloud_id = cloud_id
    return world


def _issue(
    site: Site,
    key: str,
    summary: str,
    assignee: str,
    moment: int,
    *,
    status: str = "10000",
    points: float | None = None,
    parent: int | None = None,
) -> Issue:
    project = site.project(key.partition("-")[0])
    kind = catalogue.TASK if parent is None else project.subtask_type
    issue = Issue(
        site.next_id(),
        key,
        project.id,
        kind,
        status,
        summary,
        priority_id="3",
        assignee=assignee,
        parent_id=parent,
        points=points,
        created=moment,
        updated=moment,
        category_changed=moment,
    )
    return site.add_issue(issue)
