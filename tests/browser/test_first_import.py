"""From nothing to one's own issues as tasks, in a real browser against a whole installation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.installation import Installation
from tests.browser.journey import PASSWORD, visitor

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_from_sign_up_to_the_badge(
    installation: Installation, browser: Browser, pictures: Path, width: int, scheme: str
) -> None:
    someone = visitor(browser, installation.url, width=width, scheme=scheme)
    page, name = someone.page, f"{scheme}-{width}"

    def look(screen: str) -> None:
        assert someone.fits(), screen
        page.screenshot(path=pictures / f"{screen}-{name}.png", full_page=True)

    someone.sign_up(f"{name}@yourteam.dev")
    look("today-empty")
    someone.connect_sandbox()
    look("projects")
    someone.start_import()
    look("import")
    someone.await_import()
    look("connection")
    page.get_by_role("link", name="See your tasks").click()
    badge = page.locator("a.key").first
    expect(badge).to_have_attribute("href", re.compile(r"^http://127\.0\.0\.1:\d+/browse/[A-Z]+-\d+$"))
    expect(badge).to_have_attribute("rel", "noopener noreferrer")
    look("today")
    someone.go("/settings/jira/connect/")
    look("connect")
    someone.go("/settings/")
    look("settings")
    assert someone.troubles == []


def test_the_keyboard_alone_is_enough(installation: Installation, browser: Browser) -> None:
    someone = visitor(browser, installation.url)
    page = someone.page
    someone.go("/")
    someone.tab_to("/accounts/signup/")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{someone.url}/accounts/signup/")
    someone.tab_to("email")
    page.keyboard.type("keys@yourteam.dev")
    someone.tab_to("password1")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{someone.url}/today/")
    page.wait_for_load_state()
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page).to_have_url(f"{someone.url}/settings/")
    someone.tab_to("Connect Jira")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{someone.url}/settings/jira/connect/")
    someone.tab_to("Try it with the sandbox Jira")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    someone.tab_to("Start import")
    page.keyboard.press("Enter")
    someone.await_import()
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.locator("a.key").first).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()
    assert someone.troubles == []


def test_it_works_without_javascript(installation: Installation, browser: Browser) -> None:
    someone = visitor(browser, installation.url, script=False)
    page = someone.page
    someone.sign_up("plain@yourteam.dev")
    someone.connect_sandbox()
    someone.start_import()
    someone.await_import()
    page.get_by_role("link", name="See your tasks").click()
    checklist = page.locator("details.checklist").first
    checklist.locator("summary").click()
    checklist.get_by_role("link", name="Open the checklist").click()
    expect(page.locator("#checklist li").first).to_be_visible()


def test_the_token_field_is_empty_after_a_refusal(installation: Installation, browser: Browser) -> None:
    someone = visitor(browser, installation.url)
    page = someone.page
    someone.sign_up("refused@yourteam.dev")
    someone.go("/settings/jira/connect/")
    page.get_by_label("Site", exact=True).fill("https://jira.example.org/browse/A-1")
    page.get_by_label("E-mail of your Atlassian account").fill("ada@yourteam.dev")
    page.get_by_label("API token").fill("canary-in-the-page")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not the address of a Jira Cloud site.")
    expect(page.get_by_label("Site", exact=True)).to_be_focused()
    expect(page.get_by_label("Site", exact=True)).to_have_value("https://jira.example.org/browse/A-1")
    expect(page.get_by_label("API token")).to_have_value("")
    assert "canary-in-the-page" not in page.content()
    assert "canary-in-the-page" not in installation.log
