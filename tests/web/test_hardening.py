"""What people try at the doors of the pages: sessions, passwords, host names, addresses to go on to, fields."""

# ruff: noqa: N802 # names begin with the ids of faults

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from ekachit.accounts.actions import add_account
from ekachit.accounts.models import User

PASSWORD = "a long enough phrase"
EMAIL = "ada@yourteam.dev"
LOGIN = "/accounts/login/"


@pytest.fixture
def account(administrator: User) -> User:
    cache.clear()
    return add_account(EMAIL, password=PASSWORD)


def log_in(browser: Client, *, email: str = EMAIL, password: str = PASSWORD, **more: str) -> Any:
    return browser.post(LOGIN, {"login": email, "password": password, **more})


def is_in(browser: Client) -> bool:
    return browser.get("/today/").status_code == 200


def test_W03_a_session_from_before_signing_in_is_not_kept(account: User, client: Client) -> None:
    session = client.session
    session["planted"] = "by somebody"
    session.save()
    planted = session.session_key or ""
    log_in(client)
    assert is_in(client)
    assert client.session.session_key != planted
    other = Client()
    other.cookies["sessionid"] = planted
    assert not is_in(other)


def test_W03_a_cookie_is_worth_nothing_after_signing_out(account: User, client: Client) -> None:
    log_in(client)
    kept = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert not is_in(thief)


def test_W03_a_new_password_ends_the_other_sessions(account: User, client: Client) -> None:
    elsewhere = Client()
    for each in (client, elsewhere):
        log_in(each)
    new = "another long phrase"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert not is_in(elsewhere)


def test_W03_the_cookie_is_for_the_server_alone(account: User, client: Client) -> None:
    log_in(client)
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_W04_guessing_is_stopped_and_the_right_password_waits_too(account: User, client: Client) -> None:
    for _ in range(20):
        log_in(client, password="a wrong one")
    assert not is_in(client)
    assert "Too many failed login attempts" in log_in(client).text
    assert not is_in(client)


def test_W04_an_unknown_address_is_answered_like_a_known_one(account: User, client: Client) -> None:
    texts = set()
    for email in (EMAIL, "bob@yourteam.dev"):
        cache.clear()
        answer = log_in(Client(), email=email, password="a wrong one")
        assert answer.status_code == 200
        texts.add(
            answer.text.partition("errorlist")[2].partition("</ul>")[0]
            or answer.context["form"].errors.as_text()
        )
    assert len(texts) == 1
    assert texts != {""}


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver:80@evil.example", ""]
)
def test_W06_a_host_that_is_not_ours_gets_no_page(account: User, client: Client, host: str) -> None:
    answer = client.post("/accounts/password/reset/", {"email": EMAIL}, headers={"Host": host})
    assert answer.status_code == 400
    assert mail.outbox == []


def test_W06_a_mail_leads_to_us_whatever_a_header_says(account: User, client: Client) -> None:
    lies = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Server": "evil.example",
        "Forwarded": "host=evil.example",
    }
    client.post("/accounts/password/reset/", {"email": EMAIL}, headers=lies)
    (sent,) = mail.outbox
    assert "://testserver/" in sent.body
    assert "evil" not in sent.body


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example/%2f..",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "http:///evil.example",
    "https:/evil.example",
    "//testserver@evil.example",
    "https://testserver.evil.example/",
    "//evil.example\\@testserver",
    "javascript:alert(1)",
    "data:text/html,hi",
    "\t//evil.example",
    " //evil.example",
    "/\t/evil.example",
    "ftp://testserver/",
    "//google%E3%80%82com",
]


@pytest.mark.parametrize("place", ELSEWHERE)
def test_W07_signing_in_leads_nowhere_else(account: User, client: Client, place: str) -> None:
    answer = log_in(client, next=place)
    assert answer.status_code == 302
    assert answer["Location"] == "/today/"


def test_W07_signing_in_goes_on_where_one_wanted_to_go(account: User, client: Client) -> None:
    assert log_in(client, next="/board/")["Location"] == "/board/"


def test_W08_a_form_takes_its_own_fields_only(ada: User, browser_of_ada: Client) -> None:
    extra = {
        "is_staff": "on",
        "is_superuser": "on",
        "plan": "pro",
        "email": "root@yourteam.dev",
        "id": "1",
        "user": "1",
    }
    User.objects.filter(pk=ada.pk).update(plan="free")
    before = User.objects.values("is_staff", "is_superuser", "plan", "email", "pk").get(pk=ada.pk)
    sent = {"first_name": "Ada", "time_zone": "Europe/Berlin", "language": "en", "name": "Ada", **extra}
    for path in ("/settings/profile/", "/settings/look/", "/settings/estimates/", "/settings/notifications/"):
        browser_of_ada.post(path, sent)
    assert User.objects.values("is_staff", "is_superuser", "plan", "email", "pk").get(pk=ada.pk) == before


def test_W08_signing_up_takes_no_rights_along(administrator: User, client: Client) -> None:
    cache.clear()
    client.post(
        "/accounts/signup/",
        {"email": EMAIL, "password1": PASSWORD, "is_staff": "on", "is_superuser": "on", "plan": "pro"},
    )
    made = User.objects.get(email=EMAIL)
    ordinary = add_account("bob@yourteam.dev")
    rights = ("is_staff", "is_superuser", "plan")
    assert [getattr(made, each) for each in rights] == [getattr(ordinary, each) for each in rights]


def test_W08_no_header_and_no_field_makes_another_method_of_one(browser_of_ada: Client) -> None:
    for name in ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"):
        assert browser_of_ada.get("/accounts/logout/", headers={name: "POST"}).status_code == 200
        assert is_in(browser_of_ada), "a GET stays a GET"
    assert browser_of_ada.get("/tasks/", {"_method": "POST", "title": "New"}).status_code in {404, 405}
