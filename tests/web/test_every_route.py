"""What holds at every address there is: for strangers, for others, for other sites, for caches and frames."""

# ruff: noqa: N802 # names begin with the ids of faults and properties

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils.html import escape

from ekachit.accounts.models import User
from tests.web.conftest import SignIn
from tests.web.routes import Address, addresses, everything_of

CANARY = "canary-of-ada"
# At which anybody is answered.
OPEN = frozenset({"", "health/"})
# Own tasks and rows: what a request of an outsider's could have changed.
OURS = ("accounts", "tasks", "connections", "sync", "estimates")


@pytest.fixture
def of_ada(ada: User) -> list[Address]:
    """Every address, with Ada's ids in it."""
    return addresses(everything_of(ada, CANARY))


def rows_of_everybody() -> dict[str, list[Any]]:
    """Every row there is but for notices, which are told by the way, and what a sign-in leaves."""
    models = [model for label in OURS for model in apps.get_app_config(label).get_models()]
    return {
        model.__name__: [
            {name: value for name, value in row.items() if name != "last_login"}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in models
    }


def test_W01_I15_nobody_reaches_another_persons_rows(of_ada: list[Address], outsider: Client) -> None:
    """Not even an administrator; and what is answered says nothing of whether there is such a row."""
    before = rows_of_everybody()
    places = [each for each in of_ada if each.of_somebody]
    assert len(places) > 30
    for each in places:
        for answer in (
            outsider.get(each.path),
            outsider.post(each.path, {"status": "done", "title": "Mine"}),
        ):
            assert answer.status_code in {404, 405}, f"{each.route}: {answer.status_code}"
            assert CANARY not in answer.text, each.route
    assert rows_of_everybody() == before


def test_W01_I15_no_page_of_ones_own_shows_another_persons_texts(
    of_ada: list[Address], outsider: Client
) -> None:
    for each in (each for each in of_ada if not each.of_somebody):
        answer = outsider.get(each.path)
        assert CANARY not in b"".join(answer).decode(), each.route


def test_W01_a_stranger_is_let_in_nowhere(of_ada: list[Address], client: Client) -> None:
    for each in of_ada:
        answer = client.get(each.path)
        if each.route in OPEN:
            continue
        sent_away = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
        assert sent_away or answer.status_code == 405, f"{each.route}: {answer.status_code}"


def test_W02_no_form_is_taken_that_another_site_sent(
    of_ada: list[Address], ada: User, sign_in: SignIn
) -> None:
    browser = sign_in(ada)
    browser.handler.enforce_csrf_checks = True
    before = rows_of_everybody()
    for each in of_ada:
        answer = browser.post(each.path, {"status": "done"}, headers={"Origin": "https://evil.example"})
        assert answer.status_code in {403, 405}, f"{each.route}: {answer.status_code}"
    assert rows_of_everybody() == before


def test_W02_looking_changes_nothing(of_ada: list[Address], browser_of_ada: Client) -> None:
    before = rows_of_everybody()
    for each in of_ada:
        list(browser_of_ada.get(each.path))
    after = rows_of_everybody()
    # A notice that was looked at was seen, a likely range was told, and what is suggested is found out anew.
    for name in before.keys() - {"Notice", "StatedRange", "Suggestion", "UserSession"}:
        assert after[name] == before[name], name


def test_W05_W11_every_answer_has_its_headers(of_ada: list[Address], browser_of_ada: Client) -> None:
    browser_of_ada.raise_request_exception = False
    for path in (*(each.path for each in of_ada), "/nowhere/", "/accounts/login/", "/accounts/email/"):
        answer = browser_of_ada.get(path)
        told = answer.headers
        policy = told["Content-Security-Policy"]
        assert "default-src 'none'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert "unsafe-" not in policy, path
        assert (told["X-Frame-Options"], told["X-Content-Type-Options"]) == ("DENY", "nosniff"), path
        assert told["Referrer-Policy"] == "same-origin", path
        assert {"no-store", "private"} <= set(told["Cache-Control"].split(", ")), path


MARKUP = (
    "<img src=x onerror=alert(1)>{{ 7|add:7 }}{% now 'Y' %}\"'><script>alert(2)</script><svg/onload=alert(3)>",
    "</title></textarea></select></script></style>--><b onclick='x'>\u202e]]>&lt;i&gt;<!--",
    "\" autofocus onfocus=alert(4) x=\" javascript:alert(5) [a](javascript:alert(6)) \\u003cb\\u003e ' onmouseover='7",
)


class Skeleton(HTMLParser):
    """A page without its texts: the elements in order, each with the names of its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, ...]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *(name for name, _ in attrs)))


@pytest.mark.parametrize("markup", MARKUP)
def test_X08_I18_what_jira_says_is_text_on_every_page(
    ada: User, administrator: User, sign_in: SignIn, markup: str
) -> None:
    """Each text of Jira's is markup: every page has the elements that it has with a plain text in its place."""
    shown = 0
    plain, odd = everything_of(administrator, "plain"), everything_of(ada, markup)
    User.objects.filter(pk=ada.pk).update(is_staff=True, is_superuser=True, plan=administrator.plan)
    for one, other in zip(addresses(plain), addresses(odd), strict=True):
        was, now = sign_in(administrator).get(one.path), sign_in(ada).get(other.path)
        assert was.status_code == now.status_code, one.route
        if now.status_code != 200 or "html" not in now["Content-Type"]:
            continue
        assert Skeleton(now.text).elements == Skeleton(was.text).elements, one.route
        shown += escape(markup) in now.text
    assert shown >= 5, "it is there to be seen"
