"""K10: the report for a question has what helps, is private, and holds nothing that anybody wrote."""

# ruff: noqa: N802 - names begin with ids

from __future__ import annotations

import json
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError
from django.db import connection as database
from django.db.models import CharField, JSONField, TextField
from django.utils import timezone

from ekachit.accounts.actions import add_account
from ekachit.accounts.notices import tell
from ekachit.config import Settings, settings, variable_name
from ekachit.connections.credentials import store_token
from ekachit.ops import outside, report
from ekachit.ops.heartbeat import beat
from ekachit.sync.models import PassState, PutAside, SiteHold
from ekachit.vault.secret import Secret
from tests.acceptance.canary import leaks
from tests.ops.command import run
from tests.web.making import (
    make_checklist,
    make_conflict,
    make_connection,
    make_issue,
    make_pass,
    make_projects,
    make_record,
    make_refused,
)

# Short enough for every column.
CANARY = "Kanari-7"
OURS = ("accounts", "tasks", "connections", "sync", "estimates", "ops")
GIVEN = {
    "EKACHIT_SECRET_KEY": f"{CANARY}-and-fifty-more-signs-that-nobody-could-guess-0123456789",
    "EKACHIT_BASE_URL": f"https://{CANARY}.example.org",
    "EKACHIT_ALLOWED_HOSTS": f"{CANARY}.example.org",
    "EKACHIT_EMAIL_URL": f"smtp://{CANARY}:{CANARY}@{CANARY}.example.org:25",
    "EKACHIT_EMAIL_FROM": f"{CANARY}@example.org",
    "EKACHIT_EGRESS_PROXY": f"http://{CANARY}:{CANARY}@{CANARY}.example.org:3128",
}


@pytest.fixture(autouse=True)
def _home_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(outside, "atlassian_time", time.time)
    monkeypatch.setenv("EKACHIT_HOME", str(tmp_path / CANARY))
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "report.json"


def half_a_life() -> None:
    """A row of nearly everything, and in every text of it the canary."""
    ada = add_account("ada@yourteam.dev", plan="pro")
    own = make_connection(ada)
    store_token(own, Secret(CANARY))
    make_projects(own)
    task = make_issue(own, "PAY-1")
    make_checklist(task, done=1, total=2)
    make_conflict(task)
    make_record(own)
    make_record(own, status=503, error="unavailable")
    make_pass(own)
    make_pass(own, PassState.FAILED, code="token_rejected")
    now = timezone.now()
    make_refused(task, own, code="field_required")
    PutAside.objects.create(connection=own, issue_id="1", key="PAY-9", reason="too long", at=now)
    SiteHold.objects.create(site=own.site, until=now, code="rate_limited")
    tell(ada, "import_done", key="k", site=own.site)
    beat("a worker")


def numbered(field: Any, number: int) -> str:
    """The canary, another one for each row where there is room for that."""
    long = f"{CANARY}{number}"
    return long if len(long) <= (field.max_length or len(long)) else CANARY


def write_canaries() -> set[str]:
    """Put the canary into every text of every row that is no word of a closed list; which fields those were."""
    filled = set()
    for model in (model for app in OURS for model in apps.get_app_config(app).get_models()):
        for field in model._meta.concrete_fields:
            codes = field.name in {"code", "error"} and not field.choices
            too_short = (field.max_length or 99) < len(CANARY)
            if field.choices or field.primary_key or field.is_relation or codes or too_short:
                continue
            value: Any = {"said": CANARY} if isinstance(field, JSONField) else CANARY
            if isinstance(field, CharField | TextField | JSONField) and field.name not in {
                "plan",
                "time_zone",
            }:
                rows = model._default_manager.all()
                for row in rows:
                    unique = numbered(field, row.pk) if value is CANARY else value
                    model._default_manager.filter(pk=row.pk).update(**{field.name: unique})
                if rows:
                    filled.add(f"{model.__name__}.{field.name}")
    return filled


def test_K10_a_report_has_nothing_that_anybody_wrote(db: None, written: Path) -> None:
    half_a_life()
    filled = write_canaries()
    assert {"User.email", "Connection.site", "Task.title", "Task.notes", "Link.key", "Project.name"} <= filled
    assert {"Pass.notes", "PutAside.reason", "OutboxEntry.detail", "Heartbeat.owner"} <= filled
    run("doctor", "--offline", "--report", str(written))
    content = written.read_bytes()
    assert leaks(CANARY, {"report": content}) == []
    assert leaks(CANARY.lower(), {"report": content.lower()}) == []
    assert leaks(str(settings().home), {"report": content}) == []
    assert b"atlassian.net" not in content


def test_K10_a_report_has_what_helps(db: None, written: Path) -> None:
    half_a_life()
    done = run("doctor", "--offline", "--report", str(written))
    assert f"The report is in {written}. Look it over before you send it." in done.stdout
    told = json.loads(written.read_text())
    assert told["versions"]["ekachit"]
    assert told["versions"]["django"].startswith("5.2")
    assert told["database"]["vendor"] == database.vendor
    assert {"what": "database", "good": True} in told["checks"]
    assert told["counts"]["connections"] == {"connected": 1}
    assert told["counts"]["passes"] == {"complete": 1, "failed": 1}
    assert told["counts"]["outbox"] == {"refused": 1}
    codes = {
        name: [(each["code"], each["number"]) for each in told["lately"][name]]
        for name in ("passes", "holds")
    }
    assert codes == {"passes": [("token_rejected", 1)], "holds": [("rate_limited", 1)]}
    assert told["lately"]["status_changes"] == [{"code": "field_required", "number": 1, "hours_ago": 0}]
    assert [each["code"] for each in told["lately"]["answers"]] == ["503"]


def test_K10_of_a_setting_the_report_says_whether_it_is_set(db: None, written: Path) -> None:
    run("doctor", "--offline", "--report", str(written))
    told = json.loads(written.read_text())["settings"]
    assert told.keys() == {variable_name(name) for name in Settings.model_fields}
    elsewhere = set() if database.vendor == "sqlite" else {"DATABASE_URL"}
    assert {name for name, value in told.items() if value == "set"} == {*GIVEN, "EKACHIT_HOME", *elsewhere}
    assert (told["EKACHIT_ENV"], told["EKACHIT_WEB_WORKERS"]) == ("development", 1)


def test_K10_a_report_is_private_and_takes_no_other_files_place(db: None, written: Path) -> None:
    run("doctor", "--offline", "--report", str(written))
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    before = written.read_bytes()
    again = run("doctor", "--offline", "--report", str(written))
    assert again.exit_code == 1
    assert "stays as it is" in again.output
    assert written.read_bytes() == before
    nowhere = run("doctor", "--offline", "--report", str(written.parent / "missing" / "report.json"))
    assert "cannot be written" in nowhere.output


def test_K10_a_code_that_is_none_is_not_shown() -> None:
    shown = ["rate_limited", "503", CANARY, "ada@yourteam.dev", "PAY-1", "some words", "", "x" * 80]
    assert [report._code(each) for each in shown] == ["rate_limited", "503", *["other"] * 6]


def test_K10_there_is_a_report_where_the_database_does_not_answer(
    db: None, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise DatabaseError(f"could not connect to {CANARY}")

    monkeypatch.setattr(report, "_counts", away)
    run("doctor", "--offline", "--report", str(written))
    told = json.loads(written.read_text())
    assert told["database"] == {"vendor": database.vendor, "trouble": "DatabaseError"}
    assert CANARY.encode() not in written.read_bytes()
