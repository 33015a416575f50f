from __future__ import annotations

import pytest
from django.test import Client

from ekachit.accounts.models import User


@pytest.mark.django_db
def test_a_stranger_sees_what_it_is_and_the_first_one_is_told_so(client: Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "Create the first account" in page.text
    assert "no-store" not in page.headers.get("Cache-Control", "")


def test_who_is_signed_in_goes_on_to_today(browser_of_ada: Client) -> None:
    assert browser_of_ada.get("/").headers["Location"] == "/today/"


def test_nothing_can_be_sent_to_it(browser_of_ada: Client) -> None:
    assert browser_of_ada.post("/").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/today/", "/today/rows/", "/settings/", "/settings/jira/", "/help/"])
def test_a_stranger_sees_no_page_of_ours(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/accounts/login/?next={address}"


@pytest.mark.django_db
def test_a_page_that_polls_is_sent_to_sign_in_as_a_whole(client: Client) -> None:
    answer = client.get("/today/rows/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=/today/rows/"


def test_pages_of_a_person_are_kept_out_of_caches(browser_of_ada: Client) -> None:
    assert "no-store" in browser_of_ada.get("/today/").headers["Cache-Control"]


def test_the_policy_allows_no_inline_code(browser_of_ada: Client) -> None:
    page = browser_of_ada.get("/today/")
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert " style=" not in page.text
    assert " onclick=" not in page.text


def test_help_answers_the_common_troubles(browser_of_ada: Client) -> None:
    page = browser_of_ada.get("/help/").text
    assert "An issue is not here" in page
    assert "https://id.atlassian.com/manage-profile/security/api-tokens" in page


def test_the_navigation_marks_where_one_is(browser_of_ada: Client, ada: User) -> None:
    assert 'data-keys="g s" aria-current="page"' in browser_of_ada.get("/settings/jira/").text
    assert 'data-keys="g t" aria-current="page"' in browser_of_ada.get("/today/").text
