"""Connecting: what is stored, what is refused and in which words."""

# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ekachit.accounts.actions import set_plan
from ekachit.accounts.models import User
from ekachit.config import settings
from ekachit.connections import actions, reach
from ekachit.connections.credentials import sealed_token
from ekachit.connections.errors import ConnectError
from ekachit.connections.keys import keyring, keyring_path
from ekachit.connections.models import AccessRecord, Connection, Credential, DataKey, Project, State
from ekachit.sandbox.run import SandboxThread
from ekachit.sandbox.seed import DEMO_EMAIL, DEMO_TOKEN
from ekachit.vault.seal import SealedToken
from tests.browser.installation import free_port

SCOPED = "sandbox-demo-scoped-token"
WRONG = {
    "bad": ("token_rejected", "token"),
    "bad-json": ("token_rejected", "token"),
    "bad-empty": ("token_anonymous", "token"),
    "bad-html": ("token_html", "token"),
    "bad-password": ("password_used", "token"),
    "bad-scope": ("scope_missing", "token"),
    "bad-captcha": ("captcha", None),
    "bad-forbidden": ("no_jira_access", None),
    "bad-ratelimit": ("rate_limited", None),
    "bad-suspended": ("site_suspended", "site"),
}


def connect(user: User, jira: SandboxThread, token: str = DEMO_TOKEN, email: str = DEMO_EMAIL) -> Connection:
    return actions.connect(user, site=jira.url, email=email, token=token)


def open_by_project(jira: SandboxThread, account_id: str) -> Counter[str]:
    world = jira.world
    me = next(each for each in world.accounts.values() if each.account_id == account_id)
    return Counter(
        issue.key.partition("-")[0]
        for issue in world.issues.values()
        if issue.assignee == account_id and world.category(issue) != "done" and world.sees(me, issue)
    )


def refused(user: User, *, site: str, email: str, token: str) -> ConnectError:
    with pytest.raises(ConnectError) as caught:
        actions.connect(user, site=site, email=email, token=token)
    assert not Connection.objects.exists()
    assert not Credential.objects.exists()
    return caught.value


def test_a_connection_holds_who_it_is_and_the_projects(jira: SandboxThread, ada: User) -> None:
    made = connect(ada, jira)
    assert (made.state, made.site, made.email) == (State.CONNECTED, f"127.0.0.1:{jira.port}", DEMO_EMAIL)
    assert made.account_id == jira.world.account(DEMO_EMAIL).account_id
    assert (made.cloud_id, made.via_gateway) == (jira.world.cloud_id, False)
    assert made.due_at is None, "nothing is read before projects are picked"
    counts = dict(Project.objects.values_list("key", "open_count"))
    mine = open_by_project(jira, made.account_id)
    assert sum(counts.values()) > 30
    assert counts == {key: mine[key] for key in counts}
    assert mine.keys() - counts.keys() == {"OLD"}, "an archived project is not offered"
    assert sealed_token(made).reveal() == DEMO_TOKEN


def test_each_request_is_in_the_access_ledger(jira: SandboxThread, ada: User) -> None:
    made = connect(ada, jira)
    asked = [(method, path.partition("?")[0]) for method, path, _ in jira.requests]
    filed = AccessRecord.objects.filter(connection=made).order_by("id").values_list("method", "path")
    assert list(filed) == asked
    assert not AccessRecord.objects.filter(why="").exists()


@pytest.mark.parametrize("token", sorted(WRONG))
def test_A04_each_refusal_has_its_words(jira: SandboxThread, ada: User, token: str) -> None:
    trouble = refused(ada, site=jira.url, email=DEMO_EMAIL, token=token)
    code, field = WRONG[token]
    assert (trouble.code, trouble.field) == (code, field)
    if field == "token":
        assert "token" in trouble.title + trouble.next_step
    assert token not in trouble.title + trouble.next_step


class NoJira(BaseHTTPRequestHandler):
    """Something on the web that is not Jira."""

    status = 404

    def do_GET(self) -> None:  # the name that http.server looks for
        self.send_response(self.status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Location", "https://elsewhere.example/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), NoJira) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("EKACHIT_SANDBOX_HOSTS", f"127.0.0.1:{server.server_port}")
        settings.cache_clear()
        yield server
        server.shutdown()
        thread.join()
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize(
    ("status", "code"), [(404, "site_unknown"), (302, "redirected"), (502, "server_error")]
)
def test_a_place_that_is_not_jira_is_told_apart(
    elsewhere: ThreadingHTTPServer, ada: User, monkeypatch: pytest.MonkeyPatch, status: int, code: str
) -> None:
    monkeypatch.setattr(NoJira, "status", status)
    site = f"http://127.0.0.1:{elsewhere.server_port}"
    assert refused(ada, site=site, email=DEMO_EMAIL, token=DEMO_TOKEN).code == code


def test_a_place_where_nobody_listens_is_a_matter_of_the_network(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = f"127.0.0.1:{free_port()}"
    with monkeypatch.context() as patch:
        patch.setenv("EKACHIT_SANDBOX_HOSTS", host)
        settings.cache_clear()
        trouble = refused(ada, site=f"http://{host}", email=DEMO_EMAIL, token=DEMO_TOKEN)
    settings.cache_clear()
    assert trouble.code == "network_refused"


@pytest.mark.parametrize(
    ("typed", "code", "field"),
    [
        ({"site": ""}, "empty", "site"),
        ({"site": "https://jira.example.org"}, "not_jira_cloud", "site"),
        ({"site": "-team-.atlassian.net"}, "bad_slug", "site"),
        ({"site": "http://127.0.0.1:9"}, "sandbox_not_allowed", "site"),
        ({"email": "ada"}, "email_wrong", "email"),
        ({"token": " \n"}, "token_empty", "token"),
        ({"token": "two\nlines"}, "token_broken", "token"),
        ({"token": "tokén"}, "token_broken", "token"),
    ],
)
def test_what_cannot_be_right_is_refused_with_nothing_sent(
    jira: SandboxThread, ada: User, typed: dict[str, str], code: str, field: str
) -> None:
    trouble = refused(ada, **{"site": jira.url, "email": DEMO_EMAIL, "token": DEMO_TOKEN} | typed)
    assert (trouble.code, trouble.field) == (code, field)
    assert len(jira.requests) == 0


def test_a_free_account_is_told_what_pro_gives(jira: SandboxThread, ada: User) -> None:
    set_plan(ada, "free")
    assert refused(ada, site=jira.url, email=DEMO_EMAIL, token=DEMO_TOKEN).code == "plan"
    assert len(jira.requests) == 0


def test_A05_a_token_pasted_with_its_line_end_is_cleaned(jira: SandboxThread, ada: User) -> None:
    assert sealed_token(connect(ada, jira, token=f"  {DEMO_TOKEN}\r\n")).reveal() == DEMO_TOKEN


def test_the_token_is_sealed_before_anything_is_sent(
    jira: SandboxThread, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    real = reach.check

    def check(site: Any, email: str, token: Any) -> Any:
        seen.append(token)
        assert len(jira.requests) == 0
        return real(site, email, token)

    monkeypatch.setattr(reach, "check", check)
    connect(ada, jira)
    assert isinstance(seen[0], SealedToken)
    assert DEMO_TOKEN not in f"{seen[0]!r} {seen[0]}"


def test_without_a_usable_key_nothing_is_sent(jira: SandboxThread, ada: User) -> None:
    keyring()
    text = keyring_path().read_text()
    keyring_path().write_text("{}")
    try:
        trouble = refused(ada, site=jira.url, email=DEMO_EMAIL, token=DEMO_TOKEN)
    finally:
        keyring_path().write_text(text)
    assert trouble.code == "key_file_broken"
    assert len(jira.requests) == 0


def test_the_same_site_twice_is_one_connection(jira: SandboxThread, ada: User) -> None:
    first, second = connect(ada, jira), connect(ada, jira)
    assert first.pk == second.pk
    assert second.epoch > first.epoch, "a pass that runs with the old token is fenced off"
    assert DataKey.objects.count() == Credential.objects.count() == 1


def test_another_account_of_the_site_is_another_connection(jira: SandboxThread, ada: User) -> None:
    connect(ada, jira)
    connect(ada, jira, "sandbox-noor-token", "noor.haddad@example.invalid")
    assert Connection.objects.count() == 2


def test_a_scoped_token_is_used_through_the_gateway(jira: SandboxThread, ada: User) -> None:
    made = connect(ada, jira, SCOPED)
    assert made.via_gateway
    paths = [path for _, path, status in jira.requests if status == 200]
    assert all(path.startswith(("/ex/jira/", "/_edge/")) for path in paths)
    actions.refresh_projects(made)


def test_scopes_that_do_not_do_are_named(jira: SandboxThread, ada: User) -> None:
    trouble = refused(ada, site=jira.url, email="jonas.weber@example.invalid", token="sandbox-narrow-token")
    assert trouble.code == "scope_missing"
    assert "read:jira-work" in trouble.next_step


def test_no_issues_at_all_is_a_success(jira: SandboxThread, ada: User) -> None:
    made = connect(ada, jira, "sandbox-no-issues-token", "priya.nair@example.invalid")
    assert made.active
    assert not Project.objects.filter(connection=made, open_count__gt=0).exists()


def test_a_new_token_takes_the_old_one_s_place(jira: SandboxThread, ada: User) -> None:
    made = connect(ada, jira)
    Connection.objects.filter(pk=made.pk).update(state=State.NEEDS_TOKEN)
    made.refresh_from_db()
    actions.replace_token(made, email=DEMO_EMAIL, token=SCOPED)
    made.refresh_from_db()
    assert (made.state, made.via_gateway) == (State.CONNECTED, True)
    assert sealed_token(made).reveal() == SCOPED


@pytest.mark.parametrize(
    ("email", "token", "code"),
    [
        ("noor.haddad@example.invalid", "sandbox-noor-token", "account_differs"),
        (DEMO_EMAIL, "bad-json", "token_rejected"),
    ],
)
def test_A07_a_refused_new_token_leaves_the_old_one(
    jira: SandboxThread, ada: User, email: str, token: str, code: str
) -> None:
    made = connect(ada, jira)
    with pytest.raises(ConnectError) as caught:
        actions.replace_token(made, email=email, token=token)
    made.refresh_from_db()
    assert caught.value.code == code
    assert sealed_token(made).reveal() == DEMO_TOKEN


def test_a_site_that_no_longer_tells_its_id_keeps_the_known_one(
    jira: SandboxThread, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = connect(ada, jira)
    real = reach.check

    def without_id(*given: Any) -> Any:
        found = real(*given)
        proof = type(found.proof)(
            found.proof.account_id, found.proof.display_name, found.proof.time_zone, None, via_gateway=False
        )
        return reach.Reached(proof, found.survey, found.calls)

    monkeypatch.setattr(reach, "check", without_id)
    again = connect(ada, jira)
    assert (again.pk, again.cloud_id) == (first.pk, first.cloud_id)


def test_a_site_whose_id_becomes_known_with_a_new_token(jira: SandboxThread, ada: User) -> None:
    """A token with scopes works at the gateway only, whose address has the id."""
    made = connect(ada, jira)
    Connection.objects.update(cloud_id=made.site)
    actions.replace_token(made, email=DEMO_EMAIL, token=SCOPED)
    made.refresh_from_db()
    assert (made.cloud_id, made.via_gateway) == (jira.world.cloud_id, True)


def test_all_of_a_persons_connections_to_a_site_name_it_alike(jira: SandboxThread, ada: User) -> None:
    """Tasks are tied by the site's id: what goes from one account of theirs to the other is the same task."""
    made = connect(ada, jira)
    other = Connection.objects.create(
        user=ada, site=made.site, cloud_id=made.site, account_id="another", email="other@example.invalid"
    )
    connect(ada, jira)
    other.refresh_from_db()
    assert other.cloud_id == jira.world.cloud_id
