"""D07: the database is that of an earlier moment again, and Jira has moved on."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

from django.db import transaction

from ekachit.sync.models import EntryState
from ekachit.tasks.models import Task
from tests.sync.two_ends import two_ends


def test_D07_after_a_restore_one_pass_makes_both_sides_equal(db: None) -> None:
    ends = two_ends()
    ends.click("PAY-1", "done")
    ends.click("PAY-2", "done")
    tasks = set(Task.objects.values_list("pk", flat=True))
    with transaction.atomic():
        # What comes now is not in the backup: both changes are sent, and a colleague takes one of them back.
        assert ends.send() == 2
        ends.in_jira("PAY-1", "In Progress")
        ends.in_jira("PAY-3", "Done")
        ends.world.create(project="OPS", summary="New", assignee=ends.connection.email)
        ends.sync()
        sent = len(ends.world.received)
        transaction.set_rollback(True)
    ends.clock.forward(3600)
    ends.send_until_quiet()
    assert len(ends.world.received) == sent, "nothing is sent a second time over what Jira has now"
    assert [each.state for each in ends.entries("PAY-1")] == [EntryState.CONFLICT]
    assert [each.state for each in ends.entries("PAY-2")] == [EntryState.APPLIED]
    ends.sync()
    assert (ends.task("PAY-1").status, ends.task("PAY-2").status) == ("in_progress", "done")
    assert ends.task("PAY-3").status == "done"
    assert tasks < set(Task.objects.values_list("pk", flat=True)), "what is new came again"
