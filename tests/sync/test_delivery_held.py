"""What waits says why, and does not keep the worker busy."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync

from ekachit.jira.transport import Request, Response
from ekachit.sync import sending
from ekachit.sync.delivery import deliver
from ekachit.sync.leases import claim_to_send
from ekachit.sync.models import OutboxEntry
from ekachit.sync.truth import Holdup, Truth, truths
from ekachit.tasks.models import Status
from ekachit.vault.errors import VaultError
from tests.sync.two_ends import TwoEnds

DONE = Status.DONE.value


def truth_of(ends: TwoEnds, key: str) -> Truth:
    task = ends.task(key)
    return truths([task], now=ends.clock())[task.pk]


def test_what_goes_its_way_has_no_holdup(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    truth = truth_of(ends, "PAY-1")
    assert (truth.holdup, truth.moves) == (None, True)


def test_a_token_that_cannot_be_opened_is_tried_again_later(
    ends: TwoEnds, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_claim: object) -> None:
        raise VaultError("key_missing", "no such key")

    ends.click("PAY-1", DONE)
    monkeypatch.setattr(sending, "load_sender", locked)
    assert ends.send() == 0
    assert ends.send() == 0
    assert ends.states("PAY-1") == [("waiting", "key_missing")]
    assert claim_to_send("a test", 10, at=ends.clock()) == [], "the worker is not kept busy"
    truth = truth_of(ends, "PAY-1")
    assert truth.holdup is Holdup.HERE
    assert truth.until is not None
    monkeypatch.undo()
    ends.send_until_quiet()
    assert ends.states("PAY-1") == [("applied", "")]


def test_a_site_that_may_no_longer_be_asked_is_waited_for(ends: TwoEnds) -> None:
    ends.connection.site = "127.0.0.1:1"
    ends.connection.save(update_fields=["site"])
    ends.click("PAY-1", DONE)
    assert ends.send() == 0
    assert ends.entry("PAY-1").state == "waiting"
    assert claim_to_send("a test", 10, at=ends.clock()) == []


def test_an_error_of_our_own_is_raised_once_and_tried_again_later(ends: TwoEnds) -> None:
    class Broken:
        async def send(self, request: Request) -> Response:
            raise ZeroDivisionError

    ends.click("PAY-1", DONE)
    ends.transport = Broken()
    [taken] = claim_to_send("a test", 10, at=ends.clock())
    with pytest.raises(ZeroDivisionError):
        async_to_sync(deliver)(taken, ends.around())
    assert claim_to_send("a test", 10, at=ends.clock()) == []
    assert truth_of(ends, "PAY-1").holdup is Holdup.HERE
    ends.transport = None
    ends.send_until_quiet()
    assert ends.states("PAY-1") == [("applied", "")]


def test_nobody_at_work_is_said(ends: TwoEnds) -> None:
    ends.click("PAY-1", DONE)
    ends.clock.forward(119)
    assert truth_of(ends, "PAY-1").holdup is None
    ends.clock.forward(2)
    assert truth_of(ends, "PAY-1").holdup is Holdup.NOBODY


def test_every_accepted_change_is_in_one_visible_state(ends: TwoEnds) -> None:
    """I3: a task differs from what was agreed on exactly while a change of it is open."""
    for key in ("PAY-1", "WEB-1", "OPS-1", "RISK-1"):
        ends.click(key, DONE)
    ends.send_until_quiet()
    for key in ("PAY-1", "WEB-1", "OPS-1", "RISK-1"):
        link, task = ends.link(key), ends.task(key)
        is_open = OutboxEntry.objects.filter(task=task, ended_at__isnull=True).exists()
        assert (link.base["status"] != task.status) is is_open
