"""Colours, language and browser notifications."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from ekachit import web
from ekachit.accounts.models import User
from ekachit.accounts.notices import tell

LOOK = "/settings/look/"
NOTIFICATIONS = "/settings/notifications/"
TOKENS = Path(web.__file__).parent / "static" / "ekachit" / "tokens.css"


@pytest.mark.parametrize(
    ("appearance", "theme", "scheme"),
    [
        ("system", "", "light dark"),
        ("light", ' data-theme="light"', "light"),
        ("dark", ' data-theme="dark"', "dark"),
    ],
)
def test_the_server_says_the_colours_before_anything_is_drawn(
    browser_of_ada: Client, ada: User, appearance: str, theme: str, scheme: str
) -> None:
    answer = browser_of_ada.post(LOOK, {"appearance": appearance, "language": ""})
    assert answer.headers["Location"] == "/settings/#look"
    ada.refresh_from_db()
    assert ada.appearance == appearance
    page = browser_of_ada.get("/today/").text
    assert f'<html lang="en"{theme}>' in page
    assert f'<meta name="color-scheme" content="{scheme}">' in page


def test_a_stranger_s_page_follows_the_device(client: Client, db: None) -> None:
    assert "data-theme" not in client.get("/").text


def test_every_colour_is_given_for_light_and_for_dark() -> None:
    """One that is not would be the same on either ground; what stands on the accent is meant to be."""
    text = TOKENS.read_text(encoding="utf-8")
    tokens = dict(re.findall(r"--([a-z-]+): (.*?);", text))
    colours = {name for name, value in tokens.items() if "#" in value or "rgb" in value}
    both = {name for name, value in tokens.items() if re.search(r"light-dark\([^,]+, [^,]+\)$", value)}
    assert colours - both == {"on-accent"}
    assert len(both) > 15


def test_the_language_is_that_of_the_person_everywhere(browser_of_ada: Client, ada: User) -> None:
    page = browser_of_ada.post(LOOK, {"appearance": "system", "language": "es"}, follow=True)
    assert '<html lang="es">' in page.text
    assert "<h1>Ajustes</h1>" in page.text
    assert page.headers["Content-Language"] == "es"
    assert "There is nothing here." not in browser_of_ada.get("/no/such/page/").text
    back = browser_of_ada.post(LOOK, {"appearance": "system", "language": ""}, follow=True)
    assert "<h1>Settings</h1>" in back.text


@pytest.mark.parametrize(
    ("asked", "heading"),
    [
        ("es", "Entrar"),
        ("es-MX,en;q=0.5", "Entrar"),
        ("en-GB", "Sign in"),
        ("xx", "Sign in"),
        ("", "Sign in"),
        ("*;q=x,,\x00", "Sign in"),
    ],
)
def test_before_the_sign_in_the_browser_s_language_counts(
    client: Client, administrator: User, asked: str, heading: str
) -> None:
    page = client.get("/accounts/login/", headers={"Accept-Language": asked}).text
    assert f"<h1>{heading}</h1>" in page


def test_what_a_person_chose_outweighs_the_browser(browser_of_ada: Client, ada: User) -> None:
    ada.language = "en"
    ada.save()
    answer = browser_of_ada.get("/settings/", headers={"Accept-Language": "es"})
    assert "<h1>Settings</h1>" in answer.text
    assert answer.headers["Content-Language"] == "en"


@pytest.mark.parametrize(
    "form",
    [{"appearance": "pink", "language": ""}, {"appearance": "dark", "language": "xx"}, {"language": "es"}],
)
def test_what_there_is_not_is_refused(browser_of_ada: Client, ada: User, form: dict[str, str]) -> None:
    assert browser_of_ada.post(LOOK, form).status_code == 422
    ada.refresh_from_db()
    assert (ada.appearance, ada.language) == ("system", "")


def test_notifications_are_off_until_switched_on(browser_of_ada: Client, ada: User) -> None:
    script = "ekachit/notices.js"
    assert script not in browser_of_ada.get("/today/").text
    page = browser_of_ada.post(NOTIFICATIONS, {"on": "yes"}, follow=True).text
    assert script in page
    assert 'data-address="/notices/new/"' in page
    browser_of_ada.post(LOOK, {"appearance": "dark", "language": ""})
    ada.refresh_from_db()
    assert (ada.browser_notifications, ada.appearance) == (True, "dark")
    browser_of_ada.post(NOTIFICATIONS, {"on": "no"})
    ada.refresh_from_db()
    assert (ada.browser_notifications, ada.appearance) == (False, "dark")


@pytest.mark.parametrize("address", [LOOK, NOTIFICATIONS])
def test_a_stranger_changes_nothing_and_looking_changes_nothing(
    client: Client, browser_of_ada: Client, address: str
) -> None:
    assert client.post(address, {"on": "yes", "appearance": "dark"}).status_code == 302
    assert browser_of_ada.get(address).status_code == 405


def test_new_notices_are_those_after_what_was_shown(
    browser_of_ada: Client, outsider: Client, client: Client, ada: User
) -> None:
    address = "/notices/new/"
    assert browser_of_ada.get(address).json() == {"newest": 0, "notices": []}
    tell(ada, "refused", key="a", issue="PAY-3", task=7, wanted="done", code="forbidden")
    tell(ada, "set_aside", key="b", issue="PAY-1", ours="done", jiras="in_progress")
    first = browser_of_ada.get(address).json()
    assert first["notices"] == []
    seen = first["newest"] - 1
    told = browser_of_ada.get(f"{address}?after={seen}").json()
    assert [each["text"].partition(" ")[0] for each in told["notices"]] == ["PAY-1"]
    assert told["notices"][0]["address"] == "/set-aside/"
    assert len(browser_of_ada.get(f"{address}?after=0").json()["notices"]) == 2
    assert ada.notices.filter(seen_at__isnull=True).count() == 2
    for wrong in ("x", "-1", "٣", "9" * 30):
        assert browser_of_ada.get(f"{address}?after={wrong}").json()["notices"] == []
    assert outsider.get(f"{address}?after=0").json() == {"newest": 0, "notices": []}
    assert client.get(address).status_code == 302
    assert browser_of_ada.post(address).status_code == 405
    browser_of_ada.get("/notices/")
    assert browser_of_ada.get(f"{address}?after=0").json()["notices"] == []
