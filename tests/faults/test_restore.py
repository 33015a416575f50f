"""D07: the database is that of an earlier moment again, and Jira has moved on."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import pytest
from django.db import transaction

from ekachit.connections.credentials import sealed_token
from ekachit.connections.models import Credential, State
from ekachit.ops.start import at_home
from ekachit.sync.leaving import disconnect
from ekachit.sync.models import EntryState
from ekachit.tasks.models import Task
from ekachit.vault.errors import VaultError
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


def test_D07_K05_what_was_disconnected_since_the_backup_sends_nothing_and_is_disconnected_again(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    ends = two_ends()
    ends.click("PAY-1", "done")
    with transaction.atomic():
        assert disconnect(ends.connection, now=ends.clock()) == 1
        transaction.set_rollback(True)
    asked = len(ends.door.requests)
    ends.connection.refresh_from_db()
    assert ends.connection.active, "it is back"
    # A worker that runs already and has not looked yet opens nothing.
    ends.send()
    assert len(ends.door.requests) == asked
    with pytest.raises(VaultError):
        sealed_token(ends.connection)
    at_home()
    assert "1 tokens that a disconnect had ended" in capsys.readouterr().err
    ends.connection.refresh_from_db()
    assert ends.connection.state == State.DISCONNECTED
    assert not Credential.objects.exists()
    assert [(each.state, each.code) for each in ends.entries("PAY-1")] == [
        (EntryState.CANCELLED, "disconnected")
    ]
    assert ends.task("PAY-1").status == "done", "tasks stay as they are"
