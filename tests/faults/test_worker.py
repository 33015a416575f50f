"""P: nobody works, or whoever works hangs: it shows, and somebody else goes on."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from ekachit.connections.models import Connection
from ekachit.ops import housekeeping
from ekachit.ops.health import health
from ekachit.ops.heartbeat import beat
from ekachit.ops.models import Heartbeat
from ekachit.sync.leases import LEASE_SECONDS, LeaseLostError, claim, due, fence
from ekachit.sync.standing import side_bar, standings_of
from tests.faults.stage import Site

HANGING = """
from ekachit.ops.watchdog import still_alive

def turns_for_ever(token):
    while True:
        pass

still_alive(0.3)
turns_for_ever("canary")
"""


@pytest.mark.parametrize("seconds", [None, -120, 3600, 86_400])
def test_P08_health_is_red_where_no_worker_lives(db: None, rf: RequestFactory, seconds: int | None) -> None:
    """None ever did, the last sign is old, or of a time to come: the clock was set back since it died."""
    if seconds is not None:
        Heartbeat.objects.create(owner="dead", at=timezone.now() + timedelta(seconds=seconds))
    answer = health(rf.get("/health/"))
    assert answer.status_code == 503
    parts = {"database": True, "write_ahead_log": True, "worker": False}
    assert json.loads(answer.content) == {"ok": False, **parts}
    beat("alive")
    assert health(rf.get("/health/")).status_code == 200


def test_P08_the_side_bar_tells_the_age_of_what_is_shown_and_asks_for_the_worker(adas: Site) -> None:
    adas.forward(3 * 3600)
    now = adas.clock()
    line = side_bar(standings_of(adas.user, now=now), now=now)
    assert line is not None
    assert (line.tone, line.text) == ("trouble", "Jira last synced 4 h ago")
    assert line.detail == "The next sync is late. Is the worker running?"


def test_P12_a_worker_that_hangs_ends_and_says_where_without_a_value() -> None:
    ended = subprocess.run(  # noqa: S603 - our own text
        [sys.executable, "-c", HANGING], capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.returncode == 1
    assert "turns_for_ever" in ended.stderr
    assert "canary" not in ended.stderr


def test_P12_who_hangs_gives_no_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loop, or the database's thread, that stands still makes no round; whoever works says so after each."""
    signs: list[float] = []
    rounds = housekeeping.Housekeeping("a test", alive=lambda: signs.append(time.monotonic()))
    monkeypatch.setattr(housekeeping, "ROUND_SECONDS", 0.01)
    hangs = False

    def made() -> None:
        if hangs:
            time.sleep(0.3)

    monkeypatch.setattr(rounds, "make_round", made)

    async def work(seconds: float) -> int:
        before = len(signs)
        running = asyncio.ensure_future(rounds.run())
        await asyncio.sleep(seconds)
        running.cancel()
        return len(signs) - before

    assert asyncio.run(work(0.2)) >= 2
    hangs = True
    assert asyncio.run(work(0.2)) == 0


def test_P12_what_it_held_goes_to_another_and_it_writes_nothing_more(adas: Site) -> None:
    Connection.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    hanging = adas.claim("hangs")
    assert adas.row.lease_until is not None
    assert adas.row.lease_until <= timezone.now() + timedelta(seconds=LEASE_SECONDS)
    assert due(10) == []
    Connection.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert due(10) == [adas.connection.pk]
    assert claim(adas.connection.pk, "another") is not None
    with pytest.raises(LeaseLostError):
        fence(hanging)
