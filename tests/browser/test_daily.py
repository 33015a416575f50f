"""The days after the import: statuses by keyboard, what was set aside, what went wrong, an issue that is missed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.installation import Installation
from tests.browser.journey import Visitor, visitor

pytestmark = pytest.mark.browser


def imported(browser: Browser, url: str, name: str, **window: object) -> Visitor:
    """Somebody with their issues on Today."""
    someone = visitor(browser, url, **window)  # type: ignore[arg-type] # the window's own settings, passed on
    someone.sign_up(f"{name}@yourteam.dev")
    someone.connect_sandbox()
    someone.start_import()
    someone.await_import()
    someone.go("/today/")
    return someone


def group(page: Page, name: str) -> Locator:
    return page.locator("section.group").filter(has=page.get_by_role("heading", name=re.compile(name)))


def focused_row(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('li.row')?.id ?? ''"))


def test_the_keyboard_moves_and_completes(installation: Installation, browser: Browser) -> None:
    someone = imported(browser, installation.url, "rows")
    page = someone.page
    rows = page.locator("li.row")
    first, second, third = (rows.nth(place).get_attribute("id") for place in range(3))
    page.keyboard.press("j")
    assert focused_row(page) == first
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert focused_row(page) == third
    page.keyboard.press("k")
    assert focused_row(page) == second
    page.keyboard.press("x")
    expect(group(page, "Done today").locator(f"#{second}")).to_be_visible()
    expect(page.locator("#told")).to_contain_text("is done.")
    assert focused_row(page) == third
    page.reload()
    expect(group(page, "Done today").locator(f"#{second}")).to_be_visible()
    assert someone.troubles == []


def test_the_menu_of_a_row_changes_its_status(installation: Installation, browser: Browser) -> None:
    someone = imported(browser, installation.url, "menu")
    page = someone.page
    row = group(page, "To do").locator("li.row").first
    name = row.get_attribute("id")
    assert name is not None
    row.locator(".status summary").focus()
    page.keyboard.press("Enter")
    row.get_by_role("button", name="In Progress").click()
    expect(group(page, "In progress").locator(f"#{name}")).to_be_visible()
    assert focused_row(page) == name
    page.locator(f"#{name} .status summary").click()
    page.keyboard.press("Escape")
    expect(page.locator(f"#{name} .status button").first).to_be_hidden()
    assert someone.troubles == []


def test_a_status_is_changed_without_javascript(installation: Installation, browser: Browser) -> None:
    someone = imported(browser, installation.url, "plainly", script=False)
    page = someone.page
    row = group(page, "To do").locator("li.row").first
    name = row.get_attribute("id")
    row.locator(".status summary").click()
    row.get_by_role("link", name="Change the status").click()
    page.get_by_role("group", name="Status").get_by_role("button", name="Done").click()
    expect(page.get_by_role("status").filter(has_text="is done.")).to_be_visible()
    someone.go("/today/")
    expect(group(page, "Done today").locator(f"#{name}")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_the_sync_fit(
    installation: Installation, browser: Browser, pictures: Path, width: int, scheme: str
) -> None:
    someone = imported(browser, installation.url, f"daily-{scheme}-{width}", width=width, scheme=scheme)
    page = someone.page
    key = str(page.locator("a.key").first.inner_text()).partition(" ")[0]

    def look(screen: str) -> None:
        assert someone.fits(), screen
        page.screenshot(path=pictures / f"{screen}-{scheme}-{width}.png", full_page=True)

    page.locator(".status summary").first.click()
    look("today-menu")
    for path, screen in (("/set-aside/", "set-aside"), ("/notices/", "notices")):
        someone.go(path)
        look(screen)
    someone.go("/settings/jira/")
    page.get_by_role("link", name="Open").first.click()
    page.get_by_role("link", name="All syncs").click()
    expect(page.get_by_text("Import", exact=True)).to_be_visible()
    look("receipts")
    page.go_back()
    page.get_by_role("link", name="Why is an issue not here?").click()
    page.get_by_label("Key of the issue").fill(key.lower())
    page.get_by_role("button", name="Find out").click()
    expect(page.get_by_role("heading", name=f"{key} is here.")).to_be_visible()
    look("why-here")
    page.get_by_label("Key of the issue").fill("PAY-99999")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Jira shows no issue PAY-99999 to you.")).to_be_visible()
    look("why-not-visible")
    assert someone.troubles == []
