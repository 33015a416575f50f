from __future__ import annotations

import pytest
from django.test import Client

from ekachit.accounts.models import User
from ekachit.config import settings as installation

NEW = {"email": "new@yourteam.dev", "password1": "a long enough phrase"}


@pytest.mark.django_db
def test_the_first_account_is_told_that_it_administers_and_does(client: Client) -> None:
    assert "Your account administers this installation" in client.get("/accounts/signup/").text
    answer = client.post("/accounts/signup/", NEW)
    assert answer.headers["Location"] == "/today/"
    first = User.objects.get()
    assert (first.is_staff, first.is_pro) == (True, True)


def test_the_next_one_is_an_ordinary_account(client: Client, administrator: User) -> None:
    assert "administers" not in client.get("/accounts/signup/").text
    client.post("/accounts/signup/", NEW)
    second = User.objects.get(email="new@yourteam.dev")
    assert (second.is_staff, second.is_pro) == (False, False)


@pytest.mark.django_db
def test_a_short_password_is_refused_in_words_tied_to_the_field(client: Client) -> None:
    page = client.post("/accounts/signup/", {**NEW, "password1": "short"})
    assert 'id="id_password1_error"' in page.text
    assert "short" not in page.text.split('name="password1"')[1].split(">")[0]
    assert not User.objects.exists()


def test_closed_sign_up_says_so(client: Client, administrator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EKACHIT_SIGNUP", "false")
    installation.cache_clear()
    try:
        client.post("/accounts/signup/", NEW)
    finally:
        monkeypatch.undo()
        installation.cache_clear()
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["login/", "signup/", "password/reset/"])
def test_the_pages_before_signing_in_have_our_look(client: Client, address: str) -> None:
    page = client.get(f"/accounts/{address}")
    assert page.status_code == 200
    assert 'class="entrance"' in page.text
    assert "ekachit/tokens.css" in page.text


@pytest.mark.parametrize("address", ["logout/", "email/", "password/change/", "2fa/"])
def test_the_pages_after_it_have_our_navigation(browser_of_ada: Client, ada: User, address: str) -> None:
    ada.set_password("a long enough phrase")
    ada.save()
    browser_of_ada.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    page = browser_of_ada.get(f"/accounts/{address}")
    assert page.status_code == 200
    assert 'data-keys="g s" aria-current="page"' in page.text


def test_signing_out_takes_a_form(browser_of_ada: Client) -> None:
    browser_of_ada.get("/accounts/logout/")
    assert browser_of_ada.get("/today/").status_code == 200
    browser_of_ada.post("/accounts/logout/")
    assert browser_of_ada.get("/today/").status_code == 302
