"""A person connected to the small site of the histories, for tests that tell one story each."""

from __future__ import annotations

from ekachit.connections.actions import pick_projects
from ekachit.sandbox.site import Issue
from ekachit.sandbox.world import World
from ekachit.sync.models import Pass
from ekachit.tasks.models import Task
from tests.sync.simulation.history import due_now
from tests.sync.simulation.passes import poll
from tests.sync.simulation.properties import check_pass
from tests.sync.simulation.site import ADA
from tests.sync.simulation.stage import Ran, Stage

PAY, OPS, APP = "20001", "20002", "20003"


class Scene:
    """One person, one site, and passes that every property is checked on."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        stage.on_ran = check_pass
        self.world: World = stage.world()
        for issue in list(self.world.issues.values()):
            if issue.id in self.world.issues:
                self.world.delete(issue.id)
        self.person = stage.join()
        self.pick(PAY, OPS)

    def pick(self, *projects: str) -> None:
        pick_projects(self.person.reload(), projects)
        due_now(self.stage, 0)

    def issue(self, summary: str = "Write it down", **fields: object) -> Issue:
        given = {"project": int(PAY), "assignee": ADA, "points": 3.0, **fields}
        self.stage.clock.advance(1)
        return self.world.create(summary=summary, **given)  # type: ignore[arg-type] # by name, as the world takes them

    def ran(self) -> Ran:
        """The next pass, at its time."""
        ran = poll(self.stage, self.person)
        assert ran is not None, "no pass is due"
        return ran

    def synced(self) -> Pass:
        """The receipt of the next pass."""
        receipt = self.ran().receipt
        assert receipt is not None
        return receipt

    def task(self, issue: Issue) -> Task:
        return Task.objects.select_related("link").get(user=self.person.user, link__issue_id=str(issue.id))

    def has_task(self, issue: Issue) -> bool:
        return Task.objects.filter(user=self.person.user, link__issue_id=str(issue.id)).exists()

    def lines(self, issue: Issue) -> list[tuple[str, bool]]:
        return list(self.task(issue).checklist.exclude(ref="").values_list("title", "done"))
