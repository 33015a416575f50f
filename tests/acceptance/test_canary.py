"""A token is in no file, log line, page or output: after connect, sync, a crash and disconnect."""

# ruff: noqa: N802 # names begin with the ids of faults and properties

from __future__ import annotations

import base64
import http.cookiejar
import json
import re
import signal
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from ekachit.sandbox.records import load_world
from ekachit.sandbox.run import SandboxThread
from tests.acceptance import records
from tests.acceptance.canary import files_under, forms, leaks
from tests.browser.installation import free_port
from tests.ops.command import Home

CANARY = "ATATT3xFfGF0\"canary'9_/+=%&<>~{canary}-0123456789abcdefXYZ"
WRONG = "bad-json-" + CANARY
ADA, PASSWORD = "ada@yourteam.dev", "a long enough phrase"
PAGES = ("/today/", "/settings/", "/settings/jira/", "/settings/jira/connect/", "/help/")
OF_CONNECTION = ("", "projects/", "token/", "access/", "receipts/", "disconnect/")


@pytest.mark.parametrize(
    "hide",
    [
        lambda text: f"token={text};",
        lambda text: base64.b64encode(f"ada@yourteam.dev:{text}".encode()).decode(),
        lambda text: base64.b64encode(f"da@yourteam.dev:{text}".encode()).decode(),
        lambda text: base64.urlsafe_b64encode(f"a@yourteam.dev:{text}".encode()).decode(),
        lambda text: quote(f"?t={text}", safe=""),
        lambda text: f"x{text.encode().hex()}x",
        lambda text: json.dumps({"token": text}),
    ],
)
def test_the_search_finds_each_form(hide: object) -> None:
    assert callable(hide)
    assert leaks(CANARY, {"a place": f"before {hide(CANARY)} after".encode()})
    assert not leaks(CANARY, {"a place": hide("something else entirely, and long").encode()})
    assert all(len(look) > 40 for look in forms(CANARY).values())


class Browser:
    """Somebody with cookies, who keeps every page seen."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seen: dict[str, bytes] = {}
        self._cookies = http.cookiejar.CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies)).open

    def get(self, path: str) -> str:
        return self._keep(f"GET {path}", urllib.request.Request(self.url + path))  # noqa: S310 # loopback

    def post(self, path: str, **form: str) -> str:
        form["csrfmiddlewaretoken"] = next(each.value or "" for each in self._cookies if "csrf" in each.name)
        request = urllib.request.Request(  # noqa: S310 # loopback
            self.url + path, urlencode(form).encode(), {"Referer": self.url + path}
        )
        return self._keep(f"POST {path}", request)

    def _keep(self, name: str, request: urllib.request.Request) -> str:
        try:
            with self._open(request, timeout=20) as answer:
                content, head = answer.read(), str(answer.headers)
        except urllib.error.HTTPError as error:
            content, head = error.read(), str(error.headers)
        self.seen[f"{name} {len(self.seen)}"] = head.encode() + content
        return str(content.decode())


@pytest.fixture
def jira(tmp_path: Path) -> Iterator[SandboxThread]:
    records.write(tmp_path / "issues.jsonl", 1600)
    with SandboxThread(load_world(tmp_path / "issues.jsonl"), latency_ms=250) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, jira: SandboxThread) -> Home:
    return Home(tmp_path / "var", EKACHIT_SANDBOX_HOSTS=f"127.0.0.1:{jira.port}", EKACHIT_LOG_LEVEL="DEBUG")


def imported(home: Home) -> int:
    with sqlite3.connect(home.path / "ekachit.sqlite3", timeout=20) as database:
        return int(database.execute("SELECT count(*) FROM sync_link").fetchone()[0])


def crash_in_the_import(home: Home) -> None:
    """Kill a worker with SIGKILL when some of the issues are in."""
    with home.started("worker") as worker:
        deadline = time.monotonic() + 30
        while imported(home) == 0:
            assert time.monotonic() < deadline, worker.said
            time.sleep(0.02)
        assert worker.end(signal.SIGKILL) == -signal.SIGKILL


def look_around(browser: Browser) -> None:
    """Sign in and see every page, also those that answer a wrong token."""
    browser.get("/accounts/login/")
    browser.post("/accounts/login/", login=ADA, password=PASSWORD)
    assert "Today" in browser.get("/today/")
    own = re.search(r"/settings/jira/\d+/", browser.get("/settings/jira/"))
    assert own
    for path in (*PAGES, *(own[0] + each for each in OF_CONNECTION)):
        browser.get(path)
    form = {"email": "user-0a@example.invalid", "token": WRONG}
    assert "refused" in browser.post(f"{own[0]}token/", **form)
    assert "not the address" in browser.post("/settings/jira/connect/", site="jira.example.org", **form)


def test_K01_I12_the_token_is_nowhere(home: Home, jira: SandboxThread) -> None:
    said: dict[str, bytes] = {}

    def run(*arguments: str, given: str = "", code: int = 0) -> None:
        done = home.run(*arguments, given=given)
        assert done.returncode == code, done.stderr
        said[f"{' '.join(arguments[:1])} {len(said)}"] = f"{done.stdout}\n{done.stderr}".encode()

    who = ("--user", ADA, "--site", jira.url, "--email2", "user-0a@example.invalid", "--token-stdin")
    run("user", "add", ADA, "--password-stdin", given=f"{PASSWORD}\n")
    run("connect", *who, given=WRONG, code=1)
    run("connect", *who, "--projects", "all", given=f"{CANARY}\n")
    asked = len(jira.requests)
    crash_in_the_import(home)
    assert len(jira.requests) > asked
    assert 0 < imported(home) < len(jira.world.issues)

    port = free_port()
    with home.started("serve", "--port", str(port)) as web:
        browser = Browser(f"http://127.0.0.1:{port}")
        deadline = time.monotonic() + 30
        while True:
            try:
                browser.get("/health/")
                break
            except OSError:
                assert time.monotonic() < deadline, web.said
                time.sleep(0.1)
        look_around(browser)
        run("doctor", "--offline")
        run("tasks", "--user", ADA, "--json")
        places = {**said, **browser.seen}
        assert leaks(CANARY, {**places, **files_under([home.path.parent])}) == []
        run("disconnect", "--user", ADA)
        browser.get("/settings/jira/")
        look = {**said, **browser.seen, **files_under([home.path.parent])}
    assert leaks(CANARY, look) == []
    assert any(name.endswith("ekachit.sqlite3") for name in look)
    assert any(name.endswith(".log") for name in look)
