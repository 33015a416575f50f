"""A: a token that is refused, in every way in which that is said, and a connection that ends in the middle."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from ekachit.connections.actions import disconnect
from ekachit.connections.models import Connection, Credential, DataKey, State
from ekachit.jira.transport import Request, Response
from ekachit.sync.leases import claim, due
from ekachit.sync.models import Pass, PassState
from ekachit.tasks.models import Task
from tests.faults.stage import Site
from tests.faults.world import ADAS_TOKEN
from tests.sandbox.transport import SandboxTransport

REFUSALS: dict[str, tuple[str, dict[str, Any], str]] = {
    "401": ("unauthorized", {}, "token_rejected"),
    "401 as JSON": ("unauthorized", {"form": "json"}, "token_rejected"),
    "401 for a password": ("unauthorized", {"form": "password"}, "password_used"),
    "401 for a scope": ("unauthorized", {"form": "scope"}, "scope_missing"),
    "403": ("forbidden", {"endpoint": "myself"}, "no_jira_access"),
    "captcha": ("captcha", {}, "captcha"),
    "login page": ("login_page", {"endpoint": "myself"}, "token_html"),
    "200 for nobody": ("anonymous", {}, "token_rejected"),
    "200 and an empty account": ("anonymous", {"form": "bad-empty"}, "token_anonymous"),
}


@pytest.mark.parametrize("way", REFUSALS)
def test_A01_A04_I6_I19_a_refused_token_stops_the_polls_and_changes_no_task(adas: Site, way: str) -> None:
    kind, given, code = REFUSALS[way]
    before = adas.snapshot()
    adas.faults.arm(kind, times=None, **given)
    first = adas.run()
    assert (first.state, first.code, first.requests) == (PassState.FAILED, code, 1)
    assert adas.row.state == State.CONNECTED, "one probe confirms it"
    adas.forward(61)
    adas.run()
    row = adas.row
    assert (row.state, row.due_at) == (State.NEEDS_TOKEN, None)
    assert adas.snapshot() == before
    assert adas.notices() == ["needs_token"], "told once"
    assert len(adas.door.requests) - adas.faults.fired[kind] > 0
    assert adas.faults.fired[kind] <= 2, "I11: at most two tries with a refused token"
    assert claim(row.pk, "a worker") is None
    assert row.pk not in due(100)


def test_A01_I6_an_empty_list_for_nobody_is_seen_without_the_header_too(adas: Site) -> None:
    """The list alone is answered as if nobody had signed in; the proof before it was good."""
    before = adas.snapshot()
    adas.faults.arm("anonymous", endpoint="search", header=False, times=None)
    for _ in range(2):
        receipt = adas.run()
        assert (receipt.state, receipt.code) == (PassState.FAILED, "token_anonymous")
        adas.forward(61)
    assert adas.snapshot() == before
    assert adas.row.state == State.NEEDS_TOKEN


@pytest.mark.parametrize("at", range(1, 7))
def test_A02_a_token_revoked_at_any_request(adas: Site, at: int) -> None:
    adas.world.edit("PAY-2", summary="Changed")
    adas.world.reassign("PAY-3", None)
    adas.faults.arm("revoke_token", at=at)
    receipt = adas.run()
    revoked = bool(adas.faults.fired["revoke_token"])
    assert receipt.state == (PassState.FAILED if revoked else PassState.COMPLETE)
    if revoked:
        assert set(adas.presence().values()) == {"current"}, "I6"
        assert len(adas.tasks()) == 7
    adas.faults.disarm()
    adas.world.reinstate(ADAS_TOKEN)
    adas.forward(61)
    assert adas.run().state == PassState.COMPLETE
    assert adas.presence()["PAY-3"] == "gone"
    assert adas.task("PAY-2").title == "Changed"


def test_A03_one_401_is_not_the_end(adas: Site) -> None:
    adas.faults.arm("unauthorized", times=1)
    adas.run()
    assert adas.row.state == State.CONNECTED
    assert adas.notices() == []
    adas.forward(61)
    assert adas.run().state == PassState.COMPLETE
    assert adas.row.failures == 0


def test_A03_a_401_after_an_outage_is_still_the_first(adas: Site) -> None:
    """Failures of other kinds do not count as refusals of the token."""
    adas.faults.arm("server_error", times=2)
    adas.run()
    adas.forward(3600)
    adas.run()
    adas.faults.arm("unauthorized", times=1)
    adas.forward(3600)
    assert adas.run().code == "token_rejected"
    assert adas.row.state == State.CONNECTED
    row = adas.row
    assert row.due_at is not None
    assert (row.due_at - adas.clock()).total_seconds() == 60, "the probe comes soon"
    adas.forward(61)
    assert adas.run().state == PassState.COMPLETE
    assert adas.notices() == []


def test_A03_I11_trouble_in_between_does_not_make_it_three_tries(adas: Site) -> None:
    adas.faults.arm("unauthorized", times=1)
    adas.run()
    adas.forward(3600)
    adas.faults.arm("server_error", times=1)
    adas.run()
    adas.forward(3600)
    adas.faults.arm("unauthorized", times=None)
    adas.run()
    assert adas.row.state == State.NEEDS_TOKEN
    assert adas.faults.fired["unauthorized"] == 2


def test_A01_a_second_token_that_ends_is_told_again(adas: Site) -> None:
    adas.faults.arm("unauthorized", times=None)
    for _ in range(2):
        for _ in range(2):
            adas.run()
            adas.forward(61)
        assert adas.row.state == State.NEEDS_TOKEN
        Connection.objects.update(state=State.CONNECTED, failures=0)
    assert adas.notices() == ["needs_token"] * 2


@pytest.mark.parametrize(("kind", "given"), [("blank", {}), ("status", {"status": 204})])
def test_A01_I19_an_answer_that_names_nobody_changes_nothing(
    adas: Site, kind: str, given: dict[str, Any]
) -> None:
    before = adas.snapshot()
    adas.faults.arm(kind, endpoint="search", times=None, **given)
    assert adas.run().code == "token_anonymous"
    assert adas.snapshot() == before


@dataclass
class Meanwhile:
    """A transport with which something happens while the n-th request is on its way."""

    inner: SandboxTransport
    at: int
    act: Any
    sent: int = 0

    async def send(self, request: Request) -> Response:
        self.sent += 1
        response = await self.inner.send(request)
        if self.sent == self.at:
            await self.act()
        return response


@pytest.mark.parametrize("at", range(1, 5))
def test_A05_I14_disconnect_with_a_request_on_its_way(adas: Site, at: int) -> None:
    from asgiref.sync import sync_to_async  # noqa: PLC0415 # used here only

    adas.world.edit("PAY-2", summary="Changed")
    adas.world.reassign("PAY-3", None)
    before = adas.snapshot()
    transport = Meanwhile(
        SandboxTransport(adas.door), at, partial(sync_to_async(disconnect), adas.connection)
    )
    adas.transport = transport
    receipt = adas.run()
    assert (receipt.state, receipt.code) == (PassState.FAILED, "lease_lost")
    assert transport.sent == at, "nothing is sent after it"
    assert adas.row.state == State.DISCONNECTED
    assert not Credential.objects.exists()
    assert not DataKey.objects.exists()
    after = adas.snapshot()
    assert [each["id"] for each in after["Task"]] == [each["id"] for each in before["Task"]]
    if at <= 3:
        assert after == before, "what the answer held is not applied"
    assert adas.row.due_at is None


def test_A06_results_under_an_old_token_are_fenced(adas: Site) -> None:
    old = adas.claim()
    Connection.objects.filter(pk=adas.connection.pk).update(lease_until=None)
    adas.claim("another")
    from asgiref.sync import async_to_sync  # noqa: PLC0415 # used here only

    from ekachit.sync.engine import run_pass  # noqa: PLC0415 # likewise

    sent = len(adas.door.requests)
    receipts = Pass.objects.count()
    receipt = async_to_sync(run_pass)(old, adas.around())
    assert receipt.code == "lease_lost"
    assert len(adas.door.requests) == sent
    assert Pass.objects.count() == receipts


def test_A11_a_token_of_another_account_proves_nothing(adas: Site) -> None:
    before = adas.snapshot()
    other = b'{"accountId": "account-of-somebody-else", "displayName": "Ada"}'
    adas.faults.arm(
        "status",
        status=200,
        body=other.decode(),
        content_type="application/json",
        endpoint="myself",
        times=None,
    )
    receipt = adas.run()
    assert (receipt.state, receipt.code) == (PassState.FAILED, "account_differs")
    assert adas.snapshot() == before


def test_A12_a_missing_key_locks_and_overwrites_nothing(adas: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from ekachit.connections import credentials  # noqa: PLC0415 # patched here only
    from ekachit.vault.errors import VaultError  # noqa: PLC0415 # likewise

    def missing() -> None:
        raise VaultError("key_missing", "gone")

    sealed = bytes(Credential.objects.get().sealed)
    before = adas.snapshot()
    monkeypatch.setattr(credentials, "keyring", missing)
    sent = len(adas.door.requests)
    receipt = adas.run()
    assert (receipt.state, receipt.code, receipt.requests) == (PassState.FAILED, "key_missing", 0)
    assert len(adas.door.requests) == sent
    assert bytes(Credential.objects.get().sealed) == sealed
    assert adas.snapshot() == before
    assert Task.objects.exists()
