"""`ekachit user`: accounts by the administrator."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ekachit.accounts.models import Plan, User
from ekachit.connections.models import State
from tests.ops.command import run
from tests.web.making import make_connection

pytestmark = pytest.mark.django_db


def test_the_first_account_is_administrator_and_pro_and_the_next_is_not() -> None:
    first, second = run("user", "add", "Ada@YourTeam.dev"), run("user", "add", "ben@yourteam.dev")
    assert first.stdout.startswith("ada@yourteam.dev: plan pro, administrator\n")
    assert second.stdout.startswith("ben@yourteam.dev: plan free\n")
    ada, ben = User.objects.order_by("pk")
    assert (ada.plan, ada.is_staff, ada.is_superuser) == (Plan.PRO, True, True)
    assert (ben.plan, ben.is_staff, ben.is_superuser) == (Plan.FREE, False, False)


def test_a_plan_can_be_given() -> None:
    run("user", "add", "ada@yourteam.dev")
    assert "plan pro" in run("user", "add", "ben@yourteam.dev", "--plan", "pro").stdout
    assert run("user", "add", "cleo@yourteam.dev", "--plan", "gold").exit_code == 2


@pytest.mark.parametrize(("email", "text"), [("ada@yourteam.dev", "already"), ("ada", "valid email")])
def test_an_address_that_will_not_do_is_refused(email: str, text: str) -> None:
    run("user", "add", "ada@yourteam.dev")
    done = run("user", "add", email)
    assert done.exit_code == 1
    assert text in done.output
    assert User.objects.count() == 1


def test_the_printed_address_leads_to_a_password(settings: Any, tmp_path: Path) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES, settings.STATIC_ROOT = {**settings.STORAGES, "staticfiles": plain}, tmp_path
    said = run("user", "add", "ada@yourteam.dev").stdout
    path = re.search(r"http://[^/]+(/\S+)", said)
    assert path
    browser = Client()
    page = browser.get(path[1], follow=True)
    assert page.status_code == 200
    assert b'name="password1"' in page.content


def test_a_password_comes_on_standard_input() -> None:
    weak = run("user", "add", "ada@yourteam.dev", "--password-stdin", given="short\n")
    assert weak.exit_code == 1
    assert not User.objects.exists()
    good = run("user", "add", "ada@yourteam.dev", "--password-stdin", given="a long enough phrase\n")
    assert good.exit_code == 0
    assert "phrase" not in good.output
    assert User.objects.get().check_password("a long enough phrase")


def test_changing_the_plan_pauses_and_resumes() -> None:
    run("user", "add", "ada@yourteam.dev")
    own = make_connection(User.objects.get())
    assert run("user", "plan", "ada@yourteam.dev", "free").exit_code == 0
    own.refresh_from_db()
    assert own.state == State.PAUSED
    run("user", "plan", "ada@yourteam.dev", "pro")
    own.refresh_from_db()
    assert own.state == State.CONNECTED
