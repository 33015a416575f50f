"""P: poison, doubles, and workers that end; the kills themselves are in `tests/sync/kill`."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import asyncio
import json
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import async_to_sync
from django.db import OperationalError
from django.db import connection as database
from django.utils import timezone

from ekachit.connections.actions import follow_plan
from ekachit.connections.models import Connection, State
from ekachit.sandbox.fault_pages import POISONS
from ekachit.sync import engine
from ekachit.sync.actions import set_status, sync_now
from ekachit.sync.leases import claim, claim_due
from ekachit.sync.models import Pass, PassState, PutAside
from ekachit.sync.surroundings import Budget
from ekachit.tasks.models import Task
from tests.faults.stage import Site, settle


def test_P03_the_same_pass_twice_is_one(adas: Site) -> None:
    adas.world.edit("PAY-2", summary="Changed")
    first = adas.claim()
    assert claim(first.connection_id, "another") is None, "one at a time"
    async_to_sync(engine.run_pass)(first, adas.around())
    before = adas.snapshot()
    asked = len(adas.door.requests)
    again = async_to_sync(engine.run_pass)(first, adas.around())
    assert again.state == PassState.COMPLETE or again.code == "lease_lost"
    assert adas.snapshot() == before
    assert len(adas.door.requests) - asked <= 3


@pytest.mark.parametrize("form", sorted(POISONS.keys() - {"deep"}))
def test_P05_I19_a_poison_issue_harms_no_other(ada: Site, form: str) -> None:
    ada.faults.arm("poison_issue", victim="PAY-2", form=form, times=None)
    receipt = ada.run()
    others = {key: status for key, status in ada.truth().items() if key != "PAY-2"}
    got = ada.tasks()
    assert {key: got[key] for key in others} == others, "the rest goes on"
    assert receipt.state in {PassState.COMPLETE, PassState.PARTIAL}
    if "PAY-2" not in got and form not in {"not_object", "no_id"}:
        assert receipt.failed == 1
        assert any("unreadable" in note for note in receipt.notes)
    ada.faults.disarm()
    ada.world.edit("PAY-2", summary="Readable")
    ada.forward(1800)
    assert ada.run().state == PassState.COMPLETE
    assert ada.tasks() == ada.truth()
    assert ada.task("PAY-2").title == "Readable"
    assert not PutAside.objects.exists()


def test_P05_I19_what_is_nested_without_end_closes_the_page(ada: Site) -> None:
    """Nothing can be cut out of a text that cannot be walked through: the page is refused whole."""
    ada.faults.arm("poison_issue", victim="PAY-2", form="deep", times=1)
    receipt = ada.run()
    assert (receipt.state, receipt.code, ada.tasks()) == (PassState.FAILED, "bad_shape", {})
    ada.forward(3600)
    assert ada.run().state == PassState.COMPLETE


@pytest.mark.parametrize("form", ["no_fields", "null_fields", "types", "no_id", "not_object"])
def test_P05_I6_an_issue_that_cannot_be_read_is_not_gone(adas: Site, form: str) -> None:
    adas.faults.arm("poison_issue", victim="PAY-2", form=form, times=None)
    for _ in range(3):
        adas.run()
        adas.forward(1800)
        assert adas.presence()["PAY-2"] == "current"


def test_P05_a_poison_issue_is_asked_for_again_only_once_it_changed(ada: Site) -> None:
    ada.faults.arm("poison_issue", victim="PAY-2", form="null_fields", endpoint="issue", times=None)
    ada.run()
    ada.forward(1800)
    first = ada.run()
    ada.forward(1800)
    assert ada.run().requests == first.requests


@pytest.mark.parametrize("code", ["internal", "database"])
def test_P04_a_poison_connection_backs_off_and_says_so(
    adas: Site, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = RuntimeError("a mistake of ours") if code == "internal" else OperationalError("disk I/O error")

    def broken(*_arguments: object, **_named: object) -> None:
        raise error

    before = adas.snapshot()
    with monkeypatch.context() as patch:
        patch.setattr(engine, "load", broken)
        for failures in (1, 2, 3):
            with pytest.raises(type(error)):
                adas.run()
            row = adas.row
            assert (row.failures, row.lease_until) == (failures, None)
            assert row.due_at is not None
            assert (row.due_at - adas.clock()).total_seconds() >= 40 * 2 ** (failures - 1)
            assert Pass.objects.first() is not None
            assert adas.codes()[-1] == code
            adas.forward(3600)
    assert adas.snapshot() == before
    assert adas.run().state == PassState.COMPLETE


def test_P04_I10_a_hundred_healthy_ones_do_not_notice(db: None) -> None:
    """Poison of several kinds among them: each healthy connection still has its pass."""
    healthy = [settle(email=f"h{n}@yourteam.dev", site=f"h{n}.atlassian.net") for n in range(20)]
    poison = [settle(email=f"p{n}@yourteam.dev", site=f"p{n}.atlassian.net") for n in range(3)]
    poison[0].faults.arm("gzip_bomb", times=None)
    poison[1].faults.arm("token_loop", form="stale", times=None)
    poison[2].faults.arm("server_error", times=None)
    owner = {each.connection.pk: each for each in (*healthy, *poison)}
    claims = claim_due("a worker", 100)
    assert {each.connection_id for each in claims} == set(owner)

    async def side_by_side() -> list[Pass]:
        runs = (engine.run_pass(each, owner[each.connection_id].around()) for each in claims)
        return list(await asyncio.gather(*runs))

    receipts = {each.connection_id: each for each in async_to_sync(side_by_side)()}
    for each in healthy:
        assert receipts[each.connection.pk].state == PassState.COMPLETE
        assert each.tasks() == each.truth()
    for each in poison:
        assert receipts[each.connection.pk].state != PassState.COMPLETE
        assert receipts[each.connection.pk].requests <= 20


def test_P04_I9_a_pass_has_an_end(adas: Site) -> None:
    adas.budget = Budget(requests=4)
    adas.faults.arm("pages_shift", times=None)
    for each in list(adas.tasks()):
        adas.world.edit(each, summary="Changed")
    receipt = adas.run()
    assert receipt.requests <= 4


def test_P06_a_worker_told_to_end_gives_the_connection_back(adas: Site) -> None:
    async def cut_off() -> None:
        adas.watch_seconds = None
        run = asyncio.ensure_future(engine.run_pass(claimed, adas.around()))
        while len(adas.door.requests) == asked:  # noqa: ASYNC110 - a list that grows has no event
            await asyncio.sleep(0)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run

    asked = len(adas.door.requests)
    claimed = adas.claim()
    async_to_sync(cut_off)()
    row = adas.row
    assert (row.lease_until, row.lease_owner, row.state) == (None, "", State.CONNECTED)
    assert adas.codes()[-1] == "interrupted"
    assert adas.run().state == PassState.COMPLETE


@pytest.mark.django_db(transaction=True)
def test_P09_sync_now_fifty_times_is_one_pass() -> None:
    ada = settle()
    Connection.objects.update(due_at=None)

    def click(_number: int) -> bool:
        try:
            return sync_now(Connection.objects.get(pk=ada.connection.pk))
        finally:
            database.close()

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(click, range(50)))
    assert made.count(True) == 1
    taken = claim_due("a worker", 10)
    assert len(taken) == 1
    assert not sync_now(ada.row), "one is running"


def test_P14_I2_a_downgrade_in_the_middle_writes_nothing_after(adas: Site) -> None:
    adas.world.edit("PAY-2", summary="Changed")
    before = adas.snapshot()
    claimed = adas.claim()
    user = adas.user
    user.plan = "free"
    user.save()
    follow_plan(user)
    receipt = async_to_sync(engine.run_pass)(claimed, adas.around())
    assert receipt.code == "lease_lost"
    assert adas.snapshot() == before


def test_P15_a_change_of_ones_own_during_a_pass_is_not_lost(adas: Site) -> None:
    adas.world.edit("PAY-2", summary="Changed")
    task = adas.task("PAY-2")
    inner = adas.around().transport

    class Between:
        async def send(self, request: object) -> object:
            from asgiref.sync import sync_to_async  # noqa: PLC0415 # used here only

            await sync_to_async(Task.objects.filter(pk=task.pk).update)(notes="Typed meanwhile")
            await sync_to_async(set_status)(task, "in_progress", now=timezone.now())
            return await inner.send(request)  # type: ignore[arg-type] # handed on as it came

    adas.transport = Between()  # type: ignore[assignment] # likewise
    assert adas.run().state == PassState.COMPLETE
    row = adas.task("PAY-2")
    assert (row.title, row.notes, row.status) == ("Changed", "Typed meanwhile", "in_progress")


def test_P04_logs_hold_no_answer(adas: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    adas.faults.arm("poison_issue", form="nul", times=None)
    adas.world.edit("PAY-2", summary="Very private")
    adas.run()
    assert "Very private" not in json.dumps([each.getMessage() for each in caplog.records])
